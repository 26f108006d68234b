package store

// The seam between the book and the engine that keeps it. Whatever differs from
// one engine to another stands behind it, in one file for each: how a book is
// opened and locked, which migrations it has, what its errors mean, how it is
// examined and how its writes are counted. All other SQL of the package is the
// same on all of them.

import (
	"context"
	"database/sql"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// engine is a kind of database.
type engine interface {
	// open opens the book of a data folder, which it makes where it is missing: one
	// connection that writes, and some that read what was committed.
	open(ctx context.Context, dir string) (write, read *sql.DB, err error)

	// migrations are goose's files, in the engine's own dialect.
	migrations() (goose.Dialect, fs.FS, error)

	// counted runs fn inside tx and counts the batch in the same transaction; the
	// count is 0 where fn changed nothing.
	counted(ctx context.Context, tx *sql.Tx, fn func(*sql.Tx) error) (count int64, err error)
	// count returns how many batches the book holds, and setCount says so.
	count(ctx context.Context, tx *sql.Tx) (int64, error)
	setCount(ctx context.Context, tx *sql.Tx, count int64) error

	// integrity says "ok", or the first thing that is wrong with the files.
	integrity(ctx context.Context, rows queryer) (string, error)
	// orphans counts the rows that name others which are gone.
	orphans(ctx context.Context, rows queryer) (int, error)
}

// failure is what an error of an engine means to a caller who decides by it.
type failure int

const (
	failureOther failure = iota
	failureTaken         // a value that must be unique is there already
	failureDisk          // the disk's doing: full, read-only, failing
	failureBusy          // another program holds the lock
)

// failureOf asks every engine: an error says by its type whose it is.
func failureOf(err error) failure { return sqliteFailure(err) }

func isTaken(err error) bool { return failureOf(err) == failureTaken }
func isBusy(err error) bool  { return failureOf(err) == failureBusy }

// IsDisk reports whether err is the disk's or another program's doing (full,
// read-only, failing, locked), and goes away with it.
func IsDisk(err error) bool {
	f := failureOf(err)
	return f == failureDisk || f == failureBusy
}
