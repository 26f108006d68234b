package handlers

// Reconciliation: the book beside CamPay's history for a period, compared on
// demand, and rows that only CamPay has taken into the book.

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

// runsShown is how many of the last comparisons are listed.
const runsShown = 8

// periodForm is a period as it was typed, and what it means.
type periodForm struct {
	from, to string
	period   payments.Period
	form     *form
}

// period reads from and to; where neither is named, yesterday is meant.
func (s *server) period(c echo.Context) periodForm {
	in := periodForm{from: typed(c, "from"), to: typed(c, "to"), form: newForm(c)}
	if in.from == "" && in.to == "" && c.Request().Method != http.MethodPost {
		in.period = payments.Yesterday(s.Now())
		in.from, in.to = views.DayInput(in.period.From), views.DayInput(in.period.To)
		return in
	}
	in.period.From = in.form.day("from", in.from)
	in.period.To = in.form.day("to", in.to)
	if !in.form.ok() {
		return in
	}
	switch err := in.period.Check(s.Now()); {
	case errors.Is(err, payments.ErrDayAhead) && in.period.From.After(s.Now()):
		in.form.wrong("from", views.ProblemDayAhead, "")
	case errors.Is(err, payments.ErrDayAhead):
		in.form.wrong("to", views.ProblemDayAhead, "")
	case errors.Is(err, payments.ErrPeriodReverse):
		in.form.wrong("to", views.ProblemPeriodReverse, "")
	case errors.Is(err, payments.ErrPeriodLong):
		in.form.wrong("to", views.ProblemPeriodLong, strconv.Itoa(payments.LongestPeriod))
	}
	return in
}

// day reads one day, and says what is wrong with it.
func (f *form) day(name, text string) time.Time {
	day, err := payments.ParseDay(text)
	switch {
	case errors.Is(err, payments.ErrDayMissing):
		f.wrong(name, views.ProblemDayMissing, "")
	case errors.Is(err, payments.ErrDayAmbiguous):
		f.wrong(name, views.ProblemDayAmbiguous, "")
	case err != nil:
		f.wrong(name, views.ProblemDay, "")
	}
	return day
}

func (in periodForm) address() string {
	return "/reconciliation?" + url.Values{"from": {in.from}, "to": {in.to}}.Encode()
}

func (s *server) reconciliation(c echo.Context) error {
	return s.showReconciliation(c, s.period(c))
}

func (s *server) showReconciliation(c echo.Context, in periodForm) error {
	ctx := c.Request().Context()
	props := views.ReconciliationProps{From: in.from, To: in.to, MostDays: payments.LongestPeriod, Errors: in.form.errors, Now: s.Now()}
	status := http.StatusOK
	if in.form.ok() {
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
	return s.show(c, status, func(p views.Page) templ.Component { return views.ReconciliationPage(p, props) })
}

// readReconciliation reads all that is known of a period; it asks CamPay nothing.
func (s *server) readReconciliation(c echo.Context, p payments.Period, props *views.ReconciliationProps) (err error) {
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
	props.Entries, props.Older, err = s.entries(ctx, p, props.Group, before(c))
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
func (s *server) entries(ctx context.Context, p payments.Period, g views.Group, before int64) ([]views.Entry, int64, error) {
	if g == views.GroupOnlyHere {
		return s.loneEntries(ctx, p, before)
	}
	filter := store.HistoryFilter{From: p.From, Until: p.End(), Finding: store.Finding(g), Limit: pageLength + 1}
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
	rows, next := older(rows, func(h store.HistoryRow) int64 { return h.ID })
	pairs, err := s.Payments.Pair(ctx, rows)
	entries := make([]views.Entry, len(pairs))
	for i, e := range pairs {
		entries[i] = views.Entry(e)
	}
	return entries, next, err
}

func (s *server) loneEntries(ctx context.Context, p payments.Period, before int64) ([]views.Entry, int64, error) {
	var last store.Lone
	if before != 0 {
		var err error
		if last, err = s.Store.LoneTransaction(ctx, before); err != nil {
			return nil, 0, err
		}
	}
	lone, err := s.Store.OnlyHere(ctx, p.From, p.End(), last, pageLength+1)
	if err != nil {
		return nil, 0, err
	}
	lone, next := older(lone, func(l store.Lone) int64 { return l.ID })
	entries := make([]views.Entry, len(lone))
	for i, l := range lone {
		entries[i] = views.Entry{Ours: l.Transaction}
	}
	return entries, next, nil
}

func (s *server) statement(ctx context.Context, p payments.Period) (views.Statement, error) {
	st, err := s.Payments.Statement(ctx, p)
	shown := views.Statement{
		Opening: st.Opening.At, Closing: st.Closing.At, IsCompared: st.Compared, Other: st.Other, Untold: st.Untold,
		NearHours: int(payments.SnapshotNear.Hours()),
	}
	for _, purse := range st.Purses {
		shown.Purses = append(shown.Purses, views.PurseStatement{
			Purse: purse.Purse, Opening: purse.Opening, Credits: purse.Credits, Debits: purse.Debits, Untold: purse.Untold,
			Expected: purse.Expected(), Closing: purse.Closing, Difference: purse.Difference, UnderWay: purse.UnderWay, IsCompared: purse.Compared,
		})
	}
	return shown, err
}

// compare has a period compared; it goes on by itself.
func (s *server) compare(c echo.Context) error {
	in := s.period(c)
	if !in.form.ok() {
		return s.showReconciliation(c, in)
	}
	if _, err := s.Payments.Reconcile(c.Request().Context(), in.period, user(c).ID); err != nil {
		return err
	}
	if err := s.flash(c, views.FlashComparing); err != nil {
		return err
	}
	return see(c, in.address())
}

// importRow takes a row that only CamPay has into the book, and comes back to
// the others of its kind.
func (s *server) importRow(c echo.Context) error {
	n, err := id(c)
	if err != nil {
		return err
	}
	said := views.FlashImported
	_, err = s.Payments.Import(c.Request().Context(), n, user(c).ID)
	switch {
	case errors.Is(err, payments.ErrNotAsked):
		said = views.FlashUnreachable
	case errors.Is(err, payments.ErrUnproved), errors.Is(err, payments.ErrNoReference):
		said = views.FlashNotConfirmed
	case err != nil:
		return err
	}
	if err := s.flash(c, said); err != nil {
		return err
	}
	to := "/reconciliation"
	if in := s.period(c); in.form.ok() {
		to = in.address() + "&group=" + string(views.GroupOnlyThere)
	}
	return see(c, to)
}
