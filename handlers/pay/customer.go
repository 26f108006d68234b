package pay

// The customer's pages of a link: /p/{slug}, public by an unguessable slug, and
// /p/{slug}/{operation}, what became of his own payment.

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

var slugForm = regexp.MustCompile(`^[0-9a-z]{20}$`)

// PayingCookie names the payment that a browser asked for last: that page, with
// its receipt, is nobody else's to be led to.
const PayingCookie = "paying"

// isPaying reports whether this browser asked for a payment.
func (s *Screens) isPaying(c echo.Context, t store.Transaction) bool {
	return t.ExternalReference != "" && s.Sessions.Cookie(c.Request(), PayingCookie) == t.ExternalReference
}

// ReturnPath is where CamPay's page sends a customer back to: to the link or,
// where he has an attempt of his own, to that.
func ReturnPath(slug, operation string) string {
	path := "/p/" + slug
	if operation != "" {
		path += "/" + operation
	}
	return path + "?back=1"
}

// slugMeant is the slug in the path of a link's page that was copied with what
// stood around it (“…/p/slug).”) or in capitals, and whether that is another path.
func slugMeant(path string) (slug string, isOther bool) {
	said := strings.TrimPrefix(path, "/p/")
	slug = strings.ToLower(strings.TrimRightFunc(said, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
	return slug, slug != said && slugForm.MatchString(slug)
}

// linkOfSlug is the link that a customer's path names.
func (s *Screens) linkOfSlug(c echo.Context) (store.LinkWithState, error) {
	slug := c.Param("slug")
	if !slugForm.MatchString(slug) {
		return store.LinkWithState{}, echo.NewHTTPError(http.StatusNotFound)
	}
	return s.Store.LinkBySlug(c.Request().Context(), slug)
}

// customerProps is what a link's own page shows: that of the link for one
// payment tells what became of it, whoever pays. What only the payer can show is
// for the browser that paid by phone; on CamPay's page nobody knows who paid.
func (s *Screens) customerProps(c echo.Context, l store.LinkWithState) (views.CustomerProps, error) {
	ctx := c.Request().Context()
	props := views.CustomerProps{Link: l, Stop: l.Stop(s.Now()), Form: views.CustomerForm{OperationID: payments.NewOperation()}}
	var err error
	if props.Seller, err = s.Seller(ctx); err != nil {
		return props, err
	}
	if err := s.fillAgain(c, &props); err != nil || l.Kind != store.LinkOnce {
		return props, err
	}
	if l.Amount == 0 && l.Newest.Status == store.StatusWaiting {
		return props, nil // a page that another customer had made, for an amount of his
	}
	props.Payment, props.Paying = l.Newest, s.isPaying(c, l.Newest)
	props.IsPayer = props.Paying
	props.Mark = s.DayMark(ctx, l.Newest.SettledAt)
	if l.Amount == 0 {
		return props, nil // each customer has a page of his own
	}
	attempts, err := s.Store.TransactionsOfLink(ctx, l.ID)
	props.PayURL = web.HostedPage(attempts)
	return props, err
}

// fillAgain writes what this browser asked for last with this link into its form:
// who has to try again types nothing twice.
func (s *Screens) fillAgain(c echo.Context, props *views.CustomerProps) error {
	last := s.Sessions.Cookie(c.Request(), PayingCookie)
	if !payments.IsOperation(last) {
		return nil
	}
	t, err := s.Store.TransactionByExternalReference(c.Request().Context(), last)
	if errors.Is(err, store.ErrNotFound) || err == nil && t.LinkID != props.Link.ID {
		return nil
	}
	if err == nil {
		fillFrom(c, &props.Form, t)
	}
	return err
}

// fillFrom writes a payment into a form that asks for the same again.
func fillFrom(c echo.Context, f *views.CustomerForm, t store.Transaction) {
	f.Phone, f.Amount = views.Phone(t.Phone), views.Digits(c.Request().Context(), t.Asked)
}

// showCustomer answers with a customer's page; whatever form was sent, its
// address is one to come back to.
func (s *Screens) showCustomer(c echo.Context, status int, props views.CustomerProps) error {
	p := s.Frame(c)
	if c.Request().Method != http.MethodGet {
		p.Path = "/p/" + props.Link.Slug
	}
	return web.Render(c, status, views.CustomerPage(p, props))
}

// PayPage shows a link to its customer, and what became of the payment when he
// comes back from CamPay's page. Nothing that CamPay's page adds to the address
// is believed: "back" says only that the browser came back.
func (s *Screens) PayPage(c echo.Context) error {
	if slug, isOther := slugMeant(c.Request().URL.Path); isOther {
		if _, err := s.Store.LinkBySlug(c.Request().Context(), slug); err != nil {
			return err
		}
		return c.Redirect(http.StatusFound, (&url.URL{Path: "/p/" + slug, RawQuery: c.Request().URL.RawQuery}).String())
	}
	props, err := s.linkAsked(c)
	if err != nil {
		return err
	}
	return s.showCustomer(c, http.StatusOK, props)
}

// PayStatus is the part of payPage that changes.
func (s *Screens) PayStatus(c echo.Context) error {
	props, err := s.linkAsked(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, views.CustomerStatus(s.Frame(c), props))
}

func (s *Screens) linkAsked(c echo.Context) (props views.CustomerProps, err error) {
	ctx := c.Request().Context()
	l, err := s.linkOfSlug(c)
	if err != nil {
		return props, err
	}
	if l.Kind == store.LinkOnce {
		s.Payments.Nudge(ctx, payments.LinkTopic(l.ID))
	}
	props, err = s.customerProps(c, l)
	props.Returned = c.QueryParam("back") == "1"
	return props, err
}

// Payment shows a customer's own attempt.
func (s *Screens) Payment(c echo.Context) error {
	props, err := s.paymentAsked(c)
	if err != nil {
		return err
	}
	return s.showCustomer(c, http.StatusOK, props)
}

// PaymentStatus is the part of payment that changes.
func (s *Screens) PaymentStatus(c echo.Context) error {
	props, err := s.paymentAsked(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, views.CustomerStatus(s.Frame(c), props))
}

// hintLimit bounds how often a browser's word has CamPay asked.
var hintLimit = access.Limit{Free: 5, Longest: time.Minute}

// hinted is an attempt once more, after CamPay was asked about the reference that a
// browser brings back from its page: its word alone says nothing.
func (s *Screens) hinted(c echo.Context, t store.Transaction) (store.Transaction, error) {
	reference := c.QueryParam("reference")
	if reference == "" || t.Reference != "" || s.Guesses.Take(s.Now(), access.Guess{Kind: "hint", Of: t.ExternalReference, Limit: hintLimit}) > 0 {
		return t, nil
	}
	ctx := c.Request().Context()
	if err := s.Payments.Hint(ctx, t.ExternalReference, reference); err != nil {
		s.Log.WarnContext(ctx, "a reference that was brought back is not looked at", "id", web.RequestID(c), "error", err)
		return t, nil
	}
	return s.Store.Transaction(ctx, t.ID)
}

// paymentAsked is the attempt that a path names by its operation, which nobody
// can guess, if it is one of the link's.
func (s *Screens) paymentAsked(c echo.Context) (props views.CustomerProps, err error) {
	ctx := c.Request().Context()
	l, err := s.linkOfSlug(c)
	if err != nil {
		return props, err
	}
	operation := c.Param("operation")
	if !payments.IsOperation(operation) {
		return props, echo.NewHTTPError(http.StatusNotFound)
	}
	t, err := s.Store.TransactionByExternalReference(ctx, operation)
	if err != nil {
		return props, err
	}
	if t.LinkID != l.ID {
		return props, store.ErrNotFound
	}
	s.Payments.Nudge(ctx, payments.TransactionTopic(t.ID))
	if t, err = s.hinted(c, t); err != nil {
		return props, err
	}
	props = views.CustomerProps{
		Link: l, Payment: t, Own: true, IsPayer: true, PayURL: t.PaymentURL, Stop: l.Stop(s.Now()), Returned: c.QueryParam("back") == "1",
	}
	props.Form.OperationID, props.Paying = payments.NewOperation(), s.isPaying(c, t)
	if props.Paying {
		fillFrom(c, &props.Form, t)
	}
	if t.Status == store.StatusFailed && props.PayURL == "" && web.HasPage(l) { // he may pay on the link's own page yet
		attempts, err := s.Store.TransactionsOfLink(ctx, l.ID)
		if err != nil {
			return props, err
		}
		props.PayURL = web.HostedPage(attempts)
	}
	s.forgive(c, l, t)
	props.Mark = s.DayMark(ctx, t.SettledAt)
	props.Seller, err = s.Seller(ctx)
	return props, err
}
