package handlers

// Payment links: the list, and a new one.

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

func (s *server) links(c echo.Context) error {
	q := search(c)
	put := store.LinksActive
	if c.QueryParam("show") == string(store.LinksArchived) {
		put = store.LinksArchived
	}
	rows, err := s.Store.Links(c.Request().Context(), store.LinkFilter{Search: q, Put: put, Since: s.seesSince(c), Before: before(c), Limit: pageLength + 1})
	if err != nil {
		return err
	}
	props := views.LinksProps{Search: q, Put: put}
	props.Links, props.Older = older(rows, func(l store.LinkWithState) int64 { return l.ID })
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.LinksPage(p, props) })
}

// linkForm is the empty form of a new link, or that of one like another.
func (s *server) linkForm(c echo.Context) error {
	form := views.LinkForm{Amount: typedInAddress(c, "amount")}
	if n, err := strconv.ParseInt(c.QueryParam("copy"), 10, 64); err == nil {
		like, err := s.seenLink(c, n)
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
	francs := func(hundredths int64) string {
		if hundredths == 0 {
			return ""
		}
		return views.Digits(ctx, hundredths)
	}
	form := views.LinkForm{
		ID: l.ID, Kind: l.Kind, AmountKind: views.AmountKindOf(l), Amount: francs(l.Amount), Description: l.Description,
		MostMoney: francs(l.MostMoney), Till: l.TillID, FirstName: l.FirstName, LastName: l.LastName, Email: l.Email, Phone: views.Phone(l.Phone),
		PaymentOptions: l.PaymentOptions, RedirectURL: l.RedirectURL, FailureRedirectURL: l.FailureRedirectURL,
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
func (s *server) showLinkForm(c echo.Context, status int, form views.LinkForm) error {
	if user(c).Role.Owns() {
		tills, err := s.Store.Tills(c.Request().Context())
		if err != nil {
			return err
		}
		form.Tills = append([]store.Till{}, tills...)
	}
	return s.show(c, status, func(p views.Page) templ.Component { return views.LinkNewPage(p, form) })
}

// readLink reads the form of a link as it was typed.
func readLink(c echo.Context) views.LinkForm {
	till, _ := strconv.ParseInt(c.FormValue("till"), 10, 64) // a strange one is no till
	return views.LinkForm{
		OperationID: c.FormValue("operation"), Kind: store.LinkKind(c.FormValue("kind")), AmountKind: views.AmountKind(c.FormValue("amount_kind")),
		Amount: typed(c, "amount"), Description: typed(c, "description"),
		MostPayments: typed(c, "most_payments"), MostMoney: typed(c, "most_money"), Expires: typed(c, "expires"), Till: till,
		FirstName: typed(c, "first_name"), LastName: typed(c, "last_name"), Email: typed(c, "email"), Phone: typed(c, "phone"),
		PaymentOptions: c.FormValue("payment_options"), RedirectURL: typed(c, "redirect_url"), FailureRedirectURL: typed(c, "failure_redirect_url"),
	}
}

// linkOrder is what a form asks for, and what is wrong with it by field.
func (s *server) linkOrder(c echo.Context, in views.LinkForm) (payments.LinkOrder, *form, error) {
	f := newForm(c)
	order := payments.LinkOrder{
		Operation: f.operation(in.OperationID), Description: in.Description,
		FirstName: in.FirstName, LastName: in.LastName, Email: in.Email,
		RedirectURL: in.RedirectURL, FailureRedirectURL: in.FailureRedirectURL, By: user(c).ID,
	}
	var err error
	order.Kind, order.TillID, err = s.linkKind(c, f, in)
	if order.Kind == store.LinkCounter && in.Amount == "" {
		in.AmountKind = views.AmountOpen // its customers say how much
	}
	terms := s.linkTerms(f, in)
	order.Amount, order.MayPayMore = terms.Amount, terms.MayPayMore
	order.MostPayments, order.MostMoney, order.ExpiresAt = terms.MostPayments, terms.MostMoney, terms.ExpiresAt
	f.description(in.Description)
	f.payer(in, &order)
	f.link("redirect_url", in.RedirectURL)
	f.link("failure_redirect_url", in.FailureRedirectURL)
	return order, f, err
}

// linkKind reads what a link is for. A counter is an owner's to make: it hangs at
// a till for months.
func (s *server) linkKind(c echo.Context, f *form, in views.LinkForm) (kind store.LinkKind, till int64, err error) {
	switch in.Kind {
	case "", store.LinkOnce:
		return store.LinkOnce, 0, nil
	case store.LinkReusable:
		return store.LinkReusable, 0, nil
	case store.LinkCounter:
		if !user(c).Role.Owns() {
			return "", 0, echo.NewHTTPError(http.StatusForbidden)
		}
		if in.Till == 0 {
			return store.LinkCounter, 0, nil
		}
		name, err := s.tillName(c.Request().Context(), in.Till)
		if err == nil && name == "" {
			f.wrong("till", views.ProblemTill, "")
		}
		return store.LinkCounter, in.Till, err
	default:
		f.wrong("kind", views.ProblemChoice, "")
		return store.LinkOnce, 0, nil
	}
}

// linkTerms reads what a link asks for and takes. Its amount is nothing where the
// customer says how much.
func (s *server) linkTerms(f *form, in views.LinkForm) payments.LinkChange {
	terms := s.linkLimits(f, in)
	switch in.AmountKind {
	case views.AmountOpen:
	case "", views.AmountFixed, views.AmountLeast:
		var err error
		terms.Amount, err = payments.ParseAmount(in.Amount)
		f.amount(err)
		terms.MayPayMore = in.AmountKind == views.AmountLeast
	default:
		f.wrong("amount_kind", views.ProblemChoice, "")
	}
	return terms
}

// mostCount bounds how many payments a link may be limited to.
const mostCount = 1_000_000

// linkLimits reads how much a link takes and until when: to the end of a day.
func (s *server) linkLimits(f *form, in views.LinkForm) (limits payments.LinkChange) {
	if in.MostPayments != "" {
		var err error
		if limits.MostPayments, err = payments.ParseCount(in.MostPayments, mostCount); err != nil {
			f.wrong("most_payments", views.ProblemNumber, "")
		}
	}
	if in.MostMoney != "" {
		var err error
		if limits.MostMoney, err = payments.ParseAmount(in.MostMoney); err != nil {
			f.amountOf("most_money", err)
		}
	}
	if in.Expires != "" {
		day := f.day("expires", in.Expires)
		limits.ExpiresAt = views.StartOfDay(day.Add(12*time.Hour)).AddDate(0, 0, 1)
		if _, wrong := f.errors["expires"]; !wrong && !limits.ExpiresAt.After(s.Now()) {
			f.wrong("expires", views.ProblemDayPast, "")
		}
	}
	return limits
}

// description is what a link is for: its customer wants to know.
func (f *form) description(text string) {
	if text == "" {
		f.wrong("description", views.ProblemTextMissing, "")
	}
	f.atMost("description", text, views.MaxDescription)
}

// payer reads whom a link is meant for, and how he may pay.
func (f *form) payer(in views.LinkForm, order *payments.LinkOrder) {
	var err error
	if in.Phone != "" {
		order.Phone, err = payments.ParsePhone(in.Phone)
		f.phone(err)
	}
	if order.PaymentOptions, err = payments.ParsePaymentOptions(in.PaymentOptions); err != nil {
		f.wrong("payment_options", views.ProblemChoice, "")
	}
	f.atMost("first_name", in.FirstName, views.MaxPersonName)
	f.atMost("last_name", in.LastName, views.MaxPersonName)
	f.email("email", in.Email)
}

func (s *server) createLink(c echo.Context) error {
	in := readLink(c)
	order, f, err := s.linkOrder(c, in)
	if err != nil {
		return err
	}
	in.OperationID, in.Errors = order.Operation, f.errors
	if !f.ok() {
		return s.showLinkForm(c, http.StatusUnprocessableEntity, in)
	}
	link, err := s.Payments.CreateLink(c.Request().Context(), order)
	if f.refused(err) {
		in.OperationID = payments.NewOperation() // the refused one is in the book, and over
		return s.showLinkForm(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.FlashLinkMade); err != nil {
		return err
	}
	return see(c, itemPath("/links/", link.ID))
}
