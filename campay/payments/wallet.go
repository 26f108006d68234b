package payments

// What may be spent: CamPay's balance of a wallet, less all that may have left
// it meanwhile (invariant 6).

import (
	"context"

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

// balanceToSpend asks CamPay anew, whatever is remembered.
func (s *Payouts) balanceToSpend(ctx context.Context) (Balance, error) {
	balance, err := s.askBalance(onItsOwn(ctx))
	if err == nil {
		err = balance.unusable()
	}
	return balance, err
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

// wallet is what one carrier holds for withdrawals, or the airtime float.
type wallet struct {
	available money.XAF // less what is in flight
	untold    bool      // CamPay does not tell what it holds: available is 0
	inFlight  money.XAF // unsent, pending, in doubt, or settled since the balance was asked for; without fees, which nobody knows
}

// walletOf reads what a balance leaves of a wallet. CamPay may take a payout off
// the balance when it accepts it or when it is done: what is under way counts as
// gone in both cases, at worst twice, never not at all. In a Write no other
// payout can come between this and writing one down.
func (s *Payouts) walletOf(ctx context.Context, r store.Reader, balance Balance, kind store.Kind, operator money.Operator) (wallet, error) {
	held, from := store.WalletAirtime, money.OtherOperator // airtime has one wallet for all carriers
	if kind == store.KindWithdraw {
		held, from = store.Wallet(operator), operator
	}
	reserved, err := r.Reserved(ctx, kind, from, balance.asked)
	if err != nil {
		return wallet{}, err
	}
	inFlight := reserved
	return wallet{
		available: max(held.Of(balance.BalanceSnapshot)-inFlight, 0),
		untold:    !held.Tells(balance.BalanceSnapshot), inFlight: inFlight,
	}, nil
}

// covers reports a *BalanceError unless the wallet that p draws on covers its
// amount. The fee, which is never more than an estimate, and a wallet that CamPay
// does not tell, are CamPay's to check (ER301).
func (s *Payouts) covers(ctx context.Context, r store.Reader, balance Balance, p plan) error {
	if s.now().Before(balance.asked) {
		return ErrBalanceUnknown // the clock was set back: what was settled since cannot be told
	}
	from, err := s.walletOf(ctx, r, balance, p.Kind, p.operator)
	if err != nil || from.untold || p.Amount <= from.available {
		return err
	}
	short := &BalanceError{
		Kind: p.Kind, Operator: p.operator, Asked: p.Amount, Available: from.available, InFlight: from.inFlight,
	}
	if p.Kind == store.KindWithdraw {
		short.Other = money.Orange
		if p.operator == money.Orange {
			short.Other = money.MTN
		}
		other, err := s.walletOf(ctx, r, balance, p.Kind, short.Other)
		if err != nil {
			return err
		}
		short.OtherAvailable, short.OtherUntold = other.available, other.untold
	}
	return short
}
