package handlers

// Home: what the shop has, took today, and waits for.

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
)

// newestShown is how many transactions home lists.
const newestShown = 8

func (s *server) home(c echo.Context) error {
	ctx := c.Request().Context()
	balance, err := s.Payments.LastBalance(ctx)
	if err != nil {
		return err
	}
	props := views.HomeProps{Balance: views.BalanceProps{
		Snapshot: balance.BalanceSnapshot, Checked: balance.Checked, Loads: true, Now: s.Now(),
	}}
	if props.Takings, err = s.takingsToday(ctx); err != nil {
		return err
	}
	filter := store.TransactionFilter{Limit: newestShown}
	s.onlyToday(c, &filter)
	if props.Pending, props.InDoubt, props.Flagged, err = s.Store.CountOpen(ctx, filter.Since); err != nil {
		return err
	}
	if props.Newest, err = s.Store.Transactions(ctx, filter); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.HomePage(p, props) })
}

func (s *server) takingsToday(ctx context.Context) (views.Takings, error) {
	day := views.StartOfDay(s.Now())
	t, err := s.Store.Takings(ctx, day, day.AddDate(0, 0, 1))
	if err != nil {
		return views.Takings{}, err
	}
	takings := views.Takings{Count: t.Count, Amount: t.Amount}
	for _, carrier := range []views.CarrierTakings{{Operator: "MTN", Amount: t.MTN}, {Operator: "ORANGE", Amount: t.Orange}} {
		if carrier.Amount != 0 {
			takings.Carrier = append(takings.Carrier, carrier)
		}
	}
	return takings, nil
}

// onlyToday limits what a cashier sees to today's takings.
func (s *server) onlyToday(c echo.Context, filter *store.TransactionFilter) {
	if user(c).Role == store.RoleCashier {
		filter.Since = views.StartOfDay(s.Now())
	}
}

// hiddenFrom reports whether a row of this time is not for the one who asks.
func (s *server) hiddenFrom(c echo.Context, created time.Time) bool {
	return user(c).Role == store.RoleCashier && created.Before(views.StartOfDay(s.Now()))
}

// balance asks CamPay and answers with the fragment, or with a page of its own
// for a browser without JavaScript.
func (s *server) balance(c echo.Context) error {
	b, err := s.Payments.RefreshBalance(c.Request().Context())
	if err != nil {
		return err
	}
	props := views.BalanceProps{Snapshot: b.BalanceSnapshot, Checked: b.Checked, Unreachable: b.Unreachable, Now: s.Now()}
	if isHTMX(c) {
		return render(c, http.StatusOK, views.Balance(props))
	}
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.BalancePage(p, props) })
}
