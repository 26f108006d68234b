package payments

// A reconciled period line by line, for whoever wants all of it: a few hundred
// rows are in memory at a time.

import (
	"context"
	"iter"

	"comptoir/store"
)

// Entry is one line: a row of CamPay's history, a transaction of the book, or
// both that belong together. The ID of what there is none of is zero.
type Entry struct {
	Row  store.HistoryRow
	Ours store.Transaction
}

// Entries are all lines of a period: CamPay's rows as time went on, then what
// only the book has.
func (s *Reconciliation) Entries(ctx context.Context, p Period) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if s.eachRow(ctx, p, yield) {
			s.eachLone(ctx, p, yield)
		}
	}
}

// eachRow reports whether more is wanted.
func (s *Reconciliation) eachRow(ctx context.Context, p Period, yield func(Entry, error) bool) bool {
	last := store.HistoryRow{}
	for {
		rows, err := s.store.HistoryAfter(ctx, p.From, p.End(), last)
		if err != nil {
			yield(Entry{}, err)
			return false
		}
		if len(rows) == 0 {
			return true
		}
		entries, err := s.Pair(ctx, rows)
		if err != nil {
			yield(Entry{}, err)
			return false
		}
		for _, e := range entries {
			if !yield(e, nil) {
				return false
			}
		}
		last = rows[len(rows)-1]
	}
}

func (s *Reconciliation) eachLone(ctx context.Context, p Period, yield func(Entry, error) bool) {
	last := store.Lone{}
	for {
		lone, err := s.store.OnlyHere(ctx, p.From, p.End(), last, store.HistoryBatch)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		if len(lone) == 0 {
			return
		}
		for _, last = range lone {
			if !yield(Entry{Ours: last.Transaction}, nil) {
				return
			}
		}
	}
}

// Pair puts each row beside its transaction, with one lookup for all of them.
func (s *Reconciliation) Pair(ctx context.Context, rows []store.HistoryRow) ([]Entry, error) {
	var ids []int64
	for _, row := range rows {
		if row.TransactionID != 0 {
			ids = append(ids, row.TransactionID)
		}
	}
	ours, err := s.store.TransactionsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(rows))
	for i, row := range rows {
		entries[i] = Entry{Row: row, Ours: ours[row.TransactionID]}
	}
	return entries, nil
}
