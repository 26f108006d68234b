package handlers

// The first run: whoever reads the token that the start printed becomes the
// owner, and gives the shop its name.

import (
	"crypto/subtle"
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

// isUnclaimed reports whether nobody owns the product yet.
func (s *server) isUnclaimed(c echo.Context) (bool, error) {
	if s.Wiring == nil || s.Wiring.SetupToken() == "" {
		return false, nil
	}
	n, err := s.Store.CountUsers(c.Request().Context())
	return n == 0, err
}

// holdsToken reports whether the address of a request has the token of setup.
func (s *server) holdsToken(c echo.Context) bool {
	return subtle.ConstantTimeCompare([]byte(access.TypedCode(c.QueryParam("token"))), []byte(s.Wiring.SetupToken())) == 1
}

func (s *server) setupForm(c echo.Context) error {
	open, err := s.isUnclaimed(c)
	if err != nil {
		return err
	}
	if !open {
		return see(c, "/")
	}
	if !s.holdsToken(c) {
		return s.askForToken(c)
	}
	return s.showSetup(c, http.StatusOK, views.SetupForm{})
}

// askForToken lets whoever has the token by hand type it; a wrong one is said.
func (s *server) askForToken(c echo.Context) error {
	status, wrong := http.StatusOK, views.Errors{}
	if c.QueryParam("token") != "" {
		status = http.StatusForbidden
		wrong["token"] = views.FieldError{Problem: views.ProblemSetupToken}
	}
	return s.show(c, status, func(p views.Page) templ.Component { return views.SetupTokenPage(p, wrong) })
}

func (s *server) showSetup(c echo.Context, status int, form views.SetupForm) error {
	form.Token = c.QueryParam("token")
	return s.show(c, status, func(p views.Page) templ.Component {
		p.Path = c.Request().URL.RequestURI() // another language comes back here, after an error too
		return views.SetupPage(p, form)
	})
}

// claimSetup makes the owner and the shop, once, and signs the owner in.
func (s *server) claimSetup(c echo.Context) error {
	open, err := s.isUnclaimed(c)
	if err != nil {
		return err
	}
	if !open {
		return see(c, "/")
	}
	if !s.holdsToken(c) { // before anything of the body is read
		return s.askForToken(c)
	}
	f := newForm(c)
	in := views.SetupForm{Owner: typed(c, "name"), Shop: readShop(c, f)}
	in.Shop.Errors, in.Errors = f.errors, f.errors
	if in.Owner == "" {
		f.wrong("name", views.ProblemNameMissing, "")
	}
	f.atMost("name", in.Owner, views.MaxPersonName)
	password := c.FormValue("password")
	f.newPassword("password", password, in.Owner)
	logo, err := f.logo(c)
	if err != nil {
		return err
	}
	if !f.ok() {
		return s.showSetup(c, http.StatusUnprocessableEntity, in)
	}
	owner := access.Newcomer{Name: in.Owner, Password: password, Locale: views.Locale(f.ctx)}
	u, err := s.access.Claim(f.ctx, owner, func(tx *store.Tx, u store.User) error { return s.keepShop(c, tx, u.ID, in.Shop, logo) })
	if errors.Is(err, access.ErrClaimed) {
		return see(c, "/")
	}
	if err != nil {
		return err
	}
	if err := s.beginSession(c, u); err != nil {
		return err
	}
	if err := s.Wiring.Reopen(f.ctx); err != nil {
		return err
	}
	if s.Wiring.Fixed() {
		return see(c, s.landing(c, "/settings/webhook"))
	}
	return see(c, s.landing(c, "/checkout")) // on the sandbox: there is something to try at once
}
