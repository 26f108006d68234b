package store

// What the tests share, and opening and closing.

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"comptoir/store/storetest"
)

// noon is when the tests happen.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

var template = storetest.Template{Open: func(dir string) (io.Closer, error) {
	return Open(context.Background(), dir, Options{Book: "sandbox"})
}}

func open(t testing.TB, dir string, book Book) *Store {
	t.Helper()
	if err := template.Begin(dir); err != nil {
		t.Fatal(err)
	}
	return openNew(t, dir, book)
}

// openNew is open of a book that Open makes, where the folder has none.
func openNew(t testing.TB, dir string, book Book) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{Book: book, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func write(t testing.TB, s *Store, fn func(*Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), of(fn)); err != nil {
		t.Fatal(err)
	}
}

// of is a closure that has its context from its test.
func of(fn func(*Tx) error) func(context.Context, *Tx) error {
	return func(_ context.Context, tx *Tx) error { return fn(tx) }
}

// addTransaction adds t, with what the database requires where it is empty.
func addTransaction(t testing.TB, s *Store, want Transaction) Transaction {
	t.Helper()
	write(t, s, func(tx *Tx) (err error) {
		want, err = tx.CreateTransaction(t.Context(), filled(want))
		return err
	})
	return want
}

func filled(t Transaction) Transaction {
	if t.Kind == "" {
		t.Kind = KindCollect
	}
	if t.Origin == "" {
		t.Origin = OriginPush
	}
	if t.Status == "" {
		t.Status = StatusPending
	}
	if t.Currency == "" {
		t.Currency = "XAF"
	}
	if t.CreatedAt.IsZero() {
		t.CreatedAt = noon
	}
	return t
}

func addLink(t testing.TB, s *Store, l PaymentLink) PaymentLink {
	t.Helper()
	l.PaymentOptions = "MOMO"
	write(t, s, func(tx *Tx) (err error) {
		l, err = tx.CreateLink(t.Context(), l)
		return err
	})
	return l
}

func addDelivery(t testing.TB, s *Store, d Delivery) Delivery {
	t.Helper()
	if d.Verdict == "" {
		d.Verdict = VerdictAccepted
	}
	write(t, s, func(tx *Tx) (err error) {
		d, err = tx.AddDelivery(t.Context(), d)
		return err
	})
	return d
}

func addUser(t testing.TB, s *Store, name string) User {
	t.Helper()
	var u User
	write(t, s, func(tx *Tx) (err error) {
		u, err = tx.CreateUser(t.Context(), User{Name: name, PasswordHash: "hash", Role: RoleCashier, Locale: "fr", CreatedAt: noon})
		return err
	})
	return u
}

func mustBe(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

// waitFor waits for a state that nothing announces.
func waitFor(reached func() bool) {
	for !reached() {
		runtime.Gosched()
	}
}

func ids(transactions []Transaction) []int64 {
	found := []int64{}
	for _, t := range transactions {
		found = append(found, t.ID)
	}
	return found
}

func TestOpen_FolderAndFiles_AreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a folder with ? # and %", "data")
	s := openNew(t, dir, "sandbox")
	addUser(t, s, "Boutique Exemple") // so that the log beside the database exists
	for name, want := range map[string]os.FileMode{"": 0o700, FileName: 0o600, FileName + "-wal": 0o600, FileName + "-shm": 0o600} {
		about, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := about.Mode().Perm(); got != want {
			t.Errorf("%q has mode %o, want %o", name, got, want)
		}
	}
}

func TestOpen_FileThatOthersCanRead_IsClosedToThem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, dir, "sandbox")
	about, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := about.Mode().Perm(); got != 0o600 {
		t.Errorf("mode %o, want 600", got)
	}
}

func TestOpen_Connections_AreDurableForWritesAndReadOnlyForReads(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for pragma, want := range map[string][2]string{ // on the write connection, on a read connection
		"journal_mode": {"wal", "wal"},
		"synchronous":  {"2", ""}, // FULL
		"foreign_keys": {"1", "1"},
		"busy_timeout": {"5000", "5000"},
		"query_only":   {"0", "1"},
	} {
		var writer, reader string
		if err := s.writeDB.QueryRow("PRAGMA " + pragma).Scan(&writer); err != nil {
			t.Fatal(err)
		}
		if err := s.readDB.QueryRow("PRAGMA " + pragma).Scan(&reader); err != nil {
			t.Fatal(err)
		}
		if writer != want[0] {
			t.Errorf("%s of the write connection is %s, want %s", pragma, writer, want[0])
		}
		if want[1] != "" && reader != want[1] {
			t.Errorf("%s of a read connection is %s, want %s", pragma, reader, want[1])
		}
	}
	if open := s.writeDB.Stats().MaxOpenConnections; open != 1 {
		t.Errorf("%d write connections, want 1", open)
	}
	if _, err := s.readDB.Exec("DELETE FROM users"); err == nil {
		t.Error("a read connection can write")
	}
}

func TestOpen_WhatCannotBeOpened_IsSaid(t *testing.T) {
	t.Parallel()
	if _, err := Open(t.Context(), t.TempDir(), Options{Book: "other"}); err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("an unknown book: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("no folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), file, Options{Book: "demo"}); err == nil {
		t.Error("a file was opened as a folder")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{Book: "demo"}); err == nil {
		t.Error("a text file was opened as a database")
	}
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{Book: "demo"}); err == nil {
		t.Error("a folder was opened as a database")
	}
}

func TestOpen_WithoutAClock_UsesTheRealOne(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), t.TempDir(), Options{Book: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.now().IsZero() {
		t.Error("no time")
	}
}

func TestClose_LetsWritesEndAndRefusesNewOnes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	begun, goOn := make(chan struct{}), make(chan struct{})
	written, closed := make(chan error, 1), make(chan error, 1)
	go func() {
		written <- s.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
			close(begun)
			<-goOn
			return tx.AddBalance(ctx, BalanceSnapshot{At: noon, Total: 7})
		})
	}()
	<-begun
	go func() { closed <- s.Close() }()
	waitFor(func() bool {
		s.mu.RLock()
		defer s.mu.RUnlock()
		return s.closed
	})
	mustBe(t, s.Write(t.Context(), func(context.Context, *Tx) error { return nil }), ErrClosed)
	select {
	case err := <-closed:
		t.Fatalf("closed while a write was under way: %v", err)
	default:
	}
	close(goOn)
	mustBe(t, <-written, nil)
	mustBe(t, <-closed, nil)
	mustBe(t, s.Close(), nil)
	if _, err := s.CountUsers(t.Context()); err == nil {
		t.Error("a closed store still reads")
	}
	again := open(t, dir, "sandbox")
	if b, err := again.BalanceBefore(t.Context(), noon.Add(time.Hour)); err != nil || b.Total != 7 {
		t.Errorf("after reopening: %+v, %v", b, err)
	}
}
