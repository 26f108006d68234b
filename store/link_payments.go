package store

// What is under way on a payment link, and what strangers asked of it lately.

import (
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// OpenOfLink returns what is not settled of a link, newest first, the newest
// hundred.
func (r Reader) OpenOfLink(ctx context.Context, linkID int64) ([]Transaction, error) {
	open, err := many(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND link_id = $2 AND status IN ('unsent', 'waiting', 'pending', 'in_doubt')
		ORDER BY id DESC LIMIT 100`, r.book, linkID)
	if err != nil {
		return nil, fmt.Errorf("open payments of link %d: %w", linkID, err)
	}
	return open, nil
}

// LinkInFlight is what may still come in by a link: money that a payer was
// asked for and has not refused.
type LinkInFlight struct {
	Count  int64
	Amount money.XAF // hundredths
}

// LinkInFlight sums what a link's payers were asked for and nobody has settled.
// A page of CamPay's that nobody has begun to pay is none of it.
func (r Reader) LinkInFlight(ctx context.Context, linkID int64) (LinkInFlight, error) {
	sum, err := one(ctx, r.rows, func(r row) (f LinkInFlight, err error) {
		err = r.Scan(&f.Count, maybe(&f.Amount))
		return f, err
	}, `
		SELECT COUNT(*), SUM(asked) FROM transactions
		WHERE book = $1 AND link_id = $2 AND status IN ('unsent', 'waiting', 'pending', 'in_doubt')
			AND (status IN ('pending', 'in_doubt') OR origin = 'push')`, r.book, linkID)
	if err != nil {
		return LinkInFlight{}, fmt.Errorf("in flight of link %d: %w", linkID, err)
	}
	return sum, nil
}

// Unpaid counts what customers themselves asked for since a time and did not
// pay: by one phone, and by one link among its newest 200 attempts. A regular
// customer's payments are not among them.
type Unpaid struct {
	ByPhone int
	ByLink  int
}

// UnpaidSince counts them.
func (r Reader) UnpaidSince(ctx context.Context, phone money.Phone, linkID int64, since time.Time) (Unpaid, error) {
	counts, err := one(ctx, r.rows, func(r row) (u Unpaid, err error) {
		err = r.Scan(&u.ByPhone, &u.ByLink)
		return u, err
	}, `
		SELECT
			(SELECT COUNT(*) FROM transactions
				WHERE book = $1 AND phone = $2 AND phone <> '' AND created_at >= $3
					AND kind = 'collect' AND origin = 'push' AND link_id IS NOT NULL AND created_by IS NULL AND status <> 'successful'),
			(SELECT COUNT(*) FROM (
				SELECT created_at, created_by, status FROM transactions
				WHERE book = $1 AND link_id = $4 ORDER BY id DESC LIMIT 200) AS newest
				WHERE created_at >= $3 AND created_by IS NULL AND status <> 'successful')`,
		r.book, phone, millis(since), linkID)
	if err != nil {
		return Unpaid{}, fmt.Errorf("unpaid requests: %w", err)
	}
	return counts, nil
}
