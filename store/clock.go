package store

// What a clock that was ahead put off: brought back when the clock is right.

import (
	"context"
	"fmt"
	"time"
)

// Horizon is how far ahead a sound clock plans each thing at most.
type Horizon struct{ Poll, Delivery, Reconciliation, Approval time.Duration }

// AheadOfClock reports whether something waits for a time beyond its horizon, or a
// doubt had its last news there.
func (r Reader) AheadOfClock(ctx context.Context, now time.Time, h Horizon) (bool, error) {
	n, err := one(ctx, r.rows, scanCount, `
		SELECT EXISTS(SELECT 1 FROM transactions WHERE book = $1 AND poll_at > $2 AND poll_at > 0)
			OR EXISTS(SELECT 1 FROM transactions WHERE book = $1 AND status = 'in_doubt' AND news_at > $2)
			OR EXISTS(SELECT 1 FROM deliveries WHERE book = $1 AND next_at > $3 AND next_at > 0)
			OR EXISTS(SELECT 1 FROM reconciliations WHERE book = $1 AND next_at > $4 AND next_at > 0)
			OR EXISTS(SELECT 1 FROM approvals WHERE book = $1 AND state = 'waiting' AND expires_at > $5)`,
		r.book, millis(now.Add(h.Poll)), millis(now.Add(h.Delivery)), millis(now.Add(h.Reconciliation)), millis(now.Add(h.Approval)))
	if err != nil {
		return false, fmt.Errorf("what is put off: %w", err)
	}
	return n > 0, nil
}

// Reschedule makes due now what waits for a time beyond its horizon, and each
// doubt with news from there, though nobody asked about it any more; news and
// deliveries that it dates ahead of now are of now, and an approval waits for
// its horizon from now.
func (tx *Tx) Reschedule(ctx context.Context, now time.Time, h Horizon) error {
	for _, s := range []struct {
		statement string
		ahead     time.Duration
	}{
		{"UPDATE transactions SET poll_at = $1, news_at = CASE WHEN news_at > $1 THEN $1 ELSE news_at END, updated_at = CASE WHEN news_at > $1 THEN $1 ELSE updated_at END WHERE book = $2 AND poll_at > $3 AND poll_at > 0", h.Poll},
		{"UPDATE transactions SET poll_at = $1, news_at = $1, updated_at = $1 WHERE book = $2 AND status = 'in_doubt' AND news_at > $3", h.Poll},
		{"UPDATE deliveries SET next_at = $1, received_at = CASE WHEN received_at > $1 THEN $1 ELSE received_at END WHERE book = $2 AND next_at > $3 AND next_at > 0", h.Delivery},
		{"UPDATE reconciliations SET next_at = $1 WHERE book = $2 AND next_at > $3 AND next_at > 0", h.Reconciliation},
	} {
		if _, err := tx.savepoint.exec(ctx, s.statement, millis(now), tx.book, millis(now.Add(s.ahead))); err != nil {
			return fmt.Errorf("bring forward: %w", err)
		}
	}
	_, err := tx.savepoint.exec(ctx, "UPDATE approvals SET expires_at = $1 WHERE book = $2 AND state = 'waiting' AND expires_at > $1",
		millis(now.Add(h.Approval)), tx.book)
	if err != nil {
		return fmt.Errorf("bring forward: %w", err)
	}
	return nil
}
