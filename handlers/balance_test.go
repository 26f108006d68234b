package handlers

// The balance as screens tell it where CamPay tells a part of it, or another
// currency.

import (
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// balanceCard is the card of the balance on a page, without its marks.
func balanceCard(body string) string {
	_, card, _ := strings.Cut(body, `id="balance"`)
	card, _, _ = strings.Cut(card, "</section>")
	return card
}

func TestBalance_OneFigureUntold_IsSaidSo_AndNeverZero(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	s.answers("/balance/", 200, `{"total_balance":70000,"mtn_balance":"None","orange_balance":20000,"currency":"XAF"}`)
	s.clock.pass(time.Minute)
	asked := owner.get("/balance", header("HX-Request", "true")).body
	for path, body := range map[string]string{"/balance": asked, "/": owner.get("/").body, "/withdraw": owner.get("/withdraw").body, "/airtime": owner.get("/airtime").body} {
		card := balanceCard(body)
		if strings.Count(card, "non communiqué") != 1 || !strings.Contains(card, "70\u202f000") || !strings.Contains(card, "20\u202f000") || strings.Contains(card, `value="0"`) {
			t.Errorf("%s: %s", path, card)
		}
	}
	review := owner.post("/withdraw", payoutOf("5 000", "677123456"))
	if review.status != 200 || !strings.Contains(review.body, "CamPay ne dit pas ce solde") {
		t.Errorf("the review answered %d without saying that the balance is unknown", review.status)
	}
	stopped := owner.post("/withdraw", payoutOf("30 000", "699123456"))
	if !strings.Contains(stopped.body, "Orange Money a 20\u202f000") || strings.Contains(stopped.body, "MTN MoMo en a") {
		t.Errorf("too much of the other: %d", stopped.status)
	}
	before := len(s.sandbox.Ledger())
	owner.payOut("/withdraw", payoutOf("5 000", "677123456"))
	s.wantLedger(before + 1)
}

func TestBalance_InAnotherCurrency_IsSaidAndCountedNowhere(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	s.answers("/balance/", 200, `{"total_balance":70000,"mtn_balance":50000,"orange_balance":20000,"currency":"EUR"}`)
	s.clock.pass(time.Minute)
	if card := balanceCard(owner.get("/balance", header("HX-Request", "true")).body); !strings.Contains(card, "en EUR") || strings.Contains(card, "70\u202f000") {
		t.Error(card)
	}
	before := len(s.sandbox.Ledger())
	for _, path := range []string{"/withdraw", "/withdraw/confirm"} {
		got := owner.post(path, confirmed(payoutOf("5 000", "677123456")))
		if got.status != 422 || !strings.Contains(got.body, "une autre monnaie que le franc CFA. Rien n’est parti") {
			t.Errorf("%s answered %d", path, got.status)
		}
	}
	s.wantLedger(before)
	if series, err := s.store.BalanceSeries(t.Context(), s.clock.now().Add(-time.Hour), s.clock.now().Add(time.Hour), time.Second); err != nil || has(series, 7_000_000) {
		t.Errorf("%+v, %v", series, err)
	}
}

func has(series []store.BalanceSnapshot, total money.XAF) bool {
	for _, b := range series {
		if b.Total == total {
			return true
		}
	}
	return false
}
