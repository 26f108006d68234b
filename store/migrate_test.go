package store

// Versions of the database.

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen_Migrations_BuildEveryTableOnceAndOpenAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	user := addUser(t, s, "Boutique Exemple")
	mustBe(t, s.Close(), nil)

	again := open(t, dir, "sandbox")
	if _, err := again.User(t.Context(), user.ID); err != nil {
		t.Error(err)
	}
	for _, table := range []string{"users", "sessions", "payment_links", "transactions", "events", "deliveries", "balance_snapshots"} {
		var n int
		if err := again.readDB.QueryRow("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?", table).Scan(&n); err != nil || n != 1 {
			t.Errorf("table %s: %d, %v", table, n, err)
		}
	}
}

func TestOpen_NewerDatabase_IsRefusedAndLeftAsItIs(t *testing.T) {
	dir := t.TempDir()
	mustBe(t, open(t, dir, "sandbox").Close(), nil)
	path := filepath.Join(dir, FileName)
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)"); err != nil {
		t.Fatal(err)
	}
	mustBe(t, raw.Close(), nil)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	_, err = Open(t.Context(), dir, Options{Book: "sandbox"})
	mustBe(t, err, ErrNewer)
	var newer *NewerError
	if !errors.As(err, &newer) || newer.Database != 99 || newer.Program != 4 {
		t.Errorf("%+v", newer)
	}
	if !strings.Contains(err.Error(), "version 99") || !strings.Contains(err.Error(), "version 4") {
		t.Errorf("the message lacks a version: %v", err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Error("the newer database was changed")
	}
}

func TestOpen_MigrationThatFails_IsSaidAndUndone(t *testing.T) {
	dir := t.TempDir()
	raw, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("CREATE TABLE sessions (another_programs TEXT)"); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), dir, Options{Book: "sandbox"})
	if err == nil || !strings.Contains(err.Error(), "migrate the database from version 0 to 4") {
		t.Errorf("got %v", err)
	}
	var n int
	if err := raw.QueryRow("SELECT COUNT(*) FROM sqlite_master WHERE name = 'users'").Scan(&n); err != nil || n != 0 {
		t.Errorf("half a migration stayed: %d, %v", n, err)
	}
	mustBe(t, raw.Close(), nil)
}
