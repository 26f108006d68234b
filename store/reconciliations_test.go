package store

// The runs, and the sums of a statement.

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"comptoir/campay/money"
)

func TestReconciliation_IsKeptAsFarAsItIs(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "Caisse")
	var run Reconciliation
	write(t, s, func(tx *Tx) (err error) {
		run, err = tx.AddReconciliation(t.Context(), Reconciliation{From: noon, To: noon, Next: noon, Days: 1, RequestedBy: user.ID, BegunAt: noon, NextAt: noon})
		return err
	})
	if open, err := s.OpenReconciliations(t.Context()); err != nil || len(open) != 1 || open[0] != run {
		t.Fatalf("open %+v, %v", open, err)
	}
	run.DaysDone, run.EndedAt, run.NextAt, run.Rows, run.Matched, run.OnlyThere, run.OnlyHere, run.Differing, run.Missing = 1, noon, time.Time{}, 10, 4, 3, 2, 1, 1
	write(t, s, func(tx *Tx) error { return tx.UpdateReconciliation(t.Context(), run) })
	if kept, err := s.Reconciliation(t.Context(), run.ID); err != nil || kept != run {
		t.Errorf("kept %+v, %v", kept, err)
	}
	if open, err := s.OpenReconciliations(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("over, and open: %+v, %v", open, err)
	}
	for _, c := range []struct {
		from, to time.Time
		found    bool
	}{{noon, noon, true}, {noon.Add(-time.Hour), noon, false}, {noon, noon.Add(time.Hour), false}} {
		if over, err := s.ReconciliationOver(t.Context(), c.from, c.to); (err == nil) != c.found || (c.found && over != run) {
			t.Errorf("over %v: %+v, %v", c, over, err)
		}
	}
	if last, err := s.LastDaily(t.Context(), noon.AddDate(1, 0, 0)); err != nil || !last.IsZero() {
		t.Errorf("one that a person asked for counts as the daily one: %v, %v", last, err)
	}
}

func TestMovements_AddUpByWallet(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	keepHistory(t, s,
		historyRow(func(h *HistoryRow) { h.Reference = "1" }),
		historyRow(func(h *HistoryRow) { h.Reference = "2"; h.Operator = "ORANGE" }),
		historyRow(func(h *HistoryRow) {
			h.Reference, h.Kind, h.Debit, h.Credit = "3", KindWithdraw, 10100, 0
		}),
		historyRow(func(h *HistoryRow) { h.Reference, h.Kind, h.Debit, h.Credit = "4", KindAirtime, 700, 0 }),
		historyRow(func(h *HistoryRow) { h.Reference, h.Status = "5", "FAILED" }),
		historyRow(func(h *HistoryRow) { h.Reference, h.Operator = "6", "" }),
		historyRow(func(h *HistoryRow) { h.Reference, h.At = "7", noon.Add(time.Hour) }),
	)
	got, err := s.Movements(t.Context(), noon, noon.Add(time.Hour))
	mustBe(t, err, nil)
	want := map[Wallet]Movements{WalletMTN: {49500, 10100, 0}, WalletOrange: {49500, 0, 0}, WalletAirtime: {0, 700, 0}, WalletOther: {49500, 0, 0}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("moved %v, want %v", got, want)
	}
}

func TestUnderWay_IsWhatABalanceMayNotHoldYet(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	at := noon.Add(time.Hour)
	late := addTransaction(t, s, Transaction{Reference: "1", Status: StatusSuccessful, SettledAt: at})
	soon := addTransaction(t, s, Transaction{Reference: "2", Status: StatusSuccessful, SettledAt: at.Add(-time.Second)})
	payout := func(status Status, settled time.Time, operator money.Operator) {
		addTransaction(t, s, Transaction{Kind: KindWithdraw, Reference: fmt.Sprint(status, settled), Status: status, SettledAt: settled, Asked: 100, Operator: operator})
	}
	payout(StatusPending, time.Time{}, "ORANGE")
	payout(StatusFailed, at, "ORANGE")
	payout(StatusFailed, at.Add(-time.Second), "ORANGE")
	payout(StatusSuccessful, at, "ORANGE")
	keepHistory(t, s, historyRow(func(h *HistoryRow) { h.Reference = "1" }), historyRow(func(h *HistoryRow) { h.Reference = "2" }))
	for i, h := range history(t, s, HistoryFilter{}) {
		write(t, s, func(tx *Tx) error {
			return tx.MarkHistory(t.Context(), h.ID, []int64{soon.ID, late.ID}[i], FindingMatched)
		})
	}
	got, err := s.UnderWay(t.Context(), at)
	if err != nil || got[WalletMTN] != 49500 || got[WalletOrange] != 200 {
		t.Errorf("under way %v, %v", got, err)
	}
}

func TestBalanceSeries_HasOnePointForEachStep(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for i := range 500 {
		write(t, s, func(tx *Tx) error {
			return tx.AddBalance(t.Context(), BalanceSnapshot{At: noon.Add(time.Duration(i) * time.Minute), Total: money.XAF(int64(i))})
		})
	}
	series, err := s.BalanceSeries(t.Context(), noon.Add(-time.Hour), noon.Add(3*time.Hour), time.Hour)
	mustBe(t, err, nil)
	totals := []int64{}
	for _, b := range series {
		totals = append(totals, int64(b.Total))
	}
	if !slices.Equal(totals, []int64{59, 119, 179}) {
		t.Errorf("totals %v", totals)
	}
	before, err := s.BalanceBefore(t.Context(), noon.Add(90*time.Second))
	if err != nil || before.Total != 1 {
		t.Errorf("before %+v, %v", before, err)
	}
	after, err := s.BalanceAfter(t.Context(), noon.Add(90*time.Second))
	if err != nil || after.Total != 2 {
		t.Errorf("after %+v, %v", after, err)
	}
}

// A clock that was ahead for a while must not keep the nights after it from
// being compared.
func TestLastDaily_LeavesOutDaysThatAreYetToCome(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for _, day := range []time.Time{noon, noon.AddDate(0, 0, 40)} {
		write(t, s, func(tx *Tx) error {
			_, err := tx.AddReconciliation(t.Context(), Reconciliation{From: day, To: day, Next: day, Days: 1, BegunAt: day, NextAt: day})
			return err
		})
	}
	if last, err := s.LastDaily(t.Context(), noon.AddDate(0, 0, 1)); err != nil || !last.Equal(noon) {
		t.Errorf("last %v, %v", last, err)
	}
}

func TestBalanceBefore_IsTheNewestByItsTime(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	_, err := s.BalanceBefore(t.Context(), noon)
	mustBe(t, err, ErrNotFound)
	newest := BalanceSnapshot{At: noon, Total: 6, MTN: 1, Orange: 2, Utility: 3}
	for _, b := range []BalanceSnapshot{{At: noon, Total: 5}, newest, {At: noon.Add(-time.Hour), Total: 7}, {At: noon.Add(time.Hour), Total: 8}} {
		write(t, s, func(tx *Tx) error { return tx.AddBalance(t.Context(), b) })
	}
	if got, err := s.BalanceBefore(t.Context(), noon); err != nil || got != newest {
		t.Errorf("%+v, %v", got, err)
	}
}
