package handlers

// Refunds over HTTP: of what came in, to whom it came from, never more.

import (
	"net/http"
	"strings"
	"testing"

	"comptoir/campay/money"
	"comptoir/handlers/web"
	"comptoir/store"
)

// collected is the path of a collection that a customer paid.
func (b *browser) collected(amount, phone string) string {
	b.s.t.Helper()
	path := b.request(amount, phone)
	b.s.must(b.s.sandbox.Enter(b.s.sandbox.Prompts()[0].Reference, "1234"))
	b.s.work()
	return path
}

func TestRefund_WholeOrInPart_IsShownOnBothAndNeverMoreThanWasTaken(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	collection := owner.collected("5000", "677123456")
	if got := owner.get(collection); !strings.Contains(got.body, `href="`+collection+`/refund"`) {
		t.Fatal("the collection offers no refund")
	}
	if got := owner.get(collection + "/refund"); !strings.Contains(got.body, `value="5`+"\u202f"+`000"`) {
		t.Fatal("the form does not begin with what was taken")
	}
	path := owner.payOut(collection+"/refund", with(payoutOf("2000", ""), "phone", "699999999")) // a phone of the attacker's own is not read
	s.work()
	if last := s.sandbox.Ledger()[1]; last.Phone != "237677123456" || last.Amount != money.Francs(2000) {
		t.Fatalf("given back %s to %s", last.Amount, last.Phone)
	}
	if got := owner.get(path); !strings.Contains(got.body, "Client remboursé") || !strings.Contains(got.body, `href="`+collection+`"`) {
		t.Errorf("the refund does not lead to its collection: %s", problems(got))
	}
	if got := owner.get(collection); !strings.Contains(got.body, `href="`+path+`"`) {
		t.Error("the collection does not show its refund")
	}
	if got := owner.get(path).body; strings.Contains(got, "Paiement confirmé") || !strings.Contains(got, "Remboursement envoyé") {
		t.Error("the refund's story calls it a payment")
	}
	given := "Rendu au client : 2\u202f000\u202fFCFA"
	for _, page := range []string{collection, collection + "/status"} {
		if !strings.Contains(owner.get(page).body, given) {
			t.Errorf("%s does not say how much was given back", page)
		}
	}
	if got := s.signedIn(store.RoleCashier).get(collection); got.status != http.StatusOK || strings.Contains(got.body, given) {
		t.Errorf("the cashier is told what was given back: %d", got.status)
	}
	got := owner.post(collection+"/refund", payoutOf("3001", ""))
	if want := "5\u202f000\u202fFCFA ont été encaissés, dont 2\u202f000\u202fFCFA déjà rendus"; got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, want) {
		t.Fatalf("answered %d: %s", got.status, problems(got))
	}
	owner.payOut(collection+"/refund", payoutOf("3000", ""))
	s.work()
	if strings.Contains(owner.get(collection).body, `/refund"`) {
		t.Error("a refund is offered of what was given back whole")
	}
}

func TestRefund_OfWhatDidNotComeIn_IsNotFound(t *testing.T) {
	t.Parallel()
	_, owner := fundedShop(t)
	open := owner.request("5000", "677123456")
	out := owner.payOut("/withdraw", payoutOf("1000", "677123456"))
	for _, path := range []string{open, out} {
		for _, got := range []answer{
			owner.get(path + "/refund"), owner.post(path+"/refund", payoutOf("10", "")), owner.post(path+"/refund/confirm", confirmed(payoutOf("10", ""))),
		} {
			if got.status != http.StatusNotFound {
				t.Errorf("%s answered %d", path, got.status)
			}
		}
	}
}

func TestLink_PaidTwice_OffersTheRefundOfThePaymentTooMany_UntilItIsGivenBack(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	cashier := s.signedIn(store.RoleCashier)
	l, customer := s.linked(2500, once), s.browser()
	customer.onItsWay(customer.paysLink(l))
	wrong := s.newest()
	customer.onItsWay(customer.paysLink(l, "phone", "699 12 34 56", "instead", wrong.ExternalReference))
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	s.work()
	page := web.ItemPath("/links/", l.ID)
	if strings.Contains(owner.get(page).body, "/refund\"") {
		t.Fatal("a refund is offered of the one payment")
	}
	s.must(s.sandbox.Enter(wrong.Reference, "1234"))
	s.work()
	refund := web.ItemPath("/transactions/", wrong.ID) + "/refund"
	for _, path := range []string{page, page + "/status"} {
		if !strings.Contains(owner.get(path).body, `href="`+refund+`"`) {
			t.Errorf("%s offers no refund of the second payment", path)
		}
		if strings.Contains(cashier.get(path).body, "/refund\"") {
			t.Errorf("%s offers the cashier a refund", path)
		}
	}
	owner.payOut(refund, payoutOf("2500", ""))
	s.work()
	if strings.Contains(owner.get(page).body, "/refund\"") {
		t.Error("a refund is offered of what is given back")
	}
}
