package views

// How a run and a period stand, in words.

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// Days are the first and the last day of a period.
type Days struct{ From, To time.Time }

// Group is one of the four heaps into which a period falls.
type Group string

// The groups.
const (
	GroupMatched   Group = "matched"
	GroupOnlyThere Group = "only_there"
	GroupOnlyHere  Group = "only_here"
	GroupDiffers   Group = "differs"
)

// Groups are all groups, those first that want somebody's attention.
var Groups = []Group{GroupDiffers, GroupOnlyThere, GroupOnlyHere, GroupMatched}

// Size is how many lines a group of the period has.
func (props ReconciliationProps) Size(g Group) int {
	switch g {
	case GroupMatched:
		return props.Counts.Matched
	case GroupOnlyThere:
		return props.Counts.OnlyThere
	case GroupDiffers:
		return props.Counts.Differing
	default:
		return props.OnlyHere
	}
}

// known reports whether a comparison of the period was ever begun.
func (props ReconciliationProps) known() bool {
	return props.Run.ID != 0 || len(props.Unreadable) > 0 || props.Counts.Rows()+props.OnlyHere > 0
}

// begins reports whether the comparison of the period has only begun: what two empty
// sides seem to tell then, they do not.
func (props ReconciliationProps) begins() bool {
	return props.isGoing() && props.Run.DaysDone == 0 && props.Run.Tries == 0
}

// isGoing reports whether the period is being compared.
func (props ReconciliationProps) isGoing() bool { return !props.Run.NextAt.IsZero() }

// query is the period as every address of it carries it.
func (props ReconciliationProps) query() url.Values {
	return url.Values{"from": {props.From}, "to": {props.To}}
}

func (props ReconciliationProps) href(g Group, before int64) string {
	q := props.query()
	q.Set("group", string(g))
	if before != 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	return listURL("/reconciliation", q)
}

// unsettled is how many lines of a run want somebody's attention.
func unsettled(run store.Reconciliation) int { return run.OnlyThere + run.Missing + run.Differing }

func runTone(run store.Reconciliation) tone {
	switch {
	case !run.NextAt.IsZero():
		return toneWait
	case run.DaysDone < run.Days || unsettled(run) > 0:
		return toneWarn
	default:
		return toneGood
	}
}

func runOutcome(ctx context.Context, run store.Reconciliation) string {
	switch {
	case !run.NextAt.IsZero():
		return T(ctx, "run.short_going")
	case run.DaysDone < run.Days:
		return T(ctx, "run.short_stopped")
	case unsettled(run) > 0:
		return T(ctx, "run.short_open", "Count", unsettled(run))
	default:
		return T(ctx, "run.short_agrees")
	}
}

// DayInput is a day as a date field holds it.
func DayInput(day time.Time) string { return day.In(money.Douala).Format(time.DateOnly) }

// day is a day as people write it: "4 mars 2026".
func day(ctx context.Context, d time.Time) string {
	d = d.In(money.Douala)
	return T(ctx, "time.date", "Day", d.Day(), "Month", month(ctx, d), "Year", d.Year())
}

// period is one day, or the first and the last of several.
func period(ctx context.Context, d Days) string {
	if d.From.Equal(d.To) {
		return day(ctx, d.From)
	}
	return T(ctx, "time.period", "From", day(ctx, d.From), "To", day(ctx, d.To))
}
