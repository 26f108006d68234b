package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
)

func TestCheckout_PaidByAWayThatWasReplaced_IsShownPaid_WhicheverScreenIsOpen(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	cashier := s.signedIn(store.RoleCashier)
	prompt := cashier.post("/checkout/phone", url.Values{"operation": {payments.NewOperation()}, "amount": {"2500"}, "phone": {"677123456"}}).header.Get("Location")
	number := strings.TrimPrefix(prompt, "/checkout/phone/")
	code := cashier.post("/checkout/qr", url.Values{"operation": {payments.NewOperation()}, "amount": {"2500"}, "instead": {"phone-" + number}}).header.Get("Location")
	s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
	s.clock.pass(time.Minute)
	s.must(s.service.Work(t.Context()))
	for _, screen := range []string{prompt, code, code + "/status"} {
		if got := cashier.get(screen); got.status != http.StatusOK || !strings.Contains(got.body, "data-paid") || strings.Contains(got.body, `class="qr"`) {
			t.Errorf("%s: %d\n%s", screen, got.status, got.body)
		}
	}
	if got := cashier.post(code+"/end", nil); got.status != http.StatusSeeOther || got.header.Get("Location") != prompt {
		t.Errorf("ended: %d to %s", got.status, got.header.Get("Location"))
	}
	again := cashier.post("/checkout/qr", url.Values{"operation": {payments.NewOperation()}, "amount": {"500"}, "instead": {"qr-" + strings.TrimPrefix(code, "/checkout/qr/")}})
	if again.status != http.StatusSeeOther || again.header.Get("Location") != prompt {
		t.Errorf("asked for again: %d to %s", again.status, again.header.Get("Location"))
	}
}

// asks begins a sale at the till, by code or, with a phone's number, by phone.
func (b *browser) asks(way, amount, instead string) (screen string) {
	b.s.t.Helper()
	form := url.Values{"operation": {payments.NewOperation()}, "amount": {amount}, "phone": {"677123456"}}
	if instead != "" {
		form.Set("instead", instead)
	}
	got := b.post("/checkout/"+way, form)
	if got.status != http.StatusSeeOther {
		b.s.t.Fatalf("a sale by %s: %d\n%s", way, got.status, got.body)
	}
	return got.header.Get("Location")
}

func TestCheckout_CancelledOrReplacedSale_IsCalledSoWhereverItIsListed_AndCannotBeResumed(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"qr", "phone"} {
		for _, end := range []string{"cancelled", "replaced"} {
			t.Run(way+" "+end, func(t *testing.T) {
				s := openShop(t)
				owner := s.signedIn(store.RoleOwner)
				screen := owner.asks(way, "2500", "")
				asked := s.newest()
				word, line := "Annulée", "Vente annulée à la caisse"
				if end == "cancelled" {
					owner.post(screen+"/end", nil)
				} else {
					word, line = "Remplacée", "Remplacée par une autre demande de la même vente"
					owner.asks(way, "3000", strings.Replace(strings.TrimPrefix(screen, "/checkout/"), "/", "-", 1))
				}
				pages := []string{"/transactions", "/", web.ItemPath("/transactions/", asked.ID), web.ItemPath("/transactions/", asked.ID) + "/status", screen}
				if asked.LinkID != 0 {
					pages = append(pages, web.ItemPath("/links/", asked.LinkID), web.ItemPath("/links/", asked.LinkID)+"/status")
				}
				for _, page := range pages {
					got := owner.get(page)
					if got.status != http.StatusOK || !strings.Contains(got.body, word) {
						t.Errorf("%s: %d, and does not say %q", page, got.status, word)
					}
					isOne := page != "/" && page != "/transactions" && page != screen
					if isOne && !strings.Contains(got.body, line) {
						t.Errorf("%s does not tell the end", page)
					}
					if isOne && (strings.Contains(got.body, "Reprenez") || strings.Contains(got.body, "/resume")) {
						t.Errorf("%s offers to resume it", page)
					}
				}
				if asked.LinkID == 0 {
					return
				}
				for _, act := range []string{"resume", "pause", "archive", "restore"} {
					if got := owner.post(web.ItemPath("/links/", asked.LinkID)+"/"+act, nil); got.status != http.StatusSeeOther {
						t.Errorf("%s answered %d", act, got.status)
					}
					l, err := s.store.Link(t.Context(), asked.LinkID)
					s.must(err)
					if stop := l.Stop(s.clock.now()); stop != store.LinkPaused {
						t.Errorf("after %s the ended sale's link is %q", act, stop)
					}
				}
			})
		}
	}
}

func TestCheckout_PaidSale_OffersTheRefundToWhoMayGiveItBack(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
	for way, amount := range map[string]string{"qr": "2500", "phone": "3000"} {
		screen := owner.asks(way, amount, "")
		if way == "qr" {
			l, err := s.store.Link(t.Context(), s.newest().LinkID)
			s.must(err)
			s.browser().paysLink(l)
		}
		asked := s.newest()
		refund := web.ItemPath("/transactions/", asked.ID) + "/refund"
		if strings.Contains(owner.get(screen).body, refund) {
			t.Errorf("by %s: a refund of what is not paid", way)
		}
		s.must(s.sandbox.Enter(asked.Reference, "1234"))
		s.work()
		for _, page := range []string{screen, screen + "/status"} {
			if !strings.Contains(owner.get(page).body, refund) {
				t.Errorf("%s offers the owner no refund", page)
			}
			if strings.Contains(cashier.get(page).body, refund) {
				t.Errorf("%s offers the cashier a refund", page)
			}
		}
	}
}

func TestCheckout_ChangingASale_SaysWhichOneIsReplaced(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	cashier := s.signedIn(store.RoleCashier)
	screen := strings.Replace(strings.TrimPrefix(cashier.asks("qr", "2500", ""), "/checkout/"), "/", "-", 1)
	for _, path := range []string{"/checkout?amount=2500&instead=" + screen, "/checkout/phone?amount=2500&instead=" + screen} {
		if got := cashier.get(path); !strings.Contains(got.body, "remplace la vente n° 1") {
			t.Errorf("%s does not say so", path)
		}
	}
	for _, strange := range []string{"", "qr-99", "odd", "phone-1x"} {
		if got := cashier.get("/checkout?amount=2500&instead=" + strange); got.status != http.StatusOK || strings.Contains(got.body, "remplace la vente") {
			t.Errorf("instead of %q: %d", strange, got.status)
		}
	}
}
