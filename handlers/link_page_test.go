package handlers

// A link's own page and its row in the list: what each shows of it.

import (
	"net/http"
	"strings"
	"testing"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
)

func TestLinkNew_NumbersAndDaysAsPeopleWriteThem_AreReadOrRefusedInWords(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for _, language := range []string{"fr", "en"} {
		owner.post("/language", map[string][]string{"locale": {language}, "back": {"/"}})
		for _, c := range []struct{ field, typed string }{
			{"most_payments", "1 000"}, {"most_payments", "1\u202f000"}, {"most_payments", "1.000"}, {"most_payments", "1000"},
			{"most_money", "10 000 FCFA"}, {"expires", "31/12/2026"}, {"expires", "31.12.2026"}, {"expires", "2026-12-31"},
		} {
			l := owner.makes("kind", "reusable", c.field, c.typed)
			if c.field == "most_payments" && l.MostPayments != 1000 || c.field == "most_money" && l.MostMoney != money.Francs(10_000) ||
				c.field == "expires" && l.ExpiresAt.UTC().Format("2006-01-02 15:04") != "2026-12-31 23:00" {
				t.Errorf("%s: %s %q is kept as %+v", language, c.field, c.typed, l.PaymentLink)
			}
		}
		for field, typed := range map[string]string{"most_payments": "1 00", "most_money": "1 00", "expires": "04/03/2027"} {
			got := owner.post("/links", linkFields("kind", "reusable", field, typed))
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+field+`-error"`) || !strings.Contains(got.body, `value="`+typed+`"`) {
				t.Errorf("%s: %s %q answered %d", language, field, typed, got.status)
			}
		}
	}
}

func TestLinkNew_Counter_NeedsNoAmount(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	if l := owner.makes("kind", "counter", "amount_kind", "fixed", "amount", ""); l.Amount != 0 || l.Kind != store.LinkCounter {
		t.Errorf("made %+v", l.PaymentLink)
	}
	if l := owner.makes("kind", "counter", "amount", "700"); l.Amount != money.Francs(700) {
		t.Error("an amount that was typed is dropped")
	}
}

func TestLink_ThatTakesNoPayment_ShowsNoCode(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	code := `<svg class="qr"`
	shows := func(l store.LinkWithState, want bool) {
		t.Helper()
		for _, path := range []string{"", "/status", "/status?qr=missing"} {
			got := owner.get(web.ItemPath("/links/", l.ID) + path).body
			if has := strings.Contains(got, code); has && !want || path == "" && has != want {
				t.Errorf("%s%s: a code is shown: %v", l.Description, path, has)
			}
		}
	}
	many := owner.makes("kind", "reusable", "description", "Paused")
	shows(many, true)
	owner.post(web.ItemPath("/links/", many.ID)+"/pause", nil)
	shows(many, false)
	if got := owner.get(web.ItemPath("/links/", many.ID) + "/status").body; !strings.Contains(got, `id="link-card"`) {
		t.Error("a page that is open keeps the code of a paused link")
	}
	owner.post(web.ItemPath("/links/", many.ID)+"/resume", nil)
	shows(many, true)
	one := owner.makes("description", "Paid")
	s.browser().paysLink(one)
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	s.work()
	shows(one, false)
}

func TestLink_PaidOnce_ShowsOneRow(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	l := owner.makes()
	s.browser().paysLink(l)
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	s.work()
	if all, err := s.store.TransactionsOfLink(t.Context(), l.ID); err != nil || len(all) != 2 {
		t.Fatalf("%d in the book, %v", len(all), err)
	}
	if rows := strings.Count(owner.get(web.ItemPath("/links/", l.ID)).body, `class="what"`); rows != 1 {
		t.Errorf("%d rows", rows)
	}
}

func TestLink_OfMany_ListsItsPayersByTheirNumbers(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	l := s.linked(500)
	s.browser().paysLink(l)
	s.browser().paysLink(l, "phone", "699 12 34 56")
	got := owner.get(web.ItemPath("/links/", l.ID)).body
	for _, phone := range []string{"6\u00a077\u00a012\u00a034\u00a056", "6\u00a099\u00a012\u00a034\u00a056"} {
		if !strings.Contains(got, phone+"</a>") {
			t.Errorf("%s is not among the payers", phone)
		}
	}
}

func TestLinks_OfAList_SayWhoseTheyAre(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	l := s.linked(500, func(o *payments.LinkOrder) { o.FirstName, o.Kind = "Awa Mbarga", store.LinkOnce })
	for _, path := range []string{"/links", web.ItemPath("/links/", l.ID)} {
		if body := owner.get(path).body; !strings.Contains(strings.Split(body, `<details class="fold`)[0], "Awa Mbarga") {
			t.Errorf("%s does not name the customer", path)
		}
	}
}
