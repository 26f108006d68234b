package payments

// A row that only CamPay has, taken into the book as a person asks.

import (
	"context"
	"errors"
	"fmt"

	"comptoir/campay"
	"comptoir/store"
)

// The reasons for which a row cannot be imported. Nothing was changed.
var (
	ErrNoReference = errors.New("the history names no reference to ask about")
	ErrUnproved    = errors.New("CamPay does not confirm it")
	ErrNotAsked    = errors.New("CamPay did not answer")
)

// Import takes a row of the history into the book as CamPay proves it, with its
// fee: as external, or as the operation of ours that it turns out to be. A row
// that the book has already is only led to its transaction.
func (s *Reconciliation) Import(ctx context.Context, rowID, by int64) (store.Transaction, error) {
	row, err := s.store.HistoryRow(ctx, rowID)
	if err != nil {
		return store.Transaction{}, err
	}
	if row.TransactionID != 0 {
		return s.store.Transaction(ctx, row.TransactionID)
	}
	if row.Reference == "" {
		return store.Transaction{}, ErrNoReference
	}
	end, err := s.asking.hold(ctx, row.Reference)
	if err != nil {
		return store.Transaction{}, fmt.Errorf("%w: %w", ErrNotAsked, err)
	}
	defer end()
	call, cancel := calling(ctx)
	defer cancel()
	truth, err := s.prove(call, row.Reference)
	switch {
	case campay.IsNotFound(err):
		return store.Transaction{}, ErrUnproved
	case err != nil:
		return store.Transaction{}, fmt.Errorf("%w: %w", ErrNotAsked, err)
	}
	t, became, err := s.importProved(context.WithoutCancel(ctx), row.ID, truth, by) // while who asked may
	if err != nil {
		return t, fmt.Errorf("import history row %d: %w", rowID, err)
	}
	s.announce(t, became)
	s.publish(t)
	s.poke()
	return t, nil
}

func (s *Reconciliation) importProved(ctx context.Context, rowID int64, truth proof, by int64) (t store.Transaction, became effects, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := tx.HistoryRow(ctx, rowID)
		if err != nil {
			return err
		}
		_, err = tx.TransactionByReference(ctx, row.Reference)
		isNew := errors.Is(err, store.ErrNotFound)
		if err != nil && !isNew {
			return err
		}
		if t, became, err = s.adopt(ctx, tx, truth, store.EventHistory); err != nil {
			return err
		}
		if isNew && t.Origin == store.OriginExternal && t.Status.Final() {
			t.SettledAt = row.At // it moved then, and counts in the takings of that day
		}
		if err := s.record(ctx, tx, t, store.EventPerson, "imported", "", nil); err != nil {
			return err
		}
		if err := tx.UpdateTransaction(ctx, t); err != nil {
			return err
		}
		if _, err := s.settlePair(ctx, tx, pair{row: row, ours: t}); err != nil {
			return err
		}
		if t, err = tx.Transaction(ctx, t.ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, act{"history.imported", "transaction", t.ID}, map[string]int64{"row": row.ID})
	})
	return t, became, err
}
