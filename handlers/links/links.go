// Package links is payment links: the list, one link with its code, many at once, posters.
package links

// Payment links: the list, and a new one.

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// Screens are the screens of this room; the route table in handlers says what each
// of their methods answers, and to whom.
type Screens struct {
	*web.Desk
}

func (s *Screens) Links(c echo.Context) error {
	q := web.Search(c)
	put := store.LinksActive
	if c.QueryParam("show") == string(store.LinksArchived) {
		put = store.LinksArchived
	}
	rows, err := s.Store.Links(c.Request().Context(), store.LinkFilter{Search: q, Put: put, Since: s.VisibleSince(c), Before: web.Before(c), Limit: web.PageLength + 1})
	if err != nil {
		return err
	}
	props := views.LinksProps{Search: q, Put: put}
	props.Links, props.Older = web.Older(rows, func(l store.LinkWithState) int64 { return l.ID })
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.LinksPage(p, props) })
}

// LinkForm is the empty form of a new link, or that of one like another.
func (s *Screens) LinkForm(c echo.Context) error {
	form := views.LinkForm{Amount: web.TypedInAddress(c, "amount")}
	if n, err := strconv.ParseInt(c.QueryParam("copy"), 10, 64); err == nil {
		like, err := s.SeenLink(c, n)
		if err != nil {
			return err
		}
		form = formOf(c, like.PaymentLink)
		form.ID = 0
	}
	form.OperationID = payments.NewOperation()
	return s.showLinkForm(c, http.StatusOK, form)
}

// formOf is the form that makes a link like this one.
func formOf(c echo.Context, l store.PaymentLink) views.LinkForm {
	ctx := c.Request().Context()
	francs := func(amount money.XAF) string {
		if amount == 0 {
			return ""
		}
		return views.Digits(ctx, amount)
	}
	form := views.LinkForm{
		ID: l.ID, Kind: l.Kind, AmountKind: views.AmountKindOf(l), Amount: francs(l.Amount), Description: l.Description,
		MostMoney: francs(l.MostMoney), Till: l.TillID, FirstName: l.FirstName, LastName: l.LastName, Email: l.Email, Phone: views.Phone(l.Phone),
		PaymentOptions: string(l.PaymentOptions), RedirectURL: l.RedirectURL, FailureRedirectURL: l.FailureRedirectURL,
	}
	if l.MostPayments > 0 {
		form.MostPayments = strconv.FormatInt(l.MostPayments, 10)
	}
	if !l.ExpiresAt.IsZero() {
		form.Expires = views.DayInput(l.ExpiresAt.Add(-time.Second))
	}
	return form
}

// showLinkForm offers a counter to who may make one.
func (s *Screens) showLinkForm(c echo.Context, status int, form views.LinkForm) error {
	if web.User(c).Role.Owns() {
		tills, err := s.Store.Tills(c.Request().Context())
		if err != nil {
			return err
		}
		form.Tills = append([]store.Till{}, tills...)
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.LinkNewPage(p, form) })
}

// readLink reads the form of a link as it was typed.
func readLink(c echo.Context) views.LinkForm {
	till, _ := strconv.ParseInt(c.FormValue("till"), 10, 64) // a strange one is no till
	return views.LinkForm{
		OperationID: c.FormValue("operation"), Kind: store.LinkKind(c.FormValue("kind")), AmountKind: views.AmountKind(c.FormValue("amount_kind")),
		Amount: web.Typed(c, "amount"), Description: web.Typed(c, "description"),
		MostPayments: web.Typed(c, "most_payments"), MostMoney: web.Typed(c, "most_money"), Expires: web.Typed(c, "expires"), Till: till,
		FirstName: web.Typed(c, "first_name"), LastName: web.Typed(c, "last_name"), Email: web.Typed(c, "email"), Phone: web.Typed(c, "phone"),
		PaymentOptions: c.FormValue("payment_options"), RedirectURL: web.Typed(c, "redirect_url"), FailureRedirectURL: web.Typed(c, "failure_redirect_url"),
	}
}

// linkOrder is what a form asks for, and what is wrong with it by field.
func (s *Screens) linkOrder(c echo.Context, in views.LinkForm) (payments.LinkOrder, *web.Form, error) {
	f := s.NewForm(c)
	order := payments.LinkOrder{
		Operation: f.Operation(in.OperationID), Description: in.Description,
		FirstName: in.FirstName, LastName: in.LastName, Email: in.Email,
		RedirectURL: in.RedirectURL, FailureRedirectURL: in.FailureRedirectURL, By: web.User(c).ID,
	}
	var err error
	order.Kind, order.TillID, err = s.linkKind(c, f, in)
	if order.Kind == store.LinkCounter && in.Amount == "" {
		in.AmountKind = views.AmountOpen // its customers say how much
	}
	terms := s.linkTerms(f, in)
	order.Amount, order.MayPayMore = terms.Amount, terms.MayPayMore
	order.MostPayments, order.MostMoney, order.ExpiresAt = terms.MostPayments, terms.MostMoney, terms.ExpiresAt
	description(f, in.Description)
	payer(f, in, &order)
	f.Link("redirect_url", in.RedirectURL)
	f.Link("failure_redirect_url", in.FailureRedirectURL)
	return order, f, err
}

// linkKind reads what a link is for. A counter is an owner's to make: it hangs at
// a till for months.
func (s *Screens) linkKind(c echo.Context, f *web.Form, in views.LinkForm) (kind store.LinkKind, till int64, err error) {
	switch in.Kind {
	case "", store.LinkOnce:
		return store.LinkOnce, 0, nil
	case store.LinkReusable:
		return store.LinkReusable, 0, nil
	case store.LinkCounter:
		if !web.User(c).Role.Owns() {
			return "", 0, echo.NewHTTPError(http.StatusForbidden)
		}
		if in.Till == 0 {
			return store.LinkCounter, 0, nil
		}
		name, err := s.tillName(c.Request().Context(), in.Till)
		if err == nil && name == "" {
			f.Wrong("till", views.ProblemTill, "")
		}
		return store.LinkCounter, in.Till, err
	default:
		f.Wrong("kind", views.ProblemChoice, "")
		return store.LinkOnce, 0, nil
	}
}

// linkTerms reads what a link asks for and takes. Its amount is nothing where the
// customer says how much.
func (s *Screens) linkTerms(f *web.Form, in views.LinkForm) payments.LinkChange {
	terms := s.linkLimits(f, in)
	switch in.AmountKind {
	case views.AmountOpen:
	case "", views.AmountFixed, views.AmountLeast:
		var err error
		terms.Amount, err = payments.ParseAmount(in.Amount)
		f.Typed("amount", err)
		terms.MayPayMore = in.AmountKind == views.AmountLeast
	default:
		f.Wrong("amount_kind", views.ProblemChoice, "")
	}
	return terms
}

// mostCount bounds how many payments a link may be limited to.
const mostCount = 1_000_000

// linkLimits reads how much a link takes and until when: to the end of a day.
func (s *Screens) linkLimits(f *web.Form, in views.LinkForm) (limits payments.LinkChange) {
	if in.MostPayments != "" {
		var err error
		limits.MostPayments, err = payments.ParseCount(in.MostPayments, mostCount)
		f.Typed("most_payments", err)
	}
	if in.MostMoney != "" {
		var err error
		limits.MostMoney, err = payments.ParseAmount(in.MostMoney)
		f.Typed("most_money", err)
	}
	if in.Expires != "" {
		day := f.Day("expires", in.Expires)
		limits.ExpiresAt = money.DayOf(day.Add(12*time.Hour)).AddDate(0, 0, 1)
		if _, wrong := f.Errors["expires"]; !wrong && !limits.ExpiresAt.After(s.Now()) {
			f.Wrong("expires", views.ProblemDayPast, "")
		}
	}
	return limits
}

// description is what a link is for: its customer wants to know.
func description(f *web.Form, text string) {
	if text == "" {
		f.Wrong("description", views.ProblemTextMissing, "")
	}
	f.AtMost("description", text, views.MaxDescription)
}

// payer reads whom a link is meant for, and how he may pay.
func payer(f *web.Form, in views.LinkForm, order *payments.LinkOrder) {
	var err error
	if in.Phone != "" {
		order.Phone, err = payments.ParsePhone(in.Phone)
		f.Typed("phone", err)
	}
	order.PaymentOptions, err = payments.ParsePaymentOptions(in.PaymentOptions)
	f.Typed("payment_options", err)
	f.AtMost("first_name", in.FirstName, views.MaxPersonName)
	f.AtMost("last_name", in.LastName, views.MaxPersonName)
	f.Email("email", in.Email)
}

func (s *Screens) CreateLink(c echo.Context) error {
	in := readLink(c)
	order, f, err := s.linkOrder(c, in)
	if err != nil {
		return err
	}
	in.OperationID, in.Errors = order.Operation, f.Errors
	if !f.OK() {
		return s.showLinkForm(c, http.StatusUnprocessableEntity, in)
	}
	link, err := s.Payments.CreateLink(c.Request().Context(), order)
	if f.Refused(err) {
		in.OperationID = payments.NewOperation() // the refused one is in the book, and over
		return s.showLinkForm(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashLinkMade); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/links/", link.ID))
}
