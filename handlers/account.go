package handlers

// One's own account: the password, the second factor, and where one is signed in.

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

func urlQuery(text string) string { return url.QueryEscape(text) }
func urlPath(text string) string  { return url.PathEscape(text) }

func (s *server) ownAccount(c echo.Context) error {
	return s.showOwnAccount(c, http.StatusOK, accountErrors{})
}

// accountErrors are what is wrong with each of the page's forms.
type accountErrors struct{ password, factor, passkeys, pin views.Errors }

func (s *server) showOwnAccount(c echo.Context, status int, wrong accountErrors) (err error) {
	ctx, u := c.Request().Context(), user(c)
	props := views.AccountProps{PasswordErrors: wrong.password, FactorErrors: wrong.factor, PasskeyErrors: wrong.passkeys, PINErrors: wrong.pin, Now: s.Now()}
	if props.Passkeys, err = s.Store.Passkeys(ctx, u.ID); err != nil {
		return err
	}
	if props.Sessions, err = s.Store.SessionsOfUser(ctx, u.ID); err != nil {
		return err
	}
	current, err := s.sessionHash(c)
	if err != nil {
		return err
	}
	props.Current = store.Session{TokenHash: current}.ID()
	if s.Notices != nil {
		props.Notices = &views.NoticesProps{}
		if props.Notices.Devices, err = s.Store.PushSubscriptions(ctx, u.ID); err != nil {
			return err
		}
		if props.Notices.Key, err = s.Notices.PublicKey(ctx); err != nil {
			return err
		}
	}
	if u.HasTOTP {
		if props.Recovery, err = s.Store.CountRecoveryCodes(ctx, u.ID); err != nil {
			return err
		}
	}
	return s.show(c, status, func(p views.Page) templ.Component { return views.AccountPage(p, props) })
}

// sessionHash is what the book keeps of the session of a request.
func (s *server) sessionHash(c echo.Context) ([]byte, error) {
	session, err := s.session(c)
	if err != nil {
		return nil, err
	}
	return access.HashToken(session.ID), nil
}

// changePassword ends the other sessions: whoever knew the old one is out.
func (s *server) changePassword(c echo.Context) error {
	u, f := user(c), newForm(c)
	password := c.FormValue("new_password")
	f.newPassword("new_password", password, u.Name)
	err := s.passwordAgain(c, f)
	if err != nil {
		return err
	}
	if !f.ok() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{password: f.errors})
	}
	if u, err = s.access.ChangePassword(f.ctx, u, password); err != nil {
		return err
	}
	if err := s.beginSession(c, u); err != nil {
		return err
	}
	if err := s.flash(c, views.FlashPassword); err != nil {
		return err
	}
	return see(c, "/account")
}

// endOwnSession ends one session of who is signed in, or all but this one.
func (s *server) endOwnSession(c echo.Context) error {
	if err := s.endSessionsOf(c, user(c)); err != nil {
		return err
	}
	return see(c, "/account")
}

// endSessionsOf ends the session that the form names, if it is u's, or all of
// them but the one that asks.
func (s *server) endSessionsOf(c echo.Context, u store.User) error {
	current, err := s.sessionHash(c)
	if err != nil {
		return err
	}
	return s.access.EndSessions(c.Request().Context(), user(c).ID, u, c.FormValue("session"), current)
}
