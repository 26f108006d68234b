package store

// Figures over transactions: what came in, and what is still open.

import (
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// Takings is what came in during a period; amounts are hundredths of a franc,
// as CamPay proved them.
type Takings struct {
	Count  int
	Amount money.XAF
	MTN    money.XAF // of Amount
	Orange money.XAF // of Amount; what is left came by card or is of an unknown operator
	Untold int       // further payments of which CamPay does not tell the amount, or says a word that nobody knows: none of Count and Amount
}

// Takings adds up the successful collections that were settled at or after
// from and before to. Those proved in another currency than XAF are left out:
// their amounts are no francs.
func (r Reader) Takings(ctx context.Context, from, to time.Time) (Takings, error) {
	taken, err := one(ctx, r.rows, scanTakings, `
		SELECT COUNT(CASE WHEN told THEN 1 END), COALESCE(SUM(CASE WHEN told THEN amount END), 0),
			COALESCE(SUM(CASE WHEN told AND operator = 'MTN' THEN amount END), 0),
			COALESCE(SUM(CASE WHEN told AND operator = 'ORANGE' THEN amount END), 0),
			COUNT(CASE WHEN NOT told THEN 1 END)
		FROM (SELECT amount, operator, amount_unknown = 0 AND word = '' AS told FROM transactions
		WHERE book = $1 AND kind = 'collect' AND status = 'successful'
			AND settled_at >= $2 AND settled_at < $3 AND (currency = 'XAF' OR amount_unknown = 1)
			AND flags NOT LIKE '%unproved_kind%' AND flags NOT LIKE '%mismatch%') AS taken`, r.book, millis(from), millis(to))
	if err != nil {
		return Takings{}, fmt.Errorf("takings: %w", err)
	}
	return taken, nil
}

func scanTakings(r row) (t Takings, err error) {
	err = r.Scan(&t.Count, &t.Amount, &t.MTN, &t.Orange, &t.Untold)
	return t, err
}

// LinkNewsSince reports whether any payment link had news since a time.
func (r Reader) LinkNewsSince(ctx context.Context, since time.Time) (bool, error) {
	n, err := one(ctx, r.rows, scanCount, `
		SELECT COUNT(*) FROM (SELECT 1 FROM transactions
			WHERE book = $1 AND link_id IS NOT NULL AND news_at >= $2 LIMIT 1) AS newest`, r.book, millis(since))
	if err != nil {
		return false, fmt.Errorf("link news: %w", err)
	}
	return n > 0, nil
}

// FailedSince reports whether any of the newest failures is a collection that
// CamPay took, and called failed at or after a time.
func (r Reader) FailedSince(ctx context.Context, since time.Time) (bool, error) {
	n, err := one(ctx, r.rows, scanCount, `
		SELECT COUNT(*) FROM (SELECT kind, reference, settled_at FROM transactions
			WHERE book = $1 AND status = 'failed' ORDER BY id DESC LIMIT 200) AS newest
		WHERE kind = 'collect' AND reference <> '' AND settled_at >= $2`, r.book, millis(since))
	if err != nil {
		return false, fmt.Errorf("recent failures: %w", err)
	}
	return n > 0, nil
}

// CountUnsettled returns how many transactions of the book CamPay may still
// settle, links that nobody has paid on left out.
func (r Reader) CountUnsettled(ctx context.Context) (int, error) {
	n, err := one(ctx, r.rows, scanCount,
		"SELECT COUNT(*) FROM transactions WHERE book = $1 AND status IN ('unsent', 'pending', 'in_doubt')", r.book)
	if err != nil {
		return 0, fmt.Errorf("count what is unsettled: %w", err)
	}
	return n, nil
}

// CountOpen returns how many of the transactions made since a time are
// pending, are in doubt, and carry a flag: of one kind, or of all where it is
// empty. The sums keep a planner from the indexes of created_at and kind: few rows
// are open, many are recent.
func (r Reader) CountOpen(ctx context.Context, since time.Time, kind Kind) (pending, inDoubt, flagged int, err error) {
	var f filter
	f.add("book = ?", r.book)
	f.add("created_at + 0 >= ?", millis(since))
	if kind != "" {
		f.add("kind || '' = ?", kind)
	}
	counts, err := one(ctx, r.rows, scanOpen, `
		SELECT (SELECT COUNT(*) FROM transactions WHERE status = 'pending' AND `+f.where()+`),
			(SELECT COUNT(*) FROM transactions WHERE status = 'in_doubt' AND `+f.where()+`),
			(SELECT COUNT(*) FROM transactions WHERE flags <> '' AND `+f.where()+`)`, f.args...)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count open transactions: %w", err)
	}
	return counts[0], counts[1], counts[2], nil
}

func scanOpen(r row) (counts [3]int, err error) {
	err = r.Scan(&counts[0], &counts[1], &counts[2])
	return counts, err
}
