package ledger

// Home: what the shop has, took today, and waits for.

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/money"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// newestShown is how many transactions home lists.
const newestShown = 8

func (s *Screens) Home(c echo.Context) error {
	ctx := c.Request().Context()
	balance, err := s.KnownBalance(ctx)
	if err != nil {
		return err
	}
	props := views.HomeProps{Balance: balance}
	if props.Series, err = s.balanceSeries(c); err != nil {
		return err
	}
	if props.Takings, err = s.takingsToday(ctx); err != nil {
		return err
	}
	filter := s.Visible(c)
	filter.Limit = newestShown
	if props.Pending, props.InDoubt, props.Flagged, err = s.Store.CountOpen(ctx, filter.Since, filter.Kind); err != nil {
		return err
	}
	if props.Newest, err = s.Store.Transactions(ctx, filter); err != nil {
		return err
	}
	if props.Beside, err = s.Beside(ctx, props.Newest...); err != nil {
		return err
	}
	props.Tries = s.Book == store.Sandbox && s.Wiring != nil && !s.Wiring.Fixed()
	if props.Frozen, err = s.Frozen(ctx); err != nil {
		return err
	}
	if web.User(c).Role.Owns() {
		if props.Damages, err = s.Store.Damages(ctx); err != nil {
			return err
		}
	}
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.HomePage(p, props) })
}

// balanceSeries is what the chart shows to whoever may see the balance: a point
// an hour at most.
func (s *Screens) balanceSeries(c echo.Context) ([]store.BalanceSnapshot, error) {
	if !web.User(c).Role.ReadsAll() {
		return nil, nil
	}
	now := s.Now()
	return s.Store.BalanceSeries(c.Request().Context(), now.AddDate(0, 0, -views.ChartDays), now.Add(time.Second), time.Hour)
}

func (s *Screens) takingsToday(ctx context.Context) (views.Takings, error) {
	day := money.DayOf(s.Now())
	t, err := s.Store.Takings(ctx, day, day.AddDate(0, 0, 1))
	if err != nil {
		return views.Takings{}, err
	}
	takings := views.Takings{Count: t.Count, Amount: t.Amount, Untold: t.Untold}
	for _, carrier := range []views.CarrierTakings{{Operator: money.MTN, Amount: t.MTN}, {Operator: money.Orange, Amount: t.Orange}} {
		if carrier.Amount != 0 {
			takings.Carrier = append(takings.Carrier, carrier)
		}
	}
	return takings, nil
}

// Balance asks CamPay and answers with the fragment, or with a page of its own
// for a browser without JavaScript.
func (s *Screens) Balance(c echo.Context) error {
	b, err := s.Payments.RefreshBalance(c.Request().Context())
	if err != nil {
		return err
	}
	props := views.BalanceProps{
		Snapshot: b.BalanceSnapshot, Checked: b.Checked, Unreachable: b.Unreachable, Foreign: b.Foreign,
		KeysRefused: s.Payments.KeysRefused(), Now: s.Now(),
	}
	if web.IsHTMX(c) {
		return web.Render(c, http.StatusOK, views.Balance(props))
	}
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.BalancePage(p, props) })
}
