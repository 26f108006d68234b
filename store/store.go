// Package store keeps the shop's book in SQLite: people, payment links,
// transactions and their events, webhook deliveries, balances. One file per
// aggregate, each with its SQL beside the function that runs it.
//
// Statements number their placeholders $1, $2 … in the order in which they
// first appear, which SQLite and PostgreSQL both understand; where a statement
// is SQLite's alone, a comment says so.
package store

// The store itself: opened, migrated, closed.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// FileName is the database's name in its folder; SQLite keeps FileName-wal and
// FileName-shm beside it while it is open.
const FileName = "comptoir.db"

// readConnections is how many reads run at once; they never wait for a write.
const readConnections = 4

// Errors that a caller decides by.
var (
	ErrNotFound  = errors.New("not found")
	ErrDuplicate = errors.New("already in the book")
	ErrTaken     = errors.New("name already in use")
	ErrClosed    = errors.New("the store is closed")
	ErrLastOwner = errors.New("the shop would have no owner")
)

// Options say which part of the database a Store shows.
type Options struct {
	// Book is "sandbox", "demo" or "production". Every money row belongs to
	// one book and every query is limited to it, so that books never mix;
	// people and their sessions are the same in all.
	Book string
	Now  func() time.Time // the clock by which sessions end; nil for time.Now
	Log  *slog.Logger     // is told of an upgrade, which may take minutes; nil for nobody
}

// Store is an open database. Its reads see what was committed; writes go
// through Write.
type Store struct {
	Reader
	*file
}

// file is an open database, whatever book of it is shown.
type file struct {
	Keys     Keyring
	writeDB  *sql.DB // exactly one connection, owned by the writer goroutine
	readDB   *sql.DB
	queue    chan *ticket
	answered mark
	watches  sessionWatches

	mu      sync.RWMutex // guards closed against a Write that is just beginning
	closed  bool
	writing sync.WaitGroup // the Writes that have begun
	stopped chan struct{}  // closed when the writer goroutine has ended
}

// Open opens the database in dir, making the folder (0700), the file and the key
// beside it (0600) where they are missing, and brings its tables up to date. A
// database written by a newer program is left as it is: see NewerError.
func Open(ctx context.Context, dir string, options Options) (*Store, error) {
	if !isBook(options.Book) {
		return nil, fmt.Errorf("open store: %q is no book", options.Book)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	path, err := makeFile(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	keys, err := openKeyring(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	writeDB, err := openPool(path, 1, "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)")
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if err := migrate(ctx, writeDB, options.Log); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), writeDB.Close())
	}
	answered, err := openMark(filepath.Dir(path))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), writeDB.Close())
	}
	if err := checkAnswered(ctx, writeDB, answered); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), writeDB.Close(), answered.close())
	}
	readDB, err := openPool(path, readConnections, "_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), writeDB.Close(), answered.close())
	}
	s := &Store{
		Reader: Reader{rows: pool{readDB}, book: options.Book, now: options.Now},
		file: &file{
			Keys: keys, writeDB: writeDB, readDB: readDB, answered: answered,
			queue: make(chan *ticket, maxBatch), stopped: make(chan struct{}),
		},
	}
	go s.writeBatches()
	return s, nil
}

// ForBook shows another book of the same database, with the same writer. Closing
// either closes both.
func (s *Store) ForBook(book string) (*Store, error) {
	if !isBook(book) {
		return nil, fmt.Errorf("%q is no book", book)
	}
	other := *s
	other.book = book
	return &other, nil
}

func isBook(name string) bool {
	return slices.Contains([]string{"sandbox", "demo", "production"}, name)
}

// Close lets the Writes that have begun come to their end, then closes the
// database. It must not be called from inside a Write. Closing twice does
// nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	already := s.closed
	s.closed = true
	s.mu.Unlock()
	if already {
		<-s.stopped
		return nil
	}
	s.writing.Wait()
	close(s.queue)
	<-s.stopped
	// The writer closes last, so that it can move the log into the database.
	if err := errors.Join(s.readDB.Close(), s.writeDB.Close(), s.answered.close()); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// makeFile makes dir and an empty database file that only its owner can read;
// SQLite gives the files beside it the same mode.
func makeFile(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the caller's own folder
		return "", err
	}
	path, err := filepath.Abs(filepath.Join(dir, FileName))
	if err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the caller's own folder
	if err != nil {
		return "", err
	}
	return path, errors.Join(file.Chmod(0o600), file.Close())
}

// openPool is SQLite's alone: the address and the settings of a connection.
func openPool(path string, connections int, settings ...string) (*sql.DB, error) {
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	address.RawQuery = "_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)"
	for _, setting := range settings {
		address.RawQuery += "&" + setting
	}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}
