package handlers

// The team: who may sign in and as what, and the one-time links that let them in.

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
)

// invitationLife is how long a one-time link is good.
const invitationLife = 48 * time.Hour

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
	return s.makeInvitation(c, store.Invitation{Name: in.Name, Role: role}, "person.invited")
}

// makeInvitation makes a one-time link and shows it, once: only its hash is kept.
func (s *server) makeInvitation(c echo.Context, i store.Invitation, name string) error {
	ctx := c.Request().Context()
	token, err := newToken(rand.Reader)
	if err != nil {
		return err
	}
	i.TokenHash, i.CreatedBy, i.CreatedAt, i.ExpiresAt = hashToken(token), user(c).ID, s.Now(), s.Now().Add(invitationLife)
	if err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if i.UserID != 0 {
			if err := tx.EndInvitationsOf(ctx, i.UserID); err != nil {
				return err
			}
		}
		if i, err = tx.AddInvitation(ctx, i); err != nil {
			return err
		}
		return s.audit(ctx, tx, act{user(c).ID, name, "person", i.UserID}, map[string]string{"name": i.Name, "role": string(i.Role)})
	}); err != nil {
		return err
	}
	address, reach := s.forOthers(ctx)
	address += "/join/" + token
	modules, err := qrModules(address)
	if err != nil {
		return err
	}
	props := views.InvitedProps{Invitation: i, URL: address, Reach: reach, QR: views.QR{Modules: modules}}
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.InvitedPage(p, props) })
}

func (s *server) revokeInvitation(c echo.Context) error {
	ctx := c.Request().Context()
	n, err := id(c)
	if err != nil {
		return err
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.EndInvitation(ctx, n); err != nil {
			return err
		}
		return s.audit(ctx, tx, act{user(c).ID, "person.invitation_revoked", "invitation", n}, nil)
	})
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
		err = s.setRole(c, u, role)
	case "disable":
		err = s.setDisabled(c, u, s.Now(), "person.disabled")
	case "enable":
		err = s.setDisabled(c, u, time.Time{}, "person.enabled")
	case "reset":
		return s.makeInvitation(c, store.Invitation{Name: u.Name, Role: u.Role, UserID: u.ID}, "person.reset")
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

func (s *server) setRole(c echo.Context, u store.User, role store.Role) error {
	if role == u.Role {
		return nil
	}
	ctx := c.Request().Context()
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetRole(ctx, u.ID, role); err != nil {
			return err
		}
		if err := s.approvesLater(ctx, tx, u); err != nil {
			return err
		}
		return s.audit(ctx, tx, act{user(c).ID, "person.role_changed", "person", u.ID},
			map[string]string{"name": u.Name, "before": string(u.Role), "after": string(role)})
	})
}

func (s *server) setDisabled(c echo.Context, u store.User, since time.Time, name string) error {
	ctx := c.Request().Context()
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetDisabled(ctx, u.ID, since); err != nil {
			return err
		}
		return s.audit(ctx, tx, act{user(c).ID, name, "person", u.ID}, signInDetail{Name: u.Name})
	})
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
