package store

// The index of the search may be damaged, lost or behind: the search says what it
// could not look at, no other write suffers, and the index is made anew.

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// harms are what others have seen happen to such an index, and what a disk may do.
var harms = map[string]string{
	"its content is gone":        "DELETE FROM transactions_search_data",
	"its leaves are gone":        "DELETE FROM transactions_search_data WHERE id > 10",
	"its leaves are overwritten": "UPDATE transactions_search_data SET block = randomblob(length(block)) WHERE id > 10",
	"its structure is zeroed":    "UPDATE transactions_search_data SET block = zeroblob(length(block)) WHERE id = 10",
	"its pages are not found":    "DELETE FROM transactions_search_idx",
	"it has no version":          "DELETE FROM transactions_search_config",
	"it cannot be opened":        "DROP TABLE transactions_search_config",
	"it is gone":                 "DROP TABLE transactions_search",
	"it was emptied":             "INSERT INTO transactions_search (transactions_search) VALUES ('delete-all')",
	"the rows are another's":     "UPDATE transactions SET search = 'x' || id || 'yz'",
}

// harmed is a book of 1,100 transactions to the index of which something was done.
func harmed(t *testing.T, harm string) (s *Store, dir string, all []Transaction) {
	t.Helper()
	dir = t.TempDir()
	s = open(t, dir, "sandbox")
	all = sell(t, s, 1_100)
	indexAll(t, s)
	if _, err := s.writeDB.Exec(harm); err != nil {
		t.Fatal(err)
	}
	mustBe(t, s.Close(), nil)
	return openNew(t, dir, "sandbox"), dir, all
}

func TestDoctor_DamagedSearchIndex_IsSaidToBeThat_AndIsMadeAnew(t *testing.T) {
	for what, harm := range harms {
		t.Run(what, func(t *testing.T) {
			s, dir, all := harmed(t, harm)
			symptoms, err := s.Examine(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range symptoms {
				if (found.Wrong != "") != (found.Name == "search") {
					t.Errorf("%s: %s; %s", found.Name, found.Said, found.Wrong)
				}
			}
			mustBe(t, s.RebuildSearch(t.Context()), nil)
			indexAll(t, s)
			mustAgree(t, s)
			if check, err := s.CheckSearch(t.Context()); err != nil || !check.Whole() || check.Looked != searchSample {
				t.Errorf("%+v, %v", check, err)
			}
			if !strings.HasPrefix(harm, "UPDATE transactions SET") {
				for _, text := range []string{"pain complet", "sainte"} {
					if got, want := searched(t, s, TransactionFilter{Search: text}), holds(all, text); !slices.Equal(got, want) {
						t.Errorf("%q: %d found, want %d", text, len(got), len(want))
					}
				}
			}
		})
	}
}

func TestRebuildSearch_MakesTheIndexAsTheMigrationDoes(t *testing.T) {
	s, _, _ := harmed(t, harms["it is gone"])
	madeBy := func(s *Store) (statement string) {
		t.Helper()
		if err := s.readDB.QueryRow("SELECT sql FROM sqlite_schema WHERE name = 'transactions_search'").Scan(&statement); err != nil {
			t.Fatal(err)
		}
		return statement
	}
	mustBe(t, s.RebuildSearch(t.Context()), nil)
	if got, want := madeBy(s), madeBy(open(t, t.TempDir(), "sandbox")); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestSearch_IndexThatCannotBeRead_LooksAtRowsAndTellsHowFar(t *testing.T) {
	for _, what := range []string{"its content is gone", "its leaves are overwritten", "it has no version", "it cannot be opened", "it is gone"} {
		s, _, all := harmed(t, harms[what])
		if got, want := searched(t, s, TransactionFilter{Search: "pain complet"}), holds(all, "pain complet"); !slices.Equal(got, want) {
			t.Errorf("%s: %d found, want %d", what, len(got), len(want))
		}
	}
}

func TestIndexSearch_DamagedIndex_HarmsNoWriteBesideIt(t *testing.T) {
	for what, harm := range harms {
		t.Run(what, func(t *testing.T) {
			s, _, all := harmed(t, harm)
			sell(t, s, 1_000)
			// All in one batch: a sale, a step of the index, and another sale.
			begun, goOn, first := make(chan struct{}), make(chan struct{}), make(chan error)
			go func() {
				first <- s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
					close(begun)
					<-goOn
					_, err := tx.CreateTransaction(ctx, filled(Transaction{Description: "first"}))
					return err
				})
			}()
			<-begun
			step := make(chan error)
			go func() { _, err := s.indexSearch(t.Context()); step <- err }()
			waitFor(func() bool { return len(s.queue) == 1 })
			last := make(chan error)
			go func() {
				all[0].Description = "last"
				last <- s.Write(t.Context(), of(func(tx *Tx) error { return tx.UpdateTransaction(t.Context(), all[0]) }))
			}()
			waitFor(func() bool { return len(s.queue) == 2 })
			close(goOn)
			mustBe(t, <-first, nil)
			said := <-step
			if err := <-last; err != nil {
				t.Errorf("beside the index's own %v: %v", said, err)
			}
		})
	}
}

func TestIndexSearch_StoppedAnywhere_GoesOnFromThere(t *testing.T) {
	dir := t.TempDir()
	s := openNew(t, dir, "sandbox")
	all := sell(t, s, 2_300)
	mustBe(t, s.RebuildSearch(t.Context()), nil) // all of it is older than the index
	all = append(all, sell(t, s, 1_000)...)
	for steps := 0; ; steps++ {
		step, err := s.indexSearch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !step.more {
			break
		}
		at := indexed(t, s)
		// A step that is not committed leaves nothing.
		_ = s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			mustBe(t, tx.indexOld(ctx, at), nil)
			return errFailing
		})
		mustBe(t, s.Close(), nil)
		s = openNew(t, dir, "sandbox")
		if got := indexed(t, s); got != at {
			t.Fatalf("at %+v, want %+v", got, at)
		}
		if steps > 30 {
			t.Fatal("it never ends")
		}
	}
	if got := indexed(t, s); got != (searchIndex{0, 3_300}) {
		t.Errorf("indexed %+v", got)
	}
	mustAgree(t, s)
	if got, want := searched(t, s, TransactionFilter{Search: "sainte"}), holds(all, "sainte"); !slices.Equal(got, want) {
		t.Errorf("%d found, want %d", len(got), len(want))
	}
}

func TestKeepSearchIndexed_MakesADamagedIndexAnew(t *testing.T) {
	s, _, all := harmed(t, harms["it was emptied"])
	ctx, stop := context.WithCancel(t.Context())
	ended, told := make(chan struct{}), make(chan error, 9)
	go func() { defer close(ended); s.KeepSearchIndexed(ctx, func(err error) { told <- err }) }()
	waitFor(func() bool {
		index, err := s.searchIndex(t.Context())
		return err == nil && index.to == 1_100 && index.from == 0
	})
	stop()
	<-ended
	mustBe(t, <-told, errSearchIndex)
	if got, want := searched(t, s, TransactionFilter{Search: "pain complet"}), holds(all, "pain complet"); !slices.Equal(got, want) {
		t.Errorf("%d found, want %d", len(got), len(want))
	}
	mustAgree(t, s)
}

func TestIndexSearch_RowsOfBeforeTheIndex_LoseTheirReferences(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	all := sell(t, s, 600)
	if _, err := s.writeDB.Exec("UPDATE transactions SET search = search || char(10) || reference"); err != nil {
		t.Fatal(err)
	}
	mustBe(t, s.RebuildSearch(t.Context()), nil)
	indexAll(t, s)
	mustAgree(t, s)
	rows, err := many(t.Context(), s.rows, scanSearchRow, "SELECT "+transactionColumns+", search FROM transactions")
	if err != nil || len(rows) != len(all) {
		t.Fatal(len(rows), err)
	}
	for _, row := range rows {
		if row.text != row.searchText() {
			t.Fatalf("%d is searched by %q", row.ID, row.text)
		}
	}
}
