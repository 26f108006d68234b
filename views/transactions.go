package views

// Where the list leads, and how a row stands in words.

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"comptoir/campay/money"
	"comptoir/store"
)

// href is the list's address with one filter and the same search.
func (props TransactionsProps) href(status store.Status, flagged bool, before int64) string {
	q := url.Values{}
	if props.Search != "" {
		q.Set("q", props.Search)
	}
	if status != "" {
		q.Set("status", string(status))
	}
	if flagged {
		q.Set("flagged", "1")
	}
	if props.Link != 0 {
		q.Set("link", strconv.FormatInt(props.Link, 10))
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	return listURL("/transactions", q)
}

func listURL(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (b Beside) state(t store.Transaction) state {
	return stateWith(t, b.Given[t.ID]).ended(b.Ended[t.ID])
}

// out begins the name of what goes out, unless its own words do.
func out(ctx context.Context, t store.Transaction) string {
	way := wayOf(t)
	if way == "" {
		return ""
	}
	short := T(ctx, "payout.short."+string(way))
	if strings.HasPrefix(who(t), short) {
		return ""
	}
	return short + " · "
}

// signedAmount is shownAmount as a list tells it: what goes out is less than
// nothing.
func signedAmount(t store.Transaction) money.XAF {
	if wayOf(t) != "" {
		return -shownAmount(t)
	}
	return shownAmount(t)
}

// shownCurrency is the currency of shownAmount: what was asked is in francs.
func shownCurrency(t store.Transaction) string {
	if t.Status != store.StatusSuccessful || t.Amount == 0 {
		return ""
	}
	if t.Currency == "" && t.Flags.Has(store.FlagCurrency) {
		return untoldCurrency
	}
	return t.Currency
}

// untoldCurrency stands for the currency of an amount that CamPay told without one.
const untoldCurrency = "?"
