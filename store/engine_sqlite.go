package store

// SQLite: one file in the data folder, in WAL mode, flushed at each commit.

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// FileName is the database's name in its folder; SQLite keeps FileName-wal and
// FileName-shm beside it while it is open.
const FileName = "comptoir.db"

// readConnections is how many reads run at once; they never wait for a write.
const readConnections = 4

//go:embed migrations/*.sql
var sqliteMigrations embed.FS

type sqliteEngine struct{}

func (sqliteEngine) open(_ context.Context, dir string) (write, read *sql.DB, err error) {
	path, err := makeFile(dir, FileName)
	if err != nil {
		return nil, nil, err
	}
	write, err = openPool(path, 1, "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)")
	if err != nil {
		return nil, nil, err
	}
	read, err = openPool(path, readConnections, "_pragma=query_only(1)")
	if err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	return write, read, nil
}

// makeFile makes dir and an empty file in it that only its owner can read; SQLite
// gives the files beside it the same mode.
func makeFile(dir, name string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the caller's own folder
		return "", err
	}
	path, err := filepath.Abs(filepath.Join(dir, name))
	if err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the caller's own folder
	if err != nil {
		return "", err
	}
	return path, errors.Join(file.Chmod(0o600), file.Close())
}

// openPool is connections to a file, each with the settings. Nothing is opened
// until the first is asked for.
func openPool(path string, connections int, settings ...string) (*sql.DB, error) {
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "_pragma=foreign_keys(1)"}
	for _, setting := range append([]string{"_pragma=busy_timeout(5000)"}, settings...) {
		address.RawQuery += "&" + setting
	}
	connector, err := sqlite.NewConnector(address.String())
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(preparing{connector})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

func (sqliteEngine) migrations() (goose.Dialect, fs.FS, error) {
	files, err := fs.Sub(sqliteMigrations, "migrations")
	return goose.DialectSQLite3, files, err
}

func (e sqliteEngine) counted(ctx context.Context, tx *sql.Tx, fn func(*sql.Tx) error) (count int64, err error) {
	var before, after int64
	const changes = "SELECT total_changes()"
	if err := tx.QueryRowContext(ctx, changes).Scan(&before); err != nil {
		return 0, fmt.Errorf("count a write: %w", err)
	}
	if err := fn(tx); err != nil {
		return 0, err
	}
	if err := tx.QueryRowContext(ctx, changes).Scan(&after); err != nil || after == before {
		return 0, err
	}
	if count, err = e.count(ctx, tx); err != nil {
		return 0, err
	}
	count++
	return count, e.setCount(ctx, tx, count)
}

func (sqliteEngine) count(ctx context.Context, tx *sql.Tx) (count int64, err error) {
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&count); err != nil {
		return 0, fmt.Errorf("the count of writes: %w", err)
	}
	return count, nil
}

func (sqliteEngine) setCount(ctx context.Context, tx *sql.Tx, count int64) error {
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", count)); err != nil {
		return fmt.Errorf("count a write: %w", err)
	}
	return nil
}

// integrity is told about the index of the search too, which is not the book's:
// CheckSearch sees to it. One that cannot even be opened ends the look at the whole
// file, and the other tables are looked at one by one.
func (sqliteEngine) integrity(ctx context.Context, rows queryer) (string, error) {
	scanText := func(r row) (said string, err error) { return said, r.Scan(&said) }
	all, err := many(ctx, rows, scanText, "PRAGMA integrity_check(100)")
	if err != nil {
		return one(ctx, rows, scanText, `
			SELECT COALESCE(MIN(integrity_check), 'ok') FROM sqlite_schema, pragma_integrity_check(sqlite_schema.name)
			WHERE sqlite_schema.type = 'table' AND sqlite_schema.name NOT LIKE 'transactions_search%' AND integrity_check <> 'ok'`)
	}
	for _, said := range all {
		if !strings.Contains(said, "transactions_search") {
			return said, nil
		}
	}
	return "ok", nil
}

func (sqliteEngine) orphans(ctx context.Context, rows queryer) (n int, err error) {
	err = rows.query(ctx, func(row) error { n++; return nil }, "PRAGMA foreign_key_check")
	return n, err
}

// sqliteFailure reads the extended code of an error.
func sqliteFailure(err error) failure {
	var failed *sqlite.Error
	if !errors.As(err, &failed) {
		return failureOther
	}
	if failed.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return failureTaken
	}
	switch failed.Code() & 0xff {
	case sqlite3.SQLITE_BUSY:
		return failureBusy
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PERM:
		return failureDisk
	}
	return failureOther
}

// lockFile holds a file of the data folder until release, and fails as busy where
// another process holds it. The lock is SQLite's own, which knows each system's.
func lockFile(ctx context.Context, dir, name string) (release func() error, err error) {
	path, err := makeFile(dir, name)
	if err != nil {
		return nil, err
	}
	db, err := openPool(path, 1, "_pragma=busy_timeout(0)")
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(context.WithoutCancel(ctx), "BEGIN EXCLUSIVE")
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return func() error { return errors.Join(conn.Close(), db.Close()) }, nil
}
