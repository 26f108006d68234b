package till

// A sale at the till is ended, or asked for in another way: with another amount, by
// code in the place of by phone, to another number.

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// instead is the sale that a form names as the one whose place it takes, if the one
// who asks may see it; none for a form that names none.
func (s *Screens) instead(c echo.Context) (store.SaleKey, error) {
	kind, number, _ := strings.Cut(c.FormValue("instead"), "-")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return store.SaleKey{}, nil //nolint:nilerr // a strange one is of no sale
	}
	switch kind {
	case views.InsteadOfCode:
		_, err = s.SeenLink(c, n)
		return store.SaleKey{LinkID: n}, err
	case views.InsteadOfPrompt:
		_, err = s.SeenTransaction(c, n)
		return store.SaleKey{TransactionID: n}, err
	default:
		return store.SaleKey{}, nil
	}
}

// replaces is the number of the sale whose place a form takes; 0 where there is none.
func (s *Screens) replaces(c echo.Context) (int64, error) {
	key, err := s.instead(c)
	if errors.Is(err, store.ErrNotFound) || key == (store.SaleKey{}) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	way, err := s.wayOfSale(c.Request().Context(), key)
	return way.Number, err
}

// pathOfSale is the screen of a sale.
func pathOfSale(key store.SaleKey) string {
	if key.LinkID != 0 {
		return web.ItemPath("/checkout/qr/", key.LinkID)
	}
	return web.ItemPath("/checkout/phone/", key.TransactionID)
}

// wayOfSale is the way that a screen shows; none for what was begun before sales had
// numbers.
func (s *Screens) wayOfSale(ctx context.Context, key store.SaleKey) (store.SaleWay, error) {
	way, err := s.Store.SaleWay(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return way, err
}

func (s *Screens) EndQRSale(c echo.Context) error {
	l, err := s.VisibleLink(c)
	if err != nil {
		return err
	}
	return s.endSale(c, store.SaleKey{LinkID: l.ID})
}

func (s *Screens) EndPhoneSale(c echo.Context) error {
	t, err := s.phoneSale(c)
	if err != nil {
		return err
	}
	return s.endSale(c, store.SaleKey{TransactionID: t.ID})
}

// endSale ends a sale, and shows what may still come of it or that it was paid
// meanwhile.
func (s *Screens) endSale(c echo.Context, key store.SaleKey) error {
	err := s.Payments.EndSale(c.Request().Context(), key, web.User(c).ID)
	if paid, ok := errors.AsType[*payments.SalePaidError](err); ok {
		return web.See(c, pathOfSale(paid.Key))
	}
	if err != nil {
		return err
	}
	return web.See(c, pathOfSale(key))
}
