package store

// Lists of links that were made together.

import (
	"context"
	"fmt"
	"time"
)

// LinkBatch is a list of links that were made together.
type LinkBatch struct {
	Batch     string // PaymentLink.Batch
	Content   string // a digest of its rows: the same for the same list
	Links     int64
	CreatedBy int64
	CreatedAt time.Time
}

// AddLinkBatch writes a list down beside its links.
func (tx *Tx) AddLinkBatch(ctx context.Context, b LinkBatch) error {
	if _, err := tx.savepoint.exec(ctx, `
		INSERT INTO link_batches (book, batch, content, links, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.book, b.Batch, b.Content, b.Links, idOrNull(b.CreatedBy), millis(b.CreatedAt)); err != nil {
		return fmt.Errorf("add batch %s: %w", b.Batch, err)
	}
	return nil
}

// SameLinkBatch returns the newest list with this content made since then, or
// ErrNotFound.
func (r Reader) SameLinkBatch(ctx context.Context, content string, since time.Time) (LinkBatch, error) {
	b, err := one(ctx, r.rows, func(r row) (b LinkBatch, err error) {
		var created int64
		err = r.Scan(&b.Batch, &b.Content, &b.Links, &b.CreatedBy, &created)
		b.CreatedAt = fromMillis(created)
		return b, err
	}, `
		SELECT batch, content, links, COALESCE(created_by, 0), created_at FROM link_batches
		WHERE book = $1 AND content = $2 AND created_at >= $3 ORDER BY created_at DESC LIMIT 1`, r.book, content, millis(since))
	if err != nil {
		return LinkBatch{}, fmt.Errorf("list with the same rows: %w", err)
	}
	return b, nil
}
