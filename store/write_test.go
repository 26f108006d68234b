package store

// Writes: grouped, durable, and none at another's cost.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"comptoir/campay/money"

	"modernc.org/sqlite"
)

// hold keeps the writer busy until the returned function is called, so that
// what is written meanwhile queues up.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	begun, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Write(context.Background(), func(context.Context, *Tx) error {
			close(begun)
			<-goOn
			return nil
		})
	}()
	<-begun
	return func() {
		t.Helper()
		close(goOn)
		mustBe(t, <-ended, nil)
	}
}

// queue has the writes wait in one batch, in their order, and returns what
// each of them returned.
func queue(t *testing.T, s *Store, writes ...func(*Tx) error) []error {
	t.Helper()
	release := hold(t, s)
	results := make([]error, len(writes))
	var wg sync.WaitGroup
	for i, fn := range writes {
		wg.Go(func() {
			results[i] = errAbandoned
			results[i] = s.Write(context.Background(), of(fn))
		})
		waitFor(func() bool { return len(s.queue) == i+1 })
	}
	release()
	wg.Wait()
	return results
}

func adds(total int64) func(*Tx) error {
	return func(tx *Tx) error {
		return tx.AddBalance(context.Background(), BalanceSnapshot{At: noon, Total: money.XAF(total)})
	}
}

// totals returns what adds has added and is durable.
func totals(t *testing.T, s *Store) string {
	t.Helper()
	found, err := many(t.Context(), s.rows, scanCount, "SELECT total FROM balance_snapshots ORDER BY total")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(found)
}

func TestWrite_QueuedMeanwhile_IsCommittedTogether(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	const writes = maxBatch
	var fns []func(*Tx) error
	for i := range writes {
		fns = append(fns, func(tx *Tx) error {
			// Each write sees the ones before it, which nobody else can see yet:
			// they share a transaction.
			latest, err := tx.BalanceBefore(context.Background(), noon.Add(time.Hour))
			if i > 0 && (err != nil || latest.Total != money.XAF(i-1)) {
				return fmt.Errorf("write %d saw %v, %w", i, latest.Total, err)
			}
			if _, err := s.BalanceBefore(context.Background(), noon.Add(time.Hour)); !errors.Is(err, ErrNotFound) {
				return fmt.Errorf("write %d: an earlier one is committed alone", i)
			}
			return adds(int64(i))(tx)
		})
	}
	for _, err := range queue(t, s, fns...) {
		mustBe(t, err, nil)
	}
	if latest, err := s.BalanceBefore(t.Context(), noon.Add(time.Hour)); err != nil || latest.Total != writes-1 {
		t.Errorf("%+v, %v", latest, err)
	}
}

func TestWrite_FailingPanickingOrAbandoned_HarmsNoOtherInItsBatch(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	refusal := errors.New("refused")
	spoil := func(end func()) func(*Tx) error {
		return func(tx *Tx) error {
			if err := adds(-1)(tx); err != nil {
				return err
			}
			end()
			return refusal
		}
	}
	results := queue(t, s,
		adds(1),
		spoil(func() {}),
		adds(2),
		spoil(func() { panic("the till fell over") }),
		adds(3),
		spoil(runtime.Goexit),
		adds(4))
	for _, i := range []int{0, 2, 4, 6} {
		mustBe(t, results[i], nil)
	}
	mustBe(t, results[1], refusal)
	if err := results[3]; err == nil || !strings.Contains(err.Error(), "the till fell over") || strings.Contains(err.Error(), "goroutine") {
		t.Errorf("a panic became %v", err)
	}
	if got := totals(t, s); got != "[1 2 3 4]" {
		t.Errorf("kept %s", got)
	}
}

// As on PostgreSQL: what broke a constraint can be told, and not gone on from.
func TestWrite_BrokenConstraint_HarmsNoOtherAndEndsItsOwn(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	addUser(t, s, "Caisse")
	results := queue(t, s,
		adds(1),
		func(tx *Tx) error {
			_, err := tx.CreateUser(context.Background(), User{Name: "caisse", Role: RoleOwner, Locale: "fr"})
			if !errors.Is(err, ErrTaken) {
				return fmt.Errorf("got %w", err)
			}
			if err := adds(2)(tx); err == nil {
				t.Error("it goes on")
			}
			return nil
		},
		func(tx *Tx) error {
			_, err := tx.CreateUser(context.Background(), User{Name: "other", Role: "king", Locale: "fr"})
			return err
		},
		adds(3))
	mustBe(t, results[0], nil)
	if results[1] == nil {
		t.Error("a closure that went on was kept")
	}
	if results[2] == nil {
		t.Error("a role that there is not was kept")
	}
	mustBe(t, results[3], nil)
	if got := totals(t, s); got != "[1 3]" {
		t.Errorf("kept %s", got)
	}
}

func TestWrite_ContextEndsBeforeItsTurn_IsNotRun(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	release := hold(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Write(ctx, func(context.Context, *Tx) error {
			t.Error("it was run")
			return nil
		})
	}()
	waitFor(func() bool { return len(s.queue) == 1 })
	cancel()
	mustBe(t, <-ended, context.Canceled) // while the writer is still busy
	release()
	write(t, s, adds(1)) // and the writer has passed it over
}

func TestWrite_ContextEndsWithAFullQueue_IsNotRun(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	release := hold(t, s)
	var wg sync.WaitGroup
	for range maxBatch {
		wg.Go(func() { mustBe(t, s.Write(context.Background(), of(adds(1))), nil) })
	}
	waitFor(func() bool { return len(s.queue) == maxBatch })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mustBe(t, s.Write(ctx, func(context.Context, *Tx) error {
		t.Error("it was run")
		return nil
	}), context.Canceled)
	release()
	wg.Wait()
}

func TestWrite_ContextEndsAsItsTurnComes_IsNotRun(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mine := &writeRequest{ctx: ctx, turn: make(chan *savepoint, 1), returned: make(chan error, 1), result: make(chan error, 1)}
	other := &writeRequest{ctx: t.Context(), turn: make(chan *savepoint, 1), returned: make(chan error, 1), result: make(chan error, 1)}
	other.returned <- nil // runs nothing
	results := s.commit([]*writeRequest{mine, other})
	mustBe(t, results[0], context.Canceled)
	mustBe(t, results[1], nil)
	mine.result <- results[0] // the writer had it first, so its caller hears of the result
	_, err := mine.wait()
	mustBe(t, err, context.Canceled)
	if len(mine.turn) != 0 {
		t.Error("it was given its turn")
	}
}

func TestWrite_ContextEndsDuringIt_KeepsNothingAndHarmsNoOther(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	ctx, cancel := context.WithCancel(t.Context())
	var statement error
	results := queue(t, s, adds(1), func(tx *Tx) error {
		if err := tx.AddBalance(ctx, BalanceSnapshot{Total: -1}); err != nil {
			return err
		}
		cancel()
		statement = tx.AddBalance(ctx, BalanceSnapshot{Total: -2})
		return nil // as if it did not care
	}, adds(2))
	mustBe(t, statement, context.Canceled)
	mustBe(t, results[1], context.Canceled)
	if got := totals(t, s); got != "[1 2]" {
		t.Errorf("kept %s", got)
	}
}

func TestWrite_ContextEndsDuringAStatement_DoesNotInterruptTheBatch(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := open(t, t.TempDir(), "sandbox")
	mine := false
	onEachRow(t, s, func() {
		if mine {
			cancel()
		}
	})
	results := queue(t, s, adds(1), func(tx *Tx) error {
		mine = true
		_, err := tx.savepoint.exec(ctx, `
			INSERT INTO balance_snapshots (book, at, total, mtn, orange, utility)
			SELECT 'demo', 0, 0, 0, 0, 0
			FROM (WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10000) SELECT n FROM r)`)
		return err
	}, adds(2))
	for i, err := range results {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if ctx.Err() == nil {
		t.Error("the context did not end")
	}
}

// onEachRow has SQLite call fn for each row that it is about to write.
func onEachRow(t *testing.T, s *Store, fn func()) {
	t.Helper()
	conn, err := s.writeDB.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, conn.Raw(func(c any) error {
		c.(*preparingConn).sqliteConn.(sqlite.HookRegisterer).RegisterPreUpdateHook(func(sqlite.SQLitePreUpdateData) { fn() })
		return nil
	}), nil)
	mustBe(t, conn.Close(), nil)
}

func TestWrite_FailedStatementThatIsIgnored_KeepsNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		if err := adds(1)(tx); err != nil {
			return err
		}
		_, _ = tx.savepoint.exec(ctx, "UPDATE no_such_table SET a = 1")
		if err := adds(2)(tx); err == nil {
			t.Error("a statement ran after a failed one")
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "no_such_table") {
		t.Errorf("got %v", err)
	}
	if got := totals(t, s); got != "[]" {
		t.Errorf("kept %s", got)
	}
}

func TestWrite_InsideAWrite_IsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	var nested error
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		nested = s.Write(ctx, of(adds(2)))
		return adds(1)(tx)
	}), nil)
	mustBe(t, nested, ErrNested)
	if got := totals(t, s); got != "[1]" {
		t.Errorf("kept %s", got)
	}
	write(t, s, adds(3)) // beside one another they are fine
}

func TestTx_AfterItsClosure_IsDead(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	var kept *Tx
	write(t, s, func(tx *Tx) error {
		kept = tx
		return nil
	})
	mustBe(t, adds(1)(kept), errEnded)
	_, err := kept.CountUsers(t.Context())
	mustBe(t, err, errEnded)
}

func TestWrite_ManyAtOnce_AreAllKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	const writers, each = 32, 10
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := s.Write(t.Context(), of(adds(int64(w*each+i)))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	mustBe(t, s.Close(), nil)
	var want []int
	for i := range writers * each {
		want = append(want, i)
	}
	if got := totals(t, open(t, dir, "sandbox")); got != fmt.Sprint(want) {
		t.Errorf("kept %s", got)
	}
}

func TestOpen_AfterAnAbruptEnd_HasWhatWasCommitted(t *testing.T) {
	t.Parallel()
	dir, copied := t.TempDir(), t.TempDir()
	s := open(t, dir, "sandbox")
	write(t, s, adds(1))
	write(t, s, adds(2))
	// The files as they lie there while nobody has closed the database, in the
	// middle of a write that never came to its end.
	release := hold(t, s)
	for _, name := range []string{FileName, FileName + "-wal"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	release()
	if got := totals(t, open(t, copied, "sandbox")); got != "[1 2]" {
		t.Errorf("kept %s", got)
	}
}

func TestReads_DuringAWrite_SeeWhatWasCommittedAndDoNotWait(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	write(t, s, adds(1))
	write(t, s, func(tx *Tx) error {
		if err := tx.AddBalance(t.Context(), BalanceSnapshot{At: noon.Add(time.Minute), Total: 2}); err != nil {
			return err
		}
		inside, err := tx.BalanceBefore(t.Context(), noon.Add(time.Hour))
		if err != nil || inside.Total != 2 {
			t.Errorf("inside: %+v, %v", inside, err)
		}
		outside, err := s.BalanceBefore(t.Context(), noon.Add(time.Hour))
		if err != nil || outside.Total != 1 {
			t.Errorf("outside: %+v, %v", outside, err)
		}
		return nil
	})
}

func TestReads_ContextOver_EndWithItsError(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.BalanceBefore(ctx, noon.Add(time.Hour))
	mustBe(t, err, context.Canceled)
	_, err = s.Transactions(ctx, TransactionFilter{})
	mustBe(t, err, context.Canceled)
}
