package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comptoir/store"
)

func TestAudit_HasSignInsAndWhereFrom(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	stranger := s.browser()
	stranger.post("/signin", url.Values{"name": {"owner"}, "password": {"a wrong password"}})
	stranger.post("/signin", url.Values{"name": {"my-password-by-mistake"}, "password": {"x"}})
	owner.post("/signout", url.Values{})
	var entries []store.AuditEntry
	for len(entries) < 3 { // a refused one is written down after its answer
		var err error
		entries, err = s.store.Audit(t.Context(), store.AuditFilter{Subject: "person"})
		s.must(err)
	}
	acts := map[string]int{}
	for _, e := range entries {
		acts[e.Act]++
		if e.Address != "127.0.0.1" || strings.Contains(string(e.Detail), "mistake") {
			t.Errorf("%s from %q: %s", e.Act, e.Address, e.Detail)
		}
	}
	if acts["session.opened"] != 1 || acts["session.refused"] != 1 || acts["session.closed"] != 1 {
		t.Errorf("%v", acts)
	}
}

func TestAudit_LinksAndRequests_AreInIt_Once(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	form := url.Values{"operation": {newOperation()}, "amount": {"2500"}, "phone": {"677123456"}}
	owner.post("/checkout/phone", form)
	owner.post("/checkout/phone", form)
	form = url.Values{"operation": {newOperation()}, "amount": {"2500"}, "description": {"Pain"}, "payment_options": {"MOMO"}}
	owner.post("/links", form)
	owner.post("/links", form)
	for _, kind := range []string{"request", "link"} {
		if got, err := s.store.Audit(t.Context(), store.AuditFilter{Kind: kind}); err != nil || len(got) != 1 || !strings.Contains(string(got[0].Detail), "2500") {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
	}
}

func TestAuditPage_IsSearched_AndNoCashiers(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, accountant, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleAccountant), s.signedIn(store.RoleCashier)
	owner.post("/recipients", url.Values{"name": {"=HYPERLINK(1)<b>"}, "phone": {"677123456"}, "password": {testPassword}})
	for _, b := range []*browser{owner, accountant} {
		page := b.get("/audit")
		if page.status != http.StatusOK || !strings.Contains(page.body, "Destinataire enregistré") || strings.Contains(page.body, "<b>") {
			t.Fatalf("answered %d %s", page.status, page.body)
		}
		for query, found := range map[string]bool{
			"q=hyperlink": true, "q=zzz": false, "kind=recipient": true, "kind=export": false, "kind=nonsense": true, "person=1": true, "person=99": false,
			"from=2026-03-04": true, "to=2026-03-03": false, "from=nonsense": true, "before=-1": true, "person=x": true,
		} {
			if got := strings.Contains(b.get("/audit?"+query).body, "HYPERLINK"); got != found {
				t.Errorf("%s: %v", query, got)
			}
		}
		if got := b.post("/audit/check", url.Values{}); !strings.Contains(got.body, "notice good") {
			t.Errorf("an untouched log: %d %s", got.status, got.body)
		}
	}
	for _, path := range []string{"/audit", "/audit.csv"} {
		if got := cashier.get(path); got.status != http.StatusForbidden {
			t.Errorf("%s answered a cashier %d", path, got.status)
		}
	}
}

func TestAuditCSV_HoldsAllOfTheFilter_WithoutFormulas_AndIsItselfLogged(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.user("=1+1", store.RoleCashier)
	s.browser().post("/signin", url.Values{"name": {"=1+1"}, "password": {testPassword}})
	got := owner.get("/audit.csv?kind=session")
	lines := s.frenchCSV(got.body)
	if len(lines) != 3 || lines[1][3] != "'=1+1" {
		t.Fatalf("%d: %v", got.status, lines)
	}
	if exports, err := s.store.Audit(t.Context(), store.AuditFilter{Kind: "export"}); err != nil || len(exports) != 1 || exports[0].UserID != 1 {
		t.Errorf("%+v, %v", exports, err)
	}
}
