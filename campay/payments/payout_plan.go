package payments

// A payout is planned before it is ordered: whom it goes to, from what, at which
// cost, what it gives back, what looks like a mistake, and what stands against it.
// A review shows the plan; an order is the plan read once more inside its write.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// Plan is an order with all that is known of it before it is given. Its embedded order
// is as it would be carried out: a refund's phone and kind are its collection's.
type Plan struct {
	PayoutOrder
	Begun Payout // what the order's operation began before, if anything: no more comes of it

	Operator      money.Operator
	HolderName    string          // whose number it is, as CamPay says; empty when unknown
	Recipient     store.Recipient // zero when the number is not saved
	Balance       Balance
	Wallet        Wallet // what it draws on, as far as Balance is known
	Fee           Fee    // an estimate; Wallet does not reckon with it
	Usual         money.XAF
	FarAbove      bool // far above the shop's usual: a zero too many?
	Same          Same
	NeedsApproval bool
	Refundable    money.XAF // what may still be given back of the order's collection

	collection store.Transaction  // of a refund
	refunded   money.XAF          // what was given back of it, or may yet be
	rules      store.PayoutRules  // the owner's
	today      store.PayoutTotals // what went out, may have, or waits, for the rules of a day
	other      Wallet             // the other operator's, where this one does not cover a withdrawal
	approval   store.Approval     // whose order this is; zero for an order of its own
	isDemo     bool               // CamPay's demo, with a rule of its own
	spends     bool               // CamPay was asked for Balance: it stands against what it does not cover, and else nothing is carried out
}

// PlanPayout plans an order by what CamPay says now of the balance and of whose
// number it is. Beside the plan comes what stands against it: a *RuleError,
// *RefundError, *BalanceError, *SameError, ErrBalanceUnknown or ErrBalanceForeign.
// ErrOperationUsed, and what a form should have refused, come with no plan.
func (s *Payouts) PlanPayout(ctx context.Context, order PayoutOrder) (Plan, error) {
	return s.planWith(ctx, Plan{PayoutOrder: order, spends: true}, s.askBalance, s.holderOf)
}

// ReviewPayout is PlanPayout by a balance that may be some seconds old, for a page.
func (s *Payouts) ReviewPayout(ctx context.Context, order PayoutOrder) (Plan, error) {
	return s.planWith(ctx, Plan{PayoutOrder: order, spends: true}, s.RefreshBalance, s.holderOf)
}

// RecallPayout is PlanPayout by what is known already: CamPay is asked nothing, and
// what there is to spend stands in no order's way.
func (s *Payouts) RecallPayout(ctx context.Context, order PayoutOrder) (Plan, error) {
	return s.planWith(ctx, Plan{PayoutOrder: order}, s.LastBalance, s.knownHolder)
}

// ReviewApproval plans an order that waits for a second owner, and says what stands
// against by's approval of it.
func (s *Payouts) ReviewApproval(ctx context.Context, a store.Approval, by int64) (Plan, error) {
	plan, refused := s.planWith(ctx, Plan{PayoutOrder: approvedOrder(a), approval: a, spends: true}, s.RefreshBalance, s.holderOf)
	if err := s.mayApprove(ctx, s.store.Reader, a, by); err != nil {
		refused = err
	}
	return plan, refused
}

// planWith plans an order by a balance and a holder's name that are got so.
func (s *Payouts) planWith(ctx context.Context, p Plan, balance func(context.Context) (Balance, error), holder func(context.Context, money.Phone) string) (Plan, error) {
	if found, err := s.begins(ctx, &p); found || err != nil {
		return p, err // CamPay need not be asked
	}
	if err := s.read(ctx, s.store.Reader, &p); err != nil {
		return p, err
	}
	if p.forbidden(s.now()) != nil { // whatever CamPay says
		balance, holder, p.spends = s.LastBalance, s.knownHolder, false
	}
	p.HolderName = holder(ctx, p.Phone)
	var err error
	if p.Balance, err = balance(ctx); err != nil {
		return p, err
	}
	if err := s.weigh(ctx, s.store.Reader, &p); err != nil {
		return p, err
	}
	if err := s.estimate(ctx, &p); err != nil {
		return p, err
	}
	// Looked at last: of an operation that is not in the book now, nothing of what
	// was read is its own.
	if found, err := s.begins(ctx, &p); found || err != nil {
		return p, err
	}
	return p, p.against(s.now())
}

// begins reports whether the order's operation began something before, and fills it in.
func (s *Payouts) begins(ctx context.Context, p *Plan) (bool, error) {
	if p.approval.ID != 0 {
		return false, nil // it is what was begun
	}
	before, err := begun(ctx, s.store.Reader, p.PayoutOrder)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	p.Begun = before
	return err == nil, err
}

// read fills in what the book says of an order: outside a write for who looks at it,
// and inside for good. What a form should have refused comes back as one of the errors
// of ParseAmount and ParsePhone.
func (s *Payouts) read(ctx context.Context, r store.Reader, p *Plan) (err error) {
	if p.RefundOf != 0 {
		if err := s.readRefund(ctx, r, p); err != nil {
			return err
		}
	}
	if err := p.readable(); err != nil {
		return err
	}
	p.Operator = p.Phone.Operator()
	p.Recipient, err = r.RecipientByPhone(ctx, p.Phone)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := s.readRules(ctx, r, p); err != nil {
		return err
	}
	if p.Same, err = s.sameAgain(ctx, r, p.PayoutOrder, p.approval); err != nil {
		return err
	}
	return s.weigh(ctx, r, p)
}

// readable says what a form should have refused.
func (order PayoutOrder) readable() error {
	if order.Kind != store.KindWithdraw && order.Kind != store.KindAirtime {
		return fmt.Errorf("no such payout: %q", order.Kind)
	}
	switch francs, isWhole := order.Amount.Whole(); {
	case !isWhole:
		return ErrAmountDecimals
	case francs <= 0:
		return ErrAmountZero
	case order.Amount > MaxAmount:
		return ErrAmountTooLarge
	}
	if phone, err := ParsePhone(string(order.Phone)); err != nil {
		return err
	} else if phone != order.Phone {
		return ErrPhone
	}
	return nil
}

// against is what stands against the order by all that was read.
func (p *Plan) against(now time.Time) error {
	if err := p.forbidden(now); err != nil {
		return err
	}
	if err := p.uncovered(now); err != nil {
		return err
	}
	return p.unseen()
}

// forbidden is what stands against the order whatever the balance is.
func (p *Plan) forbidden(now time.Time) error {
	if err := p.breaks(now); err != nil {
		return err
	}
	return p.refundsTooMuch()
}

func (p *Plan) origin() store.Origin {
	if p.RefundOf != 0 {
		return store.OriginRefund
	}
	return store.OriginPush
}

// recipientName is under which name the order's phone is known best.
func (p *Plan) recipientName() string {
	return cmp.Or(p.Recipient.Name, p.HolderName, p.approval.RecipientName)
}
