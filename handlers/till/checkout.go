package till

// The till: an amount, then a QR code or a prompt on the customer's phone.

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// How long sales stand on the strip.
const (
	salePaid     = 5 * time.Minute    // how long a paid sale stays on the strip
	SaleFailed   = time.Minute        // how long one that failed does
	mostOpen     = 20                 // sales on the strip
	mostSuggests = 6                  // amounts, and payers, that the till remembers
	tillMemory   = 7 * 24 * time.Hour // how far back it remembers them
)

func (s *Screens) Checkout(c echo.Context) error {
	return s.showCheckout(c, http.StatusOK, views.CheckoutForm{
		OperationID: payments.NewOperation(), Amount: web.TypedInAddress(c, "amount"), Description: c.QueryParam("description"),
		Phone: c.QueryParam("phone"), Instead: c.QueryParam("instead"),
	})
}

func (s *Screens) showCheckout(c echo.Context, status int, form views.CheckoutForm) (err error) {
	ctx := c.Request().Context()
	if form.Replaces, err = s.replaces(c); err != nil {
		return err
	}
	props := views.CheckoutProps{Form: form, Mark: s.DayMark(ctx, s.Now())}
	if props.Amounts, err = s.Store.RecentAmounts(ctx, s.Now().Add(-tillMemory), mostSuggests); err != nil {
		return err
	}
	if props.Sales, err = s.openSales(c); err != nil {
		return err
	}
	return s.showTill(c, status, func(p views.Page) templ.Component { return views.CheckoutPage(p, props) })
}

// showTill is show for the screens of the till, which have styles and a script
// of their own: a page that was open before, and had none, loads the till anew.
func (s *Screens) showTill(c echo.Context, status int, screen func(views.Page) templ.Component) error {
	r := c.Request()
	from, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if r.Method == http.MethodGet && r.Header.Get("HX-Boosted") != "" && (err != nil || !strings.HasPrefix(from.Path, "/checkout")) {
		c.Response().Header().Set("HX-Redirect", r.URL.RequestURI())
		return c.NoContent(http.StatusOK)
	}
	return s.Show(c, status, screen)
}

// openSales are those on the strip of whoever asks.
func (s *Screens) openSales(c echo.Context) ([]store.Sale, error) {
	wanted, err := s.salesWanted(c)
	if err != nil {
		return nil, err
	}
	return s.salesNow(c.Request().Context(), wanted)
}

func (s *Screens) salesWanted(c echo.Context) (store.SalesFilter, error) {
	till, err := s.Till(c)
	return store.SalesFilter{By: web.User(c).ID, Till: till.ID, Limit: mostOpen}, err
}

func (s *Screens) salesNow(ctx context.Context, wanted store.SalesFilter) ([]store.Sale, error) {
	now := s.Now()
	wanted.Day, wanted.Paid, wanted.Failed = money.DayOf(now), now.Add(-salePaid), now.Add(-SaleFailed)
	return s.Store.OpenSales(ctx, wanted)
}

func (s *Screens) Strip(c echo.Context) error {
	sales, err := s.openSales(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, views.OpenSales(sales))
}

func (s *Screens) StripLive(c echo.Context) error {
	strip, err := s.liveStrip(c)
	if err != nil {
		return err
	}
	return s.Stream(c, []web.LivePart{strip}, payments.TillTopic)
}

// liveStrip is the strip of whoever asks.
func (s *Screens) liveStrip(c echo.Context) (web.LivePart, error) {
	wanted, err := s.salesWanted(c)
	return web.LivePart{Event: views.LiveStrip, Read: func(ctx context.Context) (templ.Component, bool, error) {
		sales, err := s.salesNow(ctx, wanted)
		return views.OpenSales(sales), false, err
	}}, err
}

// readSale reads a form of the till, whichever of its fields it has, and what of
// it is asked for in either way.
func (s *Screens) readSale(c echo.Context) (in views.CheckoutForm, order payments.PushOrder, f *web.Form) {
	in = views.CheckoutForm{Amount: web.TypedInAddress(c, "amount"), Phone: web.Typed(c, "phone"), Description: web.Typed(c, "description"), Instead: c.FormValue("instead")}
	order, f = payments.PushOrder{Description: in.Description, By: web.User(c).ID}, s.NewForm(c)
	var err error
	order.Amount, err = payments.ParseItems(in.Amount)
	f.Typed("amount", err)
	f.AtMost("description", in.Description, views.MaxDescription)
	in.Errors = f.Errors
	return in, order, f
}

func (s *Screens) CheckoutQR(c echo.Context) error {
	in, sale, f := s.readSale(c)
	in.OperationID = f.Operation(c.FormValue("operation"))
	if !f.OK() {
		return s.showCheckout(c, http.StatusUnprocessableEntity, in)
	}
	mobileMoney, err := payments.ParsePaymentOptions("")
	if err != nil {
		return err
	}
	instead, err := s.instead(c)
	if err != nil {
		return err
	}
	link, err := s.Payments.CreateLink(f.Ctx, payments.LinkOrder{
		AtTill: true, Instead: instead, Operation: in.OperationID, Amount: sale.Amount, By: sale.By, PaymentOptions: mobileMoney,
		Description: cmp.Or(sale.Description, views.UntitledSale(f.Ctx)),
	})
	if paid, ok := errors.AsType[*payments.SalePaidError](err); ok {
		return web.See(c, pathOfSale(paid.Key))
	}
	if f.Refused(err) {
		in.OperationID = payments.NewOperation() // the refused one is in the book, and over
		return s.showCheckout(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/checkout/qr/", link.ID))
}

// PhoneSaleForm asks for the number that a typed amount is to be asked of.
func (s *Screens) PhoneSaleForm(c echo.Context) error {
	in, sale, f := s.readSale(c)
	in.OperationID = payments.NewOperation()
	if !f.OK() {
		return s.showCheckout(c, http.StatusUnprocessableEntity, in)
	}
	return s.showPhoneSale(c, http.StatusOK, views.PhoneSaleProps{Form: in, Total: sale.Amount})
}

func (s *Screens) showPhoneSale(c echo.Context, status int, props views.PhoneSaleProps) (err error) {
	ctx := c.Request().Context()
	if props.Form.Replaces, err = s.replaces(c); err != nil {
		return err
	}
	since := s.Now().Add(-tillMemory)
	if today := s.VisibleSince(c); today.After(since) {
		since = today
	}
	if props.Payers, err = s.Store.RecentPayers(ctx, since, mostSuggests); err != nil {
		return err
	}
	if props.Sales, err = s.openSales(c); err != nil {
		return err
	}
	props.Now = s.Now()
	return s.showTill(c, status, func(p views.Page) templ.Component { return views.PhoneSalePage(p, props) })
}

func (s *Screens) CheckoutPhone(c echo.Context) error {
	in, order, f := s.readSale(c)
	order.Operation = f.Operation(c.FormValue("operation"))
	in.OperationID = order.Operation
	if !f.OK() {
		return s.showCheckout(c, http.StatusUnprocessableEntity, in)
	}
	var err error
	order.Phone, err = payments.ParsePhone(in.Phone)
	f.Typed("phone", err)
	props := views.PhoneSaleProps{Form: in, Total: order.Amount}
	if !f.OK() {
		return s.showPhoneSale(c, http.StatusUnprocessableEntity, props)
	}
	if order.Instead, err = s.instead(c); err != nil {
		return err
	}
	order.Again, _ = strconv.ParseInt(c.FormValue("again"), 10, 64) // a strange one knows of nothing
	t, err := s.Payments.RequestPayment(f.Ctx, order)
	var asked *payments.AskedError
	if errors.As(err, &asked) {
		props.Again = asked.Earlier
		return s.showPhoneSale(c, http.StatusConflict, props)
	}
	if paid, ok := errors.AsType[*payments.SalePaidError](err); ok {
		return web.See(c, pathOfSale(paid.Key))
	}
	if s.SentUnkept(c, err) {
		return web.See(c, web.ItemPath("/checkout/phone/", t.ID))
	}
	if f.Refused(err) {
		props.Form.OperationID = payments.NewOperation() // the refused one is in the book, and over
		if _, isOfAmount := f.Errors["amount"]; isOfAmount {
			return s.showCheckout(c, http.StatusUnprocessableEntity, props.Form) // where it can be changed
		}
		return s.showPhoneSale(c, http.StatusUnprocessableEntity, props)
	}
	if err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/checkout/phone/", t.ID))
}

// phoneSale is the request by phone that a path names, whoever sent it: a
// customer's own at a counter too.
func (s *Screens) phoneSale(c echo.Context) (store.Transaction, error) {
	t, err := s.VisibleTransaction(c)
	if err == nil && (t.Kind != store.KindCollect || t.Origin != store.OriginPush) {
		err = store.ErrNotFound
	}
	return t, err
}

func (s *Screens) showSale(c echo.Context, topic payments.Topic, read readsSale) error {
	ctx := c.Request().Context()
	s.Payments.Nudge(ctx, topic)
	props, err := read(ctx)
	if err != nil {
		return err
	}
	sales, err := s.openSales(c)
	if err != nil {
		return err
	}
	props.Operation = payments.NewOperation()
	return s.showTill(c, http.StatusOK, func(p views.Page) templ.Component { return views.SalePage(p, props, sales) })
}

// saleLive streams a sale's screen, with the strip beside it.
func (s *Screens) saleLive(c echo.Context, read readsSale, topic payments.Topic) error {
	strip, err := s.liveStrip(c)
	if err != nil {
		return err
	}
	return s.Stream(c, []web.LivePart{{Event: views.LiveEvent, Read: saleFragment(read)}, strip}, topic, payments.TillTopic)
}

// saleFragment is the live part of a sale's screen. A link never settles: it may
// be paid a second time, and the screen has to say so.
func saleFragment(read readsSale) web.Fragment {
	return func(ctx context.Context) (templ.Component, bool, error) {
		props, err := read(ctx)
		return views.Sale(props), props.Link.Link.ID == 0 && props.Transaction.Status.Final(), err
	}
}

// readsSale reads what the screen of a sale shows.
type readsSale func(context.Context) (views.SaleProps, error)

// asPaid reads a sale that was asked for in several ways by the one that was paid,
// whichever of them a screen was opened for.
func (s *Screens) asPaid(read readsSale) readsSale {
	return func(ctx context.Context) (views.SaleProps, error) {
		props, err := read(ctx)
		if err != nil || props.Way.Number == 0 || props.Transaction.Status == store.StatusSuccessful {
			return props, err
		}
		all, err := s.Store.OfSameSale(ctx, props.Way)
		if err != nil {
			return props, err
		}
		paid := slices.IndexFunc(all, func(t store.Transaction) bool { return t.Status == store.StatusSuccessful })
		switch {
		case paid < 0:
			return props, nil
		case all[paid].LinkID != 0:
			return s.qrSaleProps(all[paid].LinkID)(ctx)
		default:
			return s.phoneSaleProps(all[paid].ID)(ctx)
		}
	}
}

// saleOf reads a sale for who asks: as it was paid, and what he may give back of it.
func (s *Screens) saleOf(c echo.Context, read readsSale) readsSale {
	mayRefund := web.User(c).Role.Owns()
	read = s.asPaid(read)
	return func(ctx context.Context) (views.SaleProps, error) {
		props, err := read(ctx)
		if err != nil || !mayRefund || props.Transaction.ID == 0 {
			return props, err
		}
		left, err := s.Payments.Refundable(ctx, props.Transaction)
		props.Left = left
		return props, err
	}
}

// phoneSaleProps reads a request by phone for its screen.
func (s *Screens) phoneSaleProps(n int64) readsSale {
	return func(ctx context.Context) (views.SaleProps, error) {
		t, err := s.Store.Transaction(ctx, n)
		if err != nil {
			return views.SaleProps{}, err
		}
		beside, err := s.Beside(ctx, t)
		if err != nil {
			return views.SaleProps{}, err
		}
		way, err := s.Store.SaleOf(ctx, t)
		return views.SaleProps{Transaction: t, Given: beside.Given[n], Way: way, Ended: beside.Ended[n], Mark: s.DayMark(ctx, t.SettledAt), Now: s.Now()}, err
	}
}

// qrSaleProps reads a link for its screen at the till.
func (s *Screens) qrSaleProps(n int64) readsSale {
	return func(ctx context.Context) (views.SaleProps, error) {
		l, err := s.Store.Link(ctx, n)
		if err != nil {
			return views.SaleProps{}, err
		}
		way, err := s.wayOfSale(ctx, store.SaleKey{LinkID: n})
		if err != nil {
			return views.SaleProps{}, err
		}
		props, err := s.Links.LinkProps(ctx, l)
		return views.SaleProps{Way: way, Ended: props.Beside.Ended[l.Newest.ID], Transaction: l.Newest, Link: props, Mark: s.DayMark(ctx, l.Newest.SettledAt), Now: s.Now()}, err
	}
}

func (s *Screens) PhoneSalePage(c echo.Context) error {
	t, err := s.phoneSale(c)
	if err != nil {
		return err
	}
	return s.showSale(c, payments.TransactionTopic(t.ID), s.saleOf(c, s.phoneSaleProps(t.ID)))
}

func (s *Screens) PhoneSaleStatus(c echo.Context) error {
	t, err := s.phoneSale(c)
	if err != nil {
		return err
	}
	return s.Poll(c, payments.TransactionTopic(t.ID), saleFragment(s.saleOf(c, s.phoneSaleProps(t.ID))))
}

func (s *Screens) PhoneSaleLive(c echo.Context) error {
	t, err := s.phoneSale(c)
	if err != nil {
		return err
	}
	return s.saleLive(c, s.saleOf(c, s.phoneSaleProps(t.ID)), payments.TransactionTopic(t.ID))
}

func (s *Screens) QRSalePage(c echo.Context) error {
	l, err := s.VisibleLink(c)
	if err != nil {
		return err
	}
	return s.showSale(c, payments.LinkTopic(l.ID), s.saleOf(c, s.qrSaleProps(l.ID)))
}

func (s *Screens) QRSaleStatus(c echo.Context) error {
	l, err := s.VisibleLink(c)
	if err != nil {
		return err
	}
	return s.Poll(c, payments.LinkTopic(l.ID), saleFragment(s.saleOf(c, s.qrSaleProps(l.ID))))
}

func (s *Screens) QRSaleLive(c echo.Context) error {
	l, err := s.VisibleLink(c)
	if err != nil {
		return err
	}
	return s.saleLive(c, s.saleOf(c, s.qrSaleProps(l.ID)), payments.LinkTopic(l.ID))
}
