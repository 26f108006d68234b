package store

// The snapshots of the balance over time: as a series for a chart, and the one
// nearest to a moment for a statement.

import (
	"context"
	"fmt"
	"time"
)

// BalanceSeries returns the snapshots of a time that tell the total, oldest first, of
// each step the last one: never more points than steps, however many there are.
func (r Reader) BalanceSeries(ctx context.Context, from, until time.Time, step time.Duration) ([]BalanceSnapshot, error) {
	series, err := many(ctx, r.rows, scanBalance, `
		SELECT `+balanceColumns+` FROM balance_snapshots
		WHERE book = $1 AND id IN (
			SELECT MAX(id) FROM balance_snapshots WHERE book = $1 AND at >= $2 AND at < $3 AND total_unknown = 0 GROUP BY at / $4)
		ORDER BY at, id`, r.book, millis(from), millis(until), step.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("series of balances: %w", err)
	}
	return series, nil
}

// BalanceBefore returns the newest snapshot at or before a moment, or
// ErrNotFound.
func (r Reader) BalanceBefore(ctx context.Context, at time.Time) (BalanceSnapshot, error) {
	b, err := one(ctx, r.rows, scanBalance, `
		SELECT `+balanceColumns+` FROM balance_snapshots
		WHERE book = $1 AND at <= $2 ORDER BY at DESC, id DESC LIMIT 1`, r.book, millis(at))
	if err != nil {
		return BalanceSnapshot{}, fmt.Errorf("balance before: %w", err)
	}
	return b, nil
}

// BalanceAfter returns the oldest snapshot at or after a moment, or
// ErrNotFound.
func (r Reader) BalanceAfter(ctx context.Context, at time.Time) (BalanceSnapshot, error) {
	b, err := one(ctx, r.rows, scanBalance, `
		SELECT `+balanceColumns+` FROM balance_snapshots
		WHERE book = $1 AND at >= $2 ORDER BY at, id LIMIT 1`, r.book, millis(at))
	if err != nil {
		return BalanceSnapshot{}, fmt.Errorf("balance after: %w", err)
	}
	return b, nil
}
