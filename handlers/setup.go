package handlers

// The first run: whoever reads the token that the start printed becomes the
// owner, and gives the shop its name.

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
)

// errSetUp says that somebody has claimed the product meanwhile.
var errSetUp = errors.New("it is set up already")

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
	return subtle.ConstantTimeCompare([]byte(typedCode(c.QueryParam("token"))), []byte(s.Wiring.SetupToken())) == 1
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
	hash, err := s.passwords.cost.Hash(password)
	if err != nil {
		return err
	}
	u := store.User{Name: in.Owner, PasswordHash: hash, Role: store.RoleOwner, Locale: views.Locale(f.ctx), CreatedAt: s.Now()}
	u, err = s.claim(c, u, in.Shop, logo)
	if errors.Is(err, errSetUp) {
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

func (s *server) claim(c echo.Context, u store.User, shop views.ShopForm, logo []byte) (store.User, error) {
	ctx := c.Request().Context()
	err := s.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.CountUsers(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			return errSetUp
		}
		if u, err = tx.CreateUser(ctx, u); err != nil {
			return err
		}
		return s.keepShop(c, tx, u.ID, shop, logo)
	})
	return u, err
}

// minPassword is how many characters a new password has at least.
const minPassword = 10

// newPassword says what is wrong with a password that somebody chose.
func (f *form) newPassword(field, password, name string) {
	switch {
	case password == "":
		f.wrong(field, views.ProblemSecretMissing, "")
	case len([]rune(password)) < minPassword:
		f.wrong(field, views.ProblemPasswordShort, "")
	case len(password) > maxPassword:
		f.wrong(field, views.ProblemTextLong, "200")
	case isCommon(password):
		f.wrong(field, views.ProblemPasswordCommon, "")
	case strings.EqualFold(strings.TrimSpace(password), name):
		f.wrong(field, views.ProblemPasswordName, "")
	}
}

// commonPasswords are what everybody tries first, of those that are long enough.
var commonPasswords = []string{
	"1q2w3e4r5t", "1qaz2wsx3edc", "abcdefghij", "administrateur", "administrator", "azertyuiop", "basketball", "bonjour123", "camerounais", "campay2024", "campay2025", "campay2026",
	"changeme123", "comptoir123", "computer123", "cookie1234", "douala2024", "douala2025", "douala2026", "dragon1234", "football10", "football123", "iloveyou12", "iloveyou123",
	"jesus12345", "letmein123", "mobilemoney", "monkey1234", "motdepasse", "motdepasse1", "motdepasse123", "mtnmobilemoney", "orangemoney", "p@ssw0rd123", "passw0rd123", "password01",
	"password12", "password123", "password1234", "princess123", "qazwsxedcr", "qwerty1234", "qwerty12345", "qwertyuiop", "secret1234", "sunshine123", "superman123", "welcome123", "yaounde2024", "yaounde2025", "yaounde2026",
}

// isCommon reports whether a password is one of them, digits alone, or few
// letters again and again.
func isCommon(password string) bool {
	folded := strings.ToLower(strings.TrimSpace(password))
	different := map[rune]bool{}
	for _, r := range folded {
		different[r] = true
	}
	return strings.Trim(folded, "0123456789 .-+") == "" || len(different) < 5 || slices.Contains(commonPasswords, folded)
}
