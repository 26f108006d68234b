package handlers

// The second factor: a code from an authenticator (TOTP), or a recovery code.

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

// halfLife is how long somebody has between the password and the code.
const halfLife = 5 * time.Minute

// The keys of who has shown his password and not his code yet, and of a secret
// that is being set up, among a session's values.
const (
	sessionHalf      = "half"
	sessionHalfUntil = "half_until"
	sessionHalfHash  = "half_hash" // of the password that was shown: another one ends it
	sessionSecret    = "totp_secret"
)

// askForCode leads on to the code: the session is nobody's until it is right.
func (s *server) askForCode(c echo.Context, u store.User, next string) error {
	session, err := s.session(c)
	if err != nil {
		return err
	}
	clear(session.Values)
	session.Values[sessionHalf], session.Values[sessionHalfUntil], session.Values[sessionHalfHash] = u.ID, s.Now().Add(halfLife).Unix(), u.PasswordHash
	if err := s.sessions.open(c.Request(), c.Response(), session, func(context.Context, *store.Tx) error { return nil }); err != nil {
		return err
	}
	return see(c, "/signin/second?next="+urlQuery(next))
}

// half is who has shown his password in this browser just now; zero for nobody.
func (s *server) half(c echo.Context) (store.User, error) {
	session, err := s.session(c)
	if err != nil {
		return store.User{}, err
	}
	id, _ := session.Values[sessionHalf].(int64)
	until, _ := session.Values[sessionHalfUntil].(int64)
	if id == 0 || s.Now().Unix() >= until {
		return store.User{}, nil
	}
	u, err := s.Store.User(c.Request().Context(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (!u.Active() || u.PasswordHash != session.Values[sessionHalfHash]) {
		return store.User{}, nil
	}
	return u, err
}

func (s *server) secondFactorForm(c echo.Context) error {
	u, err := s.half(c)
	if err != nil {
		return err
	}
	if u.ID == 0 && s.sessions.token(c.Request()) == "" {
		return see(c, lookKept)
	}
	if u.ID == 0 {
		return see(c, "/signin")
	}
	return s.showSecondFactor(c, http.StatusOK, views.SignInProps{Next: localPath(c.QueryParam("next"))})
}

func (s *server) showSecondFactor(c echo.Context, status int, props views.SignInProps) error {
	return s.show(c, status, func(p views.Page) templ.Component {
		p.Path = "/signin/second?next=" + urlQuery(props.Next) // another language comes back here, after an error too
		return views.SecondFactorPage(p, props)
	})
}

func (s *server) secondFactor(c echo.Context) error {
	u, err := s.half(c)
	if err != nil {
		return err
	}
	if u.ID == 0 {
		return see(c, "/signin")
	}
	f, next := newForm(c), localPath(c.FormValue("next"))
	if err := s.checkCode(c, f, u); err != nil {
		return err
	}
	if !f.ok() {
		return s.showSecondFactor(c, statusOf(f), views.SignInProps{Next: next, Errors: f.errors})
	}
	if err := s.beginSession(c, u); err != nil {
		return err
	}
	return see(c, s.landing(c, next))
}

// statusOf is the answer's status for a form that comes back.
func statusOf(f *form) int {
	for _, wrong := range f.errors {
		if wrong.Problem == views.ProblemTooMany {
			return http.StatusTooManyRequests
		}
	}
	return http.StatusUnprocessableEntity
}

// totpForm shows a new secret; it is nothing until a code of it is shown.
func (s *server) totpForm(c echo.Context) error {
	if user(c).HasTOTP {
		return see(c, "/account")
	}
	secret, sealed, err := s.access.NewTOTP(s.Shop, user(c))
	if err != nil {
		return err
	}
	session, err := s.session(c)
	if err != nil {
		return err
	}
	session.Values[sessionSecret] = sealed
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	return s.showTOTP(c, http.StatusOK, secret, views.Errors{})
}

func (s *server) showTOTP(c echo.Context, status int, secret string, wrong views.Errors) error {
	u := user(c)
	address := "otpauth://totp/" + urlPath(s.Shop+":"+u.Name) + "?secret=" + secret + "&issuer=" + urlQuery(s.Shop)
	modules, err := qrModules(address)
	if err != nil {
		return err
	}
	props := views.TOTPProps{Secret: secret, QR: views.QR{Modules: modules}, Errors: wrong}
	return s.show(c, status, func(p views.Page) templ.Component { return views.TOTPPage(p, props) })
}

// turnTOTPOn begins to ask for codes when one was shown, and shows the recovery
// codes, once.
func (s *server) turnTOTPOn(c echo.Context) error {
	session, err := s.session(c)
	if err != nil {
		return err
	}
	sealed, _ := session.Values[sessionSecret].(string)
	secret := s.access.TOTPSecret(sealed)
	if secret == "" || user(c).HasTOTP {
		return see(c, "/account")
	}
	f := newForm(c)
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	step, err := s.access.TOTPStep(secret, typed(c, "code"))
	if err := f.guessed(c, "code", views.ProblemCode, err); err != nil {
		return err
	}
	if !f.ok() {
		return s.showTOTP(c, statusOf(f), secret, f.errors)
	}
	codes, err := s.access.TurnTOTPOn(f.ctx, user(c), secret, step, access.HashToken(session.ID))
	if err != nil {
		return err
	}
	delete(session.Values, sessionSecret)
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	return s.showRecoveryCodes(c, codes)
}

func (s *server) showRecoveryCodes(c echo.Context, codes []string) error {
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.RecoveryPage(p, codes) })
}

func (s *server) turnTOTPOff(c echo.Context) error {
	return s.withFactor(c, func() error {
		if err := s.access.TurnTOTPOff(c.Request().Context(), user(c)); err != nil {
			return err
		}
		if err := s.flash(c, views.FlashTOTPOff); err != nil {
			return err
		}
		return see(c, "/account")
	})
}

func (s *server) renewRecovery(c echo.Context) error {
	return s.withFactor(c, func() error {
		current, err := s.sessionHash(c)
		if err != nil {
			return err
		}
		codes, err := s.access.RenewRecovery(c.Request().Context(), user(c), current)
		if err != nil {
			return err
		}
		return s.showRecoveryCodes(c, codes)
	})
}

// withFactor changes the second factor of who is signed in, after his password
// and a code.
func (s *server) withFactor(c echo.Context, change func() error) error {
	f := newForm(c)
	if !user(c).HasTOTP {
		return see(c, "/account")
	}
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{factor: f.errors})
	}
	return change()
}
