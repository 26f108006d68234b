package handlers

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

// knownCookie marks a browser in which somebody signed in rightly.
const knownCookie = "known"

// asker is where a request's guesses come from.
func (s *server) asker(c echo.Context) access.Asker {
	return access.Asker{Network: payments.Network(c.RealIP()), Mark: s.sessions.cookie(c.Request(), knownCookie)}
}

// rememberBrowser marks the browser of who has just signed in.
func (s *server) rememberBrowser(c echo.Context, u store.User) {
	s.sessions.remember(c.Response(), knownCookie, s.access.BrowserMark(u.Name), cookieLife)
}

// tooMany tells whoever guesses too fast how long to wait.
func tooMany(c echo.Context, wait time.Duration) int {
	seconds := int((wait + time.Second - 1) / time.Second)
	c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(seconds))
	return seconds
}

// guessed says on a field why a secret lets nobody in: what the field's own problem
// is, or how long to wait. Any other error is not the form's.
func (f *form) guessed(c echo.Context, field string, wrong views.Problem, err error) error {
	var wait *access.WaitError
	switch {
	case errors.Is(err, access.ErrWrong):
		f.wrong(field, wrong, "")
	case errors.As(err, &wait):
		f.figured(field, views.ProblemTooMany, "Seconds", tooMany(c, wait.For))
	default:
		return err
	}
	return nil
}
