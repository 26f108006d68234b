package handlers

// The team: who may sign in and as what, and the one-time links that let them in.

import (
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
)

func (s *server) team(c echo.Context) error {
	return s.showTeam(c, http.StatusOK, "", views.Errors{})
}

// showTeam shows the team, and a till's name as it was typed.
func (s *server) showTeam(c echo.Context, status int, till string, wrong views.Errors) (err error) {
	ctx := c.Request().Context()
	props := views.TeamProps{TillName: till, Errors: wrong, Now: s.Now()}
	if props.Tills, err = s.Store.Tills(ctx); err != nil {
		return err
	}
	if props.People, err = s.Store.Users(ctx); err != nil {
		return err
	}
	if props.Seen, err = s.Store.LastSeen(ctx); err != nil {
		return err
	}
	if props.Invitations, err = s.Store.Invitations(ctx); err != nil {
		return err
	}
	return s.show(c, status, func(p views.Page) templ.Component { return views.TeamPage(p, props) })
}

func (s *server) inviteForm(c echo.Context) error {
	return s.showInvite(c, http.StatusOK, views.InviteForm{Role: string(store.RoleCashier)})
}

func (s *server) showInvite(c echo.Context, status int, form views.InviteForm) error {
	return s.show(c, status, func(p views.Page) templ.Component { return views.InvitePage(p, form) })
}

// role reads a role that a form names.
func (f *form) role(name string) store.Role {
	role := store.Role(name)
	if !slices.Contains(everyone, role) {
		f.wrong("role", views.ProblemChoice, "")
	}
	return role
}

func (s *server) invite(c echo.Context) error {
	f := newForm(c)
	in := views.InviteForm{Name: typed(c, "name"), Role: c.FormValue("role"), Errors: f.errors}
	role := f.role(in.Role)
	if in.Name == "" {
		f.wrong("name", views.ProblemNameMissing, "")
	}
	f.atMost("name", in.Name, views.MaxPersonName)
	switch _, err := s.Store.UserByName(f.ctx, in.Name); {
	case err == nil:
		f.wrong("name", views.ProblemNameTaken, "")
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showInvite(c, statusOf(f), in)
	}
	i, token, err := s.access.Invite(f.ctx, user(c).ID, in.Name, role)
	if err != nil {
		return err
	}
	return s.showInvitation(c, i, token)
}

// showInvitation shows a one-time link, once.
func (s *server) showInvitation(c echo.Context, i store.Invitation, token string) error {
	address, reach := s.forOthers(c.Request().Context())
	address += "/join/" + token
	modules, err := qrModules(address)
	if err != nil {
		return err
	}
	props := views.InvitedProps{Invitation: i, URL: address, Reach: reach, QR: views.QR{Modules: modules}}
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.InvitedPage(p, props) })
}

func (s *server) revokeInvitation(c echo.Context) error {
	n, err := id(c)
	if err != nil {
		return err
	}
	err = s.access.Revoke(c.Request().Context(), user(c).ID, n)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return see(c, "/team")
}

// member is the person that a path names.
func (s *server) member(c echo.Context) (store.User, error) {
	n, err := id(c)
	if err != nil {
		return store.User{}, err
	}
	return s.Store.User(c.Request().Context(), n)
}

func (s *server) person(c echo.Context) error {
	u, err := s.member(c)
	if err != nil {
		return err
	}
	return s.showPerson(c, http.StatusOK, u, views.Errors{})
}

func (s *server) showPerson(c echo.Context, status int, u store.User, wrong views.Errors) (err error) {
	props := views.PersonProps{Person: u, Errors: wrong, Now: s.Now()}
	if props.Sessions, err = s.Store.SessionsOfUser(c.Request().Context(), u.ID); err != nil {
		return err
	}
	return s.show(c, status, func(p views.Page) templ.Component { return views.PersonPage(p, props) })
}

// changePerson does one of the things that an owner may do to somebody: another
// role, in or out, or a link to a new password.
func (s *server) changePerson(c echo.Context) error {
	u, err := s.member(c)
	if err != nil {
		return err
	}
	f, what := newForm(c), c.FormValue("what")
	role := u.Role
	if what == "role" {
		role = f.role(c.FormValue("role"))
	}
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showPerson(c, statusOf(f), u, f.errors)
	}
	switch what {
	case "role":
		err = s.access.SetRole(f.ctx, user(c).ID, u, role)
	case "disable":
		err = s.access.Disable(f.ctx, user(c).ID, u)
	case "enable":
		err = s.access.Enable(f.ctx, user(c).ID, u)
	case "reset":
		i, token, err := s.access.InviteAnew(f.ctx, user(c).ID, u)
		if err != nil {
			return err
		}
		return s.showInvitation(c, i, token)
	default:
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	if errors.Is(err, store.ErrLastOwner) {
		f.wrong(views.WholeForm, views.ProblemLastOwner, "")
		return s.showPerson(c, http.StatusUnprocessableEntity, u, f.errors)
	}
	if err != nil {
		return err
	}
	if u.ID == user(c).ID {
		return see(c, "/signin") // his own rights changed: he signs in again
	}
	if err := s.flash(c, views.FlashPersonChanged); err != nil {
		return err
	}
	return see(c, itemPath("/team/", u.ID))
}

func (s *server) endSession(c echo.Context) error {
	u, err := s.member(c)
	if err != nil {
		return err
	}
	if err := s.endSessionsOf(c, u); err != nil {
		return err
	}
	return see(c, itemPath("/team/", u.ID))
}
