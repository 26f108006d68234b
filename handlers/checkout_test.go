package handlers

// The till: bad input, who sees what, and the check of a claimed payment.

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comptoir/handlers/till"
	"comptoir/store"
)

// sells asks for money at the till and returns the path of the sale.
func (b *browser) sells(amount, phone string) string {
	b.s.t.Helper()
	got := b.post("/checkout/phone", url.Values{"operation": {newOperation()}, "amount": {amount}, "phone": {phone}})
	if got.status != http.StatusSeeOther {
		b.s.t.Fatalf("the till answered %d: %s", got.status, got.body)
	}
	return got.header.Get("Location")
}

func TestCheckout_BadInput_IsSaidBesideItsFieldAndKept(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleCashier)
	for _, c := range []struct {
		path  string
		form  url.Values
		field string
		kept  string
	}{
		{"/checkout/qr", url.Values{"operation": {newOperation()}, "amount": {"500+"}, "description": {strings.Repeat("é", 121)}}, "f-description-error", `value="500+"`},
		{"/checkout/qr", url.Values{"operation": {newOperation()}, "amount": {"500+x"}, "description": {"Riz & pain"}}, "f-amount-error", `value="Riz &amp; pain"`},
		{"/checkout/qr", url.Values{"operation": {"strange"}, "amount": {"500"}}, "summary-title", `value="500"`},
		{"/checkout/phone", url.Values{"operation": {newOperation()}, "amount": {"25,5"}, "phone": {"677123456"}}, "f-amount-error", `value="25,5"`},
		{"/checkout/phone", url.Values{"operation": {newOperation()}, "amount": {"500+250"}, "phone": {"2 22"}}, "f-phone-error", `value="2 22"`},
		{"/checkout/claim", url.Values{"said": {"merci <b>"}}, "f-said-error", "merci &lt;b&gt;"},
		{"/checkout/claim", url.Values{"said": {strings.Repeat("a", 1001)}}, "f-said-error", "aaa"},
		{"/checkout/claim", url.Values{"phone": {"677123456"}, "amount": {"-5"}}, "f-amount-error", `value="677123456"`},
	} {
		got := b.post(c.path, c.form)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, c.field) || !strings.Contains(got.body, c.kept) {
			t.Errorf("%s %v answered %d, without %s or %s", c.path, c.form, got.status, c.field, c.kept)
		}
	}
	if sales, err := s.store.Transactions(t.Context(), store.TransactionFilter{}); err != nil || len(sales) != 0 {
		t.Errorf("%d sales came of it, %v", len(sales), err)
	}
}

func TestCheckout_AFormSentTwice_IsOneSale(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleCashier)
	for path, form := range map[string]url.Values{
		"/checkout/qr":    {"operation": {newOperation()}, "amount": {"500+250"}},
		"/checkout/phone": {"operation": {newOperation()}, "amount": {"500+250"}, "phone": {"677123456"}},
	} {
		first, second := b.post(path, form), b.post(path, form)
		if first.status != http.StatusSeeOther || first.header.Get("Location") != second.header.Get("Location") {
			t.Errorf("%s: %d %s, then %d %s", path, first.status, first.header.Get("Location"), second.status, second.header.Get("Location"))
		}
	}
	if sales, err := s.store.Transactions(t.Context(), store.TransactionFilter{}); err != nil || len(sales) != 2 {
		t.Errorf("%d sales, %v", len(sales), err)
	}
}

func TestCheckout_ARequestThatCamPayRefused_IsSaidAtItsField_AndIsOver(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleCashier)
	s.answers("/collect/", http.StatusBadRequest, `{"message":"Invalid phone number","error_code":"ER101"}`)
	operation := newOperation()
	got := b.post("/checkout/phone", url.Values{"operation": {operation}, "amount": {"500+250"}, "phone": {"677123456"}})
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "f-phone-error") || !strings.Contains(got.body, `value="500&#43;250"`) && !strings.Contains(got.body, `value="500+250"`) {
		t.Errorf("answered %d", got.status)
	}
	if strings.Contains(got.body, operation) {
		t.Error("the next try would be the refused one again")
	}
}

func TestCheckout_TheStrip_IsOfThisPersonAlone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, cashier := s.signedIn(store.RoleOwner), s.sessionOf(store.RoleCashier)
	sale := owner.sells("500", "677123456")
	if got := owner.get("/checkout/strip").body; !strings.Contains(got, sale) {
		t.Errorf("the owner's strip: %s", got)
	}
	if got := cashier.get("/checkout/strip").body; strings.Contains(got, sale) {
		t.Errorf("the cashier's strip has the owner's sale: %s", got)
	}
}

func TestCheckout_ACashier_OpensNoSaleOfYesterday(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("cashier", store.RoleCashier)
	owner := s.signedIn(store.RoleOwner)
	old := owner.sells("500", "677123456")
	s.clock.pass(24 * 60 * 60 * 1e9)
	cashier := s.sessionOf(store.RoleCashier)
	for _, tail := range []string{"", "/status", "/live"} {
		if got := cashier.get(old + tail); got.status != http.StatusNotFound {
			t.Errorf("%s answered %d", old+tail, got.status)
		}
	}
	if got := cashier.post("/checkout/claim", url.Values{"phone": {"677123456"}, "amount": {"500"}}); !strings.Contains(got.body, "Introuvable") {
		t.Error("a cashier's claim finds yesterday's sale")
	}
}

func TestCheckout_FromAnotherPage_IsLoadedAnewWithItsOwnStyles(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleCashier)
	boosted := func(from string) string {
		return b.get("/checkout", header("HX-Boosted", "true"), header("HX-Current-URL", s.url+from)).header.Get("HX-Redirect")
	}
	if got := boosted("/links"); got != "/checkout" {
		t.Errorf("from the links: %q", got)
	}
	if got := boosted("/checkout/phone/7"); got != "" {
		t.Errorf("from a sale: %q", got)
	}
}

func TestClaim_AnswersFromTheBook_AndMarksNothingPaid(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleCashier)
	sale := b.sells("2500", "677123456")
	var id int64
	if _, err := fmt.Sscanf(sale, "/checkout/phone/%d", &id); err != nil {
		t.Fatal(err)
	}
	claim := url.Values{"said": {"Paiement de 2 500 FCFA par 677123456 effectué. Réf : MP260304.1207.A12345"}}
	open := b.post("/checkout/claim", claim)
	if open.status != http.StatusOK || !strings.Contains(open.body, "Trouvé, mais pas payé") || strings.Contains(open.body, "Trouvé, payé") {
		t.Errorf("an open sale: %d", open.status)
	}
	if now, err := s.store.Transaction(t.Context(), id); err != nil || now.Status != store.StatusPending {
		t.Fatalf("the claim left it %s, %v", now.Status, err)
	}
	s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
	s.work()
	if got := b.post("/checkout/claim", claim).body; !strings.Contains(got, "Trouvé, payé\u00a0: 10:30") {
		t.Error("the paid sale is not found")
	}
	now, err := s.store.Transaction(t.Context(), id)
	s.must(err)
	for _, reference := range []string{strings.ToLower(now.Code), now.Reference} {
		if got := b.post("/checkout/claim", url.Values{"said": {reference}}).body; !strings.Contains(got, "Trouvé, payé") {
			t.Errorf("%q is not found", reference)
		}
	}
	other := b.post("/checkout/claim", url.Values{"said": {now.Code + ", 9 000 FCFA"}}).body
	if !strings.Contains(other, "Le client parle d’un autre montant") {
		t.Error("another amount is not spoken of")
	}
	if got := b.post("/checkout/claim", url.Values{"said": {"MP999999.9999.A99999"}}).body; !strings.Contains(got, "Introuvable") {
		t.Error("a strange reference is found")
	}
}

func TestClaim_AsksCamPayRarely_HoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleCashier)
	b.sells("2500", "677123456")
	asked := 0
	count := func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/api/transaction/") {
			asked++
		}
		return false
	}
	s.onCall.Store(&count)
	var last answer
	for range 40 {
		last = b.post("/checkout/claim", url.Values{"phone": {"677123456"}, "amount": {"2500"}})
	}
	if asked > till.ClaimLimit.Free {
		t.Errorf("CamPay was asked %d times", asked)
	}
	if !strings.Contains(last.body, "CamPay n’a pas pu en dire plus") {
		t.Error("nothing says that it was not asked")
	}
}
