package pay

// The form of a customer's page: how often it may be sent, what it asks for, and
// why it is refused.

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/campay/refusal"
	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// FromOneLimit is how many forms for one link one address sends in a row before it
// has to wait; a payment from there that is proved begins the count anew.
var FromOneLimit = access.Limit{Free: 12, Longest: 10 * time.Minute}

// fromOne is what the forms for a link from one address are counted by.
func fromOne(c echo.Context, l store.LinkWithState) access.Guess {
	return access.Guess{Kind: "pays", Of: payments.Network(c.RealIP()) + "|" + l.Slug, Limit: FromOneLimit}
}

// Paced refuses an address that asks without end.
func (s *Screens) Paced(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.Guesses.InPace(s.Now(), payments.Network(c.RealIP())) {
			return echo.NewHTTPError(http.StatusTooManyRequests)
		}
		return next(c)
	}
}

// forgive begins the count of an address anew, once for each payment from there
// that is proved: shown again and again, an old one forgives nothing.
func (s *Screens) forgive(c echo.Context, l store.LinkWithState, t store.Transaction) {
	isNew := t.Status == store.StatusSuccessful && s.Now().Sub(t.SettledAt) < access.GuessesForget
	if isNew && s.isPaying(c, t) && s.Guesses.First(s.Now(), "paid", t.ExternalReference) {
		s.Access.ForgetRight(c.Request().Context(), fromOne(c, l))
	}
}

// PayLink takes a customer's form: his number gets the prompt, or CamPay's page
// is made for him. His own page leads there: a form may not (form-action).
func (s *Screens) PayLink(c echo.Context) error {
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
	if !f.OK() {
		return s.showCustomer(c, http.StatusUnprocessableEntity, props)
	}
	if wait := s.Guesses.Take(s.Now(), fromOne(c, l)); wait > 0 {
		web.TooMany(c, wait)
		f.Refused(&payments.TooOftenError{Of: payments.PartOrder})
		return s.showCustomer(c, http.StatusTooManyRequests, props)
	}
	t, err := s.Payments.PayLink(ctx, order)
	var busy *payments.BusyError
	if errors.As(err, &busy) {
		return s.payBusy(c, props, f, busy.With)
	}
	if s.SentUnkept(c, err) {
		return web.See(c, "/p/"+l.Slug+"/"+order.Operation)
	}
	if errors.Is(err, payments.ErrOnePage) {
		return web.See(c, "/p/"+l.Slug) // where it is
	}
	if status := notPaid(f, err); status != 0 {
		props.Form.OperationID = payments.NewOperation() // the refused one may be in the book, and over
		if l, err := s.Store.Link(ctx, l.ID); err == nil {
			props.Link, props.Stop = l, l.Stop(s.Now())
			if status == http.StatusConflict && f.OK() && props.Stop == store.LinkOpen {
				f.Wrong(views.WholeForm, views.ProblemLinkTaken, "") // others are paying what is left
			}
		}
		return s.showCustomer(c, status, props)
	}
	if err != nil {
		return err
	}
	s.Sessions.Remember(c.Response(), PayingCookie, t.ExternalReference, 24*time.Hour)
	return web.See(c, "/p/"+l.Slug+"/"+t.ExternalReference)
}

// customerOrder is what a customer's form asks for; what is wrong with it
// stands in props.
func (s *Screens) customerOrder(c echo.Context, props *views.CustomerProps) (payments.LinkPayment, *web.Form) {
	f := s.NewForm(c)
	in := views.CustomerForm{OperationID: c.FormValue("operation"), Amount: web.Typed(c, "amount"), Phone: web.Typed(c, "phone"), Errors: f.Errors}
	order := payments.LinkPayment{LinkID: props.Link.ID}
	order.Operation = f.Operation(in.OperationID)
	in.OperationID = order.Operation
	if in.Amount != "" || props.Link.Amount == 0 {
		var err error
		order.Amount, err = payments.ParseAmount(in.Amount)
		f.Typed("amount", err)
	}
	byPage := c.FormValue("way") == "page" && props.Link.PaymentOptions.TakeCards() || !props.Link.PaymentOptions.TakePhones()
	if !byPage {
		var err error
		order.Phone, err = payments.ParsePhone(in.Phone)
		f.Typed("phone", err)
	}
	if shown, err := payments.ParseAmount(c.FormValue("shown")); err == nil {
		order.Shown = shown
	}
	if wrong := c.FormValue("instead"); wrong != "" && wrong == s.Sessions.Cookie(c.Request(), PayingCookie) {
		order.Instead, in.Instead = wrong, wrong // whose it is, his browser shows
	}
	order.Again, _ = strconv.ParseInt(c.FormValue("again"), 10, 64) // a strange one knows of nothing
	props.Form = in
	return order, f
}

// payBusy leads a customer to his payment that is under way instead of making
// another, or asks him whether he means a second one. Whoever types a stranger's
// number is not led to the stranger's page: it will be his proof.
func (s *Screens) payBusy(c echo.Context, props views.CustomerProps, f *web.Form, with store.Transaction) error {
	switch {
	case s.isPaying(c, with) && with.Status != store.StatusSuccessful:
		return web.See(c, "/p/"+props.Link.Slug+"/"+with.ExternalReference)
	case props.Link.Kind == store.LinkOnce:
		return web.See(c, "/p/"+props.Link.Slug) // its page tells what became of its one payment
	case with.Status != store.StatusSuccessful:
		f.Wrong("phone", views.ProblemUnderWay, "")
		return s.showCustomer(c, http.StatusConflict, props)
	}
	if !s.isPaying(c, with) {
		with.CreatedAt = time.Time{} // when a number paid is told to who paid by it
	}
	props.Again = with
	return s.showCustomer(c, http.StatusConflict, props)
}

// forCustomers are the words of those refusals that are said otherwise to a customer
// than to staff: CamPay's own are for staff alone.
var forCustomers = map[string]refusal.Refusal{
	payments.ErrNotSent.Code: {Code: "campay_down"},
	"refused_number":         {Code: "number_unknown", Field: "phone"},
	"refused_often":          {Code: "often_phone", Field: "phone"},
	"refused_keys":           {Code: "not_taken"},
	"refused_silently":       {Code: "not_taken"},
}

// notPaid says in a customer's words why his payment was not asked for, and with
// which status; 0 where err is nothing of the kind.
func notPaid(f *web.Form, err error) int {
	var stopped *payments.LinkStoppedError
	if errors.As(err, &stopped) {
		return http.StatusConflict // the page says why
	}
	said, isRefusal := refusal.Of(err)
	if !isRefusal {
		return 0
	}
	status := http.StatusUnprocessableEntity
	var often *payments.TooOftenError
	switch {
	case errors.Is(err, payments.ErrAmountChanged):
		status = http.StatusConflict
	case errors.Is(err, payments.ErrNotSent):
		status = http.StatusServiceUnavailable
	case errors.As(err, &often):
		status = http.StatusTooManyRequests
	}
	if other, is := forCustomers[said.Code]; is {
		said = &other
	} else if refused := (*payments.RefusedError)(nil); errors.As(err, &refused) && said.Code == "refused" {
		said = refusal.New("", "not_taken")
		if refused.Of == payments.PartAmount {
			said = refusal.New("amount", "amount_taken")
		}
	}
	f.Refused(said)
	return status
}
