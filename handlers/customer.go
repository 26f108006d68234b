package handlers

// The customer's pages of a link: /p/{slug}, public by an unguessable slug, and
// /p/{slug}/{operation}, what became of his own payment.

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

var slugForm = regexp.MustCompile(`^[0-9a-z]{20}$`)

// What one address may ask to have sent: far more than a street behind one
// shared address pays in, as the book limits phones and links by itself.
const (
	askedPerSecond = 3
	askedAtOnce    = 200
	askedForgotten = 10 * time.Minute
)

// fromOneLimit is how many forms for one link one address sends in a row before it
// has to wait; a payment from there that is proved begins the count anew.
var fromOneLimit = limit{12, 10 * time.Minute}

// payingCookie names the payment that a browser asked for last: that page, with
// its receipt, is nobody else's to be led to.
const payingCookie = "paying"

// isPaying reports whether this browser asked for a payment.
func (s *server) isPaying(c echo.Context, t store.Transaction) bool {
	return t.ExternalReference != "" && s.sessions.cookie(c.Request(), payingCookie) == t.ExternalReference
}

// fromOne is what the forms for a link from one address are counted by.
func fromOne(c echo.Context, l store.LinkWithState) guessed {
	return guessed{"pays|" + payments.Network(c.RealIP()) + "|" + l.Slug, fromOneLimit}
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

// paced refuses an address that asks without end.
func (s *server) paced(next echo.HandlerFunc) echo.HandlerFunc {
	return middleware.RateLimiterWithConfig(middleware.RateLimiterConfig{
		Store: middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
			Rate: askedPerSecond, Burst: askedAtOnce, ExpiresIn: askedForgotten,
		}),
		IdentifierExtractor: func(c echo.Context) (string, error) { return payments.Network(c.RealIP()), nil },
		DenyHandler: func(echo.Context, string, error) error {
			return echo.NewHTTPError(http.StatusTooManyRequests)
		},
	})(next)
}

// forgive begins the count of an address anew, once for each payment from there
// that is proved: shown again and again, an old one forgives nothing.
func (s *server) forgive(c echo.Context, l store.LinkWithState, t store.Transaction) {
	isNew := t.Status == store.StatusSuccessful && s.Now().Sub(t.SettledAt) < guessesForget
	if isNew && s.isPaying(c, t) && s.Guesses.first(s.Now(), "paid|"+t.ExternalReference) {
		s.rightGuess(c, fromOne(c, l))
	}
}

// slugMeant is the slug in the path of a link's page that was copied with what
// stood around it (“…/p/slug).”) or in capitals, and whether that is another path.
func slugMeant(path string) (slug string, isOther bool) {
	said := strings.TrimPrefix(path, "/p/")
	slug = strings.ToLower(strings.TrimRightFunc(said, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
	return slug, slug != said && slugForm.MatchString(slug)
}

// linkOfSlug is the link that a customer's path names.
func (s *server) linkOfSlug(c echo.Context) (store.LinkWithState, error) {
	slug := c.Param("slug")
	if !slugForm.MatchString(slug) {
		return store.LinkWithState{}, echo.NewHTTPError(http.StatusNotFound)
	}
	return s.Store.LinkBySlug(c.Request().Context(), slug)
}

// customerProps is what a link's own page shows: that of the link for one
// payment tells what became of it, whoever pays. What only the payer can show is
// for the browser that paid by phone; on CamPay's page nobody knows who paid.
func (s *server) customerProps(c echo.Context, l store.LinkWithState) (views.CustomerProps, error) {
	ctx := c.Request().Context()
	props := views.CustomerProps{Link: l, Stop: l.Stop(s.Now()), Form: views.CustomerForm{OperationID: payments.NewOperation()}}
	var err error
	if props.Seller, err = s.seller(ctx); err != nil {
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
	props.Mark = s.dayMark(ctx, l.Newest.SettledAt)
	if l.Amount == 0 {
		return props, nil // each customer has a page of his own
	}
	attempts, err := s.Store.TransactionsOfLink(ctx, l.ID)
	props.PayURL = hostedPage(attempts)
	return props, err
}

// fillAgain writes what this browser asked for last with this link into its form:
// who has to try again types nothing twice.
func (s *server) fillAgain(c echo.Context, props *views.CustomerProps) error {
	last := s.sessions.cookie(c.Request(), payingCookie)
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

// seller is the shop as its customers see it.
func (s *server) seller(ctx context.Context) (views.Seller, error) {
	shop, err := s.Store.Shop(ctx)
	if errors.Is(err, store.ErrNotFound) {
		err = nil // not set up: it has a name alone
	}
	address, _ := s.forOthers(ctx)
	return views.Seller{Address: shop.Address, Logo: shop.HasLogo && s.Wiring != nil, URL: address}, err
}

// showCustomer answers with a customer's page; whatever form was sent, its
// address is one to come back to.
func (s *server) showCustomer(c echo.Context, status int, props views.CustomerProps) error {
	p := s.frame(c)
	if c.Request().Method != http.MethodGet {
		p.Path = "/p/" + props.Link.Slug
	}
	return render(c, status, views.CustomerPage(p, props))
}

// payPage shows a link to its customer, and what became of the payment when he
// comes back from CamPay's page. Nothing that CamPay's page adds to the address
// is believed: "back" says only that the browser came back.
func (s *server) payPage(c echo.Context) error {
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

// payStatus is the part of payPage that changes.
func (s *server) payStatus(c echo.Context) error {
	props, err := s.linkAsked(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.CustomerStatus(s.frame(c), props))
}

func (s *server) linkAsked(c echo.Context) (props views.CustomerProps, err error) {
	ctx := c.Request().Context()
	l, err := s.linkOfSlug(c)
	if err != nil {
		return props, err
	}
	if l.Kind == store.LinkOnce {
		if err := s.Payments.Nudge(ctx, payments.LinkTopic(l.ID)); err != nil {
			return props, err
		}
	}
	props, err = s.customerProps(c, l)
	props.Returned = c.QueryParam("back") == "1"
	return props, err
}

// payment shows a customer's own attempt.
func (s *server) payment(c echo.Context) error {
	props, err := s.paymentAsked(c)
	if err != nil {
		return err
	}
	return s.showCustomer(c, http.StatusOK, props)
}

// paymentStatus is the part of payment that changes.
func (s *server) paymentStatus(c echo.Context) error {
	props, err := s.paymentAsked(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.CustomerStatus(s.frame(c), props))
}

// hintLimit bounds how often a browser's word has CamPay asked.
var hintLimit = limit{5, time.Minute}

// hinted is an attempt once more, after CamPay was asked about the reference that a
// browser brings back from its page: its word alone says nothing.
func (s *server) hinted(c echo.Context, t store.Transaction) (store.Transaction, error) {
	reference := c.QueryParam("reference")
	if reference == "" || t.Reference != "" || s.Guesses.take(s.Now(), guessed{"hint|" + t.ExternalReference, hintLimit}) > 0 {
		return t, nil
	}
	ctx := c.Request().Context()
	if err := s.Payments.Hint(ctx, t.ExternalReference, reference); err != nil {
		return t, err
	}
	return s.Store.Transaction(ctx, t.ID)
}

// paymentAsked is the attempt that a path names by its operation, which nobody
// can guess, if it is one of the link's.
func (s *server) paymentAsked(c echo.Context) (props views.CustomerProps, err error) {
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
	if err := s.Payments.Nudge(ctx, payments.TransactionTopic(t.ID)); err != nil {
		return props, err
	}
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
	if t.Status == store.StatusFailed && props.PayURL == "" && hasPage(l) { // he may pay on the link's own page yet
		attempts, err := s.Store.TransactionsOfLink(ctx, l.ID)
		if err != nil {
			return props, err
		}
		props.PayURL = hostedPage(attempts)
	}
	s.forgive(c, l, t)
	props.Mark = s.dayMark(ctx, t.SettledAt)
	props.Seller, err = s.seller(ctx)
	return props, err
}

// payLink takes a customer's form: his number gets the prompt, or CamPay's page
// is made for him. His own page leads there: a form may not (form-action).
func (s *server) payLink(c echo.Context) error {
	ctx := c.Request().Context()
	l, err := s.linkOfSlug(c)
	if err != nil {
		return err
	}
	props, err := s.customerProps(c, l)
	if err != nil {
		return err
	}
	order, f := s.customerOrder(c, &props)
	if !f.ok() {
		return s.showCustomer(c, http.StatusUnprocessableEntity, props)
	}
	if wait := s.Guesses.take(s.Now(), fromOne(c, l)); wait > 0 {
		tooMany(c, wait)
		f.tooOften(payments.PartOrder)
		return s.showCustomer(c, http.StatusTooManyRequests, props)
	}
	t, err := s.Payments.PayLink(ctx, order)
	var busy *payments.BusyError
	if errors.As(err, &busy) {
		return s.payBusy(c, props, f, busy.With)
	}
	if s.sentUnkept(c, err) {
		return see(c, "/p/"+l.Slug+"/"+order.Operation)
	}
	if errors.Is(err, payments.ErrOnePage) {
		return see(c, "/p/"+l.Slug) // where it is
	}
	if status := f.notPaid(err, l.Amount); status != 0 {
		props.Form.OperationID = payments.NewOperation() // the refused one may be in the book, and over
		if l, err := s.Store.Link(ctx, l.ID); err == nil {
			props.Link, props.Stop = l, l.Stop(s.Now())
			if status == http.StatusConflict && f.ok() && props.Stop == store.LinkOpen {
				f.wrong(views.WholeForm, views.ProblemLinkTaken, "") // others are paying what is left
			}
		}
		return s.showCustomer(c, status, props)
	}
	if err != nil {
		return err
	}
	s.sessions.remember(c.Response(), payingCookie, t.ExternalReference, 24*time.Hour)
	return see(c, "/p/"+l.Slug+"/"+t.ExternalReference)
}

// customerOrder is what a customer's form asks for; what is wrong with it
// stands in props.
func (s *server) customerOrder(c echo.Context, props *views.CustomerProps) (payments.LinkPayment, *form) {
	f := newForm(c)
	in := views.CustomerForm{OperationID: c.FormValue("operation"), Amount: typed(c, "amount"), Phone: typed(c, "phone"), Errors: f.errors}
	order := payments.LinkPayment{LinkID: props.Link.ID}
	order.Operation = f.operation(in.OperationID)
	in.OperationID = order.Operation
	if in.Amount != "" || props.Link.Amount == 0 {
		var err error
		order.Amount, err = payments.ParseAmount(in.Amount)
		f.amount(err)
	}
	byPage := c.FormValue("way") == "page" && props.Link.PaymentOptions != "MOMO" || props.Link.PaymentOptions == "CARD"
	if !byPage {
		var err error
		order.Phone, err = payments.ParsePhone(in.Phone)
		f.phone(err)
	}
	if shown, err := payments.ParseAmount(c.FormValue("shown")); err == nil {
		order.Shown = shown
	}
	if wrong := c.FormValue("instead"); wrong != "" && wrong == s.sessions.cookie(c.Request(), payingCookie) {
		order.Instead, in.Instead = wrong, wrong // whose it is, his browser shows
	}
	order.Again, _ = strconv.ParseInt(c.FormValue("again"), 10, 64) // a strange one knows of nothing
	props.Form = in
	return order, f
}

// payBusy leads a customer to his payment that is under way instead of making
// another, or asks him whether he means a second one. Whoever types a stranger's
// number is not led to the stranger's page: it will be his proof.
func (s *server) payBusy(c echo.Context, props views.CustomerProps, f *form, with store.Transaction) error {
	switch {
	case s.isPaying(c, with) && with.Status != store.StatusSuccessful:
		return see(c, "/p/"+props.Link.Slug+"/"+with.ExternalReference)
	case props.Link.Kind == store.LinkOnce:
		return see(c, "/p/"+props.Link.Slug) // its page tells what became of its one payment
	case with.Status != store.StatusSuccessful:
		f.wrong("phone", views.ProblemUnderWay, "")
		return s.showCustomer(c, http.StatusConflict, props)
	}
	props.Again = with
	return s.showCustomer(c, http.StatusConflict, props)
}

// notPaid says in a customer's words why his payment was not asked for, and with
// which status; 0 where err is nothing of the kind. least is in hundredths.
// CamPay's own words are for staff.
func (f *form) notPaid(err error, least int64) int {
	var (
		stopped *payments.LinkStoppedError
		left    *payments.LinkLeftError
		often   *payments.TooOftenError
		refused *payments.RefusedError
	)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &stopped):
		return http.StatusConflict // the page says why
	case errors.Is(err, payments.ErrAmountChanged):
		f.wrong(views.WholeForm, views.ProblemAmountChanged, "")
		return http.StatusConflict
	case errors.As(err, &left):
		f.wrong("amount", views.ProblemAmountLeft, views.Francs(f.ctx, int64(left.Left)))
	case errors.Is(err, payments.ErrAmountBelow):
		f.wrong("amount", views.ProblemAmountBelow, views.Francs(f.ctx, least))
	case errors.Is(err, payments.ErrAmountMissing):
		f.amount(payments.ErrAmountMissing)
	case errors.As(err, &often):
		f.tooOften(often.Of)
		return http.StatusTooManyRequests
	case errors.Is(err, payments.ErrOperationUsed):
		f.wrong(views.WholeForm, views.ProblemUsed, "")
	case errors.Is(err, payments.ErrNotSent):
		f.wrong(views.WholeForm, views.ProblemCamPayDown, "")
		return http.StatusServiceUnavailable
	case errors.As(err, &refused):
		f.customerRefused(refused.Of)
	default:
		return 0
	}
	return http.StatusUnprocessableEntity
}

func (f *form) tooOften(of payments.Part) {
	if of == payments.PartPhone {
		f.wrong("phone", views.ProblemOftenPhone, "")
		return
	}
	f.wrong(views.WholeForm, views.ProblemOftenLink, "")
}

func (f *form) customerRefused(of payments.Part) {
	switch of {
	case payments.PartPhone:
		f.wrong("phone", views.ProblemNumberUnknown, "")
	case payments.PartOften:
		f.wrong("phone", views.ProblemOftenPhone, "")
	case payments.PartCarrier:
		f.wrong("phone", views.ProblemPhoneCarrier, "")
	case payments.PartAmount:
		f.wrong("amount", views.ProblemAmountTaken, "")
	default:
		f.wrong(views.WholeForm, views.ProblemNotTaken, "")
	}
}
