package handlers

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
	"comptoir/store"
	"comptoir/views"
	"comptoir/views/paper"
)

var receiptForm = regexp.MustCompile(`^[a-z2-7]{26}$`)

// receiptPath is the address of a collection's receipt, made when it is first
// asked for: a sale has a receipt once it is proved paid, and keeps it whatever
// becomes of it.
func (s *server) receiptPath(ctx context.Context, t store.Transaction) (string, error) {
	token, err := s.Store.ReceiptOf(ctx, t.ID)
	if err == nil {
		return "/r/" + token, nil
	}
	if !errors.Is(err, store.ErrNotFound) || t.Kind != store.KindCollect || !t.PaidInFull() {
		return "", err
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		token, err = tx.AddReceipt(ctx, t.ID, strings.ToLower(rand.Text()), s.Now())
		return err
	})
	return "/r/" + token, err
}

// seeReceipt leads to the receipt of a transaction.
func (s *server) seeReceipt(c echo.Context, t store.Transaction) error {
	path, err := s.receiptPath(c.Request().Context(), t)
	if err != nil {
		return err
	}
	if path == "" {
		return store.ErrNotFound
	}
	return see(c, path)
}

// transactionReceipt is for staff, of what they may see.
func (s *server) transactionReceipt(c echo.Context) error {
	t, err := s.visibleTransaction(c)
	if err != nil {
		return err
	}
	return s.seeReceipt(c, t)
}

// paymentReceipt is for a customer, of his own payment.
func (s *server) paymentReceipt(c echo.Context) error {
	props, err := s.paymentAsked(c)
	if err != nil {
		return err
	}
	return s.seeReceipt(c, props.Payment)
}

// receiptAsked is what the receipt that a path names says now.
func (s *server) receiptAsked(c echo.Context) (props views.ReceiptProps, err error) {
	ctx, token := c.Request().Context(), c.Param("token")
	if !receiptForm.MatchString(token) {
		return props, echo.NewHTTPError(http.StatusNotFound)
	}
	t, err := s.Store.TransactionOfReceipt(ctx, token)
	if err != nil {
		return props, err
	}
	s.Payments.Nudge(ctx, payments.TransactionTopic(t.ID))
	address, reach := s.forOthers(ctx)
	if user(c).ID == 0 {
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
		if props.QR.Modules, err = qrModules(props.URL); err != nil {
			return props, err
		}
	}
	props.Seller, err = s.seller(ctx)
	return props, err
}

func (s *server) receipt(c echo.Context) error {
	props, err := s.receiptAsked(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.ReceiptPage(s.frame(c), props))
}

// receiptPDF is the receipt to keep, on the paper that is asked for.
func (s *server) receiptPDF(c echo.Context) error {
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
	if made.Logo, err = s.logoOf(ctx, props.Seller); err != nil {
		return err
	}
	file, err := made.Draw(roll)
	if err != nil {
		return err
	}
	return sendPDF(c, "receipt-"+props.Transaction.Code+".pdf", file)
}

// logoOf is the shop's logo, where it has one.
func (s *server) logoOf(ctx context.Context, seller views.Seller) ([]byte, error) {
	if !seller.Logo {
		return nil, nil
	}
	return s.Store.Logo(ctx)
}

// sendPDF answers with a file to keep; its name has letters and digits alone.
func sendPDF(c echo.Context, name string, file []byte) error {
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, name)
	c.Response().Header().Set(echo.HeaderContentDisposition, `inline; filename="`+safe+`"`)
	return c.Blob(http.StatusOK, "application/pdf", file)
}
