package handlers

import (
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"comptoir/handlers/web"
	"comptoir/store"
)

func TestDamage_IsSaidToTheOwnerUntilHeHasSeenToIt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
	sale := s.pushed(owner)
	raw := s.rawBook()
	_, err := raw.ExecContext(t.Context(), "UPDATE transactions SET asked = asked + 65536 WHERE id = $1", sale.ID)
	s.must(err)
	s.looksAtRows()
	home := owner.get("/").body
	if !strings.Contains(home, "/reconciliation") || !strings.Contains(home, `action="/damage/seen"`) {
		t.Fatalf("home says nothing: %s", home)
	}
	if got := owner.get("/healthz").body; !strings.Contains(got, "not as it was written") {
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
	s.looksAtRows()
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

// looksAtRows is a whole round through the rows of money.
func (s *shop) looksAtRows() {
	s.t.Helper()
	for at := (store.Look{}); ; {
		next, err := s.store.LookAtRows(s.t.Context(), at)
		s.must(err)
		if at = next; at == (store.Look{}) {
			return
		}
	}
}

func TestDamage_OfALinkAnApprovalAndTheRules_LeadsToThem(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	link := s.linked(500)
	rules(store.PayoutRules{MostEach: 100_000})(s)
	s.looksAtRows()
	raw := s.rawBook()
	for _, statement := range []string{"UPDATE payment_links SET amount = 1", "UPDATE payout_rules SET most_each = 0"} {
		_, err := raw.ExecContext(t.Context(), statement)
		s.must(err)
	}
	s.looksAtRows()
	owner.get("/").wantWords(t, "home", []string{`href="` + web.ItemPath("/links/", link.ID) + `">Le lien n°`, `href="/payout-rules">Les règles d’envoi`})
}
