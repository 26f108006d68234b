package handlers

// Reading forms: what was typed is kept as it was, and what is wrong is said
// by field.

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/views"
)

// typed is a text field as people mean it: without the spaces around it.
func typed(c echo.Context, name string) string { return strings.TrimSpace(c.FormValue(name)) }

// typedInAddress is typed for an amount in an address that somebody wrote by hand,
// where "+" is the sign that it looks like. In one that a form or a page of ours
// made it stands for a space, and comes with the form's operation.
func typedInAddress(c echo.Context, name string) string {
	query := c.Request().URL.RawQuery
	if c.Request().Method != http.MethodGet || c.QueryParams().Has("operation") || !strings.Contains(query, "+") {
		return typed(c, name)
	}
	values, err := url.ParseQuery(strings.ReplaceAll(query, "+", "%2B"))
	if err != nil {
		return typed(c, name)
	}
	return strings.TrimSpace(values.Get(name))
}

// form gathers what is wrong with the fields of one form.
type form struct {
	ctx    context.Context // the reader's language
	errors views.Errors
}

func newForm(c echo.Context) *form {
	return &form{ctx: c.Request().Context(), errors: views.Errors{}}
}

func (f *form) wrong(field string, p views.Problem, detail string) {
	f.errors[field] = views.FieldError{Problem: p, Detail: detail}
}

func (f *form) ok() bool { return len(f.errors) == 0 }

// amount says what is wrong with a typed amount, if anything.
func (f *form) amount(err error) { f.amountOf("amount", err) }

// amountOf is amount for a field of another name.
func (f *form) amountOf(field string, err error) {
	switch {
	case err == nil:
	case errors.Is(err, payments.ErrAmountMissing):
		f.wrong(field, views.ProblemAmountMissing, "")
	case errors.Is(err, payments.ErrAmountDecimals):
		f.wrong(field, views.ProblemAmountDecimals, "")
	case errors.Is(err, payments.ErrAmountGroups):
		f.wrong(field, views.ProblemAmountGroups, "")
	case errors.Is(err, payments.ErrAmountSign):
		f.wrong(field, views.ProblemAmountSign, "")
	case errors.Is(err, payments.ErrAmountZero):
		f.wrong(field, views.ProblemAmountZero, "")
	case errors.Is(err, payments.ErrAmountTooLarge):
		f.wrong(field, views.ProblemAmountLarge, views.Francs(f.ctx, int64(payments.MaxAmount)))
	default:
		f.wrong(field, views.ProblemAmountLetters, "")
	}
}

// phone says what is wrong with a typed number, if anything.
func (f *form) phone(err error) {
	switch {
	case err == nil:
	case errors.Is(err, payments.ErrPhoneMissing):
		f.wrong("phone", views.ProblemPhoneMissing, "")
	case errors.Is(err, payments.ErrPhoneCarrier):
		f.wrong("phone", views.ProblemPhoneCarrier, "")
	default:
		f.wrong("phone", views.ProblemPhone, "")
	}
}

// atMost bounds a text field.
func (f *form) atMost(name, text string, limit int) {
	if utf8.RuneCountInString(text) > limit {
		f.wrong(name, views.ProblemTextLong, strconv.Itoa(limit))
	}
}

// email checks an optional address.
func (f *form) email(name, text string) {
	if text == "" {
		return
	}
	f.atMost(name, text, views.MaxEmail)
	if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
		f.wrong(name, views.ProblemEmail, "")
	}
}

// link checks an optional address of the merchant's own: http or https, whole.
func (f *form) link(name, text string) {
	if text == "" {
		return
	}
	f.atMost(name, text, views.MaxURL)
	if u, err := url.Parse(text); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
		f.wrong(name, views.ProblemURL, "")
	}
}

// refused says why an operation did not begin, on the field that CamPay's no
// speaks of. It reports whether err is one of those: any other is not the form's.
func (f *form) refused(err error) bool {
	if errors.Is(err, payments.ErrOperationUsed) {
		f.wrong(views.WholeForm, views.ProblemUsed, "")
		return true
	}
	if errors.Is(err, payments.ErrNotSent) {
		f.wrong(views.WholeForm, views.ProblemUnreachable, "")
		return true
	}
	var refusal *payments.RefusedError
	if !errors.As(err, &refusal) {
		return false
	}
	switch refusal.Of {
	case payments.PartPhone:
		f.wrong("phone", views.ProblemRefusedNumber, saidBy(refusal))
	case payments.PartCarrier:
		f.wrong("phone", views.ProblemPhoneCarrier, "")
	case payments.PartOften:
		f.wrong("phone", views.ProblemRefusedOften, "")
	case payments.PartKeys:
		f.wrong(views.WholeForm, views.ProblemRefusedKeys, "")
	case payments.PartAmount:
		f.wrong("amount", views.ProblemRefused, saidBy(refusal))
	default:
		f.wrong(views.WholeForm, wordless(refusal, views.ProblemRefused, views.ProblemRefusedSilently), saidBy(refusal))
	}
	return true
}

// saidBy is what a refusal says for itself: CamPay's words, else its code, or the
// status of an answer that has neither, such as a proxy's page.
func saidBy(e *payments.RefusedError) string {
	return cmp.Or(e.Message, e.Code, "HTTP "+strconv.Itoa(e.Status))
}

// wordless chooses between two ways to say no, by whether CamPay said why.
func wordless(e *payments.RefusedError, withWords, without views.Problem) views.Problem {
	if e.Message == "" && e.Code == "" {
		return without
	}
	return withWords
}

// operation is the id with which a form was drawn; a missing or strange one
// means that the form is not one of ours.
func (f *form) operation(id string) string {
	if !payments.IsOperation(id) {
		f.wrong(views.WholeForm, views.ProblemExpired, "")
		return payments.NewOperation()
	}
	return id
}

// localPath is a path of this product to go back to; anything else is "/".
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}
