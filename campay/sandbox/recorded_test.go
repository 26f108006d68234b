package sandbox_test

// What clients of CamPay send and rely on beyond its documentation.

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

const form = "application/x-www-form-urlencoded"

func TestAPI_FormsAreReadAsJSONIs_ByEveryPOST(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.send("POST", "/api/token/", url.Values{"username": {"app-user"}, "password": {"app-password"}}.Encode(), "Content-Type", form)
	s.want(token, 200, `"expires_in":3600`)
	payout := url.Values{"amount": {"100"}, "to": {mtn}}.Encode()
	for path, body := range map[string]string{
		"collect/":                    url.Values{"amount": {"5"}, "from": {mtn}, "description": {"Pain & sel"}}.Encode(),
		"get_payment_link/":           url.Values{"amount": {"5"}, "redirect_url": {"https://example.org/?a=1"}}.Encode(),
		"withdraw/":                   payout,
		"utilities/airtime/transfer/": payout,
		"history/":                    url.Values{"start_date": {"2026-03-14"}, "end_date": {"2026-03-14"}}.Encode(),
	} {
		s.want(s.send("POST", "/api/"+path, body, "Authorization", "Token "+permanent, "Content-Type", form), 200)
		s.want(s.send("POST", "/api/"+path, body, "Authorization", "Token "+permanent, "Content-Type", "text/csv"), 415, "detail")
		s.want(s.send("POST", "/api/"+path, "a=%zz", "Authorization", "Token "+permanent, "Content-Type", form), 400, "detail")
	}
	multipart := "--x\r\nContent-Disposition: form-data; name=\"amount\"\r\n\r\n7\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\n" + mtn + "\r\n--x--\r\n"
	r := s.send("POST", "/api/collect/", multipart, "Authorization", "Token "+permanent, "Content-Type", "multipart/form-data; boundary=x")
	if e := s.entry(s.accepted(r)); e.Asked != money.Francs(7) {
		t.Errorf("%+v", e)
	}
}

func TestAPI_TokenInAnyCase_AndOPTIONSFromAnybody(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, scheme := range []string{"Token ", "token ", "TOKEN ", "Token  "} {
		s.want(s.send("GET", "/api/balance/", "", "Authorization", scheme+permanent), 200)
	}
	for _, path := range []string{"token/", "collect/", "withdraw/", "history/", "balance/", "transaction/" + extA + "/"} {
		r := s.send(http.MethodOptions, "/api/"+path, "")
		s.want(r, 200, "application/json")
		if allow := r.header.Get("Allow"); !strings.HasSuffix(allow, "OPTIONS") {
			t.Errorf("%s allows %q", path, allow)
		}
	}
}

func TestExternalReference_IsAnyText_ButOfAWithdrawal(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, external := range []string{"SUC-237671234567", "CT-1043", "7", "Facture n° 12", strings.ToUpper(extA)} {
		reference := s.collect("5", mtn, external)
		if got := s.collect("5", mtn, external); got != reference {
			t.Errorf("%s has two effects", external)
		}
		s.want(s.api("GET", "transaction/"+reference+"/", ""), 200, external)
	}
	s.want(s.api("POST", "utilities/airtime/transfer/", payoutBody("100", mtn, "12345678")), 200)
	for _, external := range []string{"7", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "{" + extA + "}"} {
		s.want(s.api("POST", "withdraw/", payoutBody("100", mtn, external)), 400, "UUID4")
	}
}

func TestUUID_BesideTheExternalReference_IsTakenOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	body := func(external string) string {
		return `{"amount":5,"from":"` + mtn + `","external_reference":"` + external + `","uuid":"` + extB + `"}`
	}
	s.want(s.api("POST", "collect/", body("A")), 200)
	s.want(s.api("POST", "collect/", body("A")), 400, "message")
	s.want(s.api("POST", "collect/", body("B")), 400, "message")
	s.want(s.api("POST", "collect/", `{"amount":5,"from":"`+mtn+`","uuid":"x"}`), 400, "message")
	if n := len(s.Ledger()); n != 1 {
		t.Errorf("%d transactions", n)
	}
}

func TestTransaction_HasEveryFieldThatWasRecorded(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, link := s.link(extA, `,"first_name":"A","last_name":"B","email":"a@example.org","redirect_url":"https://example.org/ok","failure_redirect_url":"https://example.org/no"`)
	p, err := s.Pay(link, orange, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := s.api("GET", "transaction/"+p.Reference+"/", "").fields(t)
	for name, want := range map[string]any{
		"operator": "Orange", "app_amount": "495.00", "extra_first_name": "A", "extra_last_name": "B", "extra_email": "a@example.org",
		"redirect_url": "https://example.org/ok", "failure_redirect_url": "https://example.org/no", "endpoint": "collect", "reason": "None",
	} {
		if f[name] != want {
			t.Errorf("%s: %v, want %v", name, f[name], want)
		}
	}
	signature, _ := f["signature"].(string)
	parts := strings.Split(signature, ".")
	if len(parts) != 3 {
		t.Fatalf("signature %q", signature)
	}
	for i, want := range [][]string{{"alg", "app", "typ"}, {"exp", "iat", "nbf", "source"}} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		var claims map[string]any
		if err := json.Unmarshal(text, &claims); err != nil {
			t.Fatal(err)
		}
		for _, name := range want {
			if claims[name] == nil {
				t.Errorf("%s lacks %s", text, name)
			}
		}
		if len(claims) != len(want) || i == 1 && claims["source"] != "CamPay" {
			t.Errorf("%s", text)
		}
	}
}

func TestKeys_KeptInTheState_AreTheNextRunsKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	kept := func(c *sandbox.Config) { c.StateFile, c.KeepKeys = path, true }
	first := open(t, kept)
	again := open(t, kept, func(c *sandbox.Config) { c.Token, c.Username, c.Password, c.WebhookKey = "other", "u", "p", "k" })
	if again.Keys() != first.Keys() {
		t.Errorf("%+v after %+v", again.Keys(), first.Keys())
	}
	again.want(again.api("GET", "balance/", ""), 200)
	// Who gives the keys himself is not overruled.
	own := open(t, inFile(path), func(c *sandbox.Config) { c.Token = "other" })
	own.want(own.send("GET", "/api/balance/", "", "Authorization", "Token other"), 200)
}
