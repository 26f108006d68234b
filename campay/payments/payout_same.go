package payments

// The same number and amount once more: a mistake, unless whoever orders it says
// that it is none.

import (
	"context"

	"comptoir/campay/refusal"
	"comptoir/store"
)

// Same is the newest payout that looks like an order: sent minutes ago, or
// waiting for a second owner. Zero for none.
type Same struct {
	Transaction store.Transaction
	Approval    store.Approval
}

// Is reports whether there is one.
func (s Same) Is() bool { return s.Transaction.ID != 0 || s.Approval.ID != 0 }

// Seen names the same ones that somebody knows of.
func (s Same) Seen() *Seen { return &Seen{s.Transaction.ID, s.Approval.ID} }

// Seen is which of the same payouts whoever gives an order knows of, by ID.
type Seen struct{ Transaction, Approval int64 }

// SameError says that an order looks like one that whoever gives it did not know
// of: nothing was begun.
type SameError struct{ Same }

func (e *SameError) Error() string { return "the same went out, or waits, just now" }

// Refusal says that there is something to look at first.
func (e *SameError) Refusal() *refusal.Refusal { return refusal.New("", "same_again") }

// sameAgain finds what looks like an order; a is the approval that it waits in.
func (s *Payouts) sameAgain(ctx context.Context, r store.Reader, order PayoutOrder, a store.Approval) (same Same, err error) {
	sent, err := r.RecentSamePayout(ctx, order.Kind, order.Phone, order.Amount, s.now().Add(-sameWindow))
	if err != nil {
		return same, err
	}
	waiting, err := r.SameApprovals(ctx, order.Kind, order.Phone, order.Amount)
	if err != nil {
		return same, err
	}
	if len(sent) > 0 {
		same.Transaction = sent[0]
	}
	for _, other := range waiting {
		if other.ID != a.ID {
			same.Approval = other
			break
		}
	}
	return same, nil
}

// unseen reports a *SameError for one that the order's giver does not know of.
func (p *Plan) unseen() error {
	if p.Seen == nil {
		return nil
	}
	transaction, approval := p.Same.Transaction.ID, p.Same.Approval.ID
	if (transaction == 0 || transaction == p.Seen.Transaction) && (approval == 0 || approval == p.Seen.Approval) {
		return nil
	}
	return &SameError{p.Same}
}
