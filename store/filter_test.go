package store

// What a search takes for the same.

import (
	"database/sql"
	"path/filepath"
	"testing"
)

func TestSearch_TakesForTheSame_WhatPeopleWriteInMoreThanOneWay(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for stored, typed := range map[string][]string{
		"Mme M’Bida":         {"m'bida", "M’BIDA", "mʼbida"},
		"École Sainte-Anne":  {"sainte anne", "ecole sainte-anne", "Sainte\u2011Anne", "sainte–anne"},
		"Maître d’œuvre":     {"oeuvre", "Œuvre", "d'oeuvre"},
		"Lætitia\u00a0Ngono": {"laetitia ngono", "LÆTITIA"},
		"Pain\u200b complet": {"pain complet", "\ufeffpain\u202f"},
		"Rene\u0301e Étoa":   {"Renée", "renee", "etoa"},
	} {
		want := addTransaction(t, s, Transaction{Description: stored}).ID
		for _, text := range typed {
			if found, err := s.Transactions(t.Context(), TransactionFilter{Search: text}); err != nil || len(found) != 1 || found[0].ID != want {
				t.Errorf("%q for %q: %v, %v", text, stored, ids(found), err)
			}
		}
	}
	payer := addTransaction(t, s, Transaction{Phone: "237677123456"}).ID
	for _, text := range []string{"\u202a677123456\u202c", "'677123456", "677123456.0", "(+237) 677 12 34 56", "677\u200712\u200934", "34-56", "677/12/34/56"} {
		if found, err := s.Transactions(t.Context(), TransactionFilter{Search: text}); err != nil || len(found) != 1 || found[0].ID != payer {
			t.Errorf("%q: %v, %v", text, ids(found), err)
		}
	}
}

func TestOpen_BookFoldedAsBefore_IsSearchedAsNow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	want := addTransaction(t, s, Transaction{Description: "Sainte-Anne, M’Bida, œuvre"}).ID
	mustBe(t, s.Close(), nil)
	raw, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"UPDATE transactions SET search = 'sainte-anne, m’bida, œuvre'", "DELETE FROM goose_db_version WHERE version_id >= 35",
		"DROP TABLE transactions_search", "DROP TABLE search_index", "DROP TABLE search_changed",
		"DROP INDEX transactions_link_untold", "DROP INDEX transactions_charged", "DROP INDEX damages_subject", "DROP INDEX sessions_till", "ALTER TABLE sessions DROP COLUMN till_id",
		"ALTER TABLE balance_snapshots DROP COLUMN total_unknown", "ALTER TABLE balance_snapshots DROP COLUMN mtn_unknown",
		"ALTER TABLE balance_snapshots DROP COLUMN orange_unknown", "ALTER TABLE payment_links DROP COLUMN sum",
		"ALTER TABLE approvals DROP COLUMN sum", "ALTER TABLE payout_rules DROP COLUMN sum",
	} {
		if _, err := raw.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	mustBe(t, raw.Close(), nil)
	found, err := open(t, dir, "sandbox").Transactions(t.Context(), TransactionFilter{Search: "sainte anne, m'bida, oeuvre"})
	if err != nil || len(found) != 1 || found[0].ID != want {
		t.Errorf("%v, %v", ids(found), err)
	}
}
