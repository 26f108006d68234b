package people

// The second factor: a code from an authenticator (TOTP), or a recovery code.

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// HalfLife is how long somebody has between the password and the code.
const HalfLife = 5 * time.Minute

// The keys of who has shown his password and not his code yet, and of a secret
// that is being set up, among a session's values.
const (
	sessionHalf      = "half"
	sessionHalfUntil = "half_until"
	sessionHalfHash  = "half_hash" // of the password that was shown: another one ends it
	sessionSecret    = "totp_secret"
)

// askForCode leads on to the code: the session is nobody's until it is right.
func (s *Screens) askForCode(c echo.Context, u store.User, next string) error {
	session, err := s.Session(c)
	if err != nil {
		return err
	}
	clear(session.Values)
	session.Values[sessionHalf], session.Values[sessionHalfUntil], session.Values[sessionHalfHash] = u.ID, s.Now().Add(HalfLife).Unix(), u.PasswordHash
	if err := s.Sessions.Open(c.Request(), c.Response(), session, func(context.Context, *store.Tx) error { return nil }); err != nil {
		return err
	}
	return web.See(c, "/signin/second?next="+url.QueryEscape(next))
}

// pendingSecondFactor is who has shown his password in this browser just now; zero for nobody.
func (s *Screens) pendingSecondFactor(c echo.Context) (store.User, error) {
	session, err := s.Session(c)
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

func (s *Screens) SecondFactorForm(c echo.Context) error {
	u, err := s.pendingSecondFactor(c)
	if err != nil {
		return err
	}
	if u.ID == 0 && s.Sessions.Token(c.Request()) == "" {
		return web.See(c, web.LookKept)
	}
	if u.ID == 0 {
		return web.See(c, "/signin")
	}
	return s.showSecondFactor(c, http.StatusOK, views.SignInProps{Next: web.LocalPath(c.QueryParam("next"))})
}

func (s *Screens) showSecondFactor(c echo.Context, status int, props views.SignInProps) error {
	return s.Show(c, status, func(p views.Page) templ.Component {
		p.Path = "/signin/second?next=" + url.QueryEscape(props.Next) // another language comes back here, after an error too
		return views.SecondFactorPage(p, props)
	})
}

func (s *Screens) SecondFactor(c echo.Context) error {
	u, err := s.pendingSecondFactor(c)
	if err != nil {
		return err
	}
	if u.ID == 0 {
		return web.See(c, "/signin")
	}
	f, next := s.NewForm(c), web.LocalPath(c.FormValue("next"))
	if err := s.CheckCode(c, f, u); err != nil {
		return err
	}
	if !f.OK() {
		return s.showSecondFactor(c, statusOf(f), views.SignInProps{Next: next, Errors: f.Errors})
	}
	if err := s.BeginSession(c, u); err != nil {
		return err
	}
	return web.See(c, s.Landing(c, next))
}

// statusOf is the answer's status for a form that comes back.
func statusOf(f *web.Form) int {
	for _, wrong := range f.Errors {
		if wrong.Problem == views.ProblemTooMany {
			return http.StatusTooManyRequests
		}
	}
	return http.StatusUnprocessableEntity
}

// TOTPForm shows a new secret; it is nothing until a code of it is shown.
func (s *Screens) TOTPForm(c echo.Context) error {
	if web.User(c).HasTOTP {
		return web.See(c, "/account")
	}
	secret, sealed, err := s.Access.NewTOTP(s.Shop, web.User(c))
	if err != nil {
		return err
	}
	session, err := s.Session(c)
	if err != nil {
		return err
	}
	session.Values[sessionSecret] = sealed
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	return s.showTOTP(c, http.StatusOK, secret, views.Errors{})
}

func (s *Screens) showTOTP(c echo.Context, status int, secret string, wrong views.Errors) error {
	u := web.User(c)
	address := "otpauth://totp/" + url.PathEscape(s.Shop+":"+u.Name) + "?secret=" + secret + "&issuer=" + url.QueryEscape(s.Shop)
	modules, err := web.QRModules(address)
	if err != nil {
		return err
	}
	props := views.TOTPProps{Secret: secret, QR: views.QR{Modules: modules}, Errors: wrong}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.TOTPPage(p, props) })
}

// TurnTOTPOn begins to ask for codes when one was shown, and shows the recovery
// codes, once.
func (s *Screens) TurnTOTPOn(c echo.Context) error {
	session, err := s.Session(c)
	if err != nil {
		return err
	}
	sealed, _ := session.Values[sessionSecret].(string)
	secret := s.Access.TOTPSecret(sealed)
	if secret == "" || web.User(c).HasTOTP {
		return web.See(c, "/account")
	}
	f := s.NewForm(c)
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	step, err := s.Access.TOTPStep(secret, web.Typed(c, "code"))
	if err := f.Guessed(c, "code", views.ProblemCode, err); err != nil {
		return err
	}
	if !f.OK() {
		return s.showTOTP(c, statusOf(f), secret, f.Errors)
	}
	codes, err := s.Access.TurnTOTPOn(f.Ctx, web.User(c), secret, step, access.HashToken(session.ID))
	if err != nil {
		return err
	}
	delete(session.Values, sessionSecret)
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	return s.showRecoveryCodes(c, codes)
}

func (s *Screens) showRecoveryCodes(c echo.Context, codes []string) error {
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.RecoveryPage(p, codes) })
}

func (s *Screens) TurnTOTPOff(c echo.Context) error {
	return s.withFactor(c, func() error {
		if err := s.Access.TurnTOTPOff(c.Request().Context(), web.User(c)); err != nil {
			return err
		}
		if err := s.Flash(c, views.FlashTOTPOff); err != nil {
			return err
		}
		return web.See(c, "/account")
	})
}

func (s *Screens) RenewRecovery(c echo.Context) error {
	return s.withFactor(c, func() error {
		current, err := s.SessionHash(c)
		if err != nil {
			return err
		}
		codes, err := s.Access.RenewRecovery(c.Request().Context(), web.User(c), current)
		if err != nil {
			return err
		}
		return s.showRecoveryCodes(c, codes)
	})
}

// withFactor changes the second factor of who is signed in, after his password
// and a code.
func (s *Screens) withFactor(c echo.Context, change func() error) error {
	f := s.NewForm(c)
	if !web.User(c).HasTOTP {
		return web.See(c, "/account")
	}
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{factor: f.Errors})
	}
	return change()
}
