package store

// The runs that compare the book with CamPay's history, and the days that were
// fetched of it.

import (
	"context"
	"fmt"
	"time"
)

// Reconciliation is one run over the days From to To, both included, each by
// its midnight in Douala. Next is the day that a restart goes on with.
type Reconciliation struct {
	ID          int64
	From        time.Time
	To          time.Time
	Next        time.Time
	Days        int
	DaysDone    int
	RequestedBy int64 // 0 for the daily one
	BegunAt     time.Time
	EndedAt     time.Time // zero until it is over
	NextAt      time.Time // when it goes on; zero when it is over
	Tries       int       // to which CamPay did not answer, since it last did
	Rows        int       // of the history, in the period
	Matched     int
	OnlyThere   int
	OnlyHere    int
	Differing   int
	Missing     int // of OnlyHere: those that the history should have
}

const reconciliationColumns = `id, from_day, to_day, next_day, days, days_done, requested_by, begun_at, ended_at, next_at, tries,
	row_count, matched, only_there, only_here, differing, missing`

func scanReconciliation(r row) (c Reconciliation, err error) {
	err = r.Scan(&c.ID, timeColumn{&c.From}, timeColumn{&c.To}, timeColumn{&c.Next}, &c.Days, &c.DaysDone, maybe(&c.RequestedBy),
		timeColumn{&c.BegunAt}, timeColumn{&c.EndedAt}, timeColumn{&c.NextAt}, &c.Tries,
		&c.Rows, &c.Matched, &c.OnlyThere, &c.OnlyHere, &c.Differing, &c.Missing)
	return c, err
}

// AddReconciliation writes a run down that is about to begin and returns it
// with its ID.
func (tx *Tx) AddReconciliation(ctx context.Context, c Reconciliation) (Reconciliation, error) {
	added, err := one(ctx, tx.rows, scanReconciliation, `
		INSERT INTO reconciliations (book, from_day, to_day, next_day, days, days_done, requested_by, begun_at, ended_at, next_at,
			tries, row_count, matched, only_there, only_here, differing, missing)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7, 0, $8, 0, 0, 0, 0, 0, 0, 0)
		RETURNING `+reconciliationColumns,
		tx.book, millis(c.From), millis(c.To), millis(c.Next), c.Days, idOrNull(c.RequestedBy), millis(c.BegunAt), millis(c.NextAt))
	if err != nil {
		return Reconciliation{}, fmt.Errorf("add reconciliation: %w", err)
	}
	return added, nil
}

// UpdateReconciliation keeps how far a run is and what it found.
func (tx *Tx) UpdateReconciliation(ctx context.Context, c Reconciliation) error {
	err := tx.change(ctx, `
		UPDATE reconciliations SET next_day = $1, days_done = $2, ended_at = $3, next_at = $4, tries = $5,
			row_count = $6, matched = $7, only_there = $8, only_here = $9, differing = $10, missing = $11
		WHERE book = $12 AND id = $13`,
		millis(c.Next), c.DaysDone, millis(c.EndedAt), millis(c.NextAt), c.Tries,
		c.Rows, c.Matched, c.OnlyThere, c.OnlyHere, c.Differing, c.Missing, tx.book, c.ID)
	if err != nil {
		return fmt.Errorf("update reconciliation %d: %w", c.ID, err)
	}
	return nil
}

// Reconciliation returns one run, or ErrNotFound.
func (r Reader) Reconciliation(ctx context.Context, id int64) (Reconciliation, error) {
	c, err := one(ctx, r.rows, scanReconciliation,
		"SELECT "+reconciliationColumns+" FROM reconciliations WHERE book = $1 AND id = $2", r.book, id)
	if err != nil {
		return Reconciliation{}, fmt.Errorf("reconciliation %d: %w", id, err)
	}
	return c, nil
}

// ReconciliationOver returns the newest run that has these days in it, or
// ErrNotFound.
func (r Reader) ReconciliationOver(ctx context.Context, from, to time.Time) (Reconciliation, error) {
	c, err := one(ctx, r.rows, scanReconciliation, `
		SELECT `+reconciliationColumns+` FROM reconciliations
		WHERE book = $1 AND to_day >= $2 AND from_day <= $3 ORDER BY id DESC LIMIT 1`, r.book, millis(to), millis(from))
	if err != nil {
		return Reconciliation{}, fmt.Errorf("reconciliation of a period: %w", err)
	}
	return c, nil
}

// Reconciliations returns the newest runs, the newest first.
func (r Reader) Reconciliations(ctx context.Context, limit int) ([]Reconciliation, error) {
	found, err := many(ctx, r.rows, scanReconciliation,
		"SELECT "+reconciliationColumns+" FROM reconciliations WHERE book = $1 ORDER BY id DESC LIMIT $2", r.book, pageLength(limit))
	if err != nil {
		return nil, fmt.Errorf("list reconciliations: %w", err)
	}
	return found, nil
}

// OpenReconciliations returns the runs that are not over, the one that goes on
// first before the others.
func (r Reader) OpenReconciliations(ctx context.Context) ([]Reconciliation, error) {
	found, err := many(ctx, r.rows, scanReconciliation, `
		SELECT `+reconciliationColumns+` FROM reconciliations
		WHERE book = $1 AND next_at > 0 ORDER BY next_at, id LIMIT $2`, r.book, defaultPage)
	if err != nil {
		return nil, fmt.Errorf("open reconciliations: %w", err)
	}
	return found, nil
}

// LastDaily returns the last day up to another that a daily run was begun for;
// the zero time when there was none. Later ones are of a clock that was ahead.
func (r Reader) LastDaily(ctx context.Context, upTo time.Time) (time.Time, error) {
	day, err := one(ctx, r.rows, scanTime, `
		SELECT MAX(to_day) FROM reconciliations
		WHERE book = $1 AND requested_by IS NULL AND to_day <= $2`, r.book, millis(upTo))
	if err != nil {
		return time.Time{}, fmt.Errorf("last daily reconciliation: %w", err)
	}
	return day, nil
}

// BookBegins returns when the book first knew something, a transaction or a
// balance; the zero time for an empty book.
func (r Reader) BookBegins(ctx context.Context) (time.Time, error) {
	at, err := one(ctx, r.rows, scanTime, `
		SELECT MIN(at) FROM (
			SELECT MIN(created_at) AS at FROM transactions WHERE book = $1
			UNION ALL
			SELECT MIN(at) FROM balance_snapshots WHERE book = $1) AS firsts`, r.book)
	if err != nil {
		return time.Time{}, fmt.Errorf("when the book begins: %w", err)
	}
	return at, nil
}

// SetHistoryDay notes that the history of a day, as CamPay names it, was
// fetched and kept.
func (tx *Tx) SetHistoryDay(ctx context.Context, day string, at time.Time, rows int) error {
	_, err := tx.savepoint.exec(ctx, `
		INSERT INTO history_days (book, day, fetched_at, row_count) VALUES ($1, $2, $3, $4)
		ON CONFLICT (book, day) DO UPDATE SET fetched_at = excluded.fetched_at, row_count = excluded.row_count`,
		tx.book, day, millis(at), rows)
	if err != nil {
		return fmt.Errorf("note the history of %s: %w", day, err)
	}
	return nil
}

// HistoryDays returns when the days of a period, both included, were fetched.
func (r Reader) HistoryDays(ctx context.Context, from, to string) (map[string]time.Time, error) {
	fetched := map[string]time.Time{}
	err := r.rows.query(ctx, func(r row) error {
		var day string
		var at time.Time
		err := r.Scan(&day, timeColumn{&at})
		fetched[day] = at
		return err
	}, "SELECT day, fetched_at FROM history_days WHERE book = $1 AND day >= $2 AND day <= $3", r.book, from, to)
	if err != nil {
		return nil, fmt.Errorf("fetched days of the history: %w", err)
	}
	return fetched, nil
}
