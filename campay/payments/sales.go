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
func (s *Service) EndSale(ctx context.Context, key store.SaleKey, by int64) error {
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
func (s *Service) openSale(ctx context.Context, tx *store.Tx, key, instead store.SaleKey, by int64) error {
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

// endNote is why a way of a sale was ended, as the note of its payment's event.
type endNote string

const (
	saleCancelled     endNote = "sale_cancelled"
	saleReplaced      endNote = "sale_replaced"
	salePaidOtherwise endNote = "sale_paid_otherwise"
)

// endWays ends every way of a sale that is open, whichever of them an older screen
// still shows.
func (s *Service) endWays(ctx context.Context, tx *store.Tx, way store.SaleWay, why endNote, by int64) error {
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

// endOtherWays ends every way of a sale but one.
func (s *Service) endOtherWays(ctx context.Context, tx *store.Tx, of, but store.SaleWay, why endNote, by int64) error {
	ways, err := tx.WaysOfSale(ctx, of)
	if err != nil {
		return err
	}
	for _, way := range ways {
		if way.Way == but.Way {
			continue
		}
		if err := s.endWay(ctx, tx, way, why, by); err != nil {
			return err
		}
	}
	return nil
}

// endWay ends one way of a sale, and its page at ours, and tells the story of what was
// asked for so. One that was ended before is left as it is.
func (s *Service) endWay(ctx context.Context, tx *store.Tx, way store.SaleWay, why endNote, by int64) error {
	if isSet(way.EndedAt) {
		return nil
	}
	if err := tx.EndSaleWay(ctx, way, s.now()); err != nil {
		return err
	}
	done, asked := act{"sale.ended", "transaction", way.TransactionID}, store.Transaction{}
	if way.LinkID != 0 {
		done = act{"sale.ended", "link", way.LinkID}
		link, err := tx.Link(ctx, way.LinkID)
		if err != nil {
			return err
		}
		paused := link.PaymentLink
		paused.PausedAt = s.now()
		if err := tx.UpdateLink(ctx, paused); err != nil {
			return err
		}
		asked = link.Newest
	} else {
		var err error
		if asked, err = tx.Transaction(ctx, way.TransactionID); err != nil {
			return err
		}
	}
	if asked.ID != 0 {
		if err := s.tell(ctx, tx, asked, store.EventPerson, string(why), "", nil); err != nil {
			return err
		}
	}
	return s.audit(ctx, tx, by, done, map[string]int64{"number": way.Number})
}
