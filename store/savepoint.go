package store

// A write's own turn in a batch: the statements of one closure.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
)

var errEnded = errors.New("the write has ended")

// Tx is one write in progress: it reads as the Store does, sees its own
// changes, and is only good until its closure returns. It is for one goroutine.
type Tx struct {
	Reader
	savepoint *savepoint
	keys      Keyring

	ended []endedSessions // told once the write is durable
}

// change runs a statement that has to find a row.
func (tx *Tx) change(ctx context.Context, statement string, args ...any) error {
	changed, err := tx.savepoint.exec(ctx, statement, args...)
	if err == nil && changed == 0 {
		return ErrNotFound
	}
	return err
}

// savepoint is the batch's transaction in the hands of one closure.
type savepoint struct {
	tx     *sql.Tx
	ended  atomic.Bool
	failed error // after it no statement runs, and the closure's changes are undone
}

func (t *savepoint) query(ctx context.Context, each func(row) error, statement string, args ...any) error {
	return t.statement(ctx, func(ctx context.Context) error {
		rows, err := t.tx.QueryContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		return eachRow(rows, each)
	})
}

func (t *savepoint) exec(ctx context.Context, statement string, args ...any) (changed int64, err error) {
	err = t.statement(ctx, func(ctx context.Context) error {
		result, err := t.tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		changed, err = result.RowsAffected()
		return err
	})
	return changed, err
}

// statement runs one statement out of reach of its caller's context:
// interrupting a statement makes SQLite roll back everybody's batch. A failed one is
// the closure's last: PostgreSQL takes no further one, and after SQLite has undone
// the batch by itself a further one would be committed alone.
func (t *savepoint) statement(ctx context.Context, run func(context.Context) error) error {
	switch {
	case t.ended.Load():
		return errEnded
	case t.failed != nil:
		return fmt.Errorf("after a failed statement: %w", t.failed)
	case ctx.Err() != nil:
		t.failed = ctx.Err()
		return t.failed
	}
	t.failed = run(context.WithoutCancel(ctx))
	return t.failed
}
