package handlers

// Whom money out is not for.

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestCashier_SeesNoMoneyOut(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	out, airtime := owner.payOut("/withdraw", payoutOf("1000", "677123456")), owner.payOut("/airtime", payoutOf("1000", "677123456"))
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointWithdraw})
	lost := owner.payOut("/withdraw", payoutOf("1100", "677123456"))
	collection := owner.collected("5000", "677123456")
	refund := owner.payOut(collection+"/refund", payoutOf("2000", ""))
	cashier := s.sessionOf(store.RoleCashier)
	for _, path := range []string{out, airtime, lost, refund} {
		for _, tail := range []string{"", "/status", "/live"} {
			if got := cashier.get(path + tail); got.status != http.StatusNotFound {
				t.Errorf("%s answered %d", path+tail, got.status)
				break // an open stream would never end
			}
		}
		if got := cashier.post(path+"/check", url.Values{}); got.status != http.StatusNotFound {
			t.Errorf("%s/check answered %d", path, got.status)
		}
		for _, list := range []string{"/", "/transactions", "/transactions?q=677123456", "/transactions?status=in_doubt", collection, collection + "/status"} {
			if strings.Contains(cashier.get(list).body, path+`"`) {
				t.Errorf("%s leads to %s", list, path)
			}
		}
	}
	for _, page := range []string{"/", collection, collection + "/status"} {
		body := cashier.get(page).body
		for _, word := range []string{"Rembours", "Retrait", "/withdraw", "status=in_doubt"} {
			if strings.Contains(body, word) {
				t.Errorf("%s speaks of %s", page, word)
			}
		}
	}
	if accountant := s.sessionOf(store.RoleAccountant); !strings.Contains(accountant.get("/transactions").body, out+`"`) || accountant.get(lost).status != http.StatusOK {
		t.Error("an accountant does not read all")
	}
}

func TestPayout_AnotherRole_IsRefused(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	collection := owner.collected("5000", "677123456")
	for _, role := range []store.Role{store.RoleCashier, store.RoleAccountant} {
		b := s.sessionOf(role)
		for _, path := range []string{"/withdraw", "/airtime", collection + "/refund", "/approvals", "/approvals/1"} {
			if got := b.get(path); got.status != http.StatusForbidden {
				t.Errorf("%s: %s answered %d", role, path, got.status)
			}
		}
		for _, path := range []string{"/withdraw", "/withdraw/confirm", "/airtime/confirm", collection + "/refund/confirm", collection + "/decide", "/approvals/1/approve", "/approvals/1/refuse"} {
			if got := b.post(path, confirmed(payoutOf("100", "677123456"))); got.status != http.StatusForbidden {
				t.Errorf("%s: %s answered %d", role, path, got.status)
			}
		}
		if strings.Contains(b.get(collection).body, "/refund") {
			t.Errorf("%s is offered a refund", role)
		}
	}
	s.wantLedger(1)
}
