package payments

// The ways in which one sale is asked for, and their end.

import (
	"context"

	"comptoir/store"
)

// endNote is why a way of a sale was ended, as the note of its payment's event.
type endNote string

const (
	saleCancelled     endNote = "sale_cancelled"
	saleReplaced      endNote = "sale_replaced"
	salePaidOtherwise endNote = "sale_paid_otherwise"
)

// endOtherWays ends every way of a sale but one.
func (s *core) endOtherWays(ctx context.Context, tx *store.Tx, of, but store.SaleWay, why endNote, by int64) error {
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
func (s *core) endWay(ctx context.Context, tx *store.Tx, way store.SaleWay, why endNote, by int64) error {
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
		if err := s.record(ctx, tx, asked, store.EventPerson, string(why), "", nil); err != nil {
			return err
		}
	}
	return s.audit(ctx, tx, by, done, map[string]int64{"number": way.Number})
}
