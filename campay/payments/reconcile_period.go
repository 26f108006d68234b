package payments

// The days that a reconciliation is about: the merchant's, in Douala.

import (
	"regexp"
	"strings"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/refusal"
)

// LongestPeriod is how many days one reconciliation may take.
const LongestPeriod = 92

// The reasons for which a typed period is refused.
var (
	ErrDayMissing    = refusal.New("", "day_missing")
	ErrDay           = refusal.New("", "day")
	ErrDayAmbiguous  = refusal.New("", "day_ambiguous") // day and month could be either
	ErrDayAhead      = refusal.New("to", "day_ahead")
	ErrPeriodReverse = refusal.New("to", "period_reverse")
	ErrPeriodLong    = refusal.New("to", "period_long", "Detail", LongestPeriod)
)

// Period is some days in Douala, each by its midnight, both included.
type Period struct{ From, To time.Time }

// Yesterday is the period of the day before a moment.
func Yesterday(now time.Time) Period {
	day := money.DayOf(now).AddDate(0, 0, -1)
	return Period{From: day, To: day}
}

// ParseDay reads a day as forms write it, 2026-03-04, and as people do: 31/12/2026
// with any of the usual marks. Where day and month could be either, it is
// refused: 04/03/2026 is one day in Douala and another one in an English book.
func ParseDay(typed string) (time.Time, error) {
	typed = strings.TrimSpace(money.Visible(typed))
	if typed == "" {
		return time.Time{}, ErrDayMissing
	}
	if parts := dayParts.FindStringSubmatch(typed); parts != nil {
		first, second := padded(parts[1]), padded(parts[2])
		switch {
		case first > "12":
			typed = parts[3] + "-" + second + "-" + first
		case second > "12" || first == second:
			typed = parts[3] + "-" + first + "-" + second
		default:
			return time.Time{}, ErrDayAmbiguous
		}
	}
	if parts := yearParts.FindStringSubmatch(typed); parts != nil {
		typed = parts[1] + "-" + padded(parts[2]) + "-" + padded(parts[3])
	}
	day, err := time.ParseInLocation(time.DateOnly, typed, money.Douala)
	if err != nil || day.Year() < 2000 {
		return time.Time{}, ErrDay
	}
	return day, nil
}

// dayParts is a day with its year at the end, yearParts one with its year first.
var (
	dayParts  = regexp.MustCompile(`^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})$`)
	yearParts = regexp.MustCompile(`^([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})$`)
)

func padded(number string) string { return strings.Repeat("0", 2-len(number)) + number }

// Check reports what is wrong with a period, seen from now.
func (p Period) Check(now time.Time) error {
	switch {
	case p.From.After(now), p.To.After(now):
		return ErrDayAhead
	case p.To.Before(p.From):
		return ErrPeriodReverse
	case p.Days() > LongestPeriod:
		return ErrPeriodLong
	}
	return nil
}

// Days is how many days there are in a period.
func (p Period) Days() int { return int(p.End().Sub(p.From) / (24 * time.Hour)) }

// End is the first moment after a period.
func (p Period) End() time.Time { return nextDay(p.To) }

func nextDay(day time.Time) time.Time { return day.In(money.Douala).AddDate(0, 0, 1) }

// dayName is a day as CamPay's history is asked for it. Nobody says by which
// clock CamPay reckons; whoever wants all of a day of Douala asks for the day
// before too, which has its first hour by Greenwich.
func dayName(day time.Time) string { return day.In(money.Douala).Format(time.DateOnly) }

// closed reports whether a day, as CamPay names it, was over by either clock
// when its history was fetched.
func closed(name string, fetched time.Time) bool {
	day, err := time.Parse(time.DateOnly, name)
	return err == nil && !fetched.Before(day.AddDate(0, 0, 1))
}

// daysBetween names the days on which something may stand that happened
// between two moments, by either clock.
func daysBetween(from, to time.Time) []string {
	var names []string
	for day := from.UTC().Truncate(24 * time.Hour); day.Format(time.DateOnly) <= dayName(to); day = day.AddDate(0, 0, 1) {
		names = append(names, day.Format(time.DateOnly))
	}
	return names
}
