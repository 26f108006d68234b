package store

// Pages together show every row once, whatever their length and whatever
// arrives between them.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func anyTransaction(r *rapid.T) Transaction {
	t := Transaction{
		Kind:        rapid.SampledFrom([]Kind{KindCollect, KindWithdraw, KindAirtime}).Draw(r, "kind"),
		Origin:      rapid.SampledFrom([]Origin{OriginPush, OriginExternal}).Draw(r, "origin"),
		Status:      rapid.SampledFrom([]Status{StatusPending, StatusSuccessful, StatusFailed}).Draw(r, "status"),
		Description: rapid.SampledFrom([]string{"pain", "Pâté", "100 %", "a_b", ""}).Draw(r, "description"),
		CreatedAt:   noon.Add(time.Duration(rapid.IntRange(-50, 50).Draw(r, "minutes")) * time.Minute),
	}
	if rapid.Bool().Draw(r, "flagged") {
		t.Flags = Flags{FlagUnderpaid}
	}
	return filled(t)
}

func anyFilter(r *rapid.T) TransactionFilter {
	f := TransactionFilter{
		Search:  rapid.SampledFrom([]string{"", "pa", "pate", "%", "_"}).Draw(r, "search"),
		Status:  rapid.SampledFrom([]Status{"", StatusPending, StatusSuccessful}).Draw(r, "only status"),
		Kind:    rapid.SampledFrom([]Kind{"", KindCollect, KindAirtime}).Draw(r, "only kind"),
		Origin:  rapid.SampledFrom([]Origin{"", OriginPush, OriginExternal}).Draw(r, "only origin"),
		Flagged: rapid.Bool().Draw(r, "only flagged"),
		Limit:   rapid.IntRange(1, 7).Draw(r, "limit"),
	}
	if rapid.Bool().Draw(r, "a period") {
		f.Since, f.Until = noon.Add(-20*time.Minute), noon.Add(20*time.Minute)
	}
	return f
}

// shows is what a filter means.
func (f TransactionFilter) shows(t Transaction) bool {
	return (f.Status == "" || f.Status == t.Status) && (f.Kind == "" || f.Kind == t.Kind) && (f.Origin == "" || f.Origin == t.Origin) &&
		(!f.Flagged || len(t.Flags) > 0) && strings.Contains(fold(t.Description), f.Search) &&
		(f.Since.IsZero() || !t.CreatedAt.Before(f.Since)) && (f.Until.IsZero() || t.CreatedAt.Before(f.Until))
}

func TestTransactions_Pages_ShowEveryRowOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, other := open(t, dir, "sandbox"), open(t, dir, "demo")
	var known []Transaction // in the order of their IDs
	add := func(r *rapid.T, s *Store, n int) (added []Transaction) {
		write(t, s, func(tx *Tx) error {
			for range n {
				one, err := tx.CreateTransaction(t.Context(), anyTransaction(r))
				if err != nil {
					return err
				}
				added = append(added, one)
			}
			return nil
		})
		return added
	}
	rapid.Check(t, func(r *rapid.T) {
		known = append(known, add(r, s, rapid.IntRange(0, 3).Draw(r, "more rows"))...)
		add(r, other, 1)
		f := anyFilter(r)
		var want []int64
		for i := len(known) - 1; i >= 0; i-- {
			if f.shows(known[i]) {
				want = append(want, known[i].ID)
			}
		}
		var got []int64
		for {
			page, err := s.Transactions(t.Context(), f)
			if err != nil {
				r.Fatal(err)
			}
			got = append(got, ids(page)...)
			if len(page) < f.Limit {
				break
			}
			f.Before = got[len(got)-1]
			if rapid.IntRange(0, 9).Draw(r, "a row arrives") == 0 {
				known = append(known, add(r, s, 1)...) // must not move the next page
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			r.Fatalf("%+v: got %v, want %v", f, got, want)
		}
	})
}

func FuzzFilter_Search_MatchesItselfOnly(f *testing.F) {
	for _, seed := range []string{"%", "_", `\`, `\%`, "Été", "677 12", "+237", "' OR 1=1", "\x00", "\xff", "\xf1Č", "ß", "İ"} {
		f.Add(seed, "pain")
	}
	s := open(f, f.TempDir(), "sandbox")
	f.Fuzz(func(t *testing.T, text, column string) {
		var found filter
		found.search("$1", text)
		if len(found.args) == 0 {
			return // nothing to search for
		}
		matches := func(column string) bool {
			var built filter
			value := built.value(fold(column))
			built.search(value, text)
			n, err := one(t.Context(), s.rows, scanCount, "SELECT CASE WHEN "+built.where()+" THEN 1 ELSE 0 END", built.args...)
			if err != nil {
				t.Fatal(err)
			}
			return n == 1
		}
		folded := fold(strings.TrimSpace(text))
		want := strings.Contains(fold(column), folded)
		if digits := phoneDigits(folded); digits != "" {
			want = want || strings.Contains(fold(column), digits)
		}
		if got := matches(column); got != want {
			t.Errorf("%q in %q: %v, want %v", text, column, got, want)
		}
		if !matches("before " + text + " after") {
			t.Errorf("%q does not find itself", text)
		}
	})
}
