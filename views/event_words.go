package views

// What an event tells beside its title, in the reader's words.

import (
	"context"
	"strings"

	"comptoir/campay/money"
	"comptoir/store"
)

// eventDetail is an event's detail as people read it: a report is kept as
// "SUCCESSFUL 12500 XAF", a refund as its francs. Names, references and CamPay's own
// sentences are shown as they came.
func eventDetail(ctx context.Context, e store.Event) string {
	switch e.Note {
	case "reported", "differs", "in_history", "history_agrees", "history_differs":
		return reportWords(ctx, e.Detail)
	case "refund_begun":
		if hundredths, err := money.ParseXAF(e.Detail); err == nil {
			return Francs(ctx, hundredths)
		}
	}
	return e.Detail
}

func reportWords(ctx context.Context, report string) string {
	status, rest, _ := strings.Cut(report, " ")
	amount, currency, _ := strings.Cut(rest, " ")
	said := saidStatus(ctx, status)
	switch amount {
	case "":
		return said
	case "?":
		return said + " · " + T(ctx, "amount.unknown")
	default:
		return said + " · " + strings.TrimSpace(saidAmount(ctx, amount, currency))
	}
}
