package web

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
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/views"
)

// Typed is a text field as people mean it: without the spaces around it.
func Typed(c echo.Context, name string) string { return strings.TrimSpace(c.FormValue(name)) }

// TypedInAddress is typed for an amount in an address that somebody wrote by hand,
// where "+" is the sign that it looks like. In one that a form or a page of ours
// made it stands for a space, and comes with the form's operation.
func TypedInAddress(c echo.Context, name string) string {
	query := c.Request().URL.RawQuery
	if c.Request().Method != http.MethodGet || c.QueryParams().Has("operation") || !strings.Contains(query, "+") {
		return Typed(c, name)
	}
	values, err := url.ParseQuery(strings.ReplaceAll(query, "+", "%2B"))
	if err != nil {
		return Typed(c, name)
	}
	return strings.TrimSpace(values.Get(name))
}

// Form gathers what is wrong with the fields of one form.
type Form struct {
	Ctx    context.Context // the reader's language
	Errors views.Errors
}

// NewForm reads the form of a request.
func NewForm(c echo.Context) *Form {
	return &Form{Ctx: c.Request().Context(), Errors: views.Errors{}}
}

// Wrong says what is wrong with a field.
func (f *Form) Wrong(field string, p views.Problem, detail string) {
	f.Errors[field] = views.FieldError{Problem: p, Detail: detail}
}

// OK reports whether nothing is wrong.
func (f *Form) OK() bool { return len(f.Errors) == 0 }

// Amount says what is wrong with a typed amount, if anything.
func (f *Form) Amount(err error) { f.AmountOf("amount", err) }

// AmountOf is amount for a field of another name.
func (f *Form) AmountOf(field string, err error) {
	switch {
	case err == nil:
	case errors.Is(err, payments.ErrAmountMissing):
		f.Wrong(field, views.ProblemAmountMissing, "")
	case errors.Is(err, payments.ErrAmountDecimals):
		f.Wrong(field, views.ProblemAmountDecimals, "")
	case errors.Is(err, payments.ErrAmountGroups):
		f.Wrong(field, views.ProblemAmountGroups, "")
	case errors.Is(err, payments.ErrAmountSign):
		f.Wrong(field, views.ProblemAmountSign, "")
	case errors.Is(err, payments.ErrAmountZero):
		f.Wrong(field, views.ProblemAmountZero, "")
	case errors.Is(err, payments.ErrAmountTooLarge):
		f.Wrong(field, views.ProblemAmountLarge, views.Francs(f.Ctx, payments.MaxAmount))
	default:
		f.Wrong(field, views.ProblemAmountLetters, "")
	}
}

// Phone says what is wrong with a typed number, if anything.
func (f *Form) Phone(err error) {
	switch {
	case err == nil:
	case errors.Is(err, payments.ErrPhoneMissing):
		f.Wrong("phone", views.ProblemPhoneMissing, "")
	case errors.Is(err, payments.ErrPhoneCarrier):
		f.Wrong("phone", views.ProblemPhoneCarrier, "")
	default:
		f.Wrong("phone", views.ProblemPhone, "")
	}
}

// AtMost bounds a text field.
func (f *Form) AtMost(name, text string, limit int) {
	if utf8.RuneCountInString(text) > limit {
		f.Wrong(name, views.ProblemTextLong, strconv.Itoa(limit))
	}
}

// Email checks an optional address.
func (f *Form) Email(name, text string) {
	if text == "" {
		return
	}
	f.AtMost(name, text, views.MaxEmail)
	if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
		f.Wrong(name, views.ProblemEmail, "")
	}
}

// Link checks an optional address of the merchant's own: http or https, whole.
func (f *Form) Link(name, text string) {
	if text == "" {
		return
	}
	f.AtMost(name, text, views.MaxURL)
	if u, err := url.Parse(text); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
		f.Wrong(name, views.ProblemURL, "")
	}
}

// Refused says why an operation did not begin, on the field that CamPay's no
// speaks of. It reports whether err is one of those: any other is not the form's.
func (f *Form) Refused(err error) bool {
	if errors.Is(err, payments.ErrOperationUsed) {
		f.Wrong(views.WholeForm, views.ProblemUsed, "")
		return true
	}
	if errors.Is(err, payments.ErrNotSent) {
		f.Wrong(views.WholeForm, views.ProblemUnreachable, "")
		return true
	}
	var refusal *payments.RefusedError
	if !errors.As(err, &refusal) {
		return false
	}
	switch refusal.Of {
	case payments.PartPhone:
		f.Wrong("phone", views.ProblemRefusedNumber, SaidBy(refusal))
	case payments.PartCarrier:
		f.Wrong("phone", views.ProblemPhoneCarrier, "")
	case payments.PartOften:
		f.Wrong("phone", views.ProblemRefusedOften, "")
	case payments.PartKeys:
		f.Wrong(views.WholeForm, views.ProblemRefusedKeys, "")
	case payments.PartAmount:
		f.Wrong("amount", views.ProblemRefused, SaidBy(refusal))
	default:
		f.Wrong(views.WholeForm, Wordless(refusal, views.ProblemRefused, views.ProblemRefusedSilently), SaidBy(refusal))
	}
	return true
}

// SaidBy is what a refusal says for itself: CamPay's words, else its code, or the
// status of an answer that has neither, such as a proxy's page.
func SaidBy(e *payments.RefusedError) string {
	return cmp.Or(e.Message, e.Code, "HTTP "+strconv.Itoa(e.Status))
}

// Wordless chooses between two ways to say no, by whether CamPay said why.
func Wordless(e *payments.RefusedError, withWords, without views.Problem) views.Problem {
	if e.Message == "" && e.Code == "" {
		return without
	}
	return withWords
}

// Operation is the id with which a form was drawn; a missing or strange one
// means that the form is not one of ours.
func (f *Form) Operation(id string) string {
	if !payments.IsOperation(id) {
		f.Wrong(views.WholeForm, views.ProblemExpired, "")
		return payments.NewOperation()
	}
	return id
}

// LocalPath is a path of this product to go back to; anything else is "/".
func LocalPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// WrongWith is wrong with the figures of a problem's message.
func (f *Form) WrongWith(field string, p views.Problem, figures ...any) {
	f.Errors[field] = views.FieldError{Problem: p, Figures: figures}
}

// Day reads one day, and says what is wrong with it.
func (f *Form) Day(name, text string) time.Time {
	day, err := payments.ParseDay(text)
	switch {
	case errors.Is(err, payments.ErrDayMissing):
		f.Wrong(name, views.ProblemDayMissing, "")
	case errors.Is(err, payments.ErrDayAmbiguous):
		f.Wrong(name, views.ProblemDayAmbiguous, "")
	case err != nil:
		f.Wrong(name, views.ProblemDay, "")
	}
	return day
}
