package payments

// Refunds: a withdrawal to the payer of a collection, whole or in part, never
// more than it took over all its refunds together.

import (
	"context"
	"fmt"
	"strings"

	"comptoir/campay/money"
	"comptoir/campay/refusal"
	"comptoir/store"
)

// RefundError says that an order would give back more than is left of what a
// collection took; Taken is 0 for what is no collection that CamPay proved, and
// where Untold says that nobody knows how much it took.
type RefundError struct {
	Taken, Refunded, Left money.XAF
	Untold                bool
}

func (e *RefundError) Error() string {
	return fmt.Sprintf("%s of %s are left to give back", e.Left, e.Taken)
}

// Refusal says how much may be given back.
func (e *RefundError) Refusal() *refusal.Refusal {
	if e.Untold {
		return refusal.New("", "refund_untold")
	}
	return refusal.New("amount", "refund_most", "Taken", e.Taken, "Refunded", ifAny(e.Refunded), "Left", e.Left)
}

// refundWords begin the description of a refund that was given none. CamPay and
// the payer read them, in the shop's language and not in that of a screen.
const refundWords = "Remboursement "

// readRefund fills in what follows from the collection.
func (s *Payouts) readRefund(ctx context.Context, r store.Reader, p *Plan) error {
	collection, err := r.Transaction(ctx, p.RefundOf)
	if err != nil {
		return err
	}
	refunded, err := r.Refunded(ctx, collection.ID)
	if err != nil {
		return err
	}
	p.collection, p.Kind, p.Phone = collection, store.KindWithdraw, collection.Phone
	if p.approval.ID != 0 {
		refunded -= p.approval.Asked // it waits, and so it is in the sum
		p.Phone = p.approval.Phone   // the number that its second owner saw
	}
	if strings.TrimSpace(p.Description) == "" {
		p.Description = strings.TrimSpace(refundWords + collection.Code)
	}
	p.refunded, p.Refundable = refunded, max(taken(collection)-refunded, 0)
	return nil
}

// refundsTooMuch reports a *RefundError unless p gives back what was taken.
func (p *Plan) refundsTooMuch() error {
	if p.RefundOf == 0 || p.Amount <= p.Refundable {
		return nil
	}
	return &RefundError{Taken: taken(p.collection), Refunded: p.refunded, Left: p.Refundable, Untold: p.collection.AmountUnknown}
}

// taken is what a collection brought in, in francs that CamPay proved.
func taken(t store.Transaction) money.XAF {
	if t.Kind != store.KindCollect || t.Status != store.StatusSuccessful || t.Word != "" { // "REVERSED", it may be: given back already
		return 0
	}
	for _, doubtful := range []store.Flag{store.FlagCurrency, store.FlagMismatch, store.FlagUnprovedKind} {
		if t.Flags.Has(doubtful) {
			return 0
		}
	}
	return t.Amount
}

// Refundable is what may still be given back of t: nothing of what is no proved
// collection, or came from no phone.
func (s *Payouts) Refundable(ctx context.Context, t store.Transaction) (money.XAF, error) {
	if t.Phone == "" {
		return 0, nil
	}
	refunded, err := s.store.Refunded(ctx, t.ID)
	return max(taken(t)-refunded, 0), err
}
