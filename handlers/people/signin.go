package people

// Signing in and out.

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

func (s *Screens) SignInForm(c echo.Context) error {
	next := web.LocalPath(c.QueryParam("next"))
	if web.User(c).ID != 0 {
		return web.See(c, next)
	}
	if open, err := s.IsUnclaimed(c); err != nil {
		return err
	} else if open {
		return web.See(c, "/setup")
	}
	props := views.SignInProps{Next: next, Unkept: c.QueryParam(web.AsksKept) != ""}
	if r := c.Request(); s.Sessions.Secure && ("https://"+r.Host != s.URL || strings.HasPrefix(r.Referer(), "http://")) {
		props.Site = s.URL
	}
	return s.showSignIn(c, http.StatusOK, props)
}

func (s *Screens) showSignIn(c echo.Context, status int, props views.SignInProps) error {
	return s.Show(c, status, func(p views.Page) templ.Component { return views.SignInPage(p, props) })
}

// SignIn opens a session under a new token. An unknown name gets the same
// answer, after the same work, as a wrong password.
func (s *Screens) SignIn(c echo.Context) error {
	ctx := c.Request().Context()
	name, password, next := web.Typed(c, "name"), c.FormValue("password"), web.LocalPath(c.FormValue("next"))
	f := s.NewForm(c)
	if name == "" {
		f.Wrong("name", views.ProblemNameMissing, "")
	}
	if password == "" {
		f.Wrong("password", views.ProblemSecretMissing, "")
	}
	if !f.OK() {
		return s.showSignIn(c, http.StatusUnprocessableEntity, views.SignInProps{Name: name, Next: next, Errors: f.Errors})
	}
	u, err := s.Access.SignIn(ctx, name, password, s.Asker(c))
	if errors.Is(err, access.ErrWrong) {
		s.signInRefused(c, u)
	}
	if err := f.Guessed(c, views.WholeForm, views.ProblemSignIn, err); err != nil {
		return err
	}
	if !f.OK() {
		return s.showSignIn(c, statusOf(f), views.SignInProps{Name: name, Next: next, Errors: f.Errors})
	}
	if u.HasTOTP {
		return s.askForCode(c, u, next)
	}
	if err := s.BeginSession(c, u); err != nil {
		return err
	}
	return web.See(c, s.Landing(c, next))
}

// signInRefused notes a wrong password. It is written down after the answer: the
// time that takes would tell which names there are.
func (s *Screens) signInRefused(c echo.Context, u store.User) {
	ctx := context.WithoutCancel(c.Request().Context())
	s.Log.WarnContext(ctx, "sign-in refused", "id", web.RequestID(c), "address", c.RealIP())
	if u.ID == 0 {
		return
	}
	s.Behind.Go(func() {
		if err := s.AuditAlone(ctx, web.Did(0, "session.refused", "person", u.ID), web.SignInDetail{Name: u.Name}); err != nil {
			s.Log.ErrorContext(ctx, "audit a refused sign-in", "error", err)
		}
	})
}

func (s *Screens) SignOut(c echo.Context) error {
	session, err := s.Session(c)
	if err != nil {
		return err
	}
	if u := web.User(c); u.ID != 0 {
		if err := s.AuditAlone(c.Request().Context(), web.Did(u.ID, "session.closed", "person", u.ID), web.SignInDetail{Name: u.Name}); err != nil {
			return err
		}
	}
	if s.Sessions.Secure {
		c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	}
	session.Options.MaxAge = -1
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	return web.See(c, "/signin")
}

// Language changes the reader's language and goes back to the same page.
func (s *Screens) Language(c echo.Context) error {
	locale := c.FormValue("locale")
	if locale != views.French && locale != views.English {
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	if u := web.User(c); u.ID != 0 {
		ctx := c.Request().Context()
		if err := s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.SetLocale(ctx, u.ID, locale) }); err != nil {
			return err
		}
	}
	s.Sessions.Remember(c.Response(), web.LanguageCookie, locale, web.CookieLife)
	return web.See(c, web.LocalPath(c.FormValue("back")))
}
