package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comptoir/campay/payments"
	"comptoir/store"
)

func TestCheckout_PaidByAWayThatWasReplaced_IsShownPaid_WhicheverScreenIsOpen(t *testing.T) {
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
