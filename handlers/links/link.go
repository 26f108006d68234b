package links

// One payment link: its QR code, live, and what became of it.

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

func (s *Screens) Link(c echo.Context) error {
	ctx := c.Request().Context()
	l, err := s.VisibleLink(c)
	if err != nil {
		return err
	}
	s.Payments.Nudge(ctx, payments.LinkTopic(l.ID))
	return s.showLink(c, http.StatusOK, l)
}

func (s *Screens) showLink(c echo.Context, status int, l store.LinkWithState) error {
	ctx := c.Request().Context()
	props, err := s.LinkProps(ctx, l)
	if err != nil {
		return err
	}
	props.MayChange, props.Operation = mayChange(c, l), payments.NewOperation()
	if err := s.forRole(ctx, web.User(c).Role, &props); err != nil {
		return err
	}
	if props.Till, err = s.tillName(ctx, l.TillID); err != nil {
		return err
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.LinkPage(p, props) })
}

// LinkProps is all that a link's screen shows.
func (s *Screens) LinkProps(ctx context.Context, l store.LinkWithState) (props views.LinkProps, err error) {
	props = views.LinkProps{Link: l, Now: s.Now()}
	if props.Attempts, err = s.attempts(ctx, l); err != nil {
		return props, err
	}
	if !web.HasPage(l) {
		_, props.Reach = s.ForOthers(ctx)
	}
	if props.Beside, err = s.Beside(ctx, append(props.Attempts, l.Newest)...); err != nil {
		return props, err
	}
	if props.Instead, err = s.InsteadOf(ctx, l.Newest, props.Beside.Ended[l.Newest.ID]); err != nil {
		return props, err
	}
	if props.URL = s.shared(ctx, l, props.Attempts); props.URL != "" && l.Stop(s.Now()) == store.LinkOpen {
		props.QR.Modules, err = web.QRModules(props.URL)
	}
	return props, err
}

// forRole adds what this role may read and do: how a sale at the till came to its
// end, and which payment beyond the one that a link is for may be given back.
func (s *Screens) forRole(ctx context.Context, role store.Role, props *views.LinkProps) (err error) {
	if len(props.Beside.Ended) > 0 {
		if props.Events, err = s.StoryOf(ctx, role, props.Link.Newest.ID); err != nil {
			return err
		}
	}
	if !role.Owns() || props.Link.Kind != store.LinkOnce || props.Link.Paid < 2 {
		return nil
	}
	for _, t := range props.Attempts {
		if !t.Flags.Has(store.FlagPaidTwice) {
			continue
		}
		left, err := s.Payments.Refundable(ctx, t)
		if err != nil {
			return err
		}
		if left > 0 {
			props.Extra = t.ID
			return nil
		}
	}
	return nil
}

// NewestAttempts is how many payments the page of a link of many shows.
const NewestAttempts = 10

// attempts are those to pay a link: all of a link for one payment, the newest of
// any other.
func (s *Screens) attempts(ctx context.Context, l store.LinkWithState) ([]store.Transaction, error) {
	if l.Kind == store.LinkOnce {
		return s.Store.TransactionsOfLink(ctx, l.ID)
	}
	return s.Store.Transactions(ctx, store.TransactionFilter{LinkID: l.ID, Limit: NewestAttempts})
}

// shared is the address that a link's QR code holds: ours where customers
// reach it or there is no other, else CamPay's; empty until CamPay made its page.
func (s *Screens) shared(ctx context.Context, l store.LinkWithState, attempts []store.Transaction) string {
	if s.PublicQR || !web.HasPage(l) {
		address, _ := s.ForOthers(ctx)
		return address + "/p/" + l.Slug
	}
	return web.HostedPage(attempts)
}

// linkFragment is the live part of a link's page, with what follows from it. It
// never settles: a link may be paid a second time, and the page has to say so.
func (s *Screens) linkFragment(c echo.Context, l store.LinkWithState) web.Fragment {
	n, mayChange, role := l.ID, mayChange(c, l), web.User(c).Role
	page := views.Page{Shop: s.Shop}
	wantsCard := c.QueryParam(views.QRMissing) != ""
	return func(ctx context.Context) (templ.Component, bool, error) {
		l, err := s.Store.Link(ctx, n)
		if err != nil {
			return nil, false, err
		}
		props, err := s.LinkProps(ctx, l)
		if err != nil {
			return nil, false, err
		}
		if err := s.forRole(ctx, role, &props); err != nil {
			return nil, false, err
		}
		props.MayChange = mayChange
		isStopped := l.Stop(s.Now()) != store.LinkOpen // meanwhile: its code has to go
		rest := &views.LinkRest{Page: page, Props: props, Card: wantsCard || isStopped}
		return views.LinkStatus(views.LinkStatusProps{Link: l, Beside: props.Beside, Instead: props.Instead, Extra: props.Extra, Now: s.Now(), Rest: rest}), false, nil
	}
}

func (s *Screens) LinkStatus(c echo.Context) error {
	l, err := s.VisibleLink(c)
	if err != nil {
		return err
	}
	return s.Poll(c, payments.LinkTopic(l.ID), s.linkFragment(c, l))
}

func (s *Screens) LinkLive(c echo.Context) error {
	l, err := s.VisibleLink(c)
	if err != nil {
		return err
	}
	return s.Stream(c, []web.LivePart{{Event: views.LiveEvent, Read: s.linkFragment(c, l)}}, payments.LinkTopic(l.ID))
}

// WithCode has give answer with what holds the code of the link that a path names and
// leads to an address; a link that takes no payment has no code to give away, and its
// page is the answer, which says why and how it can be resumed.
func (s *Screens) WithCode(give func(c echo.Context, l store.LinkWithState, address string) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		l, err := s.VisibleLink(c)
		if err != nil {
			return err
		}
		if l.Stop(s.Now()) != store.LinkOpen {
			return s.showLink(c, http.StatusConflict, l)
		}
		attempts, err := s.attempts(ctx, l)
		if err != nil {
			return err
		}
		address := s.shared(ctx, l, attempts)
		if address == "" {
			return echo.NewHTTPError(http.StatusNotFound)
		}
		return give(c, l, address)
	}
}

// LinkPNG is the QR code to download.
func (s *Screens) LinkPNG(c echo.Context, l store.LinkWithState, address string) error {
	picture, err := web.QRPNG(address)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="qr-`+l.Slug[:6]+`.png"`)
	return c.Blob(http.StatusOK, "image/png", picture)
}

// mayChange reports whether the one who asks may change a link: an owner any, a
// cashier her own.
func mayChange(c echo.Context, l store.LinkWithState) bool {
	u := web.User(c)
	return u.Role.Owns() || u.Role.TakesPayments() && l.CreatedBy == u.ID && l.Kind != store.LinkCounter
}

// tillName is the name of a till; empty for none.
func (s *Screens) tillName(ctx context.Context, id int64) (string, error) {
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
