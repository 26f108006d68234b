package people

// Passkeys (WebAuthn): an authenticator that a person has, unlocked by what he
// knows or is, in place of name, password and code.

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// The keys of a challenge and of a new passkey's name, among a session's values.
const (
	sessionChallenge      = "passkey"
	sessionChallengeUntil = "passkey_until"
	sessionKeyName        = "passkey_name"
)

// TakesPasskeys lets a handler of passkeys answer where there can be any.
func (s *Screens) TakesPasskeys(handle echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.Access.TakesPasskeys() {
			return echo.NewHTTPError(http.StatusNotFound)
		}
		return handle(c)
	}
}

// keepChallenge keeps what the authenticator is asked, in the session.
func (s *Screens) keepChallenge(c echo.Context, asked access.Challenge) error {
	session, err := s.Session(c)
	if err != nil {
		return err
	}
	session.Values[sessionChallenge], session.Values[sessionChallengeUntil] = string(asked), s.Now().Add(HalfLife).Unix()
	return session.Save(c.Request(), c.Response())
}

// takeChallenge reads the challenge of the session and takes it away, in one step: of
// many answers at once one finds it.
func (s *Screens) takeChallenge(c echo.Context) (access.Challenge, error) {
	session, err := s.Session(c)
	if err != nil {
		return "", err
	}
	asked, _ := session.Values[sessionChallenge].(string)
	until, _ := session.Values[sessionChallengeUntil].(int64)
	if asked == "" {
		return "", access.ErrNoChallenge
	}
	if err := s.Sessions.Take(c.Request().Context(), session, sessionChallenge); errors.Is(err, store.ErrNotFound) {
		return "", access.ErrNoChallenge // another answer was quicker
	} else if err != nil {
		return "", err
	}
	if s.Now().Unix() >= until {
		return "", access.ErrNoChallenge
	}
	return access.Challenge(asked), nil
}

func (s *Screens) PasskeyForm(c echo.Context) error {
	return s.showPasskeyForm(c, http.StatusOK, views.PasskeyForm{})
}

func (s *Screens) showPasskeyForm(c echo.Context, status int, form views.PasskeyForm) error {
	return s.Show(c, status, func(p views.Page) templ.Component { return views.PasskeyPage(p, form) })
}

// BeginPasskey asks for the password, then has the browser make a passkey.
func (s *Screens) BeginPasskey(c echo.Context) error {
	f := s.NewForm(c)
	in := views.PasskeyForm{Name: web.Typed(c, "name"), Errors: f.Errors}
	if in.Name == "" {
		f.Wrong("name", views.ProblemNameMissing, "")
	}
	f.AtMost("name", in.Name, views.MaxPersonName)
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showPasskeyForm(c, statusOf(f), in)
	}
	options, asked, err := s.Access.BeginPasskey(f.Ctx, web.User(c))
	if err != nil {
		return err
	}
	session, err := s.Session(c)
	if err != nil {
		return err
	}
	session.Values[sessionKeyName] = in.Name
	if err := s.keepChallenge(c, asked); err != nil {
		return err
	}
	in.Options = options
	return s.showPasskeyForm(c, http.StatusOK, in)
}

// next tells a script where to go on.
func next(c echo.Context, path string) error {
	return c.JSON(http.StatusOK, map[string]string{"next": path})
}

func (s *Screens) FinishPasskey(c echo.Context) error {
	ctx := c.Request().Context()
	session, err := s.Session(c)
	if err != nil {
		return err
	}
	name, _ := session.Values[sessionKeyName].(string)
	delete(session.Values, sessionKeyName)
	asked, err := s.takeChallenge(c)
	if err != nil {
		return err
	}
	err = s.Access.AddPasskey(ctx, web.User(c), name, asked, c.Request().Body, access.HashToken(session.ID))
	if errors.Is(err, access.ErrPasskeyNotAdded) {
		s.Log.WarnContext(ctx, "passkey not added", "id", web.RequestID(c), "error", err)
	}
	if err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashPasskey); err != nil {
		return err
	}
	return next(c, "/account")
}

// RemovePasskey takes one away, after the password.
func (s *Screens) RemovePasskey(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	f := s.NewForm(c)
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{passkeys: f.Errors})
	}
	if err := s.Access.RemovePasskey(f.Ctx, web.User(c), n); err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashPasskeyGone); err != nil {
		return err
	}
	return web.See(c, "/account")
}

// BeginPasskeySignIn asks whatever authenticator is there who it is.
func (s *Screens) BeginPasskeySignIn(c echo.Context) error {
	options, asked, err := s.Access.AskPasskey(s.Asker(c))
	if err != nil {
		return err
	}
	if err := s.keepChallenge(c, asked); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, options)
}

// FinishPasskeySignIn signs in whose passkey it is.
func (s *Screens) FinishPasskeySignIn(c echo.Context) error {
	ctx := c.Request().Context()
	if err := s.Access.CountPasskey(s.Asker(c)); err != nil {
		return err
	}
	asked, err := s.takeChallenge(c)
	if err != nil {
		return err
	}
	u, used, err := s.Access.Passkey(ctx, asked, c.Request().Body)
	if errors.Is(err, access.ErrPasskeyRefused) {
		s.Log.WarnContext(ctx, "passkey refused", "id", web.RequestID(c), "address", c.RealIP(), "error", err)
	}
	if err != nil {
		return err
	}
	if err := s.BeginSession(c, u, used); err != nil {
		return err
	}
	s.Access.ForgivePasskeys(ctx, s.Asker(c))
	return next(c, web.LocalPath(c.QueryParam("next")))
}
