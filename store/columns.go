package store

// How values are kept in columns: times as milliseconds, nothing as NULL.

import (
	"database/sql"
	"time"
)

// millis is a time as a column keeps it; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// bit is a bool as both engines keep it in a SMALLINT.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// idOrNull is an ID that may point nowhere: 0 is NULL, which no foreign key
// looks at.
func idOrNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// orZero scans a column whose NULL is the zero value, as in the empty side of
// an outer join.
type orZero[T any] struct{ to *T }

func maybe[T any](to *T) orZero[T] { return orZero[T]{to} }

// Scan implements sql.Scanner.
func (z orZero[T]) Scan(value any) error {
	var scanned sql.Null[T]
	if err := scanned.Scan(value); err != nil {
		return err
	}
	*z.to = scanned.V
	return nil
}

// timeColumn scans milliseconds; 0 and NULL are the zero time.
type timeColumn struct{ to *time.Time }

// Scan implements sql.Scanner.
func (c timeColumn) Scan(value any) error {
	var ms int64
	if err := maybe(&ms).Scan(value); err != nil {
		return err
	}
	*c.to = fromMillis(ms)
	return nil
}
