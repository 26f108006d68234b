package store

// One process serves a data folder: two would send the same order, and play with
// the same sandbox. Commands work beside it.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
)

// LockFileName is the file whose lock says that a process serves the folder. The
// lock ends with the process, however it ends; the file stays.
const LockFileName = "comptoir.lock"

// ErrServed says that another process serves the folder.
var ErrServed = errors.New("another Comptoir serves this data folder: stop it, or give this one a folder of its own with --data")

// ClaimFolder makes the folder where it is missing and keeps other processes from
// serving it until release. The lock is SQLite's own, which knows each system's.
func ClaimFolder(ctx context.Context, dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the caller's own folder
		return nil, fmt.Errorf("data folder: %w", err)
	}
	path, err := filepath.Abs(filepath.Join(dir, LockFileName))
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the caller's own folder
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "_pragma=busy_timeout(0)"}).String())
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(context.WithoutCancel(ctx), "BEGIN EXCLUSIVE")
	}
	if err != nil {
		_ = db.Close()
		if isBusy(err) {
			return nil, fmt.Errorf("%w (%s)", ErrServed, dir)
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return sync.OnceValue(func() error { return errors.Join(conn.Close(), db.Close()) }), nil
}
