package store

// Reads: from the pool of read connections or inside a write.

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Reader holds every read of the package; Store and Tx embed it.
type Reader struct {
	rows queryer
	book Book
	now  func() time.Time
}

// queryer runs a query and hands over its rows one by one.
type queryer interface {
	query(ctx context.Context, each func(row) error, statement string, args ...any) error
}

// row is what a scan function reads from.
type row interface{ Scan(targets ...any) error }

// pool reads what was committed.
type pool struct{ db *sql.DB }

func (p pool) query(ctx context.Context, each func(row) error, statement string, args ...any) error {
	rows, err := p.db.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, each)
}

func eachRow(rows *sql.Rows, each func(row) error) error {
	for rows.Next() {
		if err := each(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// one reads the only row of a query, or ErrNotFound.
func one[T any](ctx context.Context, from queryer, scan func(row) (T, error), statement string, args ...any) (T, error) {
	var found T
	err := ErrNotFound
	failed := from.query(ctx, func(r row) error {
		var err2 error
		found, err2 = scan(r)
		err = nil
		return err2
	}, statement, args...)
	if failed != nil {
		err = failed
	}
	return found, err
}

// many reads the rows of a query.
func many[T any](ctx context.Context, from queryer, scan func(row) (T, error), statement string, args ...any) ([]T, error) {
	var found []T
	err := from.query(ctx, func(r row) error {
		next, err := scan(r)
		found = append(found, next)
		return err
	}, statement, args...)
	if err != nil {
		return nil, err
	}
	return found, nil
}
