package handlers

// Receipts and posters over HTTP: who gets which, and what they say.

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"comptoir/campay/money"
	"comptoir/handlers/web"
	"comptoir/store"
)

// sold is a paid request of a browser's, and its page.
func (b *browser) sold() (path string) {
	b.s.t.Helper()
	path = b.request("500", "677123456")
	b.s.must(b.s.sandbox.Enter(b.s.newest().Reference, "1234"))
	b.s.work()
	return path
}

func TestReceipt_OfAProvedSale_IsAtOneUnguessableAddress(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, stranger := s.signedIn(store.RoleOwner), s.browser()
	path := owner.sold()
	first, second := owner.get(path+"/receipt"), owner.get(path+"/receipt")
	address := first.header.Get("Location")
	if first.status != http.StatusSeeOther || address != second.header.Get("Location") || len(address) != len("/r/")+26 {
		t.Fatalf("at %q, then at %q", address, second.header.Get("Location"))
	}
	got := stranger.get(address)
	for _, want := range []string{"receipt-status good", "500", "6\u00a077\u00a0••\u00a0••\u00a056", "Boutique Exemple", s.newest().Code, "noindex"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("lacks %q", want)
		}
	}
	for _, secret := range []string{"6\u00a077\u00a012\u00a034\u00a056", "237677123456", s.newest().Reference, s.newest().ExternalReference} {
		if strings.Contains(got.body, secret) {
			t.Errorf("tells %q", secret)
		}
	}
	if pdf := stranger.get(address + "/receipt.pdf?paper=58"); pdf.status != http.StatusOK || !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("PDF: %d", pdf.status)
	}
	for _, forged := range []string{"/r/" + strings.Repeat("a", 26), "/r/x", address + "a", "/r/" + strings.ToUpper(address[3:])} {
		if got := stranger.get(forged); got.status != http.StatusNotFound {
			t.Errorf("%s answered %d", forged, got.status)
		}
	}
}

func TestReceipt_OfWhatIsNotPaid_IsNone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	path := owner.request("500", "677123456")
	for _, become := range []func(){
		func() {},
		func() { s.must(s.sandbox.Refuse(s.newest().Reference)); s.work() },
	} {
		become()
		if got := owner.get(path + "/receipt"); got.status != http.StatusNotFound {
			t.Errorf("%s: answered %d", s.newest().Status, got.status)
		}
	}
}

func TestReceipt_ThatTurnedOutOtherwise_SaysSo(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, stranger := s.signedIn(store.RoleOwner), s.browser()
	address := owner.get(owner.sold() + "/receipt").header.Get("Location")
	s.execute("UPDATE transactions SET flags = 'underpaid'")
	if got := stranger.get(address); strings.Contains(got.body, "receipt-status good") || !strings.Contains(got.body, "receipt-status warn") {
		t.Error("it still says paid")
	}
}

func TestReceipt_Refunded_SaysHowMuch(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, stranger := s.signedIn(store.RoleOwner), s.browser()
	path := owner.sold()
	address := owner.get(path + "/receipt").header.Get("Location")
	for status, francs := range map[store.Status]int64{store.StatusSuccessful: 200, store.StatusInDoubt: 50} {
		s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.CreateTransaction(ctx, store.Transaction{
				Kind: store.KindWithdraw, Origin: store.OriginRefund, RefundOf: 1, Asked: money.Francs(francs), Amount: money.Francs(francs),
				Status: status, Currency: "XAF", Phone: "237677123456", CreatedAt: s.clock.now(),
			})
			return err
		}))
	}
	_, note, found := strings.Cut(stranger.get(address).body, "receipt-note")
	if note, _, _ = strings.Cut(note, "</p>"); !found || !strings.Contains(note, "200") { // what is in doubt is not given back yet
		t.Errorf("it says %q", note)
	}
}

func TestReceipt_CashierOfAnotherDay_GetsNone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	cashier := s.signedIn(store.RoleCashier)
	path := cashier.sold()
	s.clock.pass(24 * 60 * 60e9)
	if got := s.as(cashier).get(path + "/receipt"); got.status != http.StatusNotFound {
		t.Errorf("answered %d", got.status)
	}
}

func TestReceipt_OfACustomersOwnPayment_IsATapAway(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	customer := s.browser()
	path := customer.onItsWay(customer.paysLink(s.linked(500)))
	if got := customer.get(path + "/receipt"); got.status != http.StatusNotFound {
		t.Errorf("before it is paid: %d", got.status)
	}
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	s.work()
	if page := customer.get(path); !strings.Contains(page.body, path+"/receipt") {
		t.Error("the page does not lead there")
	}
	if got := customer.get(path + "/receipt"); !strings.HasPrefix(got.header.Get("Location"), "/r/") {
		t.Errorf("answered %d", got.status)
	}
}

func TestPoster_OfALink_IsAPDFForWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	l := owner.makes("kind", "counter", "amount_kind", "open", "amount", "", "description", "Caisse 1")
	for _, size := range []string{"", "a4", "a5", "tent", "stickers", "../../etc"} {
		got := owner.get(web.ItemPath("/links/", l.ID) + "/poster.pdf?paper=" + url.QueryEscape(size))
		if got.status != http.StatusOK || !strings.HasPrefix(got.body, "%PDF-") || strings.Contains(got.header.Get("Content-Disposition"), "..") {
			t.Errorf("%q: %d %v", size, got.status, got.header)
		}
	}
	operation := newOperation()
	page := owner.sendsList(operation, goodList, "", map[string]string{"confirm": "yes"}).header.Get("Location")
	s.work()
	if got := owner.get(page + "/sheet.pdf"); got.status != http.StatusOK || !strings.HasPrefix(got.body, "%PDF-") {
		t.Errorf("a batch's sheet: %d", got.status)
	}
	s.clock.pass(24 * 60 * 60e9)
	if got := s.signedIn(store.RoleCashier).get("/links/" + strconv.FormatInt(l.ID, 10) + "/poster.pdf"); got.status != http.StatusNotFound {
		t.Errorf("a cashier of another day: %d", got.status)
	}
}
