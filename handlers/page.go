package handlers

// What every screen needs around its own content, and how one is answered.

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
)

// page is the frame of a screen for whoever asks.
func (s *server) page(c echo.Context) (views.Page, error) {
	flash, err := s.takeFlash(c)
	if err != nil {
		return views.Page{}, err
	}
	p := s.frame(c)
	p.Flash = flash
	if user(c).Role.Owns() {
		p.Approvals, err = s.Store.CountApprovals(c.Request().Context(), store.ApprovalWaiting)
	}
	return p, err
}

// frame is page without the news of the last action.
func (s *server) frame(c echo.Context) views.Page {
	p := views.Page{
		Shop: s.Shop, User: user(c), Path: c.Request().URL.RequestURI(),
		Sandbox: s.Book == store.Sandbox, KeysRefused: s.Payments.KeysRefused(), Settings: s.Wiring != nil, Till: s.saysTill(c), Now: s.Now(),
	}
	if s.access.TakesPasskeys() {
		p.Passkeys = s.URL
	}
	if s.Sandbox != nil {
		p.Phone = "/sandbox/phone"
	}
	if c.Request().Method != http.MethodGet {
		p.Path = "/" // a form's answer is no page to come back to
	}
	return p
}

// render answers with a component, once it is drawn whole.
func render(c echo.Context, status int, component templ.Component) error {
	page := templ.GetBuffer()
	defer templ.ReleaseBuffer(page)
	if err := component.Render(c.Request().Context(), page); err != nil {
		return fmt.Errorf("draw a page: %w", err)
	}
	return c.HTMLBlob(status, page.Bytes())
}

// show answers with a screen.
func (s *server) show(c echo.Context, status int, screen func(views.Page) templ.Component) error {
	p, err := s.page(c)
	if err != nil {
		return err
	}
	return render(c, status, screen(p))
}

// flash keeps what an action did for the next page.
func (s *server) flash(c echo.Context, f views.Flash) error {
	session, err := s.session(c)
	if err != nil {
		return err
	}
	session.AddFlash(string(f))
	return session.Save(c.Request(), c.Response())
}

func (s *server) takeFlash(c echo.Context) (views.Flash, error) {
	if user(c).ID == 0 {
		return "", nil
	}
	session, err := s.session(c)
	if err != nil {
		return "", err
	}
	flashes := session.Flashes()
	if len(flashes) == 0 {
		return "", nil
	}
	f, _ := flashes[len(flashes)-1].(string)
	return views.Flash(f), s.sessions.tryKeep(c.Request().Context(), session)
}

// see sends the browser to another page after a form.
func see(c echo.Context, path string) error { return c.Redirect(http.StatusSeeOther, path) }

// isRead reports whether an address can be read.
func isRead(routes []route, address string) bool {
	return slices.ContainsFunc(routes, func(r route) bool { return r.method == http.MethodGet && r.path == address })
}

// stepBack answers whoever loads anew the address of a form that was answered with
// what is wrong, as a browser's back does: nothing is sent, the nearest page above it
// is shown.
func stepBack(routes []route, address string) echo.HandlerFunc {
	steps := 0
	for address != "/" && !isRead(routes, address) {
		address = path.Dir(address)
		steps++
	}
	return func(c echo.Context) error {
		to := c.Request().URL.Path
		for range steps {
			to = path.Dir(to)
		}
		return see(c, to)
	}
}

// itemPath is the page of one row: "/links/" and 7 make "/links/7".
func itemPath(list string, id int64) string { return list + strconv.FormatInt(id, 10) }

// id is the row that a path names; a strange one is not found.
func id(c echo.Context) (int64, error) {
	n, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || n <= 0 {
		return 0, echo.NewHTTPError(http.StatusNotFound)
	}
	return n, nil
}

// before is the id at which an older page of a list begins; a strange one is
// the newest page.
func before(c echo.Context) int64 {
	n, err := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// maxSearch bounds what is searched for, in bytes.
const maxSearch = 100

func search(c echo.Context) string {
	q := c.QueryParam("q")
	if len(q) > maxSearch {
		q = q[:maxSearch]
	}
	return q
}

// pageLength is how many rows a list shows at a time.
const pageLength = 30

// older cuts one page of a list of which one row more was asked for, and
// tells where the next page begins; 0 for nowhere.
func older[T any](rows []T, id func(T) int64) ([]T, int64) {
	if len(rows) <= pageLength {
		return rows, 0
	}
	rows = rows[:pageLength]
	return rows, id(rows[pageLength-1])
}
