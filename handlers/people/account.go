package people

// One's own account: the password, the second factor, and where one is signed in.

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

func (s *Screens) OwnAccount(c echo.Context) error {
	return s.showOwnAccount(c, http.StatusOK, accountErrors{})
}

// accountErrors are what is wrong with each of the page's forms.
type accountErrors struct{ password, factor, passkeys, pin views.Errors }

func (s *Screens) showOwnAccount(c echo.Context, status int, wrong accountErrors) (err error) {
	ctx, u := c.Request().Context(), web.User(c)
	props := views.AccountProps{PasswordErrors: wrong.password, FactorErrors: wrong.factor, PasskeyErrors: wrong.passkeys, PINErrors: wrong.pin, Now: s.Now()}
	if props.Passkeys, err = s.Store.Passkeys(ctx, u.ID); err != nil {
		return err
	}
	if props.Sessions, err = s.Store.SessionsOfUser(ctx, u.ID); err != nil {
		return err
	}
	current, err := s.SessionHash(c)
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
	return s.Show(c, status, func(p views.Page) templ.Component { return views.AccountPage(p, props) })
}

// ChangePassword ends the other sessions: whoever knew the old one is out.
func (s *Screens) ChangePassword(c echo.Context) error {
	u, f := web.User(c), s.NewForm(c)
	password := c.FormValue("new_password")
	f.NewPassword("new_password", password, u.Name)
	err := s.PasswordAgain(c, f)
	if err != nil {
		return err
	}
	if !f.OK() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{password: f.Errors})
	}
	if u, err = s.Access.ChangePassword(f.Ctx, u, password); err != nil {
		return err
	}
	if err := s.BeginSession(c, u); err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashPassword); err != nil {
		return err
	}
	return web.See(c, "/account")
}

// EndOwnSession ends one session of who is signed in, or all but this one.
func (s *Screens) EndOwnSession(c echo.Context) error {
	if err := s.endSessionsOf(c, web.User(c)); err != nil {
		return err
	}
	return web.See(c, "/account")
}

// endSessionsOf ends the session that the form names, if it is u's, or all of
// them but the one that asks.
func (s *Screens) endSessionsOf(c echo.Context, u store.User) error {
	current, err := s.SessionHash(c)
	if err != nil {
		return err
	}
	return s.Access.EndSessions(c.Request().Context(), web.User(c).ID, u, c.FormValue("session"), current)
}
