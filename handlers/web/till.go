package web

// Tills: a device that an owner trusts says so by a cookie.

import (
	"github.com/labstack/echo/v4"

	"comptoir/store"
)

// TillCookie marks a device that an owner trusts.
const TillCookie = "till"

// Till is the device of a request; zero for one that nobody trusts.
func (s *Desk) Till(c echo.Context) (store.Till, error) {
	return s.Access.Till(c.Request().Context(), s.Sessions.Cookie(c.Request(), TillCookie))
}

// isTillDevice reports whether the browser says that it is a till: only a look into
// the book tells whether it is.
func (s *Desk) isTillDevice(c echo.Context) bool {
	return s.Sessions.Cookie(c.Request(), TillCookie) != ""
}
