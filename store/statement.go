package store

// Sums for a statement of the balance: what the history's rows moved, wallet by
// wallet, and what was under way at a moment.

import (
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// Wallet is one of the balances that CamPay keeps apart.
type Wallet string

// The wallets; WalletOther is of rows that name no operator of ours.
const (
	WalletMTN     Wallet = Wallet(money.MTN)
	WalletOrange  Wallet = Wallet(money.Orange)
	WalletAirtime Wallet = "airtime"
	WalletOther   Wallet = ""
)

// Tells reports whether a snapshot tells of a wallet.
func (p Wallet) Tells(b BalanceSnapshot) bool {
	switch p {
	case WalletMTN:
		return !b.MTNUnknown
	case WalletOrange:
		return !b.OrangeUnknown
	case WalletAirtime:
		return !b.UtilityUnknown
	default:
		return false
	}
}

// Of is what a snapshot holds in a wallet; CamPay tells nothing of WalletOther.
func (p Wallet) Of(b BalanceSnapshot) money.XAF {
	switch p {
	case WalletMTN:
		return b.MTN
	case WalletOrange:
		return b.Orange
	case WalletAirtime:
		return b.Utility
	default:
		return 0
	}
}

// Movements are what came into a wallet and left it; hundredths. Untold counts
// the rows that do not tell what they moved: none of it is in the sums.
type Movements struct {
	Credits, Debits money.XAF
	Untold          int
}

// walletOf is the wallet of a row of the table of this name.
const walletOf = "CASE WHEN kind = 'airtime' THEN 'airtime' ELSE operator END"

// Movements adds up the successful rows of the history in a time, by wallet.
func (r Reader) Movements(ctx context.Context, from, until time.Time) (map[Wallet]Movements, error) {
	moved := map[Wallet]Movements{}
	err := r.rows.query(ctx, func(r row) error {
		var p Wallet
		var m Movements
		err := r.Scan(&p, &m.Credits, &m.Debits, &m.Untold)
		moved[p] = m
		return err
	}, `SELECT `+walletOf+`, COALESCE(SUM(credit), 0), COALESCE(SUM(debit), 0),
			COUNT(CASE WHEN untold LIKE '%debit%' AND kind <> 'collect' OR untold LIKE '%credit%' AND kind = 'collect' THEN 1 END)
		FROM history_rows
		WHERE book = $1 AND at >= $2 AND at < $3 AND status = 'SUCCESSFUL'
		GROUP BY `+walletOf, r.book, millis(from), millis(until))
	if err != nil {
		return nil, fmt.Errorf("movements: %w", err)
	}
	return moved, nil
}

// underWayFor is how long before a moment something may have begun that was
// under way then.
const underWayFor = 24 * time.Hour

// UnderWay returns, by wallet, what may not yet have been in the balance of a
// moment although the history dates it before: collections that the book learnt
// the end of afterwards, and payouts whose money was taken then and that did
// not succeed (without their fee, which nobody knows).
func (r Reader) UnderWay(ctx context.Context, at time.Time) (map[Wallet]money.XAF, error) {
	underWay := map[Wallet]money.XAF{}
	err := r.rows.query(ctx, func(r row) error {
		var p Wallet
		var sum money.XAF
		err := r.Scan(&p, &sum)
		underWay[p] += sum
		return err
	}, `SELECT h.operator, SUM(h.credit) FROM history_rows AS h
			JOIN transactions ON transactions.book = h.book AND transactions.id = h.transaction_id
		WHERE h.book = $1 AND h.at >= $2 AND h.at < $3 AND h.status = 'SUCCESSFUL' AND h.credit > 0 AND transactions.settled_at >= $3
		GROUP BY h.operator
		UNION ALL
		SELECT `+walletOf+`, SUM(asked) FROM transactions
		WHERE book = $1 AND created_at >= $2 AND created_at < $3 AND `+isPayout+`
			AND ((settled_at = 0 AND status IN ('pending', 'in_doubt')) OR (status = 'failed' AND reference <> '' AND settled_at >= $3))
		GROUP BY `+walletOf, r.book, millis(at.Add(-underWayFor)), millis(at))
	if err != nil {
		return nil, fmt.Errorf("under way: %w", err)
	}
	return underWay, nil
}
