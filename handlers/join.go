package handlers

// A one-time link: somebody new chooses his password, or somebody known a new
// one.

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

// invitation is what a link's token stands for; zero for one that is unknown,
// used, taken back or too old, which is nobody's business to tell apart.
func (s *server) invitation(c echo.Context) (store.Invitation, error) {
	i, err := s.Store.Invitation(c.Request().Context(), hashToken(c.Param("token")))
	if errors.Is(err, store.ErrNotFound) {
		return store.Invitation{}, nil
	}
	return i, err
}

func (s *server) joinForm(c echo.Context) error {
	i, err := s.invitation(c)
	if err != nil {
		return err
	}
	return s.showJoin(c, http.StatusOK, i, views.Errors{})
}

func (s *server) showJoin(c echo.Context, status int, i store.Invitation, wrong views.Errors) error {
	if i.ID == 0 {
		return s.show(c, http.StatusGone, views.JoinOverPage)
	}
	props := views.JoinProps{Invitation: i, Token: c.Param("token"), Errors: wrong}
	return s.show(c, status, func(p views.Page) templ.Component {
		p.Path = "/join/" + props.Token // another language comes back here, after an error too
		return views.JoinPage(p, props)
	})
}

// join uses a link up, and signs in whoever used it.
func (s *server) join(c echo.Context) error {
	i, err := s.invitation(c)
	if err != nil {
		return err
	}
	if i.ID == 0 {
		return s.showJoin(c, http.StatusGone, i, nil)
	}
	f := newForm(c)
	password := c.FormValue("new_password")
	f.newPassword("new_password", password, i.Name)
	if !f.ok() {
		return s.showJoin(c, http.StatusUnprocessableEntity, i, f.errors)
	}
	u, err := s.useInvitation(c, i, password)
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrTaken):
		return s.showJoin(c, http.StatusGone, store.Invitation{}, nil) // another was quicker
	case err != nil:
		return err
	case u.HasTOTP:
		return s.askForCode(c, u, "/")
	}
	if err := s.beginSession(c, u); err != nil {
		return err
	}
	return see(c, s.landing(c, "/"))
}

func (s *server) useInvitation(c echo.Context, i store.Invitation, password string) (u store.User, err error) {
	ctx := c.Request().Context()
	hash, err := s.access.Passwords.Cost.Hash(password)
	if err != nil {
		return u, err
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.EndInvitation(ctx, i.ID); err != nil {
			return err
		}
		maker, err := tx.User(ctx, i.CreatedBy)
		if err != nil {
			return err
		}
		if !maker.Active() || !maker.Role.Owns() {
			return store.ErrNotFound // a link is worth what its maker is when it is used
		}
		if i.UserID == 0 {
			u, err = tx.CreateUser(ctx, store.User{Name: i.Name, PasswordHash: hash, Role: i.Role, Locale: views.Locale(ctx), CreatedAt: s.Now()})
			if err == nil {
				err = s.approvesLater(ctx, tx, u)
			}
			if err != nil {
				return err
			}
			return s.audit(ctx, tx, act{u.ID, "person.joined", "person", u.ID}, map[string]string{"name": u.Name, "role": string(u.Role)})
		}
		if u, err = tx.User(ctx, i.UserID); err != nil {
			return err
		}
		if !u.Active() {
			return store.ErrNotFound
		}
		if err := tx.GivePassword(ctx, u.ID, hash); err != nil {
			return err
		}
		u.PasswordHash = hash
		if err := s.approvesLater(ctx, tx, u); err != nil {
			return err
		}
		return s.audit(ctx, tx, act{u.ID, "person.password_changed", "person", u.ID}, signInDetail{Name: u.Name})
	})
	return u, err
}

// approvesLater has an owner whom another one let in wait before he may approve
// payouts: nobody is his own second owner by way of a new name.
func (s *server) approvesLater(ctx context.Context, tx *store.Tx, u store.User) error {
	return tx.SetApprovesFrom(ctx, u.ID, s.Now().Add(payments.SecondOwnerWait))
}
