package people

// Tills: on a device that an owner trusts, cashiers take turns by a short PIN.
// A PIN opens nothing else: owners and accountants have none.

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// TrustTill makes the device in the owner's hands a till. What it was before, and what
// copies of its cookie there are, ends with that.
func (s *Screens) TrustTill(c echo.Context) error {
	f, name := s.NewForm(c), web.Typed(c, "till")
	if name == "" {
		f.Wrong("till", views.ProblemNameMissing, "")
	}
	f.AtMost("till", name, views.MaxPersonName)
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showTeam(c, statusOf(f), name, f.Errors)
	}
	before, err := s.Till(c)
	if err != nil {
		return err
	}
	token, err := s.Access.TrustTill(f.Ctx, web.User(c).ID, name, before)
	if err != nil {
		return err
	}
	s.Sessions.Remember(c.Response(), web.TillCookie, token, web.CookieLife)
	return web.See(c, "/team")
}

func (s *Screens) RemoveTill(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	if err := s.Access.RemoveTill(c.Request().Context(), web.User(c).ID, n); err != nil {
		return err
	}
	return web.See(c, "/team")
}

func (s *Screens) SwitchForm(c echo.Context) error {
	till, err := s.Till(c)
	if err != nil {
		return err
	}
	if till.ID == 0 {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	return s.showSwitch(c, http.StatusOK, views.SwitchProps{Locked: till.Failures >= access.MostPINs})
}

func (s *Screens) showSwitch(c echo.Context, status int, props views.SwitchProps) (err error) {
	if props.People, err = s.Store.PINHolders(c.Request().Context()); err != nil {
		return err
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.SwitchPage(p, props) })
}

// SwitchPerson signs a cashier in by his PIN, in place of whoever was.
func (s *Screens) SwitchPerson(c echo.Context) error {
	till, err := s.Till(c)
	if err != nil {
		return err
	}
	if till.ID == 0 {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	f := s.NewForm(c)
	person, _ := strconv.ParseInt(c.FormValue("person"), 10, 64)
	props := views.SwitchProps{Person: person, Errors: f.Errors}
	u, hash, err := s.Access.PIN(f.Ctx, till, person, web.Typed(c, "pin"))
	if errors.Is(err, access.ErrTillLocked) {
		return s.showSwitch(c, http.StatusTooManyRequests, views.SwitchProps{Locked: true})
	}
	if err := f.Guessed(c, "pin", views.ProblemPIN, err); err != nil {
		return err
	}
	if !f.OK() {
		return s.showSwitch(c, statusOf(f), props)
	}
	err = s.BeginSessionAt(c, u, till.ID, func(ctx context.Context, tx *store.Tx) error {
		return access.StandsAt(ctx, tx, till, u.ID, hash)
	})
	if err != nil {
		return err
	}
	return web.See(c, "/checkout")
}

// SetPIN gives a cashier a PIN, or takes it away where none is typed.
func (s *Screens) SetPIN(c echo.Context) error {
	u, f, pin := web.User(c), s.NewForm(c), web.Typed(c, "pin")
	if pin != "" && !access.IsPIN(pin) {
		f.Wrong("pin", views.ProblemPINWeak, "")
	}
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showOwnAccount(c, statusOf(f), accountErrors{pin: f.Errors})
	}
	hash, err := s.SessionHash(c)
	if err != nil {
		return err
	}
	if err := s.Access.SetPIN(f.Ctx, u, pin, hash); err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashPIN); err != nil {
		return err
	}
	return web.See(c, "/account")
}
