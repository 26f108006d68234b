package web

// Reading forms: what was typed is kept as it was, and what is wrong is said
// by field.

import (
	"context"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/campay/refusal"
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
	now    time.Time
}

// NewForm is the form of a request, with nothing wrong.
func (s *Desk) NewForm(c echo.Context) *Form {
	return &Form{Ctx: c.Request().Context(), Errors: views.Errors{}, now: s.Now()}
}

// Wrong says what is wrong with a field.
func (f *Form) Wrong(field string, p views.Problem, detail string) {
	f.Errors[field] = views.FieldError{Problem: p, Detail: detail}
}

// OK reports whether nothing is wrong.
func (f *Form) OK() bool { return len(f.Errors) == 0 }

// Refused says on its field why something did not begin. It reports whether err is
// such a no: any other is not the form's.
func (f *Form) Refused(err error) bool {
	r, isRefusal := refusal.Of(err)
	if isRefusal {
		f.refuse(r.Field, r)
	}
	return isRefusal
}

// Typed says what is wrong with what was typed into a field, if anything.
func (f *Form) Typed(field string, err error) {
	if r, isRefusal := refusal.Of(err); isRefusal {
		f.refuse(field, r)
	}
}

func (f *Form) refuse(field string, r *refusal.Refusal) {
	figures := slices.Clone(r.Figures)
	for i := 1; i < len(figures); i += 2 {
		figures[i] = f.figure(figures[i])
	}
	f.Errors[field] = views.FieldError{Problem: views.Problem(r.Code), Figures: figures}
}

// figure is what a refusal says, in the reader's words.
func (f *Form) figure(value any) any {
	switch value := value.(type) {
	case money.XAF:
		return views.Francs(f.Ctx, value)
	case money.Operator:
		return views.CarrierName(f.Ctx, value)
	case time.Time:
		return views.Moment(f.Ctx, value, f.now)
	default:
		return value
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
	f.Typed(name, err)
	return day
}
