package store

// The database's version: the engine's migrations are applied when it opens.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/pressly/goose/v3"
)

// ErrNewer is what a NewerError is: errors.Is(err, ErrNewer).
var ErrNewer = errors.New("the database is newer than this program")

// NewerError says that a newer program has written the database. Nothing was
// changed in it.
type NewerError struct {
	Database int64 // the version that the database has
	Program  int64 // the newest version that this program knows
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%v: the database has version %d and this program knows up to version %d; "+
		"start the newer program again, or restore a backup made before the upgrade", ErrNewer, e.Database, e.Program)
}

func (e *NewerError) Unwrap() error { return ErrNewer }

// migrate brings the database to the newest version, each migration in a
// transaction of its own, and refuses one that is newer before it touches it.
func migrate(ctx context.Context, on engine, db *sql.DB, log *slog.Logger) error {
	dialect, files, err := on.migrations()
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	provider, err := goose.NewProvider(dialect, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the database's version: %w", err)
	}
	if current > newest {
		return &NewerError{Database: current, Program: newest}
	}
	if 0 < current && current < newest {
		log.InfoContext(ctx, "the database is brought up to date; a large one takes minutes", "from", current, "to", newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database from version %d to %d: %w", current, newest, err)
	}
	return nil
}
