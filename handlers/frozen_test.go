package handlers

// That nothing goes out is said before anything is typed.

import (
	"net/url"
	"strings"
	"testing"

	"comptoir/handlers/web"
	"comptoir/store"
)

func TestFreeze_IsSaidOnHomeAndBeforeAnythingIsTyped(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.browser().paysLink(s.linked(5000))
	collection := s.newest()
	s.must(s.sandbox.Enter(collection.Reference, "1234"))
	s.work()
	pages := map[string]string{"/": "", "/withdraw": "/withdraw", "/airtime": "/airtime"}
	refund := web.ItemPath("/transactions/", collection.ID) + "/refund"
	pages[refund] = refund
	said := "sorties d’argent sont gelées"
	for path := range pages {
		if strings.Contains(owner.get(path).body, said) {
			t.Errorf("%s says frozen, and is not", path)
		}
	}
	owner.post("/payout-rules/freeze", url.Values{})
	for path, form := range pages {
		got := owner.get(path).body
		if !strings.Contains(got, said) || !strings.Contains(got, `href="/payout-rules"`) {
			t.Errorf("%s does not say that money out is frozen", path)
		}
		if form != "" && strings.Contains(got, `action="`+form+`"`) {
			t.Errorf("%s lets one type", path)
		}
	}
	if got := s.signedIn(store.RoleCashier).get("/").body; strings.Contains(got, said) {
		t.Error("a cashier, who sees nothing of money out, reads that it is frozen")
	}
}
