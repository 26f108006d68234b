package handlers

// The second factor: a code from an authenticator (TOTP), or a recovery code.

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"
	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

const (
	totpPeriod = 30              // seconds
	totpSkew   = 1               // periods by which a phone's clock may be off
	halfLife   = 5 * time.Minute // between the password and the code
	recoveries = 10
)

// The keys of who has shown his password and not his code yet, and of a secret
// that is being set up, among a session's values.
const (
	sessionHalf      = "half"
	sessionHalfUntil = "half_until"
	sessionHalfHash  = "half_hash" // of the password that was shown: another one ends it
	sessionSecret    = "totp_secret"
)

// matchCode uses up a code of u's, or one of his recovery codes; false when it is
// neither, or was used before.
func (s *server) matchCode(ctx context.Context, u store.User, code string) (ok bool, err error) {
	code = typedCode(code)
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		secret, _, err := tx.TOTP(ctx, u.ID)
		if err != nil {
			return err
		}
		step, fits, err := stepOf(secret, code, s.Now())
		if err != nil {
			return err
		}
		if fits {
			err = tx.UseTOTPStep(ctx, u.ID, step)
		} else if err = tx.UseRecoveryCode(ctx, u.ID, code); err == nil {
			err = s.audit(ctx, tx, act{u.ID, "recovery.used", "person", u.ID}, nil)
		}
		ok = err == nil
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return ok, err
}

// typedCode is a code without what people, messengers and keyboards put in it: spaces
// and dashes of every kind, marks that nobody sees, small letters.
func typedCode(text string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf, unicode.Zs) {
			return -1
		}
		return r
	}, text))
}

// stepOf is the step whose code this is, about now.
func stepOf(secret, code string, now time.Time) (step int64, fits bool, err error) {
	for skew := int64(-totpSkew); skew <= totpSkew; skew++ {
		at := now.Add(time.Duration(skew) * totpPeriod * time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false, fmt.Errorf("code of the second factor: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, fits = at.Unix()/totpPeriod, true
		}
	}
	return step, fits, nil
}

// checkCode reads the field "code" and says what is wrong with it.
func (s *server) checkCode(c echo.Context, f *form, u store.User) error {
	code := typed(c, "code")
	if code == "" {
		f.wrong("code", views.ProblemCodeMissing, "")
		return nil
	}
	by := s.codeGuessedBy(c, u)
	if wait := s.Guesses.take(s.Now(), by...); wait > 0 {
		f.figured("code", views.ProblemTooMany, "Seconds", tooMany(c, wait))
		return nil
	}
	ok, err := s.matchCode(c.Request().Context(), u, code)
	if err != nil {
		return err
	}
	if !ok {
		s.wrongGuess(c, by...)
		s.Log.WarnContext(c.Request().Context(), "code refused", "id", requestID(c), "user", u.ID, "address", c.RealIP())
		f.wrong("code", views.ProblemCode, "")
		return nil
	}
	s.rightGuess(c, by...)
	return nil
}

// codeGuessedBy is what a guess at a person's code is counted by: of the browsers in
// which he signed in before together, of any other by where it is and, from anywhere,
// by himself. Whoever knows his password keeps nobody waiting but strangers.
func (s *server) codeGuessedBy(c echo.Context, u store.User) []guessed {
	id := strconv.FormatInt(u.ID, 10)
	if s.isKnownBrowser(c, u.Name) {
		return []guessed{{kindCodeKnown + "|" + id, pairLimit}}
	}
	return []guessed{{"code_from|" + id + "|" + payments.Network(c.RealIP()), pairLimit}, {kindCode + "|" + id, codeLimit}}
}

// codeAgain asks for a code beside the password. It is good once, so it is not
// used up for a form that comes back for another reason.
func (s *server) codeAgain(c echo.Context, f *form) error {
	if !f.ok() {
		return nil
	}
	return s.checkCode(c, f, user(c))
}

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
	key, err := totp.Generate(totp.GenerateOpts{Issuer: s.Shop, AccountName: user(c).Name, Period: totpPeriod})
	if err != nil {
		return fmt.Errorf("new second factor: %w", err)
	}
	session, err := s.session(c)
	if err != nil {
		return err
	}
	session.Values[sessionSecret] = string(s.Store.Keys.Seal(sealedSetup, []byte(key.Secret())))
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	return s.showTOTP(c, http.StatusOK, key.Secret(), views.Errors{})
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

// sealedSetup seals a secret that is being set up: the session's row lies in the
// book, and in its log, in the clear.
const sealedSetup = "totp set-up"

// secretOf is the secret that a session sets up; empty for none.
func (s *server) secretOf(session *sessions.Session) string {
	sealed, _ := session.Values[sessionSecret].(string)
	secret, err := s.Store.Keys.Unseal(sealedSetup, []byte(sealed))
	if err != nil {
		return ""
	}
	return string(secret)
}

// turnTOTPOn begins to ask for codes when one was shown, and shows the recovery
// codes, once.
func (s *server) turnTOTPOn(c echo.Context) error {
	session, err := s.session(c)
	if err != nil {
		return err
	}
	secret := s.secretOf(session)
	if secret == "" || user(c).HasTOTP {
		return see(c, "/account")
	}
	ctx, u, f := c.Request().Context(), user(c), newForm(c)
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	step, fits, err := stepOf(secret, typedCode(typed(c, "code")), s.Now())
	if err != nil {
		return err
	}
	if !fits {
		f.wrong("code", views.ProblemCode, "")
	}
	if !f.ok() {
		return s.showTOTP(c, statusOf(f), secret, f.errors)
	}
	codes := newRecoveryCodes()
	if err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetTOTP(ctx, u.ID, secret); err != nil {
			return err
		}
		if err := tx.UseTOTPStep(ctx, u.ID, step); err != nil {
			return err
		}
		if err := tx.SetRecoveryCodes(ctx, u.ID, codes); err != nil {
			return err
		}
		if err := s.audit(ctx, tx, act{u.ID, "totp.on", "person", u.ID}, nil); err != nil {
			return err
		}
		return s.endSessionsIn(c, tx, u, store.AllSessions) // which were opened without it
	}); err != nil {
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

// newRecoveryCodes are 50 random bits each.
func newRecoveryCodes() []string {
	codes := make([]string, recoveries)
	for i := range codes {
		codes[i] = rand.Text()[:10]
	}
	return codes
}

func (s *server) turnTOTPOff(c echo.Context) error {
	return s.withFactor(c, func(tx *store.Tx, u store.User) error {
		if err := tx.SetTOTP(c.Request().Context(), u.ID, ""); err != nil {
			return err
		}
		return s.audit(c.Request().Context(), tx, act{u.ID, "totp.off", "person", u.ID}, nil)
	}, func() error {
		if err := s.flash(c, views.FlashTOTPOff); err != nil {
			return err
		}
		return see(c, "/account")
	})
}

func (s *server) renewRecovery(c echo.Context) error {
	codes := newRecoveryCodes()
	return s.withFactor(c, func(tx *store.Tx, u store.User) error {
		if err := tx.SetRecoveryCodes(c.Request().Context(), u.ID, codes); err != nil {
			return err
		}
		if err := s.audit(c.Request().Context(), tx, act{u.ID, "recovery.renewed", "person", u.ID}, nil); err != nil {
			return err
		}
		return s.endSessionsIn(c, tx, u, store.AllSessions) // whoever had an old one
	}, func() error { return s.showRecoveryCodes(c, codes) })
}

// withFactor changes the second factor of who is signed in, after his password
// and a code.
func (s *server) withFactor(c echo.Context, change func(*store.Tx, store.User) error, done func() error) error {
	u, f := user(c), newForm(c)
	if !u.HasTOTP {
		return see(c, "/account")
	}
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{factor: f.errors})
	}
	if err := s.Store.Write(f.ctx, func(tx *store.Tx) error { return change(tx, u) }); err != nil {
		return err
	}
	return done()
}
