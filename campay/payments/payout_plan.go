package payments

// An order with all that the book says about it: whom it goes to, what it
// gives back, and whether the owner's rules allow it.

import (
	"context"
	"errors"
	"fmt"

	"comptoir/campay/money"
	"comptoir/store"
)

// plan is an order as it would be carried out.
type plan struct {
	PayoutOrder
	operator      money.Operator
	recipient     store.Recipient // zero when the number is not saved
	recipientName string
	collection    store.Transaction // of a refund
	refunded      money.XAF         // what was given back of it, or may yet be
	refundable    money.XAF         // what is left of it
	approval      store.Approval    // whose order this is; zero for an order of its own
	needsApproval bool
}

func (p plan) origin() store.Origin {
	if p.RefundOf != 0 {
		return store.OriginRefund
	}
	return store.OriginPush
}

// allowed plans an order and holds it against everything but the balance.
// approval is the one that the order waits for, which must not count against
// it; zero for a new order.
func (s *Payouts) allowed(ctx context.Context, r store.Reader, order PayoutOrder, approval store.Approval) (plan, error) {
	p, err := s.plan(ctx, r, order, approval)
	if err != nil {
		return p, err
	}
	rules, err := r.PayoutRules(ctx)
	if err != nil {
		return p, err
	}
	above := rules.ApprovalInForce(s.now())
	p.needsApproval = above > 0 && p.Amount > above
	if err := s.checkRules(ctx, r, rules, p); err != nil {
		return p, err
	}
	return p, p.checkRefund()
}

// plan completes an order from the book. What a form should have refused comes
// back as one of the errors of ParseAmount and ParsePhone.
func (s *Payouts) plan(ctx context.Context, r store.Reader, order PayoutOrder, approval store.Approval) (p plan, err error) {
	p = plan{PayoutOrder: order, approval: approval}
	if order.RefundOf != 0 {
		if err := s.planRefund(ctx, r, &p); err != nil {
			return p, err
		}
	}
	if p.Kind != store.KindWithdraw && p.Kind != store.KindAirtime {
		return p, fmt.Errorf("no such payout: %q", p.Kind)
	}
	switch francs, isWhole := p.Amount.Whole(); {
	case !isWhole:
		return p, ErrAmountDecimals
	case francs <= 0:
		return p, ErrAmountZero
	case p.Amount > MaxAmount:
		return p, ErrAmountTooLarge
	}
	if phone, err := ParsePhone(string(p.Phone)); err != nil {
		return p, err
	} else if phone != p.Phone {
		return p, ErrPhone
	}
	p.operator = p.Phone.Operator()
	p.recipient, err = r.RecipientByPhone(ctx, p.Phone)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return p, err
	}
	p.recipientName = p.recipient.Name
	if p.recipientName == "" {
		p.recipientName = s.holders.known(p.Phone)
	}
	return p, nil
}
