package web

// What money out may be drawn from, as it is known without asking CamPay.

import (
	"context"

	"comptoir/views"
)

// Frozen reports whether an owner stopped all money that would go out.
func (s *Desk) Frozen(ctx context.Context) (bool, error) {
	rules, err := s.Store.PayoutRules(ctx)
	return rules.Frozen, err
}

// KnownBalance is the last balance in the book; the page asks for a new one by
// itself.
func (s *Desk) KnownBalance(ctx context.Context) (views.BalanceProps, error) {
	b, err := s.Payments.LastBalance(ctx)
	return views.BalanceProps{Snapshot: b.BalanceSnapshot, Checked: b.Checked, Loads: true, Now: s.Now()}, err
}
