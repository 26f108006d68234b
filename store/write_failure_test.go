package store

// Writes when the database fails them: nobody is told that something was kept
// which was not, and the writer goes on.

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite_CommitFails_NobodyIsToldThatItWasKept(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	results := queue(t, s, adds(1), func(tx *Tx) error {
		// A broken foreign key that SQLite looks at when committing only.
		if _, err := tx.savepoint.exec(context.Background(), "PRAGMA defer_foreign_keys = 1"); err != nil {
			return err
		}
		_, err := tx.savepoint.exec(context.Background(), "INSERT INTO sessions (token_hash, user_id, data, created_at, seen_at, expires_at) VALUES (x'00', 99, x'', 0, 0, 0)")
		return err
	}, adds(2))
	for i, err := range results {
		if err == nil || !strings.Contains(err.Error(), "commit") {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if got := totals(t, s); got != "[]" {
		t.Errorf("kept %s", got)
	}
	write(t, s, adds(3))
	if got := totals(t, s); got != "[3]" {
		t.Errorf("afterwards kept %s", got)
	}
}

func TestWrite_DiskFull_SaysSoAndGoesOnAfterwards(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	write(t, s, adds(1))
	limitPages(t, s, 0)
	results := queue(t, s, adds(2), func(tx *Tx) error {
		_, err := tx.AddDelivery(context.Background(), Delivery{Verdict: VerdictAccepted, Body: make([]byte, 1<<20)})
		if err == nil {
			t.Error("a megabyte went where there was no room")
		}
		return nil // as if it did not care
	}, adds(3))
	if err := results[1]; err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("got %v", err)
	}
	mustBe(t, results[0], nil)
	mustBe(t, results[2], nil)
	if got := totals(t, s); got != "[1 2 3]" {
		t.Errorf("kept %s", got)
	}
	limitPages(t, s, 1<<20)
	addDelivery(t, s, Delivery{Body: make([]byte, 1<<20)})
}

// limitPages lets the database grow by so many pages and no further.
func limitPages(t *testing.T, s *Store, more int) {
	t.Helper()
	var pages, limit int
	if err := s.writeDB.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if err := s.writeDB.QueryRow(fmt.Sprintf("PRAGMA max_page_count = %d", pages+more)).Scan(&limit); err != nil || limit != pages+more {
		t.Fatal(limit, err)
	}
}

func TestWrite_WholeTransactionLost_FailsItsBatchAndGoesOnAfterwards(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	results := queue(t, s, adds(1), func(tx *Tx) error {
		// What SQLite does by itself when it can do nothing else.
		_, err := tx.savepoint.tx.ExecContext(context.Background(), "ROLLBACK")
		return errors.Join(err, errors.New("disk broken"))
	}, adds(2))
	for i, err := range results {
		if err == nil || !strings.Contains(err.Error(), "disk broken") {
			t.Errorf("write %d: %v", i, err)
		}
	}
	results = queue(t, s, adds(3), func(tx *Tx) error {
		// The connection is of no use for writing either: it must not be kept.
		_, err := tx.savepoint.tx.ExecContext(context.Background(), "ROLLBACK; PRAGMA query_only = 1")
		return err // says that all is well
	})
	for i, err := range results {
		if err == nil {
			t.Errorf("write %d was told that it was kept", i)
		}
	}
	write(t, s, adds(4))
	if got := totals(t, s); got != "[4]" {
		t.Errorf("kept %s", got)
	}
	var synchronous int // of the connection that took the place of the lost one
	if err := s.writeDB.QueryRow("PRAGMA synchronous").Scan(&synchronous); err != nil || synchronous != 2 {
		t.Errorf("synchronous is %d, %v", synchronous, err)
	}
}

func TestWrite_ReadOnlyDatabase_SaysSoAndGoesOnAfterwards(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	if _, err := s.writeDB.Exec("PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), of(adds(1))); err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("got %v", err)
	}
	mustBe(t, s.TryWrite(t.Context(), of(adds(1))), errFailing)
	if _, err := s.writeDB.Exec("PRAGMA query_only = 0"); err != nil {
		t.Fatal(err)
	}
	write(t, s, adds(2))
	mustBe(t, s.TryWrite(t.Context(), of(adds(3))), nil)
}

func TestTryWrite_WaitsLessThanALockDoes(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	release := hold(t, s)
	if err := s.TryWrite(t.Context(), of(adds(1))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	release()
	mustBe(t, s.TryWrite(t.Context(), of(adds(2))), nil)
	if got := totals(t, s); got != "[2]" {
		t.Errorf("kept %s", got)
	}
}

func TestWrite_LockedByAnotherProcess_SaysSoAndGoesOnAfterwards(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	if _, err := s.writeDB.Exec("PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	other, err := openPool(filepath.Join(dir, FileName), 1, "_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), of(adds(1))); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("got %v", err)
	}
	mustBe(t, lock.Rollback(), nil)
	write(t, s, adds(2))
	if got := totals(t, s); got != "[2]" {
		t.Errorf("kept %s", got)
	}
}
