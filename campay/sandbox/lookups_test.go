package sandbox_test

// The calls that read, and the payers' answers that they show.

import (
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

func TestTransaction_BeforeAndAfterThePIN_HasCamPaysTypes(t *testing.T) {
	t.Parallel()
	s := open(t)
	reference := s.collect("505", mtn, extA)
	f := s.api("GET", "transaction/"+reference+"/", "").fields(t)
	for name, want := range map[string]any{
		"status": "PENDING", "amount": "505.00", "app_amount": "499.95", "currency": "XAF", "operator": "MTN",
		"external_reference": extA, "operator_reference": nil, "reason": "None", "phone_number": mtn,
		"description": "Pain", "code": "D260314D00001",
	} {
		if f[name] != want {
			t.Errorf("%s: %v, want %v", name, f[name], want)
		}
	}
	s.enter(reference)
	f = s.api("GET", "transaction/"+strings.ToUpper(reference)+"/", "").fields(t)
	if f["status"] != "SUCCESSFUL" || f["app_amount"] != "499.95" || f["operator_reference"] == nil {
		t.Errorf("%v", f)
	}
	s.want(s.api("GET", "transaction/"+extA+"/", ""), 404, "not found")
}

func TestBalance_IsInNumbersWithDecimals(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.enter(s.collect("505", mtn, ""))
	s.want(s.api("GET", "balance/", ""), 200, `"total_balance":15499.95`, `"mtn_balance":10499.95`,
		`"orange_balance":5000.0`, `"utility_balance":1000.0`, `"utility_commission_balance":0.0`, `"currency":"XAF"`)
	if err := s.SetBalance(sandbox.Balances{MTN: 1}); err != nil {
		t.Fatal(err)
	}
	s.want(s.api("GET", "balance/", ""), 200, `"mtn_balance":0.01`, `"orange_balance":0.0`)
}

func TestHistory_HasFinalRowsOfItsDaysAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	paid := s.collect("505", orange, extA)
	s.enter(paid)
	refused := s.collect("100", mtn, "")
	if err := s.Refuse(refused); err != nil {
		t.Fatal(err)
	}
	s.collect("300", mtn, "") // pending
	r := s.api("POST", "history/", `{"start_date":"2026-03-14","end_date":"2026-03-14"}`)
	s.want(r, 200, `"amount":505.0`, `"charge_amount":5.05`, `"debit":0.0`, `"credit":499.95`, `"operator":"Orange"`,
		`"datetime":"2026-03-14T09:52:34.876707Z"`, `"external_user":"C7"`, `"description":"Pain"`)
	if strings.Contains(r.body, "external_reference") || strings.Contains(r.body, "PENDING") {
		t.Errorf("%s", r.body)
	}
	rows := r.fields(t)["data"].([]any)
	if len(rows) != 2 || rows[1].(map[string]any)["reference_uuid"] != paid {
		t.Fatalf("%v", rows)
	}
	if failed := rows[0].(map[string]any); failed["credit"] != 99.0 || failed["charge_amount"] != 1.0 || failed["operator_tx_code"] != nil || failed["status"] != "FAILED" {
		t.Errorf("%v", failed)
	}
	s.want(s.api("POST", "history/", `{"start_date":"2026-03-15","end_date":"2026-03-16"}`), 200, `{"data":[]}`)
	s.want(s.api("POST", "history/", `{"start_date":"14/03/2026","end_date":""}`), 400, "YYYY-MM-DD")
	s.want(s.api("POST", "history/", `x`), 400)
}

func TestHolder_IsAPlaceholder(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.want(s.api("GET", "holder_info/?phone_number="+mtn, ""), 200, `"full_name":"Titulaire d’essai 3456"`)
	s.want(s.api("GET", "holder_info/?phone_number=1", ""), 400, "ER101")
}

func TestFee_HalfAHundredth_IsRoundedUp(t *testing.T) {
	t.Parallel()
	for amount, want := range map[money.XAF]money.XAF{49: 0, 50: 1, 149: 1, 150: 2, 10_000: 100} {
		if got := sandbox.OnePercent.Of(amount); got != want {
			t.Errorf("1 %% of %s is %s, want %s", amount, got, want)
		}
	}
}

func TestPrompt_EachAnswer_EndsItsOwnWay(t *testing.T) {
	t.Parallel()
	for pin, want := range map[string]struct {
		status campay.Status
		reason sandbox.Reason
	}{
		"1234":             {campay.Successful, ""},
		"999999":           {campay.Successful, ""},
		sandbox.WrongPIN:   {campay.Failed, sandbox.ReasonWrongPIN},
		sandbox.NoFundsPIN: {campay.Failed, sandbox.ReasonNoFunds},
	} {
		s := open(t)
		reference := s.collect("500", mtn, "")
		if p := s.Prompts(); len(p) != 1 || p[0].Reference != reference || p[0].Amount != money.Francs(500) {
			t.Fatalf("prompts %+v", p)
		}
		if err := s.Enter(reference, pin); err != nil {
			t.Fatal(err)
		}
		e := s.entry(reference)
		if e.Status != want.status || e.Reason != want.reason {
			t.Errorf("%s: %s %s", pin, e.Status, e.Reason)
		}
		if moved := s.Balance().MTN != money.Francs(10_000); moved != (want.status == campay.Successful) {
			t.Errorf("%s: balance %s", pin, s.Balance().MTN)
		}
		if f := s.api("GET", "transaction/"+reference, "").fields(t); (f["reason"] == "None") != (want.reason == "") {
			t.Errorf("%s: reason %v", pin, f["reason"])
		}
		if err := s.Enter(reference, "1234"); err == nil {
			t.Error("answered twice")
		}
	}
}

func TestPrompt_PINOfNoForm_LeavesItWaiting(t *testing.T) {
	t.Parallel()
	s := open(t)
	reference := s.collect("500", mtn, "")
	for _, pin := range []string{"", "123", "1234567", "12a4", "１２３４"} {
		if err := s.Enter(reference, pin); err == nil {
			t.Errorf("%q was taken", pin)
		}
	}
	if len(s.Prompts()) != 1 {
		t.Error("the prompt is gone")
	}
	if err := s.Enter(s.withdraw("100", mtn, ""), "1234"); err == nil {
		t.Error("a withdrawal took a PIN")
	}
}

func TestPrompt_Unanswered_FailsInItsTime(t *testing.T) {
	t.Parallel()
	s := open(t)
	reference := s.collect("500", mtn, "")
	s.clock.pass(2*time.Minute - time.Microsecond)
	if len(s.Prompts()) != 1 {
		t.Fatal("gone too early")
	}
	s.clock.pass(time.Microsecond)
	if e := s.entry(reference); e.Status != campay.Failed || e.Reason != sandbox.ReasonTimeout {
		t.Errorf("%+v", e)
	}
	if err := s.Enter(reference, "1234"); err == nil {
		t.Error("a PIN was taken after the time-out")
	}
}

func TestSettle_LateSuccess_BringsTheMoneyAndIsAnnounced(t *testing.T) {
	t.Parallel()
	s := open(t)
	reference := s.collect("500", mtn, "")
	if err := s.Refuse(reference); err != nil {
		t.Fatal(err)
	}
	s.delivered(1)
	for range 2 {
		if err := s.Settle(reference, campay.Successful); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Balance().MTN.String(); got != "10495" {
		t.Errorf("balance %s", got)
	}
	if n := s.delivered(2); n[1].Status != campay.Successful {
		t.Errorf("%+v", n[1])
	}
	if s.Settle(reference, campay.Pending) == nil || s.Settle(extA, campay.Failed) == nil {
		t.Error("settled what cannot be")
	}
	if err := s.Settle(reference, campay.Failed); err != nil || s.Balance().MTN != money.Francs(10_000) {
		t.Errorf("%v, balance %s", err, s.Balance().MTN)
	}
}
