package handlers

import (
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"comptoir/store"
)

func TestDamage_IsSaidToTheOwnerUntilHeHasSeenToIt(t *testing.T) {
	s := openShop(t)
	owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
	sale := s.pushed(owner)
	raw := s.rawBook()
	_, err := raw.ExecContext(t.Context(), "UPDATE transactions SET asked = asked + 65536 WHERE id = $1", sale.ID)
	s.must(err)
	_, err = s.store.LookAtRows(t.Context(), 0)
	s.must(err)
	home := owner.get("/").body
	if !strings.Contains(home, "/reconciliation") || !strings.Contains(home, `action="/damage/seen"`) {
		t.Fatalf("home says nothing: %s", home)
	}
	if got := owner.get("/healthz").body; !strings.Contains(got, "is not as it was written") {
		t.Errorf("health says %q to the owner", got)
	}
	for name, b := range map[string]*browser{"a stranger": s.browser(), "a cashier": cashier} {
		if got := b.get("/healthz").body; got != "ok\n" {
			t.Errorf("health says %q to %s", got, name)
		}
	}
	if got := cashier.post("/damage/seen", url.Values{"id": {"1"}}); got.status != http.StatusForbidden {
		t.Errorf("a cashier was answered %d", got.status)
	}
	owner.post("/damage/seen", url.Values{"id": {"1"}})
	_, err = s.store.LookAtRows(t.Context(), 0)
	s.must(err)
	if strings.Contains(owner.get("/").body, "/damage/seen") {
		t.Error("what was seen to is said again")
	}
}

// rawBook is the file as somebody past Comptoir writes to it.
func (s *shop) rawBook() *sql.DB {
	s.t.Helper()
	raw, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(s.dir, store.FileName))+"?_pragma=busy_timeout(5000)")
	s.must(err)
	s.t.Cleanup(func() { s.must(raw.Close()) })
	return raw
}
