package settings

// The first run: whoever reads the token that the start printed becomes the
// owner, and gives the shop its name.

import (
	"crypto/subtle"
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// holdsToken reports whether the address of a request has the token of setup.
func (s *Screens) holdsToken(c echo.Context) bool {
	return subtle.ConstantTimeCompare([]byte(access.TypedCode(c.QueryParam("token"))), []byte(s.Wiring.SetupToken())) == 1
}

func (s *Screens) SetupForm(c echo.Context) error {
	open, err := s.IsUnclaimed(c)
	if err != nil {
		return err
	}
	if !open {
		return web.See(c, "/")
	}
	if !s.holdsToken(c) {
		return s.askForToken(c)
	}
	return s.showSetup(c, http.StatusOK, views.SetupForm{})
}

// askForToken lets whoever has the token by hand type it; a wrong one is said.
func (s *Screens) askForToken(c echo.Context) error {
	status, wrong := http.StatusOK, views.Errors{}
	if c.QueryParam("token") != "" {
		status = http.StatusForbidden
		wrong["token"] = views.FieldError{Problem: views.ProblemSetupToken}
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.SetupTokenPage(p, wrong) })
}

func (s *Screens) showSetup(c echo.Context, status int, form views.SetupForm) error {
	form.Token = c.QueryParam("token")
	return s.Show(c, status, func(p views.Page) templ.Component {
		p.Path = c.Request().URL.RequestURI() // another language comes back here, after an error too
		return views.SetupPage(p, form)
	})
}

// ClaimSetup makes the owner and the shop, once, and signs the owner in.
func (s *Screens) ClaimSetup(c echo.Context) error {
	open, err := s.IsUnclaimed(c)
	if err != nil {
		return err
	}
	if !open {
		return web.See(c, "/")
	}
	if !s.holdsToken(c) { // before anything of the body is read
		return s.askForToken(c)
	}
	f := s.NewForm(c)
	in := views.SetupForm{Owner: web.Typed(c, "name"), Shop: readShop(c, f)}
	in.Shop.Errors, in.Errors = f.Errors, f.Errors
	if in.Owner == "" {
		f.Wrong("name", views.ProblemNameMissing, "")
	}
	f.AtMost("name", in.Owner, views.MaxPersonName)
	password := c.FormValue("password")
	f.NewPassword("password", password, in.Owner)
	logo, err := logo(f, c)
	if err != nil {
		return err
	}
	if !f.OK() {
		return s.showSetup(c, http.StatusUnprocessableEntity, in)
	}
	owner := access.Newcomer{Name: in.Owner, Password: password, Locale: views.Locale(f.Ctx)}
	u, err := s.Access.Claim(f.Ctx, owner, func(tx *store.Tx, u store.User) error { return s.keepShop(c, tx, u.ID, in.Shop, logo) })
	if errors.Is(err, access.ErrClaimed) {
		return web.See(c, "/")
	}
	if err != nil {
		return err
	}
	if err := s.BeginSession(c, u); err != nil {
		return err
	}
	if err := s.Wiring.Reopen(f.Ctx); err != nil {
		return err
	}
	if s.Wiring.Fixed() {
		return web.See(c, s.Landing(c, "/settings/webhook"))
	}
	return web.See(c, s.Landing(c, "/checkout")) // on the sandbox: there is something to try at once
}
