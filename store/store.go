// Package store keeps the shop's book: people, payment links, transactions and
// their events, webhook deliveries, balances. One file per aggregate, each with its
// SQL beside the function that runs it.
//
// Statements number their placeholders $1, $2 … in the order in which they
// first appear, which SQLite and PostgreSQL both understand; what only one engine
// understands is in its own file (engine.go).
package store

// The store itself: opened, migrated, closed.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

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
	Book Book
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
	engine   engine
	writeDB  *sql.DB // exactly one connection, owned by the writer goroutine
	readDB   *sql.DB
	queue    chan *writeRequest
	answered mark
	failedAt atomic.Int64 // when the last batch was lost to the disk; 0 when it was kept
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
	if !options.Book.IsBook() {
		return nil, fmt.Errorf("open store: %q is no book", options.Book)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	f, err := openFile(ctx, sqliteEngine{}, dir, options.Log)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	s := &Store{Reader: Reader{rows: pool{f.readDB}, book: options.Book, now: options.Now}, file: f}
	go s.writeBatches()
	return s, nil
}

// openFile opens what an engine keeps in dir and all that lies beside it; what was
// opened before a failure is closed again.
func openFile(ctx context.Context, on engine, dir string, log *slog.Logger) (_ *file, err error) {
	f := &file{engine: on, queue: make(chan *writeRequest, maxBatch), stopped: make(chan struct{})}
	if f.writeDB, f.readDB, err = on.open(ctx, dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.closeAll())
		}
	}()
	if f.Keys, err = openKeyring(dir); err != nil {
		return nil, err
	}
	if err := migrate(ctx, on, f.writeDB, log); err != nil {
		return nil, err
	}
	if f.answered, err = openMark(dir); err != nil {
		return nil, err
	}
	return f, f.checkAnswered(ctx)
}

// closeAll closes the writer last, so that it can move the log into the database.
func (f *file) closeAll() error {
	return errors.Join(f.readDB.Close(), f.writeDB.Close(), f.answered.close())
}

// ForBook shows another book of the same database, with the same writer. Closing
// either closes both.
func (s *Store) ForBook(book Book) (*Store, error) {
	if !book.IsBook() {
		return nil, fmt.Errorf("%q is no book", book)
	}
	other := *s
	other.book = book
	return &other, nil
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
	if err := s.closeAll(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}
