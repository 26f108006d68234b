package web

// What the settings may do to the running product.

import (
	"context"
	"errors"

	"github.com/labstack/echo/v4"

	"comptoir/store"
)

// Wiring is what the settings may do to the running product.
type Wiring interface {
	// SetupToken is what an owner claims the product with on its first run;
	// empty when somebody owned it when it started.
	SetupToken() string
	// Fixed reports that the keys to CamPay come from the environment.
	Fixed() bool
	// CheckKeys asks CamPay whether it takes the keys of a book. It fails with
	// ErrKeysRefused or ErrKeysUnchecked.
	CheckKeys(ctx context.Context, book store.Book, keys store.CamPayKeys) error
	// Reopen goes on with what is set now, without a pause. After an error the
	// product goes on as before.
	Reopen(ctx context.Context) error
}

// What CheckKeys finds out.
var (
	ErrKeysRefused   = errors.New("CamPay does not take these keys")
	ErrKeysUnchecked = errors.New("the keys could not be checked")
)

// IsUnclaimed reports whether nobody owns the product yet.
func (s *Desk) IsUnclaimed(c echo.Context) (bool, error) {
	if s.Wiring == nil || s.Wiring.SetupToken() == "" {
		return false, nil
	}
	n, err := s.Store.CountUsers(c.Request().Context())
	return n == 0, err
}
