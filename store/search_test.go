package store

// The search of transactions finds the same whether its index has a row or not, and
// tells what it did not look at.

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
)

var (
	soldThings = []string{"Pain complet", "Riz parfumé 5 kg", "Huile d’œuvre", "Sainte-Anne messe", "Savon 100%", "a_b [x] *?", `dit "oui"`, "Crédit МТН", "日本語 の 本"}
	payerNames = []string{"", "Mme M’Bida", "Étoa Renée", "Lætitia Ngono"}
)

// sell writes n transactions down, in the order of their IDs.
func sell(t testing.TB, s *Store, n int) (all []Transaction) {
	t.Helper()
	write(t, s, func(tx *Tx) error {
		sold, err := one(t.Context(), tx.rows, scanCount, "SELECT COUNT(*) FROM transactions")
		if err != nil {
			return err
		}
		for i := sold; i < sold+n; i++ {
			sold, err := tx.CreateTransaction(t.Context(), filled(Transaction{
				Phone: money.Phone("2376" + phoneOf(i)), Description: soldThings[i%len(soldThings)], RecipientName: payerNames[i%len(payerNames)],
				OperationCode: fmt.Sprintf("K%05d", i), Reference: fmt.Sprintf("%08x-0000-4000-8000-%012x", i*7919, i), CreatedAt: noon.Add(time.Duration(i) * time.Second),
			}))
			if err != nil {
				return err
			}
			all = append(all, sold)
		}
		return nil
	})
	return all
}

func phoneOf(i int) string { return fmt.Sprintf("%08d", (i*7_654_321)%100_000_000) }

// indexAll indexes whatever there is to index at once.
func indexAll(t testing.TB, s *Store) {
	t.Helper()
	for more := true; more; {
		step, err := s.indexSearch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		more = step.more
	}
}

// beginIndexAnew makes of s a book that is older than the index.
func beginIndexAnew(t testing.TB, s *Store) {
	t.Helper()
	mustBe(t, s.RebuildSearch(t.Context()), nil)
}

func indexed(t testing.TB, s *Store) searchIndex {
	t.Helper()
	index, err := s.searchIndex(t.Context())
	mustBe(t, err, nil)
	return index
}

// mustAgree fails where the index differs from the rows that it is to hold.
func mustAgree(t testing.TB, s *Store) {
	t.Helper()
	if _, err := s.writeDB.Exec("INSERT INTO transactions_search (transactions_search, rank) VALUES ('integrity-check', 1)"); err != nil {
		t.Errorf("the index is not what the rows say: %v", err)
	}
}

// searched follows a search to its end.
func searched(t testing.TB, s *Store, wanted TransactionFilter) (all []int64) {
	t.Helper()
	wanted.Limit = 40
	for {
		page, err := s.Search(t.Context(), wanted)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ids(page.Transactions)...)
		switch {
		case len(page.Transactions) == wanted.Limit:
			wanted.Before = all[len(all)-1]
		case page.Left != 0:
			wanted.Before = page.Left
		default:
			return all
		}
	}
}

// holds are the transactions with all words of a text, newest first.
func holds(all []Transaction, text string) (want []int64) {
	for i := len(all) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(strings.Fields(fold(text)), func(word string) bool { return !strings.Contains(all[i].searchText(), word) }) {
			want = append(want, all[i].ID)
		}
	}
	return want
}

func TestSearch_IndexedOrNot_FindsTheSame(t *testing.T) {
	dir := t.TempDir()
	s, other := open(t, dir, "production"), open(t, dir, "sandbox")
	var all []Transaction
	mustFind := func(when string) {
		t.Helper()
		for _, text := range []string{
			"pain", "PAIN complet", "complet pain", "œuvre", "oeuvre d'h", "sainte-anne", "parfume riz", "100%", "a_b", "[x]", "*?", `"oui"`, `dit "`,
			"МТН", "日本語", "本", "kg", "kg riz", "m'bida pain", "OR", "NEAR(pain riz)", "pain OR riz", "pain*", "k0001", "K00012", "zebra", "pai zebra", "ngono laetitia 2376", `\`, "search:pain", "-pain",
		} {
			if got, want := searched(t, s, TransactionFilter{Search: text}), holds(all, text); !slices.Equal(got, want) {
				t.Errorf("%s, %q: %d found, want %d", when, text, len(got), len(want))
			}
		}
	}
	for range 3 {
		all = append(all, sell(t, s, 600)...)
		sell(t, other, 100)
	}
	mustFind("nothing indexed")
	indexAll(t, s)
	all = append(all, sell(t, s, 30)...)
	mustFind("the newest not indexed")
	if got := indexed(t, s); got != (searchIndex{0, 2000}) {
		t.Errorf("indexed %+v", got)
	}
	beginIndexAnew(t, s)
	mustFind("a book that is older than the index")
	for range 3 {
		if _, err := s.indexSearch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := indexed(t, s); got.from == 0 || got.from == got.to {
		t.Errorf("indexed %+v", got)
	}
	mustFind("the older half not indexed")
	indexAll(t, s)
	mustFind("all indexed")
	mustAgree(t, s)
}

func TestSearch_PhoneInAnyWriting_IsFoundByItsLastDigits(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	want := addTransaction(t, s, Transaction{Phone: "237677124883", Description: "Ngono"}).ID
	sell(t, s, 1_200)
	for _, when := range []string{"before it is indexed", "once it is indexed"} {
		for _, text := range []string{"677124883", "6 77 12 48 83", "+237 677-12-48-83", "00237677124883", "124883", "12 48 83", "ngono 124883", "24883 Ngono"} {
			if got := searched(t, s, TransactionFilter{Search: text}); !slices.Equal(got, []int64{want}) {
				t.Errorf("%s, %q: %v", when, text, got)
			}
		}
		for _, text := range []string{"4883", "48 83", "ngono 48 83"} {
			if got := searched(t, s, TransactionFilter{Search: text}); !slices.Contains(got, want) {
				t.Errorf("%s, %q: %v", when, text, got)
			}
		}
		indexAll(t, s)
	}
}

func TestSearch_Reference_IsFoundByItsBeginning(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	first := addTransaction(t, s, Transaction{Reference: "8F6A1c7e-1111-4000-8000-000000000001", ExternalReference: "2ceefe04-2222-4000-8000-000000000002"})
	second := addTransaction(t, s, Transaction{Reference: "ba5e0000-1111-4000-8000-000000000003", ExternalReference: first.ExternalReference, SiblingOf: first.ID})
	sold := sell(t, s, 6_000)[0] // more than a search looks at
	for text, want := range map[string][]int64{
		first.Reference:          {first.ID},
		"8F6A1c7e":               {first.ID},
		second.Reference:         {second.ID},
		"BA5E0000-1111":          {second.ID},
		first.ExternalReference:  {second.ID, first.ID},
		"  2CEEFE04-2222-4000  ": {second.ID, first.ID},
		"2ceefe04-2222-4000-9":   {},
		"2ceefe0%":               {},
		"8F6A1c7e' OR '1' = '1":  {},
		"8F6A1c7e~":              {},
		sold.Reference[:12]:      {sold.ID},
	} {
		page, err := s.Search(t.Context(), TransactionFilter{Search: text})
		if err != nil || !slices.Equal(ids(page.Transactions), want) {
			t.Errorf("%q: %v, %v; want %v", text, ids(page.Transactions), err, want)
		}
	}
	if page, err := s.Search(t.Context(), TransactionFilter{Search: first.ExternalReference, Since: noon.Add(time.Minute)}); err != nil || len(page.Transactions) != 0 {
		t.Errorf("a cashier finds what is older than today: %v, %v", ids(page.Transactions), err)
	}
}

func TestSearch_RowThatChanged_IsFoundByWhatItSaysNow(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	all := sell(t, s, 1_000)
	indexAll(t, s)
	for i := range all[:250] {
		all[i].Description, all[i].OperatorReference = "Beignets", fmt.Sprintf("MP%06d", i)
	}
	change := func(changed ...Transaction) {
		write(t, s, func(tx *Tx) error {
			for _, c := range changed {
				if err := tx.UpdateTransaction(t.Context(), c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	mustFind := func(when string) {
		t.Helper()
		for _, text := range []string{"beignets", "mp000007", "pain complet", "sable", "2376" + phoneOf(3)} {
			if got, want := searched(t, s, TransactionFilter{Search: text}), holds(all, text); !slices.Equal(got, want) {
				t.Errorf("%s, %q: %v, want %v", when, text, got, want)
			}
		}
	}
	change(all[:250]...)
	mustFind("before it is indexed anew")
	all[7].Description = "Sable" // twice: the index still has the first
	change(all[7])
	mustFind("changed twice")
	indexAll(t, s)
	mustFind("indexed anew")
	mustAgree(t, s)
	all[7].Status = StatusSuccessful // what is not searched
	change(all[7])
	if n, err := one(t.Context(), s.rows, scanCount, "SELECT COUNT(*) FROM search_changed"); err != nil || n != 0 {
		t.Errorf("%d wait to be indexed anew, %v", n, err)
	}
}

func TestSearch_WordsTooShort_LooksAtTheNewest500AndSaysSo(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	old := addTransaction(t, s, Transaction{Description: "zz top"}).ID
	sell(t, s, 1_100)
	indexAll(t, s)
	page, err := s.Search(t.Context(), TransactionFilter{Search: "zz"})
	if err != nil || len(page.Transactions) != 0 || !page.Short || page.Left != 602 || page.LeftAt.IsZero() {
		t.Errorf("%v, %+v, %v", ids(page.Transactions), page, err)
	}
	if got := searched(t, s, TransactionFilter{Search: "zz"}); !slices.Equal(got, []int64{old}) {
		t.Errorf("further on: %v", got)
	}
	// Beside a longer word a short one limits, and needs no note.
	page, err = s.Search(t.Context(), TransactionFilter{Search: "top zz"})
	if err != nil || !slices.Equal(ids(page.Transactions), []int64{old}) || page.Short || page.Left != 0 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestSearch_MoreThanItLooksAt_TellsFromWhereToGoOn(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	old := addTransaction(t, s, Transaction{Description: "pain", Status: StatusFailed}).ID
	write(t, s, func(tx *Tx) error {
		for range searchLooks + 1_000 {
			if _, err := tx.CreateTransaction(t.Context(), filled(Transaction{Description: "pain"})); err != nil {
				return err
			}
		}
		return nil
	})
	wanted := TransactionFilter{Search: "pain", Status: StatusFailed}
	for when, prepare := range map[string]func(){"not indexed": func() {}, "indexed": func() { indexAll(t, s) }} {
		prepare()
		page, err := s.Search(t.Context(), wanted)
		if err != nil || len(page.Transactions) != 0 || page.Left == 0 || page.Short {
			t.Errorf("%s: %+v, %v", when, page, err)
		}
		if n, whole, err := s.CountFound(t.Context(), wanted); err != nil || n != 0 || whole {
			t.Errorf("%s: %d counted, all of them: %v, %v", when, n, whole, err)
		}
		if got := searched(t, s, wanted); !slices.Equal(got, []int64{old}) {
			t.Errorf("%s: %v", when, got)
		}
	}
	// What a cashier may not see is not looked through either.
	wanted.Since = noon.Add(time.Hour)
	if page, err := s.Search(t.Context(), wanted); err != nil || page.Left != 0 {
		t.Errorf("of nothing that he may see: %+v, %v", page, err)
	}
}

func TestCountFound_IsCapped(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	sell(t, s, 18)
	for text, want := range map[string]int{"pain": 2, "zebra": 0} {
		if n, whole, err := s.CountFound(t.Context(), TransactionFilter{Search: text, Before: 3}); err != nil || n != want || !whole {
			t.Errorf("%q: %d, all of them: %v, %v", text, n, whole, err)
		}
	}
	sell2 := func(n int) {
		write(t, s, func(tx *Tx) error {
			for range n {
				if _, err := tx.CreateTransaction(t.Context(), filled(Transaction{Description: "beignets"})); err != nil {
					return err
				}
			}
			return nil
		})
	}
	sell2(MostCounted)
	if n, whole, err := s.CountFound(t.Context(), TransactionFilter{Search: "beignets"}); err != nil || n != MostCounted || !whole {
		t.Errorf("%d, all of them: %v, %v", n, whole, err)
	}
	sell2(1)
	if n, whole, err := s.CountFound(t.Context(), TransactionFilter{Search: "beignets"}); err != nil || n != MostCounted || whole {
		t.Errorf("%d, all of them: %v, %v", n, whole, err)
	}
}
