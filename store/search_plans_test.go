package store

// What a search reads goes through an index, each statement of it.

import (
	"context"
	"strings"
	"testing"
)

// explainer answers each query, and keeps how SQLite runs it.
type explainer struct {
	planner
}

func (e explainer) query(ctx context.Context, each func(row) error, statement string, args ...any) error {
	if err := e.planner.query(ctx, nil, statement, args...); err != nil {
		return err
	}
	e.plan.WriteString("\n")
	return e.pool.query(ctx, each, statement, args...)
}

func TestSearch_ReadsThroughAnIndex(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	sell(t, s, 1_100)
	indexAll(t, s)
	const indexed = "transactions_search VIRTUAL TABLE INDEX 192:M1><" // by the words, between two IDs, in their order
	for _, statistics := range []bool{false, true} {
		if statistics {
			if _, err := s.writeDB.Exec("ANALYZE"); err != nil {
				t.Fatal(err)
			}
		}
		for name, c := range map[string]struct {
			wanted  TransactionFilter
			indexes []string // each statement is among these
		}{
			"words":      {TransactionFilter{Search: "pain"}, []string{indexed, "sqlite_autoindex_search_changed_1 FOR IN-OPERATOR"}},
			"next page":  {TransactionFilter{Search: "pain", Before: 900}, []string{indexed}},
			"filtered":   {TransactionFilter{Search: "pain", Status: StatusFailed, Kind: KindCollect, Since: noon}, []string{indexed}},
			"reference":  {TransactionFilter{Search: "00001eef-0000"}, []string{"transactions_reference (book=? AND reference>? AND reference<?)", "transactions_external_reference (book=? AND external_reference>? AND external_reference<?)", "transactions_sibling (book=? AND sibling_of=?)"}},
			"short word": {TransactionFilter{Search: "kg"}, nil},
		} {
			var plan strings.Builder
			r := Reader{rows: explainer{planner{pool{s.readDB}, &plan}}, book: s.book, now: s.now}
			if _, err := r.Search(t.Context(), c.wanted); err != nil {
				t.Fatal(err)
			}
			if _, _, err := r.CountFound(t.Context(), c.wanted); err != nil {
				t.Fatal(err)
			}
			for _, index := range c.indexes {
				if !strings.Contains(plan.String(), index) {
					t.Errorf("%s, with statistics: %v, does not go through %s:\n%s", name, statistics, index, plan.String())
				}
			}
			for line := range strings.Lines(plan.String()) {
				if strings.Contains(line, "SCAN") && !strings.Contains(line, indexed) && !strings.Contains(line, "SCAN ours") && !strings.Contains(line, "SCAN (subquery") && !strings.Contains(line, "SCAN search_changed") {
					t.Errorf("%s, with statistics: %v: %s%s", name, statistics, line, plan.String())
				}
			}
		}
	}
}
