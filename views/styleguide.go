package views

// The samples that the styleguide draws.

import (
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// sampleTransactions has one transaction in each state.
func sampleTransactions(now time.Time) []store.Transaction {
	push := store.Transaction{
		ID: 1, Kind: store.KindCollect, Origin: store.OriginPush, Reference: "11111111-1111-4111-8111-111111111111",
		Asked: 1_250_000, Currency: "XAF", Operator: money.MTN, Phone: "237677123456", Description: "Pagne wax, 6 yards",
		CreatedAt: now.Add(-3 * time.Minute), USSDCode: "*126#",
	}
	all := make([]store.Transaction, 0, 11)
	for _, s := range []store.Status{
		store.StatusUnsent, store.StatusWaiting, store.StatusPending, store.StatusInDoubt, store.StatusSuccessful, store.StatusFailed,
	} {
		t := push
		t.Status = s
		if s == store.StatusSuccessful {
			t.Amount = t.Asked
		}
		all = append(all, t)
	}
	reported, refused, withdrawn, doubtful, kept := push, push, push, push, push
	reported.Status, reported.ReportedStatus = store.StatusPending, "SUCCESSFUL"
	refused.Status, refused.Reference, refused.Reason, refused.ErrorCode = store.StatusFailed, "", "Maximum amount is 25.00 XAF", "ER201"
	withdrawn.Status, withdrawn.Kind, withdrawn.Amount = store.StatusSuccessful, store.KindWithdraw, push.Asked
	doubtful.Status, doubtful.Kind = store.StatusInDoubt, store.KindWithdraw
	kept.Status, kept.Kind, kept.Flags = store.StatusFailed, store.KindWithdraw, store.Flags{store.FlagDecided}
	return append(all, reported, refused, withdrawn, doubtful, kept)
}

// sampleFlagged has every flag at once, which no real transaction has.
func sampleFlagged(now time.Time) store.Transaction {
	t := sampleTransactions(now)[4]
	t.Amount = 1_000_000
	t.Flags = store.Flags{
		store.FlagUnderpaid, store.FlagOverpaid, store.FlagCurrency, store.FlagPaidTwice,
		store.FlagReportDiffers, store.FlagMovedFinal, store.FlagMismatch, store.FlagHistoryDiffers, store.FlagMissing,
		store.FlagAmountUnknown, store.FlagUnknownWord,
	}
	return t
}

func sampleBalance() store.BalanceSnapshot {
	return store.BalanceSnapshot{Total: 12_345_695, MTN: 8_345_695, Orange: 4_000_000, Utility: 500_000}
}

func sampleEvents(now time.Time) []store.Event {
	return []store.Event{
		{ID: 1, At: now.Add(-3 * time.Minute), Kind: store.EventCreated, Status: store.StatusUnsent, Note: "written"},
		{ID: 2, At: now.Add(-2 * time.Minute), Kind: store.EventAnswer, Status: store.StatusPending, Note: "accepted", Raw: []byte(`{"reference":"11111111-1111-4111-8111-111111111111","ussd_code":"*126#","operator":"mtn"}`)},
		{ID: 3, At: now.Add(-time.Minute), Kind: store.EventWebhook, Status: store.StatusPending, Note: "reported", Detail: "SUCCESSFUL 12500"},
		{ID: 4, At: now, Kind: store.EventPoll, Status: store.StatusSuccessful, Note: "successful", Raw: []byte(`{"status":"SUCCESSFUL","amount":12500}`)},
	}
}
