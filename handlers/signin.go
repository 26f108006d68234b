package handlers

// Signing in and out.

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

func (s *server) signInForm(c echo.Context) error {
	next := localPath(c.QueryParam("next"))
	if user(c).ID != 0 {
		return see(c, next)
	}
	if open, err := s.isUnclaimed(c); err != nil {
		return err
	} else if open {
		return see(c, "/setup")
	}
	props := views.SignInProps{Next: next, Unkept: c.QueryParam(asksKept) != ""}
	if r := c.Request(); s.sessions.secure && ("https://"+r.Host != s.URL || strings.HasPrefix(r.Referer(), "http://")) {
		props.Site = s.URL
	}
	return s.showSignIn(c, http.StatusOK, props)
}

func (s *server) showSignIn(c echo.Context, status int, props views.SignInProps) error {
	return s.show(c, status, func(p views.Page) templ.Component { return views.SignInPage(p, props) })
}

// signIn opens a session under a new token. An unknown name gets the same
// answer, after the same work, as a wrong password.
func (s *server) signIn(c echo.Context) error {
	ctx := c.Request().Context()
	name, password, next := typed(c, "name"), c.FormValue("password"), localPath(c.FormValue("next"))
	f := newForm(c)
	if name == "" {
		f.wrong("name", views.ProblemNameMissing, "")
	}
	if password == "" {
		f.wrong("password", views.ProblemSecretMissing, "")
	}
	if !f.ok() {
		return s.showSignIn(c, http.StatusUnprocessableEntity, views.SignInProps{Name: name, Next: next, Errors: f.errors})
	}
	u, err := s.access.SignIn(ctx, name, password, s.asker(c))
	if errors.Is(err, access.ErrWrong) {
		s.signInRefused(c, u)
	}
	if err := f.guessed(c, views.WholeForm, views.ProblemSignIn, err); err != nil {
		return err
	}
	if !f.ok() {
		return s.showSignIn(c, statusOf(f), views.SignInProps{Name: name, Next: next, Errors: f.errors})
	}
	if u.HasTOTP {
		return s.askForCode(c, u, next)
	}
	if err := s.beginSession(c, u); err != nil {
		return err
	}
	return see(c, s.landing(c, next))
}

// The query with which the sign-in looks whether a browser kept its cookie:
// one for https is not kept on a shop's plain network, or cookies are off.
const (
	asksKept = "kept"
	lookKept = "/signin?" + asksKept + "=1"
)

// landing is where a sign-in leads: with a browser that has kept no cookie of ours
// before, by way of that look. What is no browser has no Origin.
func (s *server) landing(c echo.Context, next string) string {
	r := c.Request()
	if s.sessions.cookie(r, knownCookie) != "" || r.Header.Get(echo.HeaderOrigin) == "" {
		return next
	}
	return lookKept + "&next=" + urlQuery(next)
}

// signInRefused notes a wrong password. It is written down after the answer: the
// time that takes would tell which names there are.
func (s *server) signInRefused(c echo.Context, u store.User) {
	ctx := context.WithoutCancel(c.Request().Context())
	s.Log.WarnContext(ctx, "sign-in refused", "id", requestID(c), "address", c.RealIP())
	if u.ID == 0 {
		return
	}
	s.Behind.Go(func() {
		if err := s.auditAlone(ctx, act{0, "session.refused", "person", u.ID}, signInDetail{Name: u.Name}); err != nil {
			s.Log.ErrorContext(ctx, "audit a refused sign-in", "error", err)
		}
	})
}

// beginSession signs u in, under a new token: as he was when he proved who he is. It
// looks at him again in the write that opens the session, and whether what else he
// was known by still holds; access.ErrSignInOver otherwise.
func (s *server) beginSession(c echo.Context, u store.User, still ...func(context.Context, *store.Tx) error) error {
	return s.beginSessionAt(c, u, 0, still...)
}

// beginSessionAt is beginSession on a till: the session ends with it.
func (s *server) beginSessionAt(c echo.Context, u store.User, till int64, still ...func(context.Context, *store.Tx) error) error {
	session, err := s.session(c)
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
	if err := s.sessions.open(r, c.Response(), session, func(ctx context.Context, tx *store.Tx) error {
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
func (s *server) settleIn(ctx context.Context, tx *store.Tx, r *http.Request, u store.User, chosen string) error {
	if chosen != "" && chosen != u.Locale {
		if err := tx.SetLocale(ctx, u.ID, chosen); err != nil {
			return err
		}
	}
	if err := tx.DeleteExpiredSessions(ctx); err != nil {
		return err
	}
	if till := s.sessions.cookie(r, tillCookie); till != "" {
		if err := tx.ForgiveTill(ctx, access.HashToken(till), s.Now()); err != nil {
			return err
		}
	}
	return s.audit(ctx, tx, act{u.ID, "session.opened", "person", u.ID}, signInDetail{Name: u.Name})
}

// signInDetail is whom a sign-in is of; empty for a name that nobody has, which
// may be a password in the wrong field.
type signInDetail struct {
	Name string `json:"name"`
}

func (s *server) signOut(c echo.Context) error {
	session, err := s.session(c)
	if err != nil {
		return err
	}
	if u := user(c); u.ID != 0 {
		if err := s.auditAlone(c.Request().Context(), act{u.ID, "session.closed", "person", u.ID}, signInDetail{Name: u.Name}); err != nil {
			return err
		}
	}
	if s.sessions.secure {
		c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	}
	session.Options.MaxAge = -1
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	return see(c, "/signin")
}

// language changes the reader's language and goes back to the same page.
func (s *server) language(c echo.Context) error {
	locale := c.FormValue("locale")
	if locale != views.French && locale != views.English {
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	if u := user(c); u.ID != 0 {
		ctx := c.Request().Context()
		if err := s.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetLocale(ctx, u.ID, locale) }); err != nil {
			return err
		}
	}
	s.sessions.remember(c.Response(), languageCookie, locale, cookieLife)
	return see(c, localPath(c.FormValue("back")))
}
