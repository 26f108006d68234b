package store

// Versions of the database.

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
)

func TestOpen_Migrations_BuildEveryTableOnceAndOpenAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	user := addUser(t, s, "Boutique Exemple")
	mustBe(t, s.Close(), nil)

	again := open(t, dir, "sandbox")
	if _, err := again.User(t.Context(), user.ID); err != nil {
		t.Error(err)
	}
	for _, table := range []string{"users", "sessions", "payment_links", "transactions", "events", "deliveries", "balance_snapshots",
		"payout_rules", "recipients", "approvals", "audit_log"} {
		var n int
		if err := again.readDB.QueryRow("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?", table).Scan(&n); err != nil || n != 1 {
			t.Errorf("table %s: %d, %v", table, n, err)
		}
	}
}

// newest is the version that this program knows: its migrations have every
// number from 1.
func newest(t *testing.T) int64 {
	t.Helper()
	files, err := sqliteMigrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	number, _, _ := strings.Cut(files[len(files)-1].Name(), "_")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpen_NewerDatabase_IsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
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
	if !errors.As(err, &newer) || newer.Database != 99 || newer.Program != newest(t) {
		t.Errorf("%+v", newer)
	}
	if !strings.Contains(err.Error(), "version 99") || !strings.Contains(err.Error(), fmt.Sprint("version ", newest(t), ";")) {
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
	t.Parallel()
	dir := t.TempDir()
	raw, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("CREATE TABLE sessions (another_programs TEXT)"); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), dir, Options{Book: "sandbox"})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint("migrate the database from version 0 to ", newest(t), ":")) {
		t.Errorf("got %v", err)
	}
	var n int
	if err := raw.QueryRow("SELECT COUNT(*) FROM sqlite_master WHERE name = 'users'").Scan(&n); err != nil || n != 0 {
		t.Errorf("half a migration stayed: %d, %v", n, err)
	}
	mustBe(t, raw.Close(), nil)
}

// bookOf is the database of an older version.
func bookOf(t *testing.T, dir string, version int64) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(sqliteMigrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, raw, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return raw
}

// A book of the version before money went out keeps its rows, which refund
// nothing, went to nobody and cost nothing.
func TestOpen_BookFromBeforeMoneyOut_KeepsItsTransactions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	raw := bookOf(t, dir, 4)
	if _, err := raw.Exec(`INSERT INTO transactions VALUES (1, 'sandbox', 'collect', 'push', 'successful', NULL, NULL,
		'external', 'operation', 'reference', 250000, 250000, 245000, 'XAF', 0, 'MTN', '237677123456', 'Pain',
		'', '', '', '', '', '', '', '', NULL, 1, 2, 3, 4, 0, 0, 5, 'pain'), (2, 'sandbox', 'collect', 'push', 'successful', NULL, NULL,
		'another', 'other', 'second', 250000, 0, 0, 'XAF', 0, 'MTN', '237677123456', 'Lait',
		'', '', '', '', '', '', '', 'underpaid report_differs', NULL, 1, 2, 3, 4, 0, 0, 5, 'lait')`); err != nil {
		t.Fatal(err)
	}
	mustBe(t, raw.Close(), nil)

	s := open(t, dir, "sandbox")
	kept, err := s.Transaction(t.Context(), 1)
	if err != nil || kept.Description != "Pain" || kept.Asked != 250000 || kept.RefundOf != 0 || kept.RecipientName != "" || kept.Fee != 0 {
		t.Errorf("%+v, %v", kept, err)
	}
	// One that was taken for a payment of nothing, and short of all: nobody told its amount.
	untold, err := s.Transaction(t.Context(), 2)
	if err != nil || !untold.AmountUnknown || untold.Flags.String() != "report_differs amount_unknown" || kept.AmountUnknown {
		t.Errorf("%+v, %v", untold, err)
	}
	refund := addTransaction(t, s, Transaction{Kind: KindWithdraw, Origin: OriginRefund, RefundOf: kept.ID, Asked: 100})
	if refunds, err := s.RefundsOf(t.Context(), kept.ID); err != nil || len(refunds) != 1 || refunds[0].ID != refund.ID {
		t.Errorf("%+v, %v", refunds, err)
	}
}
