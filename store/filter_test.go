package store

// What a search takes for the same.

import (
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
	raw := bookOf(t, dir, 4)
	if _, err := raw.Exec(`INSERT INTO transactions VALUES (1, 'sandbox', 'collect', 'push', 'successful', NULL, NULL,
		'external', 'operation', 'reference', 250000, 250000, 245000, 'XAF', 0, 'MTN', '237677123456', 'Sainte-Anne, M’Bida, œuvre',
		'', '', '', '', '', '', '', '', NULL, 1, 2, 3, 4, 0, 0, 5, 'sainte-anne, m’bida, œuvre')`); err != nil {
		t.Fatal(err)
	}
	mustBe(t, raw.Close(), nil)
	found, err := open(t, dir, "sandbox").Transactions(t.Context(), TransactionFilter{Search: "sainte anne, m'bida, oeuvre"})
	if err != nil || len(found) != 1 || found[0].ID != 1 {
		t.Errorf("%v, %v", ids(found), err)
	}
}
