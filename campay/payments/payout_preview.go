package payments

// What a person sees before money goes out: to whom, from what, at which cost,
// and what looks like a mistake.

import (
	"context"
	"errors"
	"slices"

	"comptoir/campay/money"
	"comptoir/store"
)

// PayoutPreview is all that is known of an order before it is given.
type PayoutPreview struct {
	Order         PayoutOrder // as it would be carried out: a refund's phone and kind are the collection's
	Operator      money.Operator
	HolderName    string          // whose number it is, as CamPay says; empty when unknown
	Recipient     store.Recipient // zero when the number is not saved
	Balance       Balance
	Available     money.XAF // of the wallet it draws on, less what is in flight and in doubt
	WalletUntold   bool      // CamPay does not tell what it holds: Available is 0
	InFlight      money.XAF
	Fee           Fee // an estimate; Available does not reckon with it
	Usual         money.XAF
	FarAbove      bool // far above the shop's usual: a zero too many?
	Same          Same
	NeedsApproval bool
	Refundable    money.XAF // what may still be given back of the order's collection
}

const (
	farAbove   = 5 // times the usual amount is far above it
	usualLeast = 3 // payouts at least tell what is usual
)

// PreviewPayout says what an order would do. A *RuleError, *RefundError,
// *BalanceError or ErrBalanceUnknown beside it says why it would be refused.
func (s *Payouts) PreviewPayout(ctx context.Context, order PayoutOrder) (PayoutPreview, error) {
	return s.preview(ctx, order, store.Approval{}, true)
}

// PreviewKnown is PreviewPayout by what is known already: CamPay is asked nothing, and
// what there is to spend stands in no order's way.
func (s *Payouts) PreviewKnown(ctx context.Context, order PayoutOrder) (PayoutPreview, error) {
	return s.preview(ctx, order, store.Approval{}, false)
}

// PreviewApproval says the same of an order that waits for a second owner, and
// what stands against by's approval of it.
func (s *Payouts) PreviewApproval(ctx context.Context, a store.Approval, by int64) (PayoutPreview, error) {
	preview, refused := s.preview(ctx, approvedOrder(a), a, true)
	if err := s.mayApprove(ctx, s.store.Reader, a, by); err != nil {
		refused = err
	}
	return preview, refused
}

func (s *Payouts) preview(ctx context.Context, order PayoutOrder, a store.Approval, asks bool) (PayoutPreview, error) {
	plan, refused := s.allowed(ctx, s.store.Reader, order, a)
	preview := PayoutPreview{
		Order: plan.PayoutOrder, Operator: plan.operator, Recipient: plan.recipient,
		NeedsApproval: plan.needsApproval, Refundable: plan.refundable,
	}
	if refused != nil && !isLimit(refused) {
		return preview, refused
	}
	if err := s.foresee(ctx, &preview, a); err != nil {
		return preview, err
	}
	if !asks {
		preview.HolderName = s.holders.known(plan.Phone)
		if err := s.fillBalance(ctx, &preview, plan, s.LastBalance); err != nil {
			return preview, err
		}
		return preview, refused
	}
	preview.HolderName = s.holderOf(ctx, plan.Phone)
	short, err := s.foreseeBalance(ctx, &preview, plan)
	if err != nil {
		return preview, err
	}
	if refused == nil {
		refused = short
	}
	return preview, refused
}

// isLimit reports whether an order can be read, and something stands against it.
func isLimit(err error) bool {
	var rule *RuleError
	var refund *RefundError
	return errors.As(err, &rule) || errors.As(err, &refund)
}

// foreseeBalance fills in what there is to spend. short says that it is too
// little, or that CamPay does not say.
func (s *Payouts) foreseeBalance(ctx context.Context, preview *PayoutPreview, plan plan) (short, err error) {
	if err := s.fillBalance(ctx, preview, plan, s.RefreshBalance); err != nil {
		return nil, err
	}
	if unusable := preview.Balance.unusable(); unusable != nil {
		return unusable, nil
	}
	err = s.covers(ctx, s.store.Reader, preview.Balance, plan)
	if tooLittle := (*BalanceError)(nil); errors.As(err, &tooLittle) {
		return tooLittle, nil
	}
	return nil, err
}

// fillBalance fills in what there is to spend, as far as it is known.
func (s *Payouts) fillBalance(ctx context.Context, preview *PayoutPreview, plan plan, read func(context.Context) (Balance, error)) (err error) {
	if preview.Balance, err = read(ctx); err != nil || !preview.Balance.Known {
		return err
	}
	from, err := s.walletOf(ctx, s.store.Reader, preview.Balance, plan.Kind, plan.operator)
	preview.Available, preview.WalletUntold, preview.InFlight = from.available, from.untold, from.inFlight
	return err
}

// foresee fills in what earlier payouts say about this one.
func (s *Payouts) foresee(ctx context.Context, preview *PayoutPreview, a store.Approval) error {
	order := preview.Order
	usual, err := s.store.UsualPayouts(ctx, order.Kind)
	if err != nil {
		return err
	}
	if len(usual) >= usualLeast {
		preview.Usual = median(usual)
		preview.FarAbove = order.Amount > farAbove*preview.Usual
	}
	if preview.Same, err = s.sameAgain(ctx, s.store.Reader, order, a); err != nil {
		return err
	}
	preview.Fee, err = s.feeOfAmount(ctx, order.Kind, preview.Operator, order.Amount)
	return err
}

// median is the middle of the amounts, the lower of two.
func median(amounts []money.XAF) money.XAF {
	sorted := slices.Sorted(slices.Values(amounts))
	return sorted[(len(sorted)-1)/2]
}
