package payments

// The book's side of the reconciliation: what CamPay's history lacks. What is
// open or failed is explained by its status; what is proved and should be there
// is flagged.

import (
	"context"
	"time"

	"comptoir/store"
)

// farthestBegun is how long before its end a transaction may have begun, by
// which CamPay may date it.
const farthestBegun = LongestPeriod * 24 * time.Hour

// findLone notes which transactions of a period the history lacks, flags those
// that it should have, and counts them.
func (s *Reconciliation) findLone(ctx context.Context, p Period) (missing int, err error) {
	for day := p.From; day.Before(p.End()); day = nextDay(day) {
		if err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.MarkOnlyHere(ctx, day, nextDay(day)) }); err != nil {
			return 0, err
		}
	}
	fetched, err := s.store.HistoryDays(ctx, dayName(p.From.Add(-farthestBegun)), dayName(p.End()))
	if err != nil {
		return 0, err
	}
	knowsAirtime, err := s.store.KnowsAirtime(ctx)
	if err != nil {
		return 0, err
	}
	last := store.Lone{}
	for {
		lone, err := s.store.OnlyHere(ctx, p.From, p.End(), last, store.HistoryBatch)
		if err != nil || len(lone) == 0 {
			return missing, err
		}
		for _, last = range lone {
			isMissing := shouldBeThere(last.Transaction, fetched) && (knowsAirtime || last.Kind != store.KindAirtime)
			if isMissing {
				missing++
			}
			if err := s.flagMissing(ctx, last.Transaction, isMissing); err != nil {
				return 0, err
			}
		}
	}
}

// shouldBeThere reports whether the history must have told of t: CamPay proved
// it, and each day on which it may stand was fetched after it was over.
func shouldBeThere(t store.Transaction, fetched map[string]time.Time) bool {
	if t.Status != store.StatusSuccessful || t.Reference == "" {
		return false
	}
	begun := t.CreatedAt
	if earliest := t.SettledAt.Add(-farthestBegun); begun.Before(earliest) {
		begun = earliest
	}
	for _, name := range daysBetween(begun, t.SettledAt) {
		if at, ok := fetched[name]; !ok || !closed(name, at) {
			return false
		}
	}
	return true
}

// flagMissing sets the flag, and takes it off what is proved no more. What the
// history tells of at last is mended with its row.
func (s *Reconciliation) flagMissing(ctx context.Context, t store.Transaction, isMissing bool) error {
	has := t.Flags.Has(store.FlagMissing)
	isMended := has && t.Status != store.StatusSuccessful
	if !isMended && (has || !isMissing) {
		return nil
	}
	return s.change(ctx, t.ID, func(tx *store.Tx, t *store.Transaction) error {
		if isMended {
			t.Flags = less(t.Flags, store.FlagMissing)
			return s.record(ctx, tx, *t, store.EventHistory, "history_agrees", "", nil)
		}
		t.Flags = t.Flags.With(store.FlagMissing)
		return s.record(ctx, tx, *t, store.EventHistory, "missing", "", nil)
	})
}
