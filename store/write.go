package store

// Writes: whatever is asked for while the disk is busy is committed together,
// so that durability (invariants 1 and 3) costs one flush for many writes.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// maxBatch is how many writes share one commit at most.
const maxBatch = 64

var (
	// ErrNested is returned by a Write that is called inside another one,
	// which would wait for itself.
	ErrNested = errors.New("a write inside a write")

	errAbandoned = errors.New("the write's goroutine ended before its closure")
)

// Write runs fn and returns when what it changed is durable: after nil it
// survives a kill and a power cut; after an error it is not in the book, save
// that an error of the disk while committing leaves it open, as a power cut
// would. Writes never overlap. fn runs on the caller's goroutine, should not
// wait for anything outside, and keeps nothing when it returns an error or
// panics (a panic becomes an error); other writes are not harmed by it. A ctx
// that ends before fn's turn ends the wait; a ctx that ends later makes fn's
// next statement fail. The context that fn is given is marked, so that a Write inside
// it is refused: fn uses it, and none from outside.
func (s *Store) Write(ctx context.Context, fn func(context.Context, *Tx) error) error {
	if ctx.Value(insideWrite{}) != nil {
		return ErrNested
	}
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return ErrClosed
	}
	s.writing.Add(1)
	s.mu.RUnlock()
	defer s.writing.Done()

	t := &writeRequest{ctx: ctx, turn: make(chan *savepoint, 1), returned: make(chan error, 1), result: make(chan error, 1)}
	select {
	case s.queue <- t:
	case <-ctx.Done():
		return fmt.Errorf("write not begun: %w", ctx.Err())
	}
	current, err := t.wait()
	if err != nil {
		return err
	}
	tx := &Tx{Reader: Reader{rows: current, book: s.book, now: s.now}, savepoint: current, keys: s.Keys}
	t.run(tx, func(tx *Tx) error {
		if err := tx.stands(ctx); err != nil {
			return err
		}
		return fn(context.WithValue(ctx, insideWrite{}, true), tx)
	})
	if err := <-t.result; err != nil {
		return err
	}
	s.watches.tell(tx.ended)
	return nil
}

// Written is Write for a closure that returns what it wrote, or what it found in its
// way beside an error.
func Written[T any](ctx context.Context, s *Store, fn func(context.Context, *Tx) (T, error)) (T, error) {
	var written T
	err := s.Write(ctx, func(ctx context.Context, tx *Tx) (err error) {
		written, err = fn(ctx, tx)
		return err
	})
	return written, err
}

// How long a write beside an answer waits: for its turn, and after a failure of the
// disk before it is tried once more.
const (
	tryFor   = 500 * time.Millisecond
	tryAfter = 5 * time.Second
)

// errFailing says that the disk has just failed.
var errFailing = errors.New("nothing could be written a moment ago")

// TryWrite is Write for what a read keeps beside its answer, which is no worse
// without it: it waits half a second for its turn, and not at all where the disk has
// just failed. Its error is for the log.
func (s *Store) TryWrite(ctx context.Context, fn func(context.Context, *Tx) error) error {
	if failed := s.failedAt.Load(); failed != 0 && time.Since(time.UnixMilli(failed)) < tryAfter {
		return errFailing
	}
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	return s.Write(ctx, fn)
}

// writeRequest is a Write's place in the queue.
type writeRequest struct {
	ctx      context.Context
	claimed  atomic.Bool     // by the writer to give it its turn, or by its caller to leave: by whoever comes first
	turn     chan *savepoint // the writer lets the closure begin
	returned chan error      // the closure has come to its end
	result   chan error      // the batch is committed, or not
}

func (t *writeRequest) claim() bool { return t.claimed.CompareAndSwap(false, true) }

// wait returns when it is t's turn, or with the error that ends it.
func (t *writeRequest) wait() (*savepoint, error) {
	select {
	case current := <-t.turn:
		return current, nil
	case err := <-t.result:
		return nil, err
	case <-t.ctx.Done():
	}
	if t.claim() {
		return nil, fmt.Errorf("write not begun: %w", t.ctx.Err())
	}
	select {
	case current := <-t.turn:
		return current, nil
	case err := <-t.result:
		return nil, err
	}
}

// run calls fn and always gives the turn back, even when fn ends the goroutine
// (as a test's FailNow does).
func (t *writeRequest) run(tx *Tx, fn func(*Tx) error) {
	err := errAbandoned
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("the write panicked: %v", panicked)
		}
		t.returned <- err
	}()
	err = fn(tx)
}

// insideWrite marks the context of a closure of Write.
type insideWrite struct{}

// writeBatches is the writer goroutine. It ends when Close closes the queue.
func (s *Store) writeBatches() {
	defer close(s.stopped)
	for first := range s.queue {
		batch := s.collect(first)
		results := s.commit(batch)
		for i, t := range batch {
			t.result <- results[i]
		}
	}
}

// collect takes what is queued now, and waits for nothing.
func (s *Store) collect(first *writeRequest) []*writeRequest {
	batch := []*writeRequest{first}
	for len(batch) < maxBatch {
		select {
		case t, open := <-s.queue:
			if !open {
				return batch
			}
			batch = append(batch, t)
		default:
			return batch
		}
	}
	return batch
}

// commit gives each request its turn in one transaction and returns what each
// Write is to return. When the transaction itself fails, nobody is told that a
// write was kept.
func (s *Store) commit(batch []*writeRequest) []error {
	// The batch belongs to many callers: none of their contexts may end it.
	ctx := context.Background()
	results := make([]error, len(batch))
	err := s.inTransaction(ctx, func(tx *sql.Tx) error {
		for i, t := range batch {
			if !t.claim() {
				continue // its caller has left
			}
			var lost error
			if results[i], lost = serve(ctx, tx, t); lost != nil {
				return lost
			}
		}
		return nil
	})
	if err != nil {
		for i := range results {
			results[i] = err
		}
	}
	failed := int64(0)
	if slices.ContainsFunc(results, IsDisk) {
		failed = time.Now().UnixMilli()
	}
	s.failedAt.Store(failed)
	return results
}

// inTransaction runs fn between BEGIN IMMEDIATE and COMMIT on the one write
// connection. After a failure the connection is dropped, whatever state it is
// in, so that the next batch begins on a clean one.
func (s *Store) inTransaction(ctx context.Context, fn func(*sql.Tx) error) error {
	conn, err := s.writeDB.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect for a write: %w", err)
	}
	count := int64(0)
	if err := commitOn(ctx, conn, func(tx *sql.Tx) (err error) {
		count, err = s.engine.counted(ctx, tx, fn)
		return err
	}); err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		return err
	}
	if count > 0 {
		s.answered.write(count)
	}
	_ = conn.Close() // only hands it back; the commit stands
	return nil
}

func commitOn(ctx context.Context, conn *sql.Conn, fn func(*sql.Tx) error) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin a write: %w", err)
	}
	if err := fn(tx); err != nil {
		_ = tx.Rollback() // SQLite may have done so itself
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit a write: %w", err)
	}
	return nil
}

// serve gives t its turn under a savepoint, and returns what its Write is to
// return. An error in lost says that the whole transaction is gone, as SQLite
// may decide on a full disk.
func serve(ctx context.Context, tx *sql.Tx, t *writeRequest) (result, lost error) {
	if err := t.ctx.Err(); err != nil {
		return fmt.Errorf("write not begun: %w", err), nil
	}
	if _, err := tx.ExecContext(ctx, "SAVEPOINT turn"); err != nil {
		return nil, fmt.Errorf("begin a write's turn: %w", err)
	}
	current := &savepoint{tx: tx}
	t.turn <- current
	err := <-t.returned
	current.ended.Store(true)
	if err == nil && current.failed != nil {
		err = fmt.Errorf("a statement of the write failed: %w", current.failed)
	}
	if err == nil {
		if _, err := tx.ExecContext(ctx, "RELEASE SAVEPOINT turn"); err != nil {
			return nil, fmt.Errorf("end a write's turn: %w", err)
		}
		return nil, nil
	}
	if _, undo := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT turn; RELEASE SAVEPOINT turn"); undo != nil {
		return nil, fmt.Errorf("%w; undo the write: %w", err, undo) // the cause first: callers decide by it
	}
	return err, nil
}
