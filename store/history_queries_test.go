package store

// Every query of the history finds its rows by an index, and only those of its
// own book.

import (
	"context"
	"strings"
	"testing"
	"time"
)

// historyScan is a step that walks over a whole table.
var historyScan = []string{"SCAN history_rows", "SCAN history_days", "SCAN only_here", "SCAN reconciliations", "SCAN transactions", "SCAN balance_snapshots"}

func TestQueries_OfTheHistory_ReadThroughAnIndex(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for name, c := range map[string]struct {
		read  func(Reader) error
		index string
		sorts bool
	}{
		"list": {func(r Reader) error { _, err := r.History(t.Context(), HistoryFilter{Until: noon}); return err },
			"history_rows_at (book=? AND at>? AND at<?)", false},
		"list of a finding": {func(r Reader) error {
			_, err := r.History(t.Context(), HistoryFilter{Finding: FindingDiffers, Until: noon})
			return err
		}, "history_rows_finding (book=? AND (finding,at)>(?,?) AND (finding,at)<(?,?))", false},
		"onwards": {func(r Reader) error { _, err := r.HistoryAfter(t.Context(), noon, noon, HistoryRow{}); return err },
			"history_rows_at (book=? AND at>? AND at<?)", false},
		"like": {func(r Reader) error {
			_, err := r.HistoryLike(t.Context(), KindCollect, "p", 1, noon, noon)
			return err
		}, "history_rows_phone (book=? AND phone=? AND at>? AND at<?)", true},
		"counts":      {func(r Reader) error { _, err := r.CountHistory(t.Context(), noon, noon); return err }, "COVERING INDEX history_rows_finding (book=? AND finding=? AND at>? AND at<?)", false},
		"airtime":     {func(r Reader) error { _, err := r.KnowsAirtime(t.Context()); return err }, "history_rows_airtime (book=?)", false},
		"days":        {func(r Reader) error { _, err := r.HistoryDays(t.Context(), "a", "b"); return err }, "(book=? AND day>? AND day<?)", false},
		"references":  {func(r Reader) error { _, err := r.TransactionsByReference(t.Context(), []string{"a", "b"}); return err }, "transactions_reference (book=? AND reference=?)", false},
		"codes":       {func(r Reader) error { _, err := r.TransactionsByOperationCode(t.Context(), []string{"a"}); return err }, "transactions_operation (book=? AND operation_code=?)", false},
		"ids":         {func(r Reader) error { _, err := r.TransactionsByID(t.Context(), []int64{1, 2}); return err }, "INTEGER PRIMARY KEY (rowid=?)", false},
		"only here":   {func(r Reader) error { _, err := r.OnlyHere(t.Context(), noon, noon, Lone{}, 9); return err }, "only_here_at (book=? AND at>? AND (at,transaction_id)<(?,?))", false},
		"one of them": {func(r Reader) error { _, err := r.LoneTransaction(t.Context(), 1); return err }, "(book=? AND transaction_id=?)", false},
		"their count": {func(r Reader) error { _, err := r.CountOnlyHere(t.Context(), noon, noon); return err }, "only_here_at (book=? AND at>? AND at<?)", false},
		"open runs":   {func(r Reader) error { _, err := r.OpenReconciliations(t.Context()); return err }, "reconciliations_next (book=?", false},
		"run over":    {func(r Reader) error { _, err := r.ReconciliationOver(t.Context(), noon, noon); return err }, "(book=?)", false},
		"last daily":  {func(r Reader) error { _, err := r.LastDaily(t.Context(), noon); return err }, "reconciliations_daily (book=?", false},
		"begins":      {func(r Reader) error { _, err := r.BookBegins(t.Context()); return err }, "transactions_created (book=?", false},
		"movements":   {func(r Reader) error { _, err := r.Movements(t.Context(), noon, noon); return err }, "history_rows_at (book=? AND at>? AND at<?)", true},
		"under way":   {func(r Reader) error { _, err := r.UnderWay(t.Context(), noon); return err }, "transactions_payout_created (book=? AND kind=? AND created_at>? AND created_at<?)", true},
		"series":      {func(r Reader) error { _, err := r.BalanceSeries(t.Context(), noon, noon, time.Hour); return err }, "balance_snapshots_at (book=? AND at>? AND at<?)", true},
		"before":      {func(r Reader) error { _, err := r.BalanceBefore(t.Context(), noon); return err }, "balance_snapshots_at (book=? AND at<?)", false},
		"after":       {func(r Reader) error { _, err := r.BalanceAfter(t.Context(), noon); return err }, "balance_snapshots_at (book=? AND at>?)", false},
	} {
		plan := planOf(t, s, c.read)
		if !strings.Contains(plan, c.index) {
			t.Errorf("%s does not go through %s:\n%s", name, c.index, plan)
		}
		for _, scan := range historyScan {
			if strings.Contains(plan, scan) {
				t.Errorf("%s walks over a table:\n%s", name, plan)
			}
		}
		if !c.sorts && strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s sorts:\n%s", name, plan)
		}
	}
}

func TestBooks_TheHistoryOfOne_IsSeenInNoOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine := open(t, dir, "sandbox")
	keepHistory(t, mine, historyRow(func(h *HistoryRow) { h.Kind = KindAirtime }))
	first := addTransaction(t, mine, Transaction{Reference: "reference", OperationCode: "code", Status: StatusSuccessful, SettledAt: noon})
	write(t, mine, func(tx *Tx) error {
		if _, err := tx.AddReconciliation(t.Context(), Reconciliation{From: noon, To: noon, NextAt: noon}); err != nil {
			return err
		}
		if err := tx.SetHistoryDay(t.Context(), "2026-03-02", noon, 1); err != nil {
			return err
		}
		return tx.MarkOnlyHere(t.Context(), noon, noon.Add(1*time.Hour))
	})
	mustBe(t, mine.Close(), nil)
	other := open(t, dir, "production")
	until := noon.Add(time.Hour)
	for name, found := range map[string]func(context.Context) (int, error){
		"History": func(ctx context.Context) (int, error) {
			l, err := other.History(ctx, HistoryFilter{Until: until})
			return len(l), err
		},
		"HistoryAfter": func(ctx context.Context) (int, error) {
			l, err := other.HistoryAfter(ctx, noon, until, HistoryRow{})
			return len(l), err
		},
		"HistoryLike": func(ctx context.Context) (int, error) {
			l, err := other.HistoryLike(ctx, KindAirtime, "237677123456", 50000, noon, until)
			return len(l), err
		},
		"CountHistory": func(ctx context.Context) (int, error) {
			c, err := other.CountHistory(ctx, noon, until)
			return c.Rows(), err
		},
		"KnowsAirtime": func(ctx context.Context) (int, error) {
			knows, err := other.KnowsAirtime(ctx)
			return int(bit(knows)), err
		},
		"HistoryDays": func(ctx context.Context) (int, error) {
			d, err := other.HistoryDays(ctx, "2026-03-02", "2026-03-02")
			return len(d), err
		},
		"OnlyHere": func(ctx context.Context) (int, error) {
			l, err := other.OnlyHere(ctx, noon, until, Lone{}, 9)
			return len(l), err
		},
		"CountOnlyHere": func(ctx context.Context) (int, error) { return other.CountOnlyHere(ctx, noon, until) },
		"runs":          func(ctx context.Context) (int, error) { l, err := other.Reconciliations(ctx, 9); return len(l), err },
		"open runs":     func(ctx context.Context) (int, error) { l, err := other.OpenReconciliations(ctx); return len(l), err },
		"references": func(ctx context.Context) (int, error) {
			l, err := other.TransactionsByReference(ctx, []string{"reference"})
			return len(l), err
		},
		"codes": func(ctx context.Context) (int, error) {
			l, err := other.TransactionsByOperationCode(ctx, []string{"code"})
			return len(l), err
		},
		"ids": func(ctx context.Context) (int, error) {
			l, err := other.TransactionsByID(ctx, []int64{first.ID})
			return len(l), err
		},
		"Movements": func(ctx context.Context) (int, error) {
			m, err := other.Movements(ctx, noon, until)
			return len(m), err
		},
	} {
		if n, err := found(t.Context()); err != nil || n != 0 {
			t.Errorf("%s finds %d, %v", name, n, err)
		}
	}
	if _, err := other.HistoryRow(t.Context(), 1); err == nil {
		t.Error("a row of another book is read")
	}
	if err := other.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.MarkHistory(ctx, 1, 0, FindingMatched) }); err == nil {
		t.Error("a row of another book is changed")
	}
}
