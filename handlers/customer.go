package handlers

// The customer's page of a link, /p/{slug}: public, by an unguessable slug.

import (
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/views"
)

var slugForm = regexp.MustCompile(`^[0-9a-z]{20}$`)

// payPage shows a link to its customer, and what became of the payment when he
// comes back from CamPay's page. Nothing in the address is believed: any query
// says only that the browser came back.
func (s *server) payPage(c echo.Context) error {
	ctx := c.Request().Context()
	slug := c.Param("slug")
	if !slugForm.MatchString(slug) {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	l, err := s.Store.LinkBySlug(ctx, slug)
	if err != nil {
		return err
	}
	if err := s.Payments.Nudge(ctx, payments.LinkTopic(l.ID)); err != nil {
		return err
	}
	attempts, err := s.Store.TransactionsOfLink(ctx, l.ID)
	if err != nil {
		return err
	}
	props := views.CustomerProps{Link: l, PayURL: hostedPage(attempts), Returned: c.Request().URL.RawQuery != ""}
	p := views.Page{Shop: s.Shop, Path: "/p/" + slug, Sandbox: s.Book == "sandbox", Now: s.Now()}
	return render(c, http.StatusOK, views.CustomerPage(p, props))
}
