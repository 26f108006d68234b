package payments

// What may be spent: CamPay's balance of a wallet, less all that may have left
// it meanwhile (invariant 6).

import (
	"context"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/refusal"
	"comptoir/store"
)

// ErrBalanceUnknown says that CamPay could not be asked what there is to spend:
// nothing was sent.
var ErrBalanceUnknown = refusal.New("", "balance_unknown")

// ErrBalanceForeign is of an account that CamPay keeps in another currency than XAF: an
// amount sent from it would be no francs.
var ErrBalanceForeign = refusal.New("", "balance_foreign")

// BalanceError says that a wallet does not cover an order.
type BalanceError struct {
	Kind                       store.Kind
	Operator                   money.Operator
	Asked, Available, InFlight money.XAF
	Other                      money.Operator // the other carrier; empty for airtime
	OtherAvailable             money.XAF
	OtherUntold                bool // CamPay does not tell what the other holds
}

func (e *BalanceError) Error() string {
	return "the balance does not cover it: " + e.Available.String() + " of " + e.Asked.String()
}

// Refusal says what the wallet holds, and where there is more.
func (e *BalanceError) Refusal() *refusal.Refusal {
	figures := []any{"Asked", e.Asked, "Available", e.Available, "InFlight", ifAny(e.InFlight)}
	if e.Other == "" {
		return refusal.New("amount", "float", figures...)
	}
	other := any(e.OtherAvailable)
	if e.OtherUntold {
		other = ""
	}
	return refusal.New("amount", "balance", append(figures, "Carrier", e.Operator, "Other", e.Other, "OtherAvailable", other)...)
}

// ifAny is an amount that words leave out when it is nothing.
func ifAny(amount money.XAF) any {
	if amount == 0 {
		return ""
	}
	return amount
}

// unusable is why nothing may be spent by b.
func (b Balance) unusable() error {
	switch {
	case b.Foreign != "":
		return ErrBalanceForeign
	case b.Unreachable || !b.Known:
		return ErrBalanceUnknown
	default:
		return nil
	}
}

// Wallet is what one operator holds for withdrawals, or the airtime float.
type Wallet struct {
	Available money.XAF // less what is in flight
	Untold    bool      // CamPay does not tell what it holds: Available is 0
	InFlight  money.XAF // unsent, pending, in doubt, or settled since the balance was asked for; without fees, which nobody knows
}

// walletOf reads what a balance leaves of a wallet. CamPay may take a payout off
// the balance when it accepts it or when it is done: what is under way counts as
// gone in both cases, at worst twice, never not at all. In a Write no other
// payout can come between this and writing one down.
func (s *Payouts) walletOf(ctx context.Context, r store.Reader, balance Balance, kind store.Kind, operator money.Operator) (Wallet, error) {
	held, from := store.WalletAirtime, money.OtherOperator // airtime has one wallet for all carriers
	if kind == store.KindWithdraw {
		held, from = store.Wallet(operator), operator
	}
	inFlight, err := r.Reserved(ctx, kind, from, balance.asked)
	if err != nil {
		return Wallet{}, err
	}
	return Wallet{
		Available: max(held.Of(balance.BalanceSnapshot)-inFlight, 0),
		Untold:    !held.Tells(balance.BalanceSnapshot), InFlight: inFlight,
	}, nil
}

// weigh fills in the wallet that p draws on and, where that does not cover a
// withdrawal, the other operator's, as far as p's balance is known.
func (s *Payouts) weigh(ctx context.Context, r store.Reader, p *Plan) (err error) {
	if !p.Balance.Known {
		return nil
	}
	if p.Wallet, err = s.walletOf(ctx, r, p.Balance, p.Kind, p.Operator); err != nil {
		return err
	}
	if p.Kind == store.KindWithdraw && p.Amount > p.Wallet.Available {
		p.other, err = s.walletOf(ctx, r, p.Balance, p.Kind, p.otherOperator())
	}
	return err
}

// otherOperator is the one whose wallet a withdrawal could draw on with another number.
func (p *Plan) otherOperator() money.Operator {
	if p.Operator == money.Orange {
		return money.MTN
	}
	return money.Orange
}

// uncovered reports a *BalanceError unless the wallet that p draws on covers its
// amount. The fee, which is never more than an estimate, and a wallet that CamPay
// does not tell, are CamPay's to check (ER301).
func (p *Plan) uncovered(now time.Time) error {
	if !p.spends {
		return nil
	}
	if err := p.Balance.unusable(); err != nil {
		return err
	}
	if now.Before(p.Balance.asked) {
		return ErrBalanceUnknown // the clock was set back: what was settled since cannot be told
	}
	if p.Wallet.Untold || p.Amount <= p.Wallet.Available {
		return nil
	}
	short := &BalanceError{
		Kind: p.Kind, Operator: p.Operator, Asked: p.Amount, Available: p.Wallet.Available, InFlight: p.Wallet.InFlight,
	}
	if p.Kind == store.KindWithdraw {
		short.Other, short.OtherAvailable, short.OtherUntold = p.otherOperator(), p.other.Available, p.other.Untold
	}
	return short
}
