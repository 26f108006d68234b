package store

// The rows of CamPay's history of which nothing could be read: nothing is known
// of them but that they came, and what they look like.

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	unreadableKept = 100  // of a day
	unreadableText = 2000 // bytes of one
)

// UnreadableRow is one of them, as it came.
type UnreadableRow struct {
	Day string // 2026-03-04
	Raw string // the beginning of it
}

// SetUnreadable keeps the unreadable rows of a day, in place of those that it
// had when it was last asked for.
func (tx *Tx) SetUnreadable(ctx context.Context, day string, seen time.Time, rows [][]byte) error {
	if _, err := tx.savepoint.exec(ctx, "DELETE FROM history_unreadable WHERE book = $1 AND day = $2", tx.book, day); err != nil {
		return fmt.Errorf("forget the unreadable rows of %s: %w", day, err)
	}
	for _, raw := range rows[:min(len(rows), unreadableKept)] {
		text := strings.ToValidUTF8(string(raw[:min(len(raw), unreadableText)]), "�")
		if _, err := tx.savepoint.exec(ctx, "INSERT INTO history_unreadable (book, day, seen_at, raw) VALUES ($1, $2, $3, $4)",
			tx.book, day, millis(seen), text); err != nil {
			return fmt.Errorf("keep an unreadable row of %s: %w", day, err)
		}
	}
	return nil
}

// Unreadable returns the unreadable rows of the days from first to last, both
// inclusive, the first ones of them.
func (r Reader) Unreadable(ctx context.Context, first, last string) ([]UnreadableRow, error) {
	found, err := many(ctx, r.rows, func(r row) (u UnreadableRow, err error) {
		err = r.Scan(&u.Day, &u.Raw)
		return u, err
	}, `SELECT day, raw FROM history_unreadable WHERE book = $1 AND day >= $2 AND day <= $3 ORDER BY day, id LIMIT $4`,
		r.book, first, last, unreadableKept)
	if err != nil {
		return nil, fmt.Errorf("unreadable rows of the history: %w", err)
	}
	return found, nil
}
