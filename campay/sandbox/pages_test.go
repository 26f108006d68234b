package sandbox_test

// The pages for people: the payment page, the phone, the first page.

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

const formType = "application/x-www-form-urlencoded"

// form posts a page's form as a browser does from the page itself.
func (s shop) form(path string, values url.Values) reply {
	s.Helper()
	return s.send("POST", path, values.Encode(), "Content-Type", formType, "Sec-Fetch-Site", "same-origin")
}

// sentTo is where a redirect goes.
func (s shop) sentTo(r reply) string {
	s.Helper()
	s.want(r, http.StatusSeeOther)
	return r.header.Get("Location")
}

// below is an address of the sandbox as send takes it.
func below(location string) string { return strings.TrimPrefix(location, "/sandbox") }

func TestPages_InBothLanguages_NameEveryWordAndAllowNothingStrange(t *testing.T) {
	t.Parallel()
	s := open(t)
	path, link := s.link(extA, `,"payer_can_pay_more":"yes","payment_options":"CARD","from":"`+mtn+`"`)
	s.enter(s.pay(link, money.Francs(12_500)).Reference)
	refused := s.pay(link, 0).Reference
	if err := s.Refuse(refused); err != nil {
		t.Fatal(err)
	}
	waiting := s.pay(link, 0).Reference
	s.withdraw("100", mtn, "")
	s.api("POST", "utilities/airtime/transfer/", payoutBody("100", orange, ""))
	s.step()
	for _, k := range sandbox.Kinds() {
		s.Inject(sandbox.Fault{Kind: k, Endpoint: sandbox.EndpointHolder, Times: -1})
	}
	for _, lang := range []string{"fr", "en"} {
		for _, page := range []string{
			"/", "/phone", "/phone?number=" + mtn, "/phone?number=1", path,
			path + "?try=" + link, path + "?try=" + refused, path + "?try=" + waiting,
		} {
			r := s.send("GET", page, "", "Accept-Language", lang)
			s.want(r, 200, `<html lang="`+lang+`"`, map[string]string{"fr": "pas d’argent réel", "en": "no real money"}[lang])
			if bad := regexp.MustCompile(`<script|<style|style="|\son[a-z]+="|no value`).FindString(r.body); bad != "" {
				t.Errorf("%s: %q", page, bad)
			}
			if csp := r.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") ||
				strings.Contains(csp, "unsafe") {
				t.Errorf("%s: policy %q", page, csp)
			}
		}
		s.want(s.send("GET", "/pay/none", "", "Accept-Language", lang), 404, `<html lang="`+lang+`"`)
	}
	s.want(s.send("GET", "/nothing", ""), 404, "<h1>")
	if got := s.sentTo(s.send("GET", "", "")); got != "/sandbox/" {
		t.Errorf("to %q", got)
	}
}

func TestPages_LanguageChosen_IsKeptInACookie(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := s.send("GET", "/phone?lang=en&number=6", "", "Accept-Language", "fr")
	s.want(r, 200, `<html lang="en"`, "/sandbox/phone?lang=fr&amp;number=6")
	cookie, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
	s.want(s.send("GET", "/", "", "Accept-Language", "fr", "Cookie", cookie), 200, `<html lang="en"`)
	s.want(s.send("GET", "/", "", "Accept-Language", "de"), 200, `<html lang="fr"`)
}

// A browser sends a host's cookies to each of its ports.
func TestPages_LanguageCookie_IsThisSandboxesAlone_AndAKnownValue(t *testing.T) {
	t.Parallel()
	one, other := open(t), open(t, func(c *sandbox.Config) { c.Token = "another token" })
	set := one.send("GET", "/?lang=en", "").header.Get("Set-Cookie")
	cookie, attributes, _ := strings.Cut(set, ";")
	name, _, _ := strings.Cut(cookie, "=")
	for _, want := range []string{"Path=/sandbox/", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(attributes, want) {
			t.Errorf("no %s: %s", want, set)
		}
	}
	other.want(other.send("GET", "/", "", "Cookie", cookie), 200, `<html lang="fr"`)
	for _, strange := range []string{"de", "EN", strings.Repeat("en-", 1000), "en\""} {
		one.want(one.send("GET", "/", "", "Accept-Language", "en", "Cookie", name+"="+strange), 200, `<html lang="en"`)
		r := one.send("GET", "/?lang="+url.QueryEscape(strange), "")
		one.want(r, 200, `<html lang="fr"`)
		if got := r.header.Get("Set-Cookie"); got != "" {
			t.Errorf("%.20s is kept: %.100s", strange, got)
		}
	}
}

func TestIndex_ShowsNoKey(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := s.send("GET", "/", "")
	for _, secret := range []string{permanent, "app-password", "app-user", webhookKey} {
		if strings.Contains(r.body, secret) {
			t.Errorf("it shows %q", secret)
		}
	}
}

func TestIndex_ShowsHowEachWebhookWent(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.enter(s.collect("500", mtn, ""))
	s.want(s.send("GET", "/", ""), 200, "à envoyer")
	s.calls.answer(http.StatusTeapot)
	s.step()
	s.want(s.send("GET", "/", ""), 200, `data-http="418"`, "HTTP 418", "10\u202f495\u00a0FCFA")
}

func TestStyle_ByItsVersion_IsKeptForAYear(t *testing.T) {
	t.Parallel()
	s := open(t)
	address := regexp.MustCompile(`/sandbox\.css\?v=[0-9a-f]+`).FindString(s.send("GET", "/", "").body)
	r := s.send("GET", address, "")
	s.want(r, 200, "@layer")
	if cache := r.header.Get("Cache-Control"); !strings.Contains(cache, "immutable") {
		t.Errorf("%q", cache)
	}
	if kind := r.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/css") {
		t.Errorf("%q", kind)
	}
	if cache := s.send("GET", "/sandbox.css", "").header.Get("Cache-Control"); strings.Contains(cache, "immutable") {
		t.Errorf("%q without the version", cache)
	}
}

func TestPayPage_FromNumberToShop(t *testing.T) {
	t.Parallel()
	s := open(t)
	path, reference := s.link(extA, `,"redirect_url":"https://example.org/ok?cart=7"`)
	s.want(s.send("GET", path, ""), 200, `<form id="pay"`, `name="phone"`, "500\u00a0FCFA", "Pain")
	csp := s.send("GET", path, "").header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "form-action 'self' https://example.org;") {
		t.Errorf("the browser would not let the payer go back to the shop: %q", csp)
	}
	waiting := below(s.sentTo(s.form(path, url.Values{"phone": {"6 77 12 34 56"}, "amount": {"1"}})))
	s.want(s.send("GET", waiting, ""), 200, `http-equiv="refresh" content="2"`, "*126#", "/sandbox/phone?number="+mtn)

	s.want(s.send("GET", "/phone?number=6+77+12+34+56", ""), 200, `<article class="prompt" data-reference="`+reference+`"`,
		`name="pin"`, `value="confirm"`, `value="refuse"`, `content="30"`)
	s.want(s.send("GET", "/phone?number=699123456", ""), 200, "Aucune demande", `content="2"`)
	answer := url.Values{"reference": {reference}, "number": {mtn}, "pin": {"2580"}, "answer": {"confirm"}}
	if got := s.sentTo(s.form("/phone", answer)); got != "/sandbox/phone?number="+mtn {
		t.Errorf("to %q", got)
	}
	back, err := url.Parse(s.sentTo(s.send("GET", waiting, "")))
	if err != nil {
		t.Fatal(err)
	}
	q := back.Query()
	if back.Host != "example.org" || q.Get("cart") != "7" || q.Get("status") != "SUCCESSFUL" || q.Get("reference") != reference ||
		q.Get("external_reference") != extA || q.Get("amount") != "500" || q.Has("signature") {
		t.Errorf("%s", back)
	}
	// The link stays open for a second payment, and says that it was paid.
	s.want(s.send("GET", path, ""), 200, "déjà été payé")
}

func TestPayPage_AfterAFailure_OffersAnotherTry(t *testing.T) {
	t.Parallel()
	s := open(t)
	path, _ := s.link("", "")
	failed := below(s.sentTo(s.form(path, url.Values{"phone": {mtn}})))
	reference := s.Prompts()[0].Reference
	s.sentTo(s.form("/phone", url.Values{"reference": {reference}, "answer": {"refuse"}}))
	s.want(s.send("GET", failed, ""), 200, `id="again"`, path, "Refusé")
	s.form(path, url.Values{"phone": {mtn}})
	again := s.Prompts()[0].Reference
	if again == reference {
		t.Error("the same reference")
	}
	s.enter(again)
	s.want(s.send("GET", path+"?try="+again, ""), 200, "Paiement réussi")

	shop, _ := s.link("", `,"failure_redirect_url":"https://example.org/no"`)
	failed = below(s.sentTo(s.form(shop, url.Values{"phone": {mtn}})))
	if err := s.Enter(s.Prompts()[0].Reference, sandbox.WrongPIN); err != nil {
		t.Fatal(err)
	}
	if got := s.sentTo(s.send("GET", failed, "")); !strings.HasPrefix(got, "https://example.org/no?") ||
		!strings.Contains(got, "status=FAILED") {
		t.Errorf("to %q", got)
	}
}

func TestPayPage_WhatAPayerTypesWrong_IsSaidOnTheForm(t *testing.T) {
	t.Parallel()
	s := open(t)
	path, _ := s.link("", `,"payer_can_pay_more":"yes"`)
	for name, c := range map[string]struct{ phone, amount, says string }{
		"no number":       {"", "500", "numéro de mobile"},
		"foreign number":  {"+33612345678", "500", "numéro de mobile"},
		"other carrier":   {nexttel, "500", "MTN et Orange"},
		"too little":      {mtn, "499", "montant"},
		"decimals":        {mtn, "500.5", "montant"},
		"letters":         {mtn, "<b>mille</b>", "montant"},
		"nothing entered": {mtn, "", "montant"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			r := s.form(path, url.Values{"phone": {c.phone}, "amount": {c.amount}})
			s.want(r, 422, `role="alert"`, c.says)
			if strings.Contains(r.body, "<b>") {
				t.Error("what was typed is markup now")
			}
		})
	}
	if len(s.Ledger()) != 0 {
		t.Error("a payment began")
	}
	s.sentTo(s.form(path, url.Values{"phone": {mtn}, "amount": {"12\u00a0500"}}))
	if p := s.Prompts()[0]; p.Amount != money.Francs(12_500) {
		t.Errorf("%+v", p)
	}
	s.want(s.form("/pay/none", url.Values{"phone": {mtn}}), 404)
}

func TestPhonePage_WrongAnswers_AreSaidOnThePrompt(t *testing.T) {
	t.Parallel()
	s := open(t)
	reference := s.collect("500", mtn, "")
	s.want(s.form("/phone", url.Values{"reference": {reference}, "answer": {"confirm"}, "pin": {"1"}}), 422, "4 à 6 chiffres")
	s.want(s.form("/phone", url.Values{"reference": {reference}}), 422, "n’attend plus")
	s.want(s.form("/phone", url.Values{"reference": {extA}, "answer": {"refuse"}}), 422, "n’attend plus")
	if len(s.Prompts()) != 1 {
		t.Error("the prompt is gone")
	}
}

func TestPages_PostsOfOtherSites_AreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	path, _ := s.link("", "")
	reference := s.collect("500", mtn, "")
	for target, body := range map[string]url.Values{
		path:            {"phone": {mtn}},
		"/phone":        {"reference": {reference}, "answer": {"confirm"}, "pin": {"1234"}},
		"/faults":       {"kind": {"delay"}},
		"/faults/clear": {},
	} {
		for _, header := range [][]string{
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://example.org"},
		} {
			s.want(s.send("POST", target, body.Encode(), append(header, "Content-Type", formType)...), 403)
		}
	}
	if len(s.Ledger()) != 1 || s.entry(reference).Status != campay.Pending || len(s.Faults()) != 0 {
		t.Error("another site's form did something")
	}
	// The API is for other origins too: its token is the guard.
	s.want(s.send("GET", "/api/balance/", "", "Authorization", "Token "+permanent, "Origin", "https://example.org"), 200)
}

func TestFaultsForm_ArmsAndClears(t *testing.T) {
	t.Parallel()
	s := open(t)
	if got := s.sentTo(s.form("/faults", url.Values{"kind": {"webhook_lost"}, "times": {"2"}})); got != "/sandbox/#faults" {
		t.Errorf("to %q", got)
	}
	s.want(s.send("GET", "/", ""), 200, `id="armed"`, "Notification perdue", "× 2")
	s.want(s.form("/faults", url.Values{"kind": {"true_amount"}}), 422, `role="alert"`)
	if f := s.Faults(); len(f) != 1 {
		t.Errorf("%+v", f)
	}
	s.sentTo(s.form("/faults/clear", nil))
	if f := s.Faults(); len(f) != 0 {
		t.Errorf("%+v", f)
	}
}
