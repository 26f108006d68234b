package web

// A sign-in comes to its end: the session opens, in the write that looks once more at
// whose it is.

import (
	"context"
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

// BeginSessionAt is BeginSession on a till: the session ends with it.
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
		if err := access.Stands(ctx, tx, u); err != nil {
			return err
		}
		for _, holds := range still {
			if err := holds(ctx, tx); err != nil {
				return err
			}
		}
		return s.Access.Settle(ctx, tx, u, chosen, s.Sessions.Cookie(r, TillCookie))
	}); err != nil {
		return err
	}
	c.SetRequest(r.WithContext(store.WithoutSession(r.Context()))) // of the session that this one replaces
	return nil
}

// SignInDetail is whom a sign-in is of; empty for a name that nobody has, which
// may be a password in the wrong field.
type SignInDetail struct {
	Name string `json:"name"`
}
