package sandbox_test

// The API's calls: who may make them, what they refuse, and what money they move.

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"comptoir/campay/sandbox"
)

func TestToken_Temporary_OpensTheAPIUntilItEnds(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := s.send("POST", "/api/token/", `{"username":"app-user","password":"app-password"}`)
	s.want(r, 200, `"expires_in":3600`)
	token := "Token " + r.fields(t)["token"].(string)
	s.want(s.send("GET", "/api/balance/", "", "Authorization", token), 200)
	s.clock.pass(time.Hour - time.Second)
	s.want(s.send("GET", "/api/balance/", "", "Authorization", token), 200)
	s.clock.pass(time.Second)
	s.want(s.send("GET", "/api/balance/", "", "Authorization", token), 401, "detail", "expired")
	// Ended tokens are forgotten when a later one is made.
	s.clock.pass(2 * time.Hour)
	s.want(s.send("POST", "/api/token/", `{"username":"app-user","password":"app-password"}`), 200)
	s.want(s.send("GET", "/api/balance/", "", "Authorization", token), 401, "Invalid token")
}

func TestToken_WrongCredentials_GetNone(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, body := range []string{
		`{"username":"app-user","password":"x"}`, `{"username":"x","password":"app-password"}`, `{}`,
	} {
		s.want(s.send("POST", "/api/token/", body), 400, "non_field_errors")
	}
	noPair := open(t, func(c *sandbox.Config) { c.Username, c.Password = "", "" })
	s.want(noPair.send("POST", "/api/token/", `{"username":"","password":""}`), 400)
}

func TestAPI_WithoutAGoodToken_Is401(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, header := range []string{"", "Token ", "Token x", "Bearer " + permanent, permanent} {
		s.want(s.send("POST", "/api/collect/", collectBody("5", mtn, ""), "Authorization", header), 401, `"detail"`)
	}
	noToken := open(t, func(c *sandbox.Config) { c.Token = "" })
	s.want(noToken.send("GET", "/api/balance/", "", "Authorization", "Token "), 401)
	if n := len(s.Ledger()); n != 0 {
		t.Errorf("%d transactions began", n)
	}
}

func TestAPI_WithoutTheSlash_RedirectsAndLosesThePost(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := s.api("POST", "collect", collectBody("5", mtn, ""))
	s.want(r, http.StatusMovedPermanently)
	if got := r.header.Get("Location"); got != "/sandbox/api/collect/" {
		t.Errorf("to %q", got)
	}
	reference := s.collect("500", mtn, "")
	s.want(s.api("GET", "transaction/"+reference, ""), 200, reference)
	s.want(s.api("GET", "utilities/transaction/"+reference, ""), http.StatusMovedPermanently)
	if n := len(s.Ledger()); n != 1 {
		t.Errorf("%d transactions", n)
	}
}

func TestAPI_StrangeRequests_GetJSON(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.want(s.api("GET", "collect/", ""), 405, "detail")
	s.want(s.api("GET", "nothing/", ""), 404, "detail")
	s.want(s.api("POST", "collect/", "{"), 400, "JSON parse error")
	s.want(s.api("POST", "collect/", `{"amount":["5"]}`), 400, "JSON parse error")
	s.want(s.api("POST", "collect/", `{"description":"`+strings.Repeat("x", 70_000)+`"}`), 413, "detail")
}

func TestCollect_Accepted_AnswersAsCamPayDoes(t *testing.T) {
	t.Parallel()
	s := open(t)
	for from, want := range map[string][2]string{mtn: {"*126#", "MTN"}, orange: {"#150*50#", "Orange"}} {
		r := s.api("POST", "collect/", collectBody("500", from, ""))
		reference := s.accepted(r)
		if f := r.fields(t); f["ussd_code"] != want[0] || f["operator"] != want[1] || len(f) != 3 {
			t.Errorf("answer %v", f)
		}
		if e := s.entry(reference); e.Status != "PENDING" || e.Effect() != 0 {
			t.Errorf("entry %+v", e)
		}
	}
	// The amount may be an integer.
	s.want(s.api("POST", "collect/", `{"amount":5,"currency":"XAF","from":"`+mtn+`"}`), 200)
}

func TestCollect_WhatCamPayRefuses_IsRefusedWithItsCode(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Ceiling = 2500 })
	for name, c := range map[string]struct{ amount, from, code string }{
		"decimals":              {"5.0", mtn, "ER201"},
		"comma":                 {"5,0", mtn, "ER201"},
		"zero":                  {"0", mtn, "ER201"},
		"minus":                 {"-5", mtn, "ER201"},
		"plus":                  {"+5", mtn, "ER201"},
		"letters":               {"five", mtn, "ER201"},
		"empty":                 {"", mtn, "ER201"},
		"space":                 {"1 000", mtn, "ER201"},
		"13 digits":             {"1000000000000", mtn, "ER201"},
		"above the ceiling":     {"26", mtn, "ER201"},
		"Orange's minimum":      {"9", orange, "ER201"},
		"no country code":       {"5", "677123456", "ER101"},
		"plus sign":             {"5", "+" + mtn, "ER101"},
		"too short":             {"5", "23767712345", "ER101"},
		"a line on the wall":    {"5", "237222123456", "ER101"},
		"letters in the number": {"5", "23767712345a", "ER101"},
		"another carrier":       {"5", nexttel, "ER102"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			r := s.api("POST", "collect/", collectBody(c.amount, c.from, ""))
			s.want(r, 400, `"error_code":"`+c.code+`"`, `"message":"`)
		})
	}
	s.want(s.api("POST", "collect/", `{"amount":5.5,"currency":"XAF","from":"`+mtn+`"}`), 400, "ER201")
	s.want(s.api("POST", "collect/", collectBody("26", mtn, "")), 400,
		"This is a demo system. Maximum amount is 25.00 XAF")
	s.want(s.api("POST", "collect/", `{"amount":5,"currency":"EUR","from":"`+mtn+`"}`), 400, "currency")
	long := `{"amount":5,"currency":"XAF","from":"` + mtn + `","description":"` + strings.Repeat("x", 1001) + `"}`
	s.want(s.api("POST", "collect/", long), 400, "message")
	if n := len(s.Ledger()); n != 0 {
		t.Errorf("%d transactions began", n)
	}
}

func TestExternalReference_Repeated_NeverHasASecondEffect(t *testing.T) {
	t.Parallel()
	for mode, c := range map[string]struct {
		set    sandbox.DuplicateMode
		status int
	}{"replay": {sandbox.Replay, 200}, "reject": {sandbox.Reject, 400}} {
		t.Run(mode, func(t *testing.T) {
			s := open(t, func(cfg *sandbox.Config) { cfg.Duplicates = c.set })
			for _, call := range []struct{ path, body string }{
				{"collect/", collectBody("500", mtn, extA)},
				{"withdraw/", payoutBody("500", mtn, extB)},
				{"utilities/airtime/transfer/", payoutBody("100", orange, "11111111-1111-4111-8111-111111111111")},
				{"get_payment_link/", linkBody("22222222-2222-4222-8222-222222222222", "")},
			} {
				first := s.api("POST", call.path, call.body)
				s.want(first, 200)
				before := len(s.Ledger())
				again := s.api("POST", call.path, strings.Replace(call.body, "500", "600", 1))
				s.want(again, c.status)
				if c.set == sandbox.Replay && again.body != first.body {
					t.Errorf("%s: %s, then %s", call.path, first.body, again.body)
				}
				if c.set == sandbox.Reject && (!strings.Contains(again.body, "already exists") || strings.Contains(again.body, "ER")) {
					t.Errorf("%s: %s", call.path, again.body)
				}
				if now := len(s.Ledger()); now != before {
					t.Errorf("%s: a second effect", call.path)
				}
			}
			// A reference belongs to one call.
			s.want(s.api("POST", "withdraw/", payoutBody("5", mtn, extA)), 400, "already exists")
		})
	}
}

func TestExternalReference_OfARefusedRequest_IsFreeAgain(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Duplicates = sandbox.Reject })
	s.want(s.api("POST", "collect/", collectBody("0", mtn, extA)), 400)
	s.collect("500", mtn, extA)
}

func TestWithdraw_TakesAmountAndFeeAtOnce_AndGivesBackWhatFails(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.PayoutDelay = time.Minute })
	reference := s.withdraw("1050", mtn, extA)
	if got := s.Balance().MTN.String(); got != "8939.50" {
		t.Errorf("balance %s after the acceptance", got)
	}
	s.clock.pass(time.Minute)
	if e := s.entry(reference); e.Status != "SUCCESSFUL" || e.Debit().String() != "1060.50" || e.Credit() != 0 {
		t.Errorf("entry %+v", e)
	}
	s.Inject(sandbox.Fault{Kind: sandbox.FailAtSource, Endpoint: sandbox.EndpointWithdraw})
	failing := s.withdraw("100", mtn, extB)
	s.clock.pass(time.Minute)
	if e := s.entry(failing); e.Status != "FAILED" || e.Effect() != 0 {
		t.Errorf("entry %+v", e)
	}
	if got := s.Balance().MTN.String(); got != "8939.50" {
		t.Errorf("balance %s at the end", got)
	}
}

func TestWithdraw_AboveTheCarriersBalance_IsER301(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.want(s.api("POST", "withdraw/", payoutBody("6000", orange, "")), 400, "ER301") // MTN has enough
	s.want(s.api("POST", "withdraw/", payoutBody("5000", orange, "")), 400, "ER301") // the fee is not covered
	s.want(s.api("POST", "withdraw/", payoutBody("4950", orange, "")), 200)
	if got := s.Balance().Orange.String(); got != "0.50" {
		t.Errorf("balance %s", got)
	}
}

func TestWithdraw_NotAllowed_Is403(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.ForbidWithdrawals = true })
	s.want(s.api("POST", "withdraw/", payoutBody("100", mtn, "")), 403, "message")
	if len(s.Ledger()) != 0 {
		t.Error("money left")
	}
}

func TestPayouts_RefusedByTheirRules(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{"withdraw/", "utilities/airtime/transfer/"} {
		s.want(s.api("POST", path, "["), 400, "JSON")
		s.want(s.api("POST", path, payoutBody("1.5", mtn, "")), 400, "ER201")
		s.want(s.api("POST", path, payoutBody("100", "677123456", "")), 400, "ER101")
		s.want(s.api("POST", path, payoutBody("100", nexttel, "")), 400, "ER102")
		s.want(s.api("POST", path, payoutBody("999999", mtn, "")), 400, "ER301")
	}
	s.want(s.api("POST", "withdraw/", payoutBody("9", orange, "")), 400, "Minimum amount for Orange is 10.00")
}

func TestAirtime_ComesFromItsOwnFloat(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := s.api("POST", "utilities/airtime/transfer/", payoutBody("250", orange, extA))
	s.want(r, 200, `"status":"PENDING"`)
	reference := s.accepted(r)
	b := s.Balance()
	if b.Airtime.String() != "750" || b.Orange.String() != "5000" {
		t.Errorf("balances %+v", b)
	}
	f := s.api("GET", "utilities/transaction/"+reference+"/", "").fields(t)
	if f["amount"] != 250.0 || f["operator"] != "ORANGE_CM" || f["type"] != "AIRTIME" || f["reason"] != "" ||
		f["external_reference"] != extA || f["status"] != "SUCCESSFUL" || f["currency"] != "XAF" {
		t.Errorf("%v", f)
	}
	s.want(s.api("GET", "transaction/"+reference+"/", ""), 404, "not found")
	s.want(s.api("GET", "utilities/transaction/"+s.collect("5", mtn, "")+"/", ""), 404, "not found")
	s.delivered(0) // the callback knows collect and withdraw
}

func TestAirtime_OnTheDemo_IsExactlyOneHundred(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Ceiling = 2500 })
	for _, amount := range []string{"99", "101"} {
		s.want(s.api("POST", "utilities/airtime/transfer/", payoutBody(amount, mtn, "")), 400, "ER201", "100 XAF")
	}
	s.want(s.api("POST", "utilities/airtime/transfer/", payoutBody("100", mtn, "")), 200)
}

// FuzzCollect: whatever a stranger's body holds, the answer is JSON and never a
// server error.
func FuzzCollect(f *testing.F) {
	for _, body := range []string{
		collectBody("500", mtn, extA), `{"amount":5e3}`, `{"amount":null,"from":7}`, "[]", "",
		`{"amount":"٥","currency":"XAF","from":"` + mtn + `"}`,
	} {
		f.Add(body)
	}
	box, err := sandbox.New(sandbox.Config{BaseURL: "http://localhost", Token: permanent})
	if err != nil {
		f.Fatal(err)
	}
	handler := box.Handler()
	f.Fuzz(func(t *testing.T, body string) {
		req := httptest.NewRequest("POST", "/api/collect/", strings.NewReader(body))
		req.Header.Set("Authorization", "Token "+permanent)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		if w.Code != 200 && w.Code != 400 && w.Code != 413 {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
		reply{body: w.Body.String()}.fields(t)
	})
}
