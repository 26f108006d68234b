package web

// A sign-in comes to its end: the session opens, in the write that looks once more at
// whose it is.

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
)

// The query with which the sign-in looks whether a browser kept its cookie:
// one for https is not kept on a shop's plain network, or cookies are off.
const (
	AsksKept = "kept"
	LookKept = "/signin?" + AsksKept + "=1"
)

// Landing is where a sign-in leads: with a browser that has kept no cookie of ours
// before, by way of that look. What is no browser has no Origin.
func (s *Desk) Landing(c echo.Context, next string) string {
	r := c.Request()
	if s.Sessions.Cookie(r, KnownCookie) != "" || r.Header.Get(echo.HeaderOrigin) == "" {
		return next
	}
	return LookKept + "&next=" + url.QueryEscape(next)
}

// BeginSession signs u in, under a new token: as he was when he proved who he is. It
// looks at him again in the write that opens the session, and whether what else he
// was known by still holds; access.ErrSignInOver otherwise.
func (s *Desk) BeginSession(c echo.Context, u store.User, still ...func(context.Context, *store.Tx) error) error {
	return s.BeginSessionAt(c, u, 0, still...)
}

// BeginSessionAt is beginSession on a till: the session ends with it.
func (s *Desk) BeginSessionAt(c echo.Context, u store.User, till int64, still ...func(context.Context, *store.Tx) error) error {
	session, err := s.Session(c)
	if err != nil {
		return err
	}
	clear(session.Values)
	session.Values[sessionUser] = u.ID
	if till != 0 {
		session.Values[sessionTill] = till
	}
	r, chosen := c.Request(), s.chosenLanguage(c)
	s.rememberBrowser(c, u)
	if err := s.Sessions.Open(r, c.Response(), session, func(ctx context.Context, tx *store.Tx) error {
		now, err := tx.User(ctx, u.ID)
		if err != nil {
			return err
		}
		if !now.Active() || now.PasswordHash != u.PasswordHash || now.HasTOTP != u.HasTOTP {
			return access.ErrSignInOver
		}
		for _, holds := range still {
			if err := holds(ctx, tx); err != nil {
				return err
			}
		}
		return s.settleIn(ctx, tx, r, u, chosen)
	}); err != nil {
		return err
	}
	c.SetRequest(r.WithContext(store.WithoutSession(r.Context()))) // of the session that this one replaces
	return nil
}

// settleIn takes the language that was chosen before the sign-in over to the
// user, and sweeps out the sessions that have ended.
func (s *Desk) settleIn(ctx context.Context, tx *store.Tx, r *http.Request, u store.User, chosen string) error {
	if chosen != "" && chosen != u.Locale {
		if err := tx.SetLocale(ctx, u.ID, chosen); err != nil {
			return err
		}
	}
	if err := tx.DeleteExpiredSessions(ctx); err != nil {
		return err
	}
	if till := s.Sessions.Cookie(r, TillCookie); till != "" {
		if err := tx.ForgiveTill(ctx, access.HashToken(till), s.Now()); err != nil {
			return err
		}
	}
	return s.Audit(ctx, tx, Did(u.ID, "session.opened", "person", u.ID), SignInDetail{Name: u.Name})
}

// SignInDetail is whom a sign-in is of; empty for a name that nobody has, which
// may be a password in the wrong field.
type SignInDetail struct {
	Name string `json:"name"`
}
