package web

// Tills: a device that an owner trusts says so by a cookie.

import (
	"errors"

	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
)

// TillCookie marks a device that an owner trusts.
const TillCookie = "till"

// Till is the device of a request; zero for one that nobody trusts.
func (s *Desk) Till(c echo.Context) (store.Till, error) {
	token := s.Sessions.Cookie(c.Request(), TillCookie)
	if token == "" {
		return store.Till{}, nil
	}
	till, err := s.Store.Till(c.Request().Context(), access.HashToken(token))
	if errors.Is(err, store.ErrNotFound) {
		return store.Till{}, nil
	}
	return till, err
}

// saysTill reports whether the browser says that it is a till: only a look into
// the book tells whether it is.
func (s *Desk) saysTill(c echo.Context) bool {
	return s.Sessions.Cookie(c.Request(), TillCookie) != ""
}
