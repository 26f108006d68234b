package handlers

// A one-time link: somebody new chooses his password, or somebody known a new
// one.

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
)

// invitation is what a link's token stands for; zero for one that is unknown,
// used, taken back or too old, which is nobody's business to tell apart.
func (s *server) invitation(c echo.Context) (store.Invitation, error) {
	i, err := s.access.Invitation(c.Request().Context(), c.Param("token"))
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
	u, err := s.access.Join(f.ctx, i, password, views.Locale(f.ctx))
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
