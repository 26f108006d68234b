package handlers

// One payment link: its QR code, live, and what became of it.

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

// visibleLink is the link that a path names, if the one who asks may see it.
func (s *server) visibleLink(c echo.Context) (store.LinkWithState, error) {
	n, err := id(c)
	if err != nil {
		return store.LinkWithState{}, err
	}
	return s.seenLink(c, n)
}

// seenLink is a link, if the one who asks may see it.
func (s *server) seenLink(c echo.Context, id int64) (store.LinkWithState, error) {
	l, err := s.Store.Link(c.Request().Context(), id)
	if err == nil && l.CreatedAt.Before(s.seesSince(c)) {
		err = store.ErrNotFound
	}
	return l, err
}

func (s *server) link(c echo.Context) error {
	ctx := c.Request().Context()
	l, err := s.visibleLink(c)
	if err != nil {
		return err
	}
	if err := s.Payments.Nudge(ctx, payments.LinkTopic(l.ID)); err != nil {
		return err
	}
	props, err := s.linkProps(ctx, l)
	if err != nil {
		return err
	}
	props.MayChange, props.Operation = mayChange(c, l), payments.NewOperation()
	if props.Till, err = s.tillName(ctx, l.TillID); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.LinkPage(p, props) })
}

// linkProps is all that a link's screen shows.
func (s *server) linkProps(ctx context.Context, l store.LinkWithState) (props views.LinkProps, err error) {
	props = views.LinkProps{Link: l, Now: s.Now()}
	if props.Attempts, err = s.attempts(ctx, l); err != nil {
		return props, err
	}
	if !hasPage(l) {
		_, props.Reach = s.forOthers(ctx)
	}
	if props.Given, err = s.given(ctx, append(props.Attempts, l.Newest)); err != nil {
		return props, err
	}
	if props.URL = s.shared(ctx, l, props.Attempts); props.URL != "" && l.Stop(s.Now()) == store.LinkOpen {
		props.QR.Modules, err = qrModules(props.URL)
	}
	return props, err
}

// newestAttempts is how many payments the page of a link of many shows.
const newestAttempts = 10

// attempts are those to pay a link: all of a link for one payment, the newest of
// any other.
func (s *server) attempts(ctx context.Context, l store.LinkWithState) ([]store.Transaction, error) {
	if l.Kind == store.LinkOnce {
		return s.Store.TransactionsOfLink(ctx, l.ID)
	}
	return s.Store.Transactions(ctx, store.TransactionFilter{LinkID: l.ID, Limit: newestAttempts})
}

// hasPage reports whether CamPay has a page of the link itself; any other
// begins with its customer's amount, on our page.
func hasPage(l store.LinkWithState) bool { return l.Kind == store.LinkOnce && l.Amount > 0 }

// shared is the address that a link's QR code holds: ours where customers
// reach it or there is no other, else CamPay's; empty until CamPay made its page.
func (s *server) shared(ctx context.Context, l store.LinkWithState, attempts []store.Transaction) string {
	if s.PublicQR || !hasPage(l) {
		address, _ := s.forOthers(ctx)
		return address + "/p/" + l.Slug
	}
	return hostedPage(attempts)
}

// hostedPage is CamPay's page of a link: that of the newest attempt that has one.
func hostedPage(attempts []store.Transaction) string {
	for _, t := range attempts {
		if t.PaymentURL != "" {
			return t.PaymentURL
		}
	}
	return ""
}

// linkFragment is the live part of a link's page, with what follows from it. It
// never settles: a link may be paid a second time, and the page has to say so.
func (s *server) linkFragment(c echo.Context, l store.LinkWithState) fragment {
	n, mayChange := l.ID, mayChange(c, l)
	page := views.Page{Shop: s.Shop}
	wantsCard := c.QueryParam(views.QRMissing) != ""
	return func(ctx context.Context) (templ.Component, bool, error) {
		l, err := s.Store.Link(ctx, n)
		if err != nil {
			return nil, false, err
		}
		props, err := s.linkProps(ctx, l)
		props.MayChange = mayChange
		isStopped := l.Stop(s.Now()) != store.LinkOpen // meanwhile: its code has to go
		rest := &views.LinkRest{Page: page, Props: props, Card: wantsCard || isStopped}
		return views.LinkStatus(views.LinkStatusProps{Link: l, Given: props.Given, Now: s.Now(), Rest: rest}), false, err
	}
}

func (s *server) linkStatus(c echo.Context) error {
	l, err := s.visibleLink(c)
	if err != nil {
		return err
	}
	return s.poll(c, payments.LinkTopic(l.ID), s.linkFragment(c, l))
}

func (s *server) linkLive(c echo.Context) error {
	l, err := s.visibleLink(c)
	if err != nil {
		return err
	}
	return s.stream(c, []livePart{{views.LiveEvent, s.linkFragment(c, l)}}, payments.LinkTopic(l.ID))
}

// linkPNG is the QR code to download.
func (s *server) linkPNG(c echo.Context) error {
	l, err := s.visibleLink(c)
	if err != nil {
		return err
	}
	attempts, err := s.attempts(c.Request().Context(), l)
	if err != nil {
		return err
	}
	address := s.shared(c.Request().Context(), l, attempts)
	if address == "" {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	picture, err := qrPNG(address)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="qr-`+l.Slug[:6]+`.png"`)
	return c.Blob(http.StatusOK, "image/png", picture)
}

// mayChange reports whether the one who asks may change a link: an owner any, a
// cashier her own.
func mayChange(c echo.Context, l store.LinkWithState) bool {
	switch u := user(c); u.Role {
	case store.RoleOwner:
		return true
	case store.RoleCashier:
		return l.CreatedBy == u.ID && l.Kind != store.LinkCounter
	default:
		return false
	}
}

// tillName is the name of a till; empty for none.
func (s *server) tillName(ctx context.Context, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	tills, err := s.Store.Tills(ctx)
	for _, t := range tills {
		if t.ID == id {
			return t.Name, err
		}
	}
	return "", err
}
