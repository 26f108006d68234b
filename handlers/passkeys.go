package handlers

// Passkeys (WebAuthn): an authenticator that a person has, unlocked by what he
// knows or is, in place of name, password and code.

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

// The keys of a challenge and of a new passkey's name, among a session's values.
const (
	sessionChallenge      = "passkey"
	sessionChallengeUntil = "passkey_until"
	sessionKeyName        = "passkey_name"
)

// takesPasskeys lets a handler of passkeys answer where there can be any.
func (s *server) takesPasskeys(handle echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.access.TakesPasskeys() {
			return echo.NewHTTPError(http.StatusNotFound)
		}
		return handle(c)
	}
}

// keepChallenge keeps what the authenticator is asked, in the session.
func (s *server) keepChallenge(c echo.Context, asked access.Challenge) error {
	session, err := s.session(c)
	if err != nil {
		return err
	}
	session.Values[sessionChallenge], session.Values[sessionChallengeUntil] = string(asked), s.Now().Add(halfLife).Unix()
	return session.Save(c.Request(), c.Response())
}

// takeChallenge reads the challenge of the session and takes it away, in one step: of
// many answers at once one finds it.
func (s *server) takeChallenge(c echo.Context) (access.Challenge, error) {
	session, err := s.session(c)
	if err != nil {
		return "", err
	}
	asked, _ := session.Values[sessionChallenge].(string)
	until, _ := session.Values[sessionChallengeUntil].(int64)
	if asked == "" {
		return "", access.ErrNoChallenge
	}
	if err := s.sessions.take(c.Request().Context(), session, sessionChallenge); errors.Is(err, store.ErrNotFound) {
		return "", access.ErrNoChallenge // another answer was quicker
	} else if err != nil {
		return "", err
	}
	if s.Now().Unix() >= until {
		return "", access.ErrNoChallenge
	}
	return access.Challenge(asked), nil
}

func (s *server) passkeyForm(c echo.Context) error {
	return s.showPasskeyForm(c, http.StatusOK, views.PasskeyForm{})
}

func (s *server) showPasskeyForm(c echo.Context, status int, form views.PasskeyForm) error {
	return s.show(c, status, func(p views.Page) templ.Component { return views.PasskeyPage(p, form) })
}

// beginPasskey asks for the password, then has the browser make a passkey.
func (s *server) beginPasskey(c echo.Context) error {
	f := newForm(c)
	in := views.PasskeyForm{Name: typed(c, "name"), Errors: f.errors}
	if in.Name == "" {
		f.wrong("name", views.ProblemNameMissing, "")
	}
	f.atMost("name", in.Name, views.MaxPersonName)
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showPasskeyForm(c, statusOf(f), in)
	}
	options, asked, err := s.access.BeginPasskey(f.ctx, user(c))
	if err != nil {
		return err
	}
	session, err := s.session(c)
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

func (s *server) finishPasskey(c echo.Context) error {
	ctx := c.Request().Context()
	session, err := s.session(c)
	if err != nil {
		return err
	}
	name, _ := session.Values[sessionKeyName].(string)
	delete(session.Values, sessionKeyName)
	asked, err := s.takeChallenge(c)
	if err != nil {
		return err
	}
	err = s.access.AddPasskey(ctx, user(c), name, asked, c.Request().Body, access.HashToken(session.ID))
	if errors.Is(err, access.ErrPasskeyNotAdded) {
		s.Log.WarnContext(ctx, "passkey not added", "id", requestID(c), "error", err)
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.FlashPasskey); err != nil {
		return err
	}
	return next(c, "/account")
}

// removePasskey takes one away, after the password.
func (s *server) removePasskey(c echo.Context) error {
	n, err := id(c)
	if err != nil {
		return err
	}
	f := newForm(c)
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{passkeys: f.errors})
	}
	if err := s.access.RemovePasskey(f.ctx, user(c), n); err != nil {
		return err
	}
	if err := s.flash(c, views.FlashPasskeyGone); err != nil {
		return err
	}
	return see(c, "/account")
}

// beginPasskeySignIn asks whatever authenticator is there who it is.
func (s *server) beginPasskeySignIn(c echo.Context) error {
	options, asked, err := s.access.AskPasskey(s.asker(c))
	if err != nil {
		return err
	}
	if err := s.keepChallenge(c, asked); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, options)
}

// finishPasskeySignIn signs in whose passkey it is.
func (s *server) finishPasskeySignIn(c echo.Context) error {
	ctx := c.Request().Context()
	if err := s.access.CountPasskey(s.asker(c)); err != nil {
		return err
	}
	asked, err := s.takeChallenge(c)
	if err != nil {
		return err
	}
	u, used, err := s.access.Passkey(ctx, asked, c.Request().Body)
	if errors.Is(err, access.ErrPasskeyRefused) {
		s.Log.WarnContext(ctx, "passkey refused", "id", requestID(c), "address", c.RealIP(), "error", err)
	}
	if err != nil {
		return err
	}
	if err := s.beginSession(c, u, used); err != nil {
		return err
	}
	s.access.ForgivePasskeys(ctx, s.asker(c))
	return next(c, localPath(c.QueryParam("next")))
}
