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

// ReturnPath is where CamPay's page sends the customer of a link back to.
func ReturnPath(slug string) string { return "/p/" + slug + "?back=1" }

// payPage shows a link to its customer, and what became of the payment when he
// comes back from CamPay's page. Nothing that CamPay's page adds to the address
// is believed: "back" says only that the browser came back.
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
	props := views.CustomerProps{Link: l, PayURL: hostedPage(attempts), Returned: c.QueryParam("back") == "1"}
	return render(c, http.StatusOK, views.CustomerPage(s.frame(c), props))
}
