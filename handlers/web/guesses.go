package web

// Where a guess comes from, and how long whoever guesses too fast has to wait.

import (
	"errors"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

// KnownCookie marks a browser in which somebody signed in rightly.
const KnownCookie = "known"

// Asker is where a request's guesses come from.
func (s *Desk) Asker(c echo.Context) access.Asker {
	return access.Asker{Network: payments.Network(c.RealIP()), Mark: s.Sessions.Cookie(c.Request(), KnownCookie)}
}

// rememberBrowser marks the browser of who has just signed in.
func (s *Desk) rememberBrowser(c echo.Context, u store.User) {
	s.Sessions.Remember(c.Response(), KnownCookie, s.Access.BrowserMark(u.Name), CookieLife)
}

// TooMany tells whoever guesses too fast how long to wait.
func TooMany(c echo.Context, wait time.Duration) int {
	seconds := int((wait + time.Second - 1) / time.Second)
	c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(seconds))
	return seconds
}

// Guessed says on a field why a secret lets nobody in: what the field's own problem
// is, or how long to wait. Any other error is not the form's.
func (f *Form) Guessed(c echo.Context, field string, wrong views.Problem, err error) error {
	var wait *access.WaitError
	switch {
	case errors.Is(err, access.ErrWrong):
		f.Wrong(field, wrong, "")
	case errors.As(err, &wait):
		f.WrongWith(field, views.ProblemTooMany, "Seconds", TooMany(c, wait.For))
	default:
		return err
	}
	return nil
}
