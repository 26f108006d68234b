package handlers

// Tills: on a device that an owner trusts, cashiers take turns by a short PIN.
// A PIN opens nothing else: owners and accountants have none.

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

const (
	tillCookie = "till"
)

// till is the device of a request; zero for one that nobody trusts.
func (s *server) till(c echo.Context) (store.Till, error) {
	token := s.sessions.cookie(c.Request(), tillCookie)
	if token == "" {
		return store.Till{}, nil
	}
	till, err := s.Store.Till(c.Request().Context(), access.HashToken(token))
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

// trustTill makes the device in the owner's hands a till. What it was before, and what
// copies of its cookie there are, ends with that.
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
	before, err := s.till(c)
	if err != nil {
		return err
	}
	token, err := access.NewToken(rand.Reader)
	if err != nil {
		return err
	}
	if err := s.Store.Write(f.ctx, func(tx *store.Tx) error {
		if err := s.endTill(f.ctx, tx, user(c).ID, before.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		till, err := tx.AddTill(f.ctx, store.Till{TokenHash: access.HashToken(token), Name: name, TrustedBy: user(c).ID, CreatedAt: s.Now()})
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
	if err := s.Store.Write(ctx, func(tx *store.Tx) error { return s.endTill(ctx, tx, user(c).ID, n) }); err != nil {
		return err
	}
	return see(c, "/team")
}

// endTill trusts a device no more, as the owner by wants; store.ErrNotFound when it is
// none.
func (s *server) endTill(ctx context.Context, tx *store.Tx, by, id int64) error {
	if err := tx.DeleteTill(ctx, id); err != nil {
		return err
	}
	return s.audit(ctx, tx, act{by, "till.removed", "till", id}, nil)
}

func (s *server) switchForm(c echo.Context) error {
	till, err := s.till(c)
	if err != nil {
		return err
	}
	if till.ID == 0 {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	return s.showSwitch(c, http.StatusOK, views.SwitchProps{Locked: till.Failures >= access.MostPINs})
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
	u, hash, err := s.access.PIN(f.ctx, till, person, typed(c, "pin"))
	if errors.Is(err, access.ErrTillLocked) {
		return s.showSwitch(c, http.StatusTooManyRequests, views.SwitchProps{Locked: true})
	}
	if err := f.guessed(c, "pin", views.ProblemPIN, err); err != nil {
		return err
	}
	if !f.ok() {
		return s.showSwitch(c, statusOf(f), props)
	}
	err = s.beginSessionAt(c, u, till.ID, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Till(ctx, till.TokenHash); errors.Is(err, store.ErrNotFound) {
			return access.ErrSignInOver // taken away meanwhile
		} else if err != nil {
			return err
		}
		now, err := tx.PINHash(ctx, u.ID)
		if err == nil && now != hash {
			err = access.ErrSignInOver
		}
		return err
	})
	if err != nil {
		return err
	}
	return see(c, "/checkout")
}

// setPIN gives a cashier a PIN, or takes it away where none is typed.
func (s *server) setPIN(c echo.Context) error {
	u, f, pin := user(c), newForm(c), typed(c, "pin")
	if pin != "" && !access.IsPIN(pin) {
		f.wrong("pin", views.ProblemPINWeak, "")
	}
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{pin: f.errors})
	}
	hash, err := s.sessionHash(c)
	if err != nil {
		return err
	}
	if err := s.access.SetPIN(f.ctx, u, pin, hash); err != nil {
		return err
	}
	if err := s.flash(c, views.FlashPIN); err != nil {
		return err
	}
	return see(c, "/account")
}
