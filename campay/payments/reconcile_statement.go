package payments

// The statement of a period: per wallet, the balance at its beginning, what
// CamPay's history moved, and whether that leads to the balance at its end.

import (
	"context"
	"errors"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// SnapshotNear is how far from a period's bounds a known balance may be: as
// far as the fetched history surely reaches.
const SnapshotNear = 12 * time.Hour

// Statement is what a period did to each wallet. Opening and Closing are the
// known balances nearest to its bounds; a zero time says that there is none
// near enough. Without both, or while the history between them is not all
// fetched, no difference can be told: Compared is false.
type Statement struct {
	Opening, Closing store.BalanceSnapshot
	Compared         bool
	Wallets          []WalletStatement
	Other            store.Movements // of rows that name no operator of ours
	Untold           int             // rows that do not tell what they moved
}

// WalletStatement is the statement of one wallet; hundredths. Opening and Closing
// are CamPay's balances carried to the period's bounds by what moved between.
type WalletStatement struct {
	Wallet          store.Wallet
	Opening         money.XAF
	Credits, Debits money.XAF
	Closing         money.XAF
	Untold          int       // rows that moved it in the period, and are in none of these sums
	Difference      money.XAF // Closing beyond Opening + Credits − Debits
	UnderWay        money.XAF // how much of it payments explain that were under way at those moments
	Compared        bool      // CamPay told this wallet at both ends, so that there is a Difference
}

// Expected is the balance to which the period should have led.
func (p WalletStatement) Expected() money.XAF { return p.Opening + p.Credits - p.Debits }

// Statement adds a period up from what is kept; it asks CamPay nothing.
func (s *Reconciliation) Statement(ctx context.Context, p Period) (Statement, error) {
	var st Statement
	fetched, err := s.store.HistoryDays(ctx, dayName(p.From.Add(-2*SnapshotNear)), dayName(p.End().Add(2*SnapshotNear)))
	if err != nil {
		return st, err
	}
	end := p.End()
	if err := s.bound(ctx, &st, p, fetched[dayName(p.To)]); err != nil {
		return st, err
	}
	hasBounds := !st.Opening.At.IsZero() && !st.Closing.At.IsZero()
	if hasBounds && st.Closing.At.Before(end) {
		end = st.Closing.At // the period goes on: the statement ends with the last known balance
	}
	st.Compared = hasBounds && isFetched(fetched, st.Opening.At, st.Closing.At)
	return st, s.addUp(ctx, &st, p.From, end)
}

// bound finds the known balances nearest to a period's bounds. A period that
// has not ended when its last day was fetched ends with the last balance known
// then.
func (s *Reconciliation) bound(ctx context.Context, st *Statement, p Period, lastFetch time.Time) error {
	opening, err := s.store.BalanceBefore(ctx, p.From)
	if err == nil && p.From.Sub(opening.At) <= SnapshotNear {
		st.Opening = opening
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	var closing store.BalanceSnapshot
	if lastFetch.Before(p.End()) {
		closing, err = s.store.BalanceBefore(ctx, lastFetch)
	} else {
		closing, err = s.store.BalanceAfter(ctx, p.End())
	}
	if err == nil && !closing.At.Before(p.From) && closing.At.Sub(p.End()) <= SnapshotNear {
		st.Closing = closing
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// isFetched reports whether every row between two moments is kept.
func isFetched(fetched map[string]time.Time, from, to time.Time) bool {
	for _, name := range daysBetween(from, to) {
		at, ok := fetched[name]
		if !ok || (!closed(name, at) && at.Before(to)) {
			return false
		}
	}
	return true
}

func (s *Reconciliation) addUp(ctx context.Context, st *Statement, from, end time.Time) error {
	within, err := s.store.Movements(ctx, from, end)
	if err != nil {
		return err
	}
	var before, after map[store.Wallet]store.Movements
	var underWayThen, underWayNow map[store.Wallet]money.XAF
	if st.Compared {
		if before, err = s.store.Movements(ctx, st.Opening.At, from); err != nil {
			return err
		}
		if after, err = s.store.Movements(ctx, end, st.Closing.At); err != nil {
			return err
		}
		if underWayThen, err = s.store.UnderWay(ctx, st.Opening.At); err != nil {
			return err
		}
		if underWayNow, err = s.store.UnderWay(ctx, st.Closing.At); err != nil {
			return err
		}
	}
	st.Other = within[store.WalletOther]
	for _, moved := range []map[store.Wallet]store.Movements{within, before, after} {
		for _, m := range moved {
			st.Untold += m.Untold
		}
	}
	st.Compared = st.Compared && st.Untold == 0 // a difference would be a guess
	for _, wallet := range []store.Wallet{store.WalletMTN, store.WalletOrange, store.WalletAirtime} {
		line := WalletStatement{
			Wallet: wallet, Credits: within[wallet].Credits, Debits: within[wallet].Debits, Untold: within[wallet].Untold,
			Opening:  wallet.Of(st.Opening) + before[wallet].Credits - before[wallet].Debits,
			Closing:  wallet.Of(st.Closing) - after[wallet].Credits + after[wallet].Debits,
			UnderWay: underWayThen[wallet] - underWayNow[wallet],
			Compared: st.Compared && wallet.Tells(st.Opening) && wallet.Tells(st.Closing),
		}
		line.Difference = line.Closing - line.Expected()
		st.Wallets = append(st.Wallets, line)
	}
	return nil
}

// logged are the differences as a line of the log names them.
func (st Statement) logged() []any {
	var all []any
	for _, p := range st.Wallets {
		difference := "unknown"
		if p.Compared {
			difference = p.Difference.String()
		}
		all = append(all, "difference_"+map[store.Wallet]string{
			store.WalletMTN: "mtn", store.WalletOrange: "orange", store.WalletAirtime: "airtime",
		}[p.Wallet], difference)
	}
	return all
}
