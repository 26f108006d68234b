package store

// The database's version: migrations are embedded and applied when it opens.

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

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
func migrate(ctx context.Context, db *sql.DB, log *slog.Logger) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files,
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
