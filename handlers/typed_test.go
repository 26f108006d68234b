package handlers

// What is typed, pasted and scanned gets one answer wherever it is typed.

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comptoir/store"
	"comptoir/views"
)

func TestTyped_AmountsAndNumbers_HaveOneAnswerInEveryField(t *testing.T) {
	t.Parallel()
	_, owner := fundedShop(t)
	fields := map[string]func(amount, phone string) answer{
		"till, code": func(amount, _ string) answer {
			return owner.post("/checkout/qr", url.Values{"operation": {newOperation()}, "amount": {amount}})
		},
		"till, phone": func(amount, phone string) answer {
			return owner.post("/checkout/phone", url.Values{"operation": {newOperation()}, "amount": {amount}, "phone": {phone}})
		},
		"link": func(amount, phone string) answer {
			return owner.post("/links", url.Values{"operation": {newOperation()}, "amount": {amount}, "phone": {phone}, "description": {"Pain"}})
		},
		"list": func(amount, phone string) answer {
			return owner.sendsList(newOperation(), "Awa\t"+phone+"\t"+amount+"\tPain", "", nil)
		},
		"claim": func(amount, phone string) answer {
			return owner.post("/checkout/claim", url.Values{"amount": {amount}, "phone": {phone}})
		},
		"withdrawal": func(amount, phone string) answer {
			return owner.post("/withdraw", url.Values{"operation": {newOperation()}, "amount": {amount}, "phone": {phone}})
		},
		"airtime": func(amount, phone string) answer {
			return owner.post("/airtime", url.Values{"operation": {newOperation()}, "amount": {amount}, "phone": {phone}})
		},
	}
	wrong := func(got answer, field string) bool {
		return strings.Contains(got.body, `id="f-`+field+`-error"`) || strings.Contains(got.body, `class="row-errors"`)
	}
	for _, amount := range []string{"2 500", "FCFA 2 500", "2 500 frs", "2 500 francs", "2 500,00", "\u202a2500\u202c", "2\u2009500", "2\u2007500", "\ufeff2500"} {
		for field, send := range fields {
			if got := send(amount, "6 77 12 34 56"); wrong(got, "amount") {
				t.Errorf("%s: the amount %q is refused", field, amount)
			}
		}
	}
	for _, amount := range []string{"12 50", "2500 500", "5 00", "1 2 3", "1e3", "25,5"} {
		for field, send := range fields {
			if got := send(amount, "6 77 12 34 56"); !wrong(got, "amount") {
				t.Errorf("%s: the amount %q is taken, answered %d", field, amount, got.status)
			}
		}
	}
	for _, phone := range []string{"\u2066677123456\u2069", "677\u200712\u200934\u200956", "'677123456", `="677123456"`, "(+237) 677 12 34 56", "677123456.0", "\u200f677123456\ufe0f"} {
		for field, send := range fields {
			if got := send("2 500", phone); wrong(got, "phone") {
				t.Errorf("%s: the number %q is refused", field, phone)
			}
		}
	}
}

func TestTyped_PlusInAnAddress_IsTheSignAndNeverJoinsNumbers(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleCashier)
	for path, want := range map[string]string{
		"/checkout?amount=500+250":                                       `value="500+250"`,
		"/checkout?amount=500%2B250":                                     `value="500+250"`,
		"/checkout/phone?amount=500+250":                                 views.Francs(t.Context(), 75_000),
		"/checkout/phone?operation=" + newOperation() + "&amount=12+500": views.Francs(t.Context(), 1_250_000), // as a browser sends "12 500"
		"/checkout/phone?amount=12%20500":                                views.Francs(t.Context(), 1_250_000),
		"/links/new?amount=500+250":                                      `value="500+250"`,
	} {
		if got := b.get(path); got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("%s: answered %d without %q", path, got.status, want)
		}
	}
	// A typed amount comes back from the till's own pages as it was.
	if got := b.get("/checkout/phone?operation=" + newOperation() + "&amount=12+500"); !strings.Contains(got.body, "/checkout?amount=12%20500") {
		t.Error("the way back has another amount")
	}
}
