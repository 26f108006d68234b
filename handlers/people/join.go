package people

// A one-time link: somebody new chooses his password, or somebody known a new
// one.

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// invitation is what a link's token stands for; zero for one that is unknown,
// used, taken back or too old, which is nobody's business to tell apart.
func (s *Screens) invitation(c echo.Context) (store.Invitation, error) {
	i, err := s.Access.Invitation(c.Request().Context(), c.Param("token"))
	if errors.Is(err, store.ErrNotFound) {
		return store.Invitation{}, nil
	}
	return i, err
}

func (s *Screens) JoinForm(c echo.Context) error {
	i, err := s.invitation(c)
	if err != nil {
		return err
	}
	return s.showJoin(c, http.StatusOK, i, views.Errors{})
}

func (s *Screens) showJoin(c echo.Context, status int, i store.Invitation, wrong views.Errors) error {
	if i.ID == 0 {
		return s.Show(c, http.StatusGone, views.JoinOverPage)
	}
	props := views.JoinProps{Invitation: i, Token: c.Param("token"), Errors: wrong}
	return s.Show(c, status, func(p views.Page) templ.Component {
		p.Path = "/join/" + props.Token // another language comes back here, after an error too
		return views.JoinPage(p, props)
	})
}

// Join uses a link up, and signs in whoever used it.
func (s *Screens) Join(c echo.Context) error {
	i, err := s.invitation(c)
	if err != nil {
		return err
	}
	if i.ID == 0 {
		return s.showJoin(c, http.StatusGone, i, nil)
	}
	f := s.NewForm(c)
	password := c.FormValue("new_password")
	f.NewPassword("new_password", password, i.Name)
	if !f.OK() {
		return s.showJoin(c, http.StatusUnprocessableEntity, i, f.Errors)
	}
	u, err := s.Access.Join(f.Ctx, i, password, views.Locale(f.Ctx))
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrTaken):
		return s.showJoin(c, http.StatusGone, store.Invitation{}, nil) // another was quicker
	case err != nil:
		return err
	case u.HasTOTP:
		return s.askForCode(c, u, "/")
	}
	if err := s.BeginSession(c, u); err != nil {
		return err
	}
	return web.See(c, s.Landing(c, "/"))
}
