package people

// The team: who may sign in and as what, and the one-time links that let them in.

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

func (s *Screens) Team(c echo.Context) error {
	return s.showTeam(c, http.StatusOK, "", views.Errors{})
}

// showTeam shows the team, and a till's name as it was typed.
func (s *Screens) showTeam(c echo.Context, status int, till string, wrong views.Errors) (err error) {
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
	return s.Show(c, status, func(p views.Page) templ.Component { return views.TeamPage(p, props) })
}

func (s *Screens) InviteForm(c echo.Context) error {
	return s.showInvite(c, http.StatusOK, views.InviteForm{Role: string(store.RoleCashier)})
}

func (s *Screens) showInvite(c echo.Context, status int, form views.InviteForm) error {
	return s.Show(c, status, func(p views.Page) templ.Component { return views.InvitePage(p, form) })
}

// roleNamed reads a role that a form names.
func roleNamed(f *web.Form, name string) store.Role {
	role := store.Role(name)
	if !role.IsRole() {
		f.Wrong("role", views.ProblemChoice, "")
	}
	return role
}

func (s *Screens) Invite(c echo.Context) error {
	f := s.NewForm(c)
	in := views.InviteForm{Name: web.Typed(c, "name"), Role: c.FormValue("role"), Errors: f.Errors}
	role := roleNamed(f, in.Role)
	if in.Name == "" {
		f.Wrong("name", views.ProblemNameMissing, "")
	}
	f.AtMost("name", in.Name, views.MaxPersonName)
	switch _, err := s.Store.UserByName(f.Ctx, in.Name); {
	case err == nil:
		f.Wrong("name", views.ProblemNameTaken, "")
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showInvite(c, statusOf(f), in)
	}
	i, token, err := s.Access.Invite(f.Ctx, web.User(c).ID, in.Name, role)
	if err != nil {
		return err
	}
	return s.showInvitation(c, i, token)
}

// showInvitation shows a one-time link, once.
func (s *Screens) showInvitation(c echo.Context, i store.Invitation, token string) error {
	address, reach := s.ForOthers(c.Request().Context())
	address += "/join/" + token
	modules, err := web.QRModules(address)
	if err != nil {
		return err
	}
	props := views.InvitedProps{Invitation: i, URL: address, Reach: reach, QR: views.QR{Modules: modules}}
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.InvitedPage(p, props) })
}

func (s *Screens) RevokeInvitation(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	err = s.Access.Revoke(c.Request().Context(), web.User(c).ID, n)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return web.See(c, "/team")
}

// member is the person that a path names.
func (s *Screens) member(c echo.Context) (store.User, error) {
	n, err := web.ID(c)
	if err != nil {
		return store.User{}, err
	}
	return s.Store.User(c.Request().Context(), n)
}

func (s *Screens) Person(c echo.Context) error {
	u, err := s.member(c)
	if err != nil {
		return err
	}
	return s.showPerson(c, http.StatusOK, u, views.Errors{})
}

func (s *Screens) showPerson(c echo.Context, status int, u store.User, wrong views.Errors) (err error) {
	props := views.PersonProps{Person: u, Errors: wrong, Now: s.Now()}
	if props.Sessions, err = s.Store.SessionsOfUser(c.Request().Context(), u.ID); err != nil {
		return err
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.PersonPage(p, props) })
}

// ChangePerson does one of the things that an owner may do to somebody: another
// role, in or out, or a link to a new password.
func (s *Screens) ChangePerson(c echo.Context) error {
	u, err := s.member(c)
	if err != nil {
		return err
	}
	f, what := s.NewForm(c), c.FormValue("what")
	role := u.Role
	if what == "role" {
		role = roleNamed(f, c.FormValue("role"))
	}
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showPerson(c, statusOf(f), u, f.Errors)
	}
	switch what {
	case "role":
		err = s.Access.SetRole(f.Ctx, web.User(c).ID, u, role)
	case "disable":
		err = s.Access.Disable(f.Ctx, web.User(c).ID, u)
	case "enable":
		err = s.Access.Enable(f.Ctx, web.User(c).ID, u)
	case "reset":
		i, token, err := s.Access.InviteAnew(f.Ctx, web.User(c).ID, u)
		if err != nil {
			return err
		}
		return s.showInvitation(c, i, token)
	default:
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	if errors.Is(err, store.ErrLastOwner) {
		f.Wrong(views.WholeForm, views.ProblemLastOwner, "")
		return s.showPerson(c, http.StatusUnprocessableEntity, u, f.Errors)
	}
	if err != nil {
		return err
	}
	if u.ID == web.User(c).ID {
		return web.See(c, "/signin") // his own rights changed: he signs in again
	}
	if err := s.Flash(c, views.FlashPersonChanged); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/team/", u.ID))
}

func (s *Screens) EndSession(c echo.Context) error {
	u, err := s.member(c)
	if err != nil {
		return err
	}
	if err := s.endSessionsOf(c, u); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/team/", u.ID))
}
