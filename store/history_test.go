package store

// The history of CamPay as it is kept, and the book beside it.

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// historyRow is a successful collection of 500 francs at noon, edited.
func historyRow(edit func(*HistoryRow)) HistoryRow {
	h := HistoryRow{
		At: noon, Code: "CP260302T00001", Reference: "reference", Kind: KindCollect, Operator: "MTN", Phone: "237677123456",
		Description: "Pain #ABCDEFGH", Amount: 50000, Charge: 500, Credit: 49500, Status: "SUCCESSFUL", SeenAt: noon, Raw: []byte(`{"amount":500}`),
	}
	edit(&h)
	return h
}

func keepHistory(t testing.TB, s *Store, rows ...HistoryRow) {
	t.Helper()
	write(t, s, func(tx *Tx) error { return tx.KeepHistory(t.Context(), rows) })
}

func history(t testing.TB, s *Store, f HistoryFilter) []HistoryRow {
	t.Helper()
	if f.Until.IsZero() {
		f.Until = noon.Add(24 * time.Hour)
	}
	rows, err := s.History(t.Context(), f)
	mustBe(t, err, nil)
	return rows
}

func TestHistory_RowThatCamPayTellsAgain_IsTheSameRow(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	byReference := historyRow(func(*HistoryRow) {})
	byCode := historyRow(func(h *HistoryRow) { h.Reference, h.Code = "", "CP260302T00002" })
	byItself := historyRow(func(h *HistoryRow) { h.Reference, h.Code = "", "" })
	for range 2 {
		keepHistory(t, s, byReference, byCode, byItself, byReference)
	}
	rows := history(t, s, HistoryFilter{})
	if len(rows) != 3 {
		t.Fatalf("%d rows kept", len(rows))
	}
	byReference.ID = rows[2].ID
	if got := rows[2]; got.Raw == nil || fmt.Sprint(got) != fmt.Sprint(byReference) {
		t.Errorf("kept %+v, want %+v", got, byReference)
	}
}

func TestHistory_RowThatTellsSomethingElse_IsToBeComparedAnew(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	first := addTransaction(t, s, Transaction{Reference: "reference"})
	keepHistory(t, s, historyRow(func(*HistoryRow) {}))
	row := history(t, s, HistoryFilter{})[0]
	write(t, s, func(tx *Tx) error { return tx.MarkHistory(t.Context(), row.ID, first.ID, FindingMatched) })
	later := noon.Add(time.Hour)
	keepHistory(t, s, historyRow(func(h *HistoryRow) { h.SeenAt = later }))
	if same, err := s.HistoryRow(t.Context(), row.ID); err != nil || same.Finding != FindingMatched || !same.SeenAt.Equal(noon) {
		t.Errorf("told again: %+v, %v", same, err)
	}
	keepHistory(t, s, historyRow(func(h *HistoryRow) {
		h.Status, h.Raw, h.SeenAt = "FAILED", []byte(`{"status":"FAILED"}`), later
	}))
	if other, err := s.HistoryRow(t.Context(), row.ID); err != nil || other.Finding != FindingNone || other.Status != "FAILED" || !other.SeenAt.Equal(later) || other.TransactionID != first.ID {
		t.Errorf("told otherwise: %+v, %v", other, err)
	}
}

// The rows of one moment are in nobody's way: pages neither skip nor repeat.
func TestHistory_Pages_HoldEachRowOnce(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	const all = 270
	for i := range all {
		keepHistory(t, s, historyRow(func(h *HistoryRow) {
			h.Reference, h.At = fmt.Sprint("r", i), noon.Add(time.Duration(i%3)*time.Minute)
		}))
	}
	var down, up []int64
	for page := history(t, s, HistoryFilter{Limit: 70}); len(page) > 0; page = history(t, s, HistoryFilter{Limit: 70, Before: page[len(page)-1]}) {
		for _, h := range page {
			down = append(down, h.ID)
		}
	}
	last := HistoryRow{}
	for {
		page, err := s.HistoryAfter(t.Context(), noon, noon.Add(time.Hour), last)
		mustBe(t, err, nil)
		if len(page) == 0 {
			break
		}
		for _, h := range page {
			up = append(up, h.ID)
		}
		last = page[len(page)-1]
	}
	slices.Reverse(up)
	if len(down) != all || !slices.Equal(up, down) {
		t.Errorf("%d rows down, %d up", len(down), len(up))
	}
	if within, err := s.HistoryAfter(t.Context(), noon.Add(time.Minute), noon.Add(2*time.Minute), HistoryRow{}); err != nil || len(within) != all/3 {
		t.Errorf("%d rows in the second minute, %v", len(within), err)
	}
}

func TestOnlyHere_HoldsWhatTheHistoryLacks_AndNobodysMoneyNot(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	day := noon.Add(-12 * time.Hour)
	settled := func(status Status, at time.Time) Transaction {
		return addTransaction(t, s, Transaction{Status: status, CreatedAt: noon.Add(-72 * time.Hour), SettledAt: at})
	}
	found, lacking, failed := settled(StatusSuccessful, noon), settled(StatusSuccessful, noon), settled(StatusFailed, noon)
	settled(StatusSuccessful, noon.Add(24*time.Hour))
	doubt := addTransaction(t, s, Transaction{Status: StatusInDoubt})
	addTransaction(t, s, Transaction{Status: StatusWaiting})
	addTransaction(t, s, Transaction{Status: StatusPending, CreatedAt: day.Add(-time.Second)})
	keepHistory(t, s, historyRow(func(*HistoryRow) {}))
	find := func() {
		write(t, s, func(tx *Tx) error { return tx.MarkOnlyHere(t.Context(), day, day.Add(24*time.Hour)) })
	}
	find()
	row := history(t, s, HistoryFilter{})[0]
	write(t, s, func(tx *Tx) error { return tx.MarkHistory(t.Context(), row.ID, found.ID, FindingMatched) })
	want := []int64{doubt.ID, failed.ID, lacking.ID}
	for _, when := range []string{"after the row was found", "found anew"} {
		lone, err := s.OnlyHere(t.Context(), day, day.Add(24*time.Hour), Lone{}, 2)
		mustBe(t, err, nil)
		more, err := s.OnlyHere(t.Context(), day, day.Add(24*time.Hour), lone[1], 2)
		mustBe(t, err, nil)
		got := []int64{}
		for _, l := range append(lone, more...) {
			got = append(got, l.ID)
		}
		if n, err := s.CountOnlyHere(t.Context(), day, day.Add(24*time.Hour)); err != nil || n != len(want) || !slices.Equal(got, want) {
			t.Errorf("%s: %v, counted %d, %v", when, got, n, err)
		}
		find()
	}
}
