package handlers

// Tills: on a device that an owner trusts, cashiers take turns by a short PIN.
// A PIN opens nothing else: owners and accountants have none.

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
)

const (
	tillCookie = "till"
	mostPINs   = 5 // wrong ones in a row; then a password is needed on that device
)

// till is the device of a request; zero for one that nobody trusts.
func (s *server) till(c echo.Context) (store.Till, error) {
	token := s.sessions.cookie(c.Request(), tillCookie)
	if token == "" {
		return store.Till{}, nil
	}
	till, err := s.Store.Till(c.Request().Context(), hashToken(token))
	if errors.Is(err, store.ErrNotFound) {
		return store.Till{}, nil
	}
	return till, err
}

// saysTill reports whether the browser says that it is a till: only a look into
// the book tells whether it is.
func (s *server) saysTill(c echo.Context) bool {
	return s.sessions.cookie(c.Request(), tillCookie) != ""
}

// trustTill makes the device in the owner's hands a till.
func (s *server) trustTill(c echo.Context) error {
	f, name := newForm(c), typed(c, "till")
	if name == "" {
		f.wrong("till", views.ProblemNameMissing, "")
	}
	f.atMost("till", name, views.MaxPersonName)
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showTeam(c, statusOf(f), name, f.errors)
	}
	token, err := newToken(rand.Reader)
	if err != nil {
		return err
	}
	if err := s.Store.Write(f.ctx, func(tx *store.Tx) error {
		till, err := tx.AddTill(f.ctx, store.Till{TokenHash: hashToken(token), Name: name, TrustedBy: user(c).ID, CreatedAt: s.Now()})
		if err != nil {
			return err
		}
		return s.audit(f.ctx, tx, act{user(c).ID, "till.trusted", "till", till.ID}, signInDetail{Name: name})
	}); err != nil {
		return err
	}
	s.sessions.remember(c.Response(), tillCookie, token, cookieLife)
	return see(c, "/team")
}

func (s *server) removeTill(c echo.Context) error {
	ctx := c.Request().Context()
	n, err := id(c)
	if err != nil {
		return err
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteTill(ctx, n); err != nil {
			return err
		}
		return s.audit(ctx, tx, act{user(c).ID, "till.removed", "till", n}, nil)
	})
	if err != nil {
		return err
	}
	return see(c, "/team")
}

func (s *server) switchForm(c echo.Context) error {
	till, err := s.till(c)
	if err != nil {
		return err
	}
	if till.ID == 0 {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	return s.showSwitch(c, http.StatusOK, views.SwitchProps{Locked: till.Failures >= mostPINs})
}

func (s *server) showSwitch(c echo.Context, status int, props views.SwitchProps) (err error) {
	if props.People, err = s.Store.PINHolders(c.Request().Context()); err != nil {
		return err
	}
	return s.show(c, status, func(p views.Page) templ.Component { return views.SwitchPage(p, props) })
}

// switchPerson signs a cashier in by his PIN, in place of whoever was.
func (s *server) switchPerson(c echo.Context) error {
	till, err := s.till(c)
	if err != nil {
		return err
	}
	if till.ID == 0 {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	f := newForm(c)
	person, _ := strconv.ParseInt(c.FormValue("person"), 10, 64)
	props := views.SwitchProps{Person: person, Errors: f.errors}
	u, hash, err := s.matchPIN(c, f, till, person)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return s.showSwitch(c, http.StatusTooManyRequests, views.SwitchProps{Locked: true})
	case err != nil:
		return err
	case hash == "" && f.ok():
		f.wrong("pin", views.ProblemPIN, "")
	}
	if !f.ok() {
		return s.showSwitch(c, statusOf(f), props)
	}
	err = s.beginSessionAt(c, u, till.ID, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Till(ctx, till.TokenHash); errors.Is(err, store.ErrNotFound) {
			return errSignInOver // taken away meanwhile
		} else if err != nil {
			return err
		}
		now, err := tx.PINHash(ctx, u.ID)
		if err == nil && now != hash {
			err = errSignInOver
		}
		return err
	})
	if err != nil {
		return err
	}
	return see(c, "/checkout")
}

// matchPIN counts a PIN, then looks at it, and returns whose it is and the hash that
// it fits, empty for none; store.ErrNotFound when the device has had too many wrong
// ones.
func (s *server) matchPIN(c echo.Context, f *form, till store.Till, person int64) (u store.User, hash string, err error) {
	ctx := c.Request().Context()
	by := guessed{kindPIN + "|" + strconv.FormatInt(person, 10), pairLimit}
	if wait := s.Guesses.take(s.Now(), by); wait > 0 {
		f.figured("pin", views.ProblemTooMany, "Seconds", tooMany(c, wait))
		return u, "", nil
	}
	if err := s.Store.Write(ctx, func(tx *store.Tx) error { return tx.CountTillFailure(ctx, till.ID, mostPINs) }); err != nil {
		return u, "", err
	}
	if u, err = s.Store.User(ctx, person); err == nil && u.Active() && u.Role.WorksATill() {
		hash, err = s.Store.PINHash(ctx, u.ID)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return u, "", err
	}
	ok, err := s.passwords.matchOwn(ctx, s.keyedPIN(person, typed(c, "pin")), hash)
	if err != nil {
		s.Guesses.unseen(by)
		return u, "", errors.Join(err, s.Store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.UncountTillFailure(ctx, till.ID) }))
	}
	if !ok {
		s.wrongGuess(c, by)
		return u, "", nil
	}
	s.rightGuess(c, by)
	return u, hash, nil
}

// keyedPIN is what is hashed of a PIN: without the key a stolen database does not
// give it away, short as it is.
func (s *server) keyedPIN(person int64, pin string) string {
	mac := s.Store.Keys.MAC("pin")
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(person))) //nolint:gosec // ids are positive
	mac.Write([]byte(pin))
	return hex.EncodeToString(mac.Sum(nil))
}

// setPIN gives a cashier a PIN, or takes it away where none is typed.
func (s *server) setPIN(c echo.Context) error {
	u, f, pin := user(c), newForm(c), typed(c, "pin")
	if pin != "" && !isPIN(pin) {
		f.wrong("pin", views.ProblemPINWeak, "")
	}
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{pin: f.errors})
	}
	hash, name := "", "pin.removed"
	if pin != "" {
		var err error
		if hash, err = s.passwords.cost.Hash(s.keyedPIN(u.ID, pin)); err != nil {
			return err
		}
		name = "pin.set"
	}
	if err := s.Store.Write(f.ctx, func(tx *store.Tx) error {
		if err := tx.SetPIN(f.ctx, u.ID, hash); err != nil {
			return err
		}
		return s.audit(f.ctx, tx, act{u.ID, name, "person", u.ID}, nil)
	}); err != nil {
		return err
	}
	if err := s.flash(c, views.FlashPIN); err != nil {
		return err
	}
	return see(c, "/account")
}

// isPIN holds what a PIN is: 4 to 6 digits, and not what everybody tries.
func isPIN(pin string) bool {
	if len(pin) < 4 || len(pin) > 6 || strings.Trim(pin, "0123456789") != "" {
		return false
	}
	const up, down = "0123456789", "9876543210"
	return strings.Trim(pin, pin[:1]) != "" && !strings.Contains(up, pin) && !strings.Contains(down, pin)
}
