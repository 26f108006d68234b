package ledger

// Webhooks: CamPay's calls taken in, and the list of what came.

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// TakeWebhook answers 200 only for what is kept (invariant 3), and tells a
// stranger nothing beside that he was refused.
func (s *Screens) TakeWebhook(c echo.Context) error {
	err := s.Payments.TakeWebhook(c.Request(), c.RealIP())
	switch {
	case err == nil:
		return c.String(http.StatusOK, "ok\n")
	case errors.Is(err, payments.ErrWebhookTooLarge):
		return c.String(http.StatusRequestEntityTooLarge, "too large\n")
	case errors.Is(err, payments.ErrWebhookRefused):
		return c.String(http.StatusForbidden, "refused\n")
	case errors.Is(err, payments.ErrWebhooksFull):
		return c.String(http.StatusServiceUnavailable, "not kept\n")
	default:
		s.Log.ErrorContext(c.Request().Context(), "webhook not kept", "id", web.RequestID(c), "error", err)
		return c.String(http.StatusServiceUnavailable, "not kept\n")
	}
}

func (s *Screens) Webhooks(c echo.Context) error {
	filter := store.DeliveryFilter{Search: web.Search(c), Before: web.Before(c), Limit: web.PageLength + 1}
	if v := store.Verdict(c.QueryParam("verdict")); v == store.VerdictAccepted || v == store.VerdictRefused {
		filter.Verdict = v
	}
	if err := s.Payments.KeepRefused(c.Request().Context()); err != nil {
		return err
	}
	rows, err := s.Store.Deliveries(c.Request().Context(), filter)
	if err != nil {
		return err
	}
	props := views.WebhooksProps{Search: filter.Search, Verdict: filter.Verdict}
	if props.Refused, err = s.Store.RefusedCounts(c.Request().Context()); err != nil {
		return err
	}
	props.Deliveries, props.Older = web.Older(rows, func(d store.Delivery) int64 { return d.ID })
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.WebhooksPage(p, props) })
}

func (s *Screens) Webhook(c echo.Context) error {
	ctx := c.Request().Context()
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	props := views.WebhookProps{Now: s.Now()}
	if props.Delivery, err = s.Store.Delivery(ctx, n); err != nil {
		return err
	}
	props.Params = params(props.Delivery)
	if props.Delivery.TransactionID != 0 {
		if props.Transaction, err = s.Store.Transaction(ctx, props.Delivery.TransactionID); err != nil {
			return err
		}
	}
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.WebhookPage(p, props) })
}

func (s *Screens) ApplyAgain(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	err = s.Payments.ApplyAgain(c.Request().Context(), n)
	if errors.Is(err, payments.ErrWebhookRefused) {
		return echo.NewHTTPError(http.StatusConflict).SetInternal(err)
	}
	if err != nil {
		return err
	}
	if err := s.AuditAlone(c.Request().Context(), web.Did(web.User(c).ID, "webhook.applied_again", "webhook", n), nil); err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashAppliedNow); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/webhooks/", n))
}

// params are what a delivery carried, by name.
func params(d store.Delivery) []views.Param {
	said := payments.Said(d)
	all := make([]views.Param, 0, len(said))
	for _, name := range slices.Sorted(maps.Keys(said)) {
		all = append(all, views.Param{Name: name, Value: said[name]})
	}
	return all
}
