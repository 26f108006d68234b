package store

// Bounds on what strangers have the webhook keep: refused calls are counted and
// sampled, calls that nothing in the book answers to are pruned when they are over.

import (
	"context"
	"fmt"
	"time"
)

// RefusedCount is how many deliveries were refused for one reason.
type RefusedCount struct {
	Why         Why
	Count       int64
	Since, Last time.Time
}

// CountRefused adds to the count of a reason.
func (tx *Tx) CountRefused(ctx context.Context, why Why, more int64, at time.Time) error {
	_, err := tx.savepoint.exec(ctx, `
		INSERT INTO refused_deliveries (book, why, count, since, last) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (book, why) DO UPDATE SET count = refused_deliveries.count + excluded.count, last = excluded.last`,
		tx.book, why, more, millis(at))
	if err != nil {
		return fmt.Errorf("count refused deliveries: %w", err)
	}
	return nil
}

// RefusedCounts returns the count of each reason, by its name.
func (r Reader) RefusedCounts(ctx context.Context) ([]RefusedCount, error) {
	counts, err := many(ctx, r.rows, func(r row) (c RefusedCount, err error) {
		err = r.Scan(&c.Why, &c.Count, timeColumn{&c.Since}, timeColumn{&c.Last})
		return c, err
	}, "SELECT why, count, since, last FROM refused_deliveries WHERE book = $1 ORDER BY why", r.book)
	if err != nil {
		return nil, fmt.Errorf("counts of refused deliveries: %w", err)
	}
	return counts, nil
}

// PruneRefused removes refused deliveries but for the newest keep of them, so
// that a flood of forgeries cannot fill the disk.
func (tx *Tx) PruneRefused(ctx context.Context, keep int) error {
	return tx.prune(ctx, "verdict = 'refused'", keep)
}

// PruneNobodys does the same with those of which CamPay has said, for as long as
// they are tried, that it knows no such payment.
func (tx *Tx) PruneNobodys(ctx context.Context, keep int) error {
	return tx.prune(ctx, "outcome = 'unknown' AND transaction_id IS NULL", keep)
}

func (tx *Tx) prune(ctx context.Context, which string, keep int) error {
	_, err := tx.savepoint.exec(ctx, `
		DELETE FROM deliveries WHERE book = $1 AND `+which+` AND id <= (
			SELECT id FROM deliveries WHERE book = $1 AND `+which+`
			ORDER BY id DESC LIMIT 1 OFFSET $2)`, tx.book, keep)
	if err != nil {
		return fmt.Errorf("prune deliveries: %w", err)
	}
	return nil
}

// NobodysDue counts, up to most, the deliveries to be applied that speak of no
// transaction of the book.
func (r Reader) NobodysDue(ctx context.Context, most int) (int, error) {
	n, err := one(ctx, r.rows, scanCount, `
		SELECT COUNT(*) FROM (SELECT 1 FROM deliveries
			WHERE book = $1 AND next_at > 0 AND transaction_id IS NULL LIMIT $2) AS due`, r.book, most)
	if err != nil {
		return 0, fmt.Errorf("count deliveries of nobody's: %w", err)
	}
	return n, nil
}
