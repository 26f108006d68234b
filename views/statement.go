package views

// What the statement can tell of a wallet, and why not.

import (
	"context"
	"strconv"
	"time"

	"comptoir/campay/money"
)

func (p WalletStatement) isEmpty() bool {
	return p.Opening == 0 && p.Credits == 0 && p.Debits == 0 && p.Closing == 0 && p.Untold == 0
}

// told is a sum of what moved; nothing is none where rows do not tell theirs.
func (p WalletStatement) told(ctx context.Context, hundredths money.XAF) string {
	if hundredths == 0 && p.Untold > 0 {
		return T(ctx, "amount.unknown")
	}
	return Francs(ctx, hundredths)
}

func (p WalletStatement) tone() tone {
	switch p.Difference {
	case 0:
		return toneGood
	case p.UnderWay:
		return toneQuiet
	default:
		return toneWarn
	}
}

// whyUnknown names what CamPay's data lack for a comparison.
func whyUnknown(ctx context.Context, s Statement, days Days, now time.Time) string {
	hours := strconv.Itoa(s.NearHours)
	switch {
	case s.Untold > 0:
		return T(ctx, "statement.untold", "Count", s.Untold)
	case s.Opening.IsZero():
		return T(ctx, "statement.no_opening", "Hours", hours, "Day", day(ctx, days.From))
	case s.Closing.IsZero():
		return T(ctx, "statement.no_closing", "Hours", hours, "Day", day(ctx, days.To))
	default:
		return T(ctx, "statement.not_fetched", "Closing", Moment(ctx, s.Closing, now))
	}
}
