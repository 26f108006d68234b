package web

// What every screen needs around its own content, and how one is answered.

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
)

// page is the frame of a screen for whoever asks.
func (s *Desk) page(c echo.Context) (views.Page, error) {
	flash, err := s.takeFlash(c)
	if err != nil {
		return views.Page{}, err
	}
	p := s.Frame(c)
	p.Flash = flash
	if User(c).Role.Owns() {
		p.Approvals, err = s.Store.CountApprovals(c.Request().Context(), store.ApprovalWaiting)
	}
	return p, err
}

// Frame is page without the news of the last action.
func (s *Desk) Frame(c echo.Context) views.Page {
	p := views.Page{
		Shop: s.Shop, User: User(c), Path: c.Request().URL.RequestURI(),
		Sandbox: s.Book == store.Sandbox, KeysRefused: s.Payments.KeysRefused(), Settings: s.Wiring != nil, Till: s.isTillDevice(c), Now: s.Now(),
	}
	if s.Access.TakesPasskeys() {
		p.Passkeys = s.URL
	}
	p.Phone = s.Phone
	if c.Request().Method != http.MethodGet {
		p.Path = "/" // a form's answer is no page to come back to
	}
	return p
}

// Render answers with a component, once it is drawn whole.
func Render(c echo.Context, status int, component templ.Component) error {
	page := templ.GetBuffer()
	defer templ.ReleaseBuffer(page)
	if err := component.Render(c.Request().Context(), page); err != nil {
		return fmt.Errorf("draw a page: %w", err)
	}
	return c.HTMLBlob(status, page.Bytes())
}

// Show answers with a screen.
func (s *Desk) Show(c echo.Context, status int, screen func(views.Page) templ.Component) error {
	p, err := s.page(c)
	if err != nil {
		return err
	}
	return Render(c, status, screen(p))
}

// Flash keeps what an action did for the next page.
func (s *Desk) Flash(c echo.Context, f views.Flash) error {
	session, err := s.Session(c)
	if err != nil {
		return err
	}
	session.AddFlash(string(f))
	return session.Save(c.Request(), c.Response())
}

func (s *Desk) takeFlash(c echo.Context) (views.Flash, error) {
	if User(c).ID == 0 {
		return "", nil
	}
	session, err := s.Session(c)
	if err != nil {
		return "", err
	}
	flashes := session.Flashes()
	if len(flashes) == 0 {
		return "", nil
	}
	f, _ := flashes[len(flashes)-1].(string)
	return views.Flash(f), s.Sessions.tryKeep(c.Request().Context(), session)
}

// See sends the browser to another page after a form.
func See(c echo.Context, path string) error { return c.Redirect(http.StatusSeeOther, path) }

// ItemPath is the page of one row: "/links/" and 7 make "/links/7".
func ItemPath(list string, id int64) string { return list + strconv.FormatInt(id, 10) }

// ID is the row that a path names; a strange one is not found.
func ID(c echo.Context) (int64, error) {
	n, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || n <= 0 {
		return 0, echo.NewHTTPError(http.StatusNotFound)
	}
	return n, nil
}

// Before is the id at which an older page of a list begins; a strange one is
// the newest page.
func Before(c echo.Context) int64 {
	n, err := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// maxSearch bounds what is searched for, in bytes.
const maxSearch = 100

// Search is what a list is searched for.
func Search(c echo.Context) string {
	q := c.QueryParam("q")
	if len(q) > maxSearch {
		q = strings.ToValidUTF8(q[:maxSearch], "") // without half a letter, which nothing has
	}
	return q
}

// PageLength is how many rows a list shows at a time.
const PageLength = 30

// Older cuts one page of a list of which one row more was asked for, and
// tells where the next page begins; 0 for nowhere.
func Older[T any](rows []T, id func(T) int64) ([]T, int64) {
	if len(rows) <= PageLength {
		return rows, 0
	}
	rows = rows[:PageLength]
	return rows, id(rows[PageLength-1])
}
