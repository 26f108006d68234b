package handlers

// A read never fails because a write does.

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"comptoir/handlers/web"
	"comptoir/store"
)

// nothingIsKept has every further change of the book fail.
func (s *shop) nothingIsKept() {
	s.t.Helper()
	raw := s.rawBook()
	rows, err := raw.QueryContext(s.t.Context(), "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'transactions_search%'") // the index of the search takes no trigger
	s.must(err)
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		s.must(rows.Scan(&name))
		tables = append(tables, name)
	}
	s.must(rows.Err())
	for i, table := range tables {
		for _, change := range []string{"INSERT", "UPDATE", "DELETE"} {
			_, err := raw.ExecContext(s.t.Context(), "CREATE TRIGGER no_"+change+strconv.Itoa(i)+" BEFORE "+change+" ON "+table+" BEGIN SELECT RAISE(ABORT, 'nothing is kept'); END")
			s.must(err)
		}
	}
}

func TestReads_WhileNothingIsKept_AllAnswer(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	sale := owner.request("500", "677123456")
	l := owner.makes()
	link := web.ItemPath("/links/", l.ID)
	s.clock.pass(6 * time.Minute) // the session is due to be marked as used, the sale to be asked about
	s.nothingIsKept()
	if err := s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.SetLocale(ctx, 1, "en") }); err == nil {
		t.Fatal("something is kept")
	}
	paths := []string{sale, sale + "/status", link, link + "/status", "/p/" + l.Slug, "/p/" + l.Slug + "/status", "/balance"}
	for _, r := range s.server.routes() {
		if r.method == http.MethodGet && !strings.Contains(r.path, ":") && !strings.HasSuffix(r.path, "/live") && !strings.HasPrefix(r.path, "/webhook/") {
			paths = append(paths, r.path)
		}
	}
	written := []string{"/reconciliation.csv", "/audit.csv", "/account/totp"} // a file that nobody could be asked about, and a secret that nobody would have
	for _, path := range paths {
		if slices.Contains(written, path) {
			continue
		}
		if got := owner.get(path); got.status >= 500 {
			t.Errorf("%s answered %d", path, got.status)
		}
	}
	if _, status := owner.watch(sale); status != http.StatusOK {
		t.Errorf("the live page answered %d", status)
	}
}
