package payments

// Sales at the till: each has a number, and can be ended or asked for in another
// way. What was ended is watched all the same, since CamPay's page of a code and a
// prompt on a phone cannot be taken back: what comes of it is flagged.

import (
	"context"
	"errors"
	"fmt"

	"comptoir/campay/money"
	"comptoir/store"
)

// SalePaidError says that a sale is paid, by which of its ways: it can be neither
// ended nor asked for once more.
type SalePaidError struct{ Key store.SaleKey }

func (e *SalePaidError) Error() string {
	return fmt.Sprintf("the sale of link %d, transaction %d is paid", e.Key.LinkID, e.Key.TransactionID)
}

// EndSale ends a sale that nobody waits for any more: a *SalePaidError where money
// came meanwhile, ErrNotFound for what is no sale at the till.
func (s *Collections) EndSale(ctx context.Context, key store.SaleKey, by int64) error {
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		way, err := tx.SaleWay(ctx, key)
		if err != nil {
			return err
		}
		return s.endWays(ctx, tx, way, saleCancelled, by)
	})
	if err != nil {
		return fmt.Errorf("end a sale: %w", err)
	}
	return nil
}

// openSale gives what was just written down its number at the till: that of the
// sale whose place it takes, which is ended in the same write, or the next one.
func (s *Collections) openSale(ctx context.Context, tx *store.Tx, key, instead store.SaleKey, by int64) error {
	way := store.SaleWay{SaleKey: key, Day: money.DayOf(s.now())}
	if instead != (store.SaleKey{}) {
		before, err := tx.SaleWay(ctx, instead)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil {
			if err := s.endWays(ctx, tx, before, saleReplaced, by); err != nil {
				return err
			}
			way.Day, way.Number = before.Day, before.Number
		}
	}
	_, err := tx.AddSaleWay(ctx, way)
	return err
}

// endWays ends every way of a sale that is open, whichever of them an older screen
// still shows.
func (s *Collections) endWays(ctx context.Context, tx *store.Tx, way store.SaleWay, why endNote, by int64) error {
	paid, err := tx.OfSameSale(ctx, way)
	if err != nil {
		return err
	}
	for _, t := range paid {
		if t.Status == store.StatusSuccessful {
			if way, err = tx.SaleOf(ctx, t); err != nil {
				return err
			}
			return &SalePaidError{way.SaleKey}
		}
	}
	return s.endOtherWays(ctx, tx, way, store.SaleWay{}, why, by)
}
