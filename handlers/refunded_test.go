package handlers

// A sale that was given back, whole or in part, is said to be wherever it is shown.

import (
	"net/url"
	"strings"
	"testing"

	"comptoir/handlers/web"
	"comptoir/store"
)

// earns has the shop take a payment, for money to go out of.
func (s *shop) earns(francs int64) {
	s.t.Helper()
	s.browser().paysLink(s.linked(francs))
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	s.work()
}

func TestRefund_WholeOrInPart_IsSaidInHeaderListsTillAndReceipt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.earns(90_000)
	l, customer := s.linked(5000, once), s.browser()
	receipt := customer.onItsWay(customer.paysLink(l)) + "/receipt"
	sale := s.newest()
	s.must(s.sandbox.Enter(sale.Reference, "1234"))
	s.work()
	receipt = customer.get(receipt).header.Get("Location")
	says := func(want string) {
		t.Helper()
		for _, path := range []string{
			web.ItemPath("/transactions/", sale.ID), web.ItemPath("/transactions/", sale.ID) + "/status", "/transactions", "/",
			web.ItemPath("/links/", l.ID), web.ItemPath("/checkout/qr/", l.ID), receipt,
		} {
			if !strings.Contains(owner.get(path).body, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
	back := func(francs string) {
		t.Helper()
		form := url.Values{"operation": {newOperation()}, "amount": {francs}, "password": {testPassword}}
		path := owner.payOut(web.ItemPath("/transactions/", sale.ID)+"/refund", form)
		if path == "" {
			t.Fatal("the refund did not leave")
		}
		s.work()
	}
	back("2000")
	says("Remboursé en partie")
	back("3000")
	says("Remboursé")
	for _, path := range []string{web.ItemPath("/transactions/", sale.ID), "/transactions"} {
		if strings.Contains(owner.get(path).body, "Remboursé en partie") {
			t.Errorf("%s: whole, and called a part", path)
		}
	}
}

func TestTransaction_ThatChangesOnTheOpenPage_ChangesItsFactsToo(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.earns(90_000)
	path := owner.payOut("/withdraw", payoutOf("1 000", "677123456"))
	reference := func(body string) bool {
		_, facts, ok := strings.Cut(body, `id="facts"`)
		return ok && strings.Contains(facts, "Référence opérateur")
	}
	if reference(owner.get(path).body) {
		t.Fatal("what the operator has not told is shown")
	}
	s.work()
	got := owner.get(path + "/status").body
	if !strings.Contains(got, `hx-swap-oob="outerHTML"`) || !reference(got) {
		t.Errorf("the open page keeps old facts: %s", got)
	}
}
