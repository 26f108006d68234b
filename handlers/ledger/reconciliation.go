package ledger

// Reconciliation: the book beside CamPay's history for a period, compared on
// demand, and rows that only CamPay has taken into the book.

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// runsShown is how many of the last comparisons are listed.
const runsShown = 8

// periodForm is a period as it was typed, and what it means.
type periodForm struct {
	from, to string
	period   payments.Period
	form     *web.Form
}

// period reads from and to; where neither is named, yesterday is meant.
func (s *Screens) period(c echo.Context) periodForm {
	in := periodForm{from: web.Typed(c, "from"), to: web.Typed(c, "to"), form: s.NewForm(c)}
	if in.from == "" && in.to == "" && c.Request().Method != http.MethodPost {
		in.period = payments.Yesterday(s.Now())
		in.from, in.to = views.DayInput(in.period.From), views.DayInput(in.period.To)
		return in
	}
	in.period.From = in.form.Day("from", in.from)
	in.period.To = in.form.Day("to", in.to)
	if !in.form.OK() {
		return in
	}
	err := in.period.Check(s.Now())
	if errors.Is(err, payments.ErrDayAhead) && in.period.From.After(s.Now()) {
		in.form.Typed("from", err)
	} else {
		in.form.Refused(err)
	}
	return in
}

func (in periodForm) address() string {
	return "/reconciliation?" + url.Values{"from": {in.from}, "to": {in.to}}.Encode()
}

func (s *Screens) Reconciliation(c echo.Context) error {
	return s.showReconciliation(c, s.period(c))
}

func (s *Screens) showReconciliation(c echo.Context, in periodForm) error {
	ctx := c.Request().Context()
	props := views.ReconciliationProps{From: in.from, To: in.to, MostDays: payments.LongestPeriod, Errors: in.form.Errors, Now: s.Now()}
	status := http.StatusOK
	if in.form.OK() {
		if err := s.readReconciliation(c, in.period, &props); err != nil {
			return err
		}
	} else {
		status = http.StatusUnprocessableEntity
	}
	var err error
	if props.Runs, err = s.Store.Reconciliations(ctx, runsShown); err != nil {
		return err
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.ReconciliationPage(p, props) })
}

// readReconciliation reads all that is known of a period; it asks CamPay nothing.
func (s *Screens) readReconciliation(c echo.Context, p payments.Period, props *views.ReconciliationProps) (err error) {
	ctx := c.Request().Context()
	props.Days = views.Days{From: p.From, To: p.To}
	if props.Run, err = s.Store.ReconciliationOver(ctx, p.From, p.To); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if props.Counts, err = s.Store.CountHistory(ctx, p.From, p.End()); err != nil {
		return err
	}
	if props.OnlyHere, err = s.Store.CountOnlyHere(ctx, p.From, p.End()); err != nil {
		return err
	}
	if props.Statement, err = s.statement(ctx, p); err != nil {
		return err
	}
	if props.Unreadable, err = s.Payments.Unreadable(ctx, p); err != nil {
		return err
	}
	props.Group = group(c, *props)
	props.Entries, props.Older, err = s.entries(ctx, p, props.Group, web.Before(c))
	return err
}

// group is the group that was asked for, else the first that has something.
func group(c echo.Context, props views.ReconciliationProps) views.Group {
	if asked := views.Group(c.QueryParam("group")); slices.Contains(views.Groups, asked) {
		return asked
	}
	for _, g := range views.Groups {
		if props.Size(g) > 0 {
			return g
		}
	}
	return views.GroupMatched
}

// entries are one page of a group, and the id before which the next begins.
func (s *Screens) entries(ctx context.Context, p payments.Period, g views.Group, before int64) ([]views.Entry, int64, error) {
	if g == views.GroupOnlyHere {
		return s.loneEntries(ctx, p, before)
	}
	filter := store.HistoryFilter{From: p.From, Until: p.End(), Finding: store.Finding(g), Limit: web.PageLength + 1}
	if before != 0 {
		last, err := s.Store.HistoryRow(ctx, before)
		if err != nil {
			return nil, 0, err
		}
		filter.Before = last
	}
	rows, err := s.Store.History(ctx, filter)
	if err != nil {
		return nil, 0, err
	}
	rows, next := web.Older(rows, func(h store.HistoryRow) int64 { return h.ID })
	pairs, err := s.Payments.Pair(ctx, rows)
	entries := make([]views.Entry, len(pairs))
	for i, e := range pairs {
		entries[i] = views.Entry(e)
	}
	return entries, next, err
}

func (s *Screens) loneEntries(ctx context.Context, p payments.Period, before int64) ([]views.Entry, int64, error) {
	var last store.Lone
	if before != 0 {
		var err error
		if last, err = s.Store.LoneTransaction(ctx, before); err != nil {
			return nil, 0, err
		}
	}
	lone, err := s.Store.OnlyHere(ctx, p.From, p.End(), last, web.PageLength+1)
	if err != nil {
		return nil, 0, err
	}
	lone, next := web.Older(lone, func(l store.Lone) int64 { return l.ID })
	entries := make([]views.Entry, len(lone))
	for i, l := range lone {
		entries[i] = views.Entry{Ours: l.Transaction}
	}
	return entries, next, nil
}

func (s *Screens) statement(ctx context.Context, p payments.Period) (views.Statement, error) {
	st, err := s.Payments.Statement(ctx, p)
	shown := views.Statement{
		Opening: st.Opening.At, Closing: st.Closing.At, IsCompared: st.Compared, Other: st.Other, Untold: st.Untold,
		NearHours: int(payments.SnapshotNear.Hours()),
	}
	for _, wallet := range st.Wallets {
		shown.Wallets = append(shown.Wallets, views.WalletStatement{
			Wallet: wallet.Wallet, Opening: wallet.Opening, Credits: wallet.Credits, Debits: wallet.Debits, Untold: wallet.Untold,
			Expected: wallet.Expected(), Closing: wallet.Closing, Difference: wallet.Difference, UnderWay: wallet.UnderWay, IsCompared: wallet.Compared,
		})
	}
	return shown, err
}

// Compare has a period compared; it goes on by itself.
func (s *Screens) Compare(c echo.Context) error {
	in := s.period(c)
	if !in.form.OK() {
		return s.showReconciliation(c, in)
	}
	if _, err := s.Payments.Reconcile(c.Request().Context(), in.period, web.User(c).ID); err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashComparing); err != nil {
		return err
	}
	return web.See(c, in.address())
}

// ImportRow takes a row that only CamPay has into the book, and comes back to
// the others of its kind.
func (s *Screens) ImportRow(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	said := views.FlashImported
	_, err = s.Payments.Import(c.Request().Context(), n, web.User(c).ID)
	switch {
	case errors.Is(err, payments.ErrNotAsked):
		said = views.FlashUnreachable
	case errors.Is(err, payments.ErrUnproved), errors.Is(err, payments.ErrNoReference):
		said = views.FlashNotConfirmed
	case err != nil:
		return err
	}
	if err := s.Flash(c, said); err != nil {
		return err
	}
	to := "/reconciliation"
	if in := s.period(c); in.form.OK() {
		to = in.address() + "&group=" + string(views.GroupOnlyThere)
	}
	return web.See(c, to)
}
