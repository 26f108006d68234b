package pay

// Receipts: the address of a paid collection's, and what it says now.

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
	"comptoir/views/paper"
)

var receiptForm = regexp.MustCompile(`^[a-z2-7]{26}$`)

// receiptPath is the address of a collection's receipt, made when it is first
// asked for: a sale has a receipt once it is proved paid, and keeps it whatever
// becomes of it.
func (s *Screens) receiptPath(ctx context.Context, t store.Transaction) (string, error) {
	token, err := s.Store.ReceiptOf(ctx, t.ID)
	if err == nil {
		return "/r/" + token, nil
	}
	if !errors.Is(err, store.ErrNotFound) || t.Kind != store.KindCollect || !t.PaidInFull() {
		return "", err
	}
	err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		token, err = tx.AddReceipt(ctx, t.ID, strings.ToLower(rand.Text()), s.Now())
		return err
	})
	return "/r/" + token, err
}

// seeReceipt leads to the receipt of a transaction.
func (s *Screens) seeReceipt(c echo.Context, t store.Transaction) error {
	path, err := s.receiptPath(c.Request().Context(), t)
	if err != nil {
		return err
	}
	if path == "" {
		return store.ErrNotFound
	}
	return web.See(c, path)
}

// TransactionReceipt is for staff, of what they may see.
func (s *Screens) TransactionReceipt(c echo.Context) error {
	t, err := s.VisibleTransaction(c)
	if err != nil {
		return err
	}
	return s.seeReceipt(c, t)
}

// PaymentReceipt is for a customer, of his own payment.
func (s *Screens) PaymentReceipt(c echo.Context) error {
	props, err := s.paymentAsked(c)
	if err != nil {
		return err
	}
	return s.seeReceipt(c, props.Payment)
}

// receiptAsked is what the receipt that a path names says now.
func (s *Screens) receiptAsked(c echo.Context) (props views.ReceiptProps, err error) {
	ctx, token := c.Request().Context(), c.Param("token")
	if !receiptForm.MatchString(token) {
		return props, echo.NewHTTPError(http.StatusNotFound)
	}
	t, err := s.Store.TransactionOfReceipt(ctx, token)
	if err != nil {
		return props, err
	}
	s.Payments.Nudge(ctx, payments.TransactionTopic(t.ID))
	address, reach := s.ForOthers(ctx)
	if web.User(c).ID == 0 {
		reach = views.ReachAll // a customer is where he is
	}
	props = views.ReceiptProps{Transaction: t, Path: "/r/" + token, URL: address + "/r/" + token, Reach: reach, Paper: c.QueryParam("paper"), Now: s.Now()}
	given, err := s.Store.GivenBack(ctx, t.ID)
	if err != nil {
		return props, err
	}
	props.Refunded = given[t.ID]
	shop, err := s.Store.Shop(ctx)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return props, err
	}
	props.Footer = shop.Footer
	if s.PublicQR {
		if props.QR.Modules, err = web.QRModules(props.URL); err != nil {
			return props, err
		}
	}
	props.Seller, err = s.Seller(ctx)
	return props, err
}

func (s *Screens) Receipt(c echo.Context) error {
	props, err := s.receiptAsked(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, views.ReceiptPage(s.Frame(c), props))
}

// ReceiptPDF is the receipt to keep, on the paper that is asked for.
func (s *Screens) ReceiptPDF(c echo.Context) error {
	props, err := s.receiptAsked(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	roll := paper.Roll(props.Paper)
	if !slices.Contains(paper.Rolls, roll) {
		roll = paper.A5Sheet
	}
	made := props.OnPaper(ctx, s.Shop)
	if made.Logo, err = s.LogoOf(ctx, props.Seller); err != nil {
		return err
	}
	file, err := made.Draw(roll)
	if err != nil {
		return err
	}
	return web.SendPDF(c, "receipt-"+props.Transaction.Code+".pdf", file)
}
