package handlers

// Payment links: the list, a new one, and one with its QR code, live.

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

func (s *server) links(c echo.Context) error {
	q := search(c)
	rows, err := s.Store.Links(c.Request().Context(), store.LinkFilter{Search: q, Since: s.seesSince(c), Before: before(c), Limit: pageLength + 1})
	if err != nil {
		return err
	}
	props := views.LinksProps{Search: q}
	props.Links, props.Older = older(rows, func(l store.LinkWithState) int64 { return l.ID })
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.LinksPage(p, props) })
}

func (s *server) linkForm(c echo.Context) error {
	return s.showLinkForm(c, http.StatusOK, views.LinkForm{OperationID: payments.NewOperation(), Amount: c.QueryParam("amount")})
}

func (s *server) showLinkForm(c echo.Context, status int, form views.LinkForm) error {
	return s.show(c, status, func(p views.Page) templ.Component { return views.LinkNewPage(p, form) })
}

// readLink reads the form of a new link as it was typed.
func readLink(c echo.Context) views.LinkForm {
	return views.LinkForm{
		OperationID: c.FormValue("operation"), Amount: typed(c, "amount"), Description: typed(c, "description"),
		FirstName: typed(c, "first_name"), LastName: typed(c, "last_name"), Email: typed(c, "email"), Phone: typed(c, "phone"),
		PaymentOptions: c.FormValue("payment_options"), MayPayMore: c.FormValue("may_pay_more") == "yes",
		RedirectURL: typed(c, "redirect_url"), FailureRedirectURL: typed(c, "failure_redirect_url"),
	}
}

// linkOrder is what a form asks for, and what is wrong with it by field.
func linkOrder(c echo.Context, in views.LinkForm) (payments.LinkOrder, *form) {
	f := newForm(c)
	order := payments.LinkOrder{
		Operation: f.operation(in.OperationID), Description: in.Description,
		FirstName: in.FirstName, LastName: in.LastName, Email: in.Email, MayPayMore: in.MayPayMore,
		RedirectURL: in.RedirectURL, FailureRedirectURL: in.FailureRedirectURL, By: user(c).ID,
	}
	var err error
	order.Amount, err = payments.ParseAmount(in.Amount)
	f.amount(err)
	if in.Phone != "" {
		order.Phone, err = payments.ParsePhone(in.Phone)
		f.phone(err)
	}
	if order.PaymentOptions, err = payments.ParsePaymentOptions(in.PaymentOptions); err != nil {
		f.wrong("payment_options", views.ProblemChoice, "")
	}
	if in.Description == "" {
		f.wrong("description", views.ProblemTextMissing, "")
	}
	f.atMost("description", in.Description, views.MaxDescription)
	f.atMost("first_name", in.FirstName, views.MaxPersonName)
	f.atMost("last_name", in.LastName, views.MaxPersonName)
	f.email("email", in.Email)
	f.link("redirect_url", in.RedirectURL)
	f.link("failure_redirect_url", in.FailureRedirectURL)
	return order, f
}

func (s *server) createLink(c echo.Context) error {
	in := readLink(c)
	order, f := linkOrder(c, in)
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

// visibleLink is the link that a path names, if the one who asks may see it.
func (s *server) visibleLink(c echo.Context) (store.LinkWithState, error) {
	n, err := id(c)
	if err != nil {
		return store.LinkWithState{}, err
	}
	l, err := s.Store.Link(c.Request().Context(), n)
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
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.LinkPage(p, props) })
}

// linkProps is all that a link's screen shows.
func (s *server) linkProps(ctx context.Context, l store.LinkWithState) (props views.LinkProps, err error) {
	props = views.LinkProps{Link: l, Now: s.Now()}
	if props.Attempts, err = s.Store.TransactionsOfLink(ctx, l.ID); err != nil {
		return props, err
	}
	if props.URL = s.shared(l, props.Attempts); props.URL != "" {
		props.QR.Modules, err = qrModules(props.URL)
	}
	return props, err
}

// shared is the address that a link's QR code holds: ours where customers
// reach it, else CamPay's; empty until CamPay made its page.
func (s *server) shared(l store.LinkWithState, attempts []store.Transaction) string {
	if s.PublicQR {
		return s.URL + "/p/" + l.Slug
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
func (s *server) linkFragment(c echo.Context, n int64) fragment {
	page := views.Page{Shop: s.Shop}
	wantsCard := c.QueryParam(views.QRMissing) != ""
	return func(ctx context.Context) (templ.Component, bool, error) {
		l, err := s.Store.Link(ctx, n)
		if err != nil {
			return nil, false, err
		}
		props, err := s.linkProps(ctx, l)
		rest := &views.LinkRest{Page: page, Props: props, Card: wantsCard}
		return views.LinkStatus(views.LinkStatusProps{Link: l, Now: s.Now(), Rest: rest}), false, err
	}
}

func (s *server) linkStatus(c echo.Context) error {
	l, err := s.visibleLink(c)
	if err != nil {
		return err
	}
	return s.poll(c, payments.LinkTopic(l.ID), s.linkFragment(c, l.ID))
}

func (s *server) linkLive(c echo.Context) error {
	l, err := s.visibleLink(c)
	if err != nil {
		return err
	}
	return s.stream(c, payments.LinkTopic(l.ID), s.linkFragment(c, l.ID))
}

// linkPNG is the QR code to download.
func (s *server) linkPNG(c echo.Context) error {
	l, err := s.visibleLink(c)
	if err != nil {
		return err
	}
	attempts, err := s.Store.TransactionsOfLink(c.Request().Context(), l.ID)
	if err != nil {
		return err
	}
	address := s.shared(l, attempts)
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
