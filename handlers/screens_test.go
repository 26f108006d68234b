package handlers

// What each screen answers, by rule.

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/handlers/pay"
	"comptoir/store"
	"comptoir/views"
)

func TestBalance_CamPayDown_ShowsTheLastKnownAndSaysSo(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.must(s.sandbox.SetBalance(sandbox.Balances{MTN: money.Francs(45_000)}))
	owner := s.signedIn(store.RoleOwner)
	if got := owner.get("/balance", header("HX-Request", "true")); !strings.Contains(got.body, "45\u202f000") || strings.Contains(got.body, "stale") {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	s.clock.pass(60e9)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.ErrorBefore, Endpoint: sandbox.EndpointBalance, Times: -1})
	if got := owner.get("/balance", header("HX-Request", "true")); !strings.Contains(got.body, "45\u202f000") || !strings.Contains(got.body, "stale") || !strings.Contains(got.body, "10:30") {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if home := owner.get("/"); !strings.Contains(home.body, "45\u202f000") {
		t.Fatal("home does not show the last known balance")
	}
}

func TestRequest_CamPayRefuses_TheFieldSaysSoAndNothingIsLost(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	got := owner.post("/checkout/phone", url.Values{"operation": {newOperation()}, "amount": {"5"}, "phone": {"699123456"}, "description": {"Riz"}})
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "Minimum amount for Orange") ||
		!strings.Contains(got.body, `id="f-amount-error"`) || !strings.Contains(got.body, `value="Riz"`) || !strings.Contains(got.body, `name="phone" value="699123456"`) {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
}

func TestRequest_AnswerLost_ThePageSaysItIsLookedFor(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointCollect})
	path := owner.request("500", "677123456")
	if got := owner.get(path); got.status != http.StatusOK || !strings.Contains(got.body, "status warn") {
		t.Fatalf("answered %d", got.status)
	}
}

func TestLinkNew_AllFieldsAreKeptAndSent(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	form := url.Values{
		"operation": {newOperation()}, "amount": {"2 500 FCFA"}, "description": {"Pain"}, "first_name": {"Prénom"}, "last_name": {"Nom"},
		"email": {"client@example.com"}, "phone": {"6 99 12 34 56"}, "payment_options": {"MOMO,CARD"}, "amount_kind": {"least"},
		"redirect_url": {"https://shop.example/ok"}, "failure_redirect_url": {"https://shop.example/no"},
	}
	if got := owner.post("/links", form); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	all, err := s.store.Links(t.Context(), store.LinkFilter{Limit: 1})
	s.must(err)
	l := all[0]
	if l.Amount != money.Francs(2500) || l.FirstName != "Prénom" || l.Email != "client@example.com" || l.Phone != "237699123456" ||
		l.PaymentOptions != "MOMO,CARD" || !l.MayPayMore || l.RedirectURL != "https://shop.example/ok" || l.FailureRedirectURL != "https://shop.example/no" {
		t.Fatalf("kept as %+v", l)
	}
}

func TestLinkNew_EachWrongFieldIsNamed(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	long := strings.Repeat("a", 600)
	got := owner.post("/links", url.Values{
		"operation": {"not an id"}, "amount": {"12,5"}, "description": {long[:views.MaxDescription+1]}, "first_name": {long[:views.MaxPersonName+1]},
		"email": {"nobody"}, "phone": {"12"}, "payment_options": {"CASH"}, "redirect_url": {"https://a.example/" + long},
	})
	if got.status != http.StatusUnprocessableEntity {
		t.Fatalf("answered %d", got.status)
	}
	for _, name := range []string{"amount", "description", "first_name", "email", "phone", "payment_options", "redirect_url"} {
		if !strings.Contains(got.body, `id="f-`+name+`-error"`) {
			t.Errorf("nothing is said of %s", name)
		}
	}
}

func TestLanguage_ChosenBeforeSigningIn_IsKept(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("owner", store.RoleOwner)
	b := s.browser()
	b.post("/language", url.Values{"locale": {"en"}, "back": {"/signin"}})
	b.post("/signin", url.Values{"name": {"owner"}, "password": {testPassword}})
	if got := b.get("/"); !strings.Contains(got.body, `<html lang="en">`) {
		t.Fatal("English was lost on the way in")
	}
	if got := b.post("/language", url.Values{"locale": {"de"}}); got.status != http.StatusBadRequest {
		t.Fatalf("a language that is not there answered %d", got.status)
	}
}

func TestErrors_SpeakToWhoeverAsks(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	if got := owner.get("/nothing"); got.status != http.StatusNotFound || !strings.Contains(got.body, `<html lang="fr">`) || !strings.Contains(got.body, `class="nav"`) {
		t.Errorf("a page: %d", got.status)
	}
	if got := owner.get("/links/99", header("HX-Request", "true")); got.status != http.StatusNotFound || got.header.Get("HX-Retarget") != "#toasts" || strings.Contains(got.body, "<html") {
		t.Errorf("a fragment: %d %v", got.status, got.header)
	}
	if got := owner.get("/links/99", header("Accept", "application/json")); got.status != http.StatusNotFound || !strings.Contains(got.body, `"error":"not_found"`) {
		t.Errorf("JSON: %d %s", got.status, got.body)
	}
	if got := owner.send(http.MethodHead, "/links", nil); got.status != http.StatusOK {
		t.Errorf("HEAD: %d", got.status)
	}
}

func TestCustomerPage_AnyQueryButOurs_IsAFirstVisit(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.post("/links", url.Values{"operation": {newOperation()}, "amount": {"500"}, "description": {"Pain"}})
	all, err := s.store.Links(t.Context(), store.LinkFilter{Limit: 1})
	s.must(err)
	stranger := s.browser()
	if got := stranger.get("/p/" + all[0].Slug + "?fbclid=1&status=SUCCESSFUL"); !strings.Contains(got.body, "button primary pay") {
		t.Error("the Pay button is hidden by a stranger's query")
	}
	if got := stranger.get(pay.ReturnPath(all[0].Slug, "")); strings.Contains(got.body, "button primary pay") {
		t.Error("who comes back is asked to pay at once")
	}
	if strings.Contains(stranger.get(pay.ReturnPath(all[0].Slug, "")+"&status=SUCCESSFUL").body, "bill good") {
		t.Error("a query made it paid")
	}
}

func TestLive_SendsTheStatusAgainWhenItChanges_AndEnds(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	path := owner.request("500", "677123456")
	s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
	s.work()
	got := owner.get(path + "/live") // settled: it says so, and ends
	if got.header.Get("Content-Type") != "text/event-stream" || !strings.HasPrefix(got.body, "event: status\n") ||
		!strings.Contains(got.body, "status good") || !strings.HasSuffix(got.body, "event: end\ndata:\n\n") {
		t.Fatalf("%v %q", got.header, got.body)
	}
	if got := owner.get(path + "/status"); !strings.Contains(got.body, "status good") || !strings.Contains(got.body, `id="timeline"`) {
		t.Fatalf("polled: %s", got.body)
	}
}

func TestLink_MadeLate_SendsItsQRCodeToTheOpenPage(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.ErrorBefore, Endpoint: sandbox.EndpointLink})
	made := owner.post("/links", url.Values{"operation": {newOperation()}, "amount": {"500"}, "description": {"Pain"}}).header.Get("Location")
	page := owner.get(made)
	if !strings.Contains(page.body, "?qr=missing") || strings.Contains(page.body, `class="qr"`) {
		t.Fatal("the page does not wait for its QR code")
	}
	s.clock.pass(10e9)
	s.work()
	if got := owner.get(made + "/status?qr=missing"); !strings.Contains(got.body, `hx-swap-oob`) || !strings.Contains(got.body, `class="qr"`) {
		t.Fatalf("the QR code is not sent along: %s", got.body)
	}
	if got := owner.get(made + "/qr.png"); got.status != http.StatusOK || got.header.Get("Content-Type") != "image/png" {
		t.Fatalf("PNG: %d", got.status)
	}
}

func TestRoles_ScreensOfferNoWayThatIsRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.signedIn(store.RoleOwner).request("500", "677123456")
	accountant, cashier := s.sessionOf(store.RoleAccountant), s.sessionOf(store.RoleCashier)
	for _, path := range []string{"/", "/links", "/transactions"} {
		for _, way := range []string{`href="/checkout"`, `href="/links/new"`} {
			if strings.Contains(accountant.get(path).body, way) {
				t.Errorf("%s offers an accountant %s", path, way)
			}
		}
		if strings.Contains(cashier.get(path).body, `href="/webhooks"`) {
			t.Errorf("%s offers a cashier the webhooks", path)
		}
	}
}
