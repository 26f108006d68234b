package views

// The rules in force, as their form says them.

import (
	"context"
	"strconv"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// PayoutRulesAsTyped fills the form with rules.
func PayoutRulesAsTyped(ctx context.Context, r store.PayoutRules) PayoutRulesForm {
	francs := func(hundredths money.XAF) string {
		if hundredths == 0 {
			return ""
		}
		return Digits(ctx, hundredths)
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	f := PayoutRulesForm{
		MostEach: francs(r.MostEach), MostDay: francs(r.MostDay), CountDay: number(r.CountDay), AirtimeDay: francs(r.AirtimeDay),
		SavedOnly: r.SavedOnly, WaitHours: number(int((r.NewRecipientWait + time.Hour - 1) / time.Hour)), ApprovalAbove: francs(r.ApprovalAbove),
	}
	if r.FromHour != r.ToHour {
		f.FromHour, f.ToHour = strconv.Itoa(r.FromHour), strconv.Itoa(r.ToHour)
	}
	return f
}
