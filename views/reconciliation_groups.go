package views

// What each line of a comparison is and says.

import (
	"context"
	"time"

	"comptoir/store"
)

// alone is why the history lacks a transaction.
type alone string

const (
	aloneOpen    alone = "open"    // not final: the history has final ones alone
	aloneDoubt   alone = "doubt"   // nobody knows whether CamPay took it
	aloneFailed  alone = "failed"  // nothing moved
	aloneDecided alone = "decided" // a person's word
	aloneMissing alone = "missing" // it should be there
	aloneEarly   alone = "early"   // its days are not over, or not fetched
)

func whyAlone(t store.Transaction) alone {
	switch {
	case t.Flags.Has(store.FlagDecided):
		return aloneDecided
	case t.Status == store.StatusFailed:
		return aloneFailed
	case t.Status == store.StatusInDoubt:
		return aloneDoubt
	case !t.Status.Final():
		return aloneOpen
	case t.Flags.Has(store.FlagMissing):
		return aloneMissing
	default:
		return aloneEarly
	}
}

func (a alone) tone() tone {
	switch a {
	case aloneDoubt, aloneMissing:
		return toneWarn
	case aloneOpen, aloneEarly:
		return toneWait
	default:
		return toneQuiet
	}
}

// loneSince is when a transaction was settled, or else made.
func loneSince(t store.Transaction) time.Time {
	if t.SettledAt.IsZero() {
		return t.CreatedAt
	}
	return t.SettledAt
}

// booked is a row of CamPay's as the book would have it: what says which way its
// money went.
func (e Entry) booked() store.Transaction {
	return store.Transaction{
		Kind: e.Row.Kind, Origin: e.Ours.Origin, Description: rowName(e), Asked: e.Row.Amount, AmountUnknown: e.Row.Untold.Amount,
	}
}

// rowName is what a row was for, as the book or CamPay calls it.
func rowName(e Entry) string {
	for _, name := range []string{who(e.Ours), e.Row.Description, Phone(e.Row.Phone)} {
		if name != "" {
			return name
		}
	}
	return e.Row.Code
}

func orUnnamed(ctx context.Context, name string) string {
	if name == "" {
		return T(ctx, "transaction.unnamed")
	}
	return name
}

// historyStatus is a row's status as the last part of a locale key.
func historyStatus(row store.HistoryRow) string {
	switch row.Status {
	case "SUCCESSFUL":
		return "successful"
	case "FAILED":
		return "failed"
	default:
		return "open"
	}
}

// rowStatus is a row's status in words, or the word that CamPay has for it.
func rowStatus(ctx context.Context, row store.HistoryRow) string {
	if s := historyStatus(row); s != "open" || row.Status == "PENDING" || row.Status == "" {
		return T(ctx, "history."+s)
	}
	return T(ctx, "history.word", "Word", row.Status)
}

func rowStory(ctx context.Context, row store.HistoryRow) string {
	amount := Francs(ctx, row.Amount)
	if row.Untold.Amount {
		amount = T(ctx, "amount.unknown")
	}
	story := rowStatus(ctx, row) + ", " + amount
	if row.Credit < 0 {
		story += ", " + T(ctx, "history.credit", "Amount", Francs(ctx, row.Credit))
	}
	return story
}

func ourStory(ctx context.Context, t store.Transaction) string {
	status := "open"
	if t.Status.Final() {
		status = string(t.Status)
	}
	if t.Word != "" && !t.AmountUnknown {
		return T(ctx, "history.word", "Word", t.Word) + ", " + moneyWords(ctx, t)
	}
	return T(ctx, "history."+status) + ", " + moneyWords(ctx, t)
}
