package handlers

// Attacks, each named for what it tries; all are refused.

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/payments"
	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
)

func newOperation() string { return payments.NewOperation() }

func TestAttack_CSRFByFormAndByFetch(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for name, edit := range map[string]func(*http.Request){
		"Sec-Fetch-Site": header("Sec-Fetch-Site", "cross-site"),
		"same site":      header("Sec-Fetch-Site", "same-site"),
		"Origin alone":   header("Origin", "https://evil.example"),
		"null origin":    header("Origin", "null"),
	} {
		for _, r := range s.server.routes() {
			if r.method != http.MethodPost {
				continue
			}
			if got := owner.post(concrete(r.path), url.Values{"amount": {"100"}}, edit); got.status != http.StatusForbidden {
				t.Errorf("%s: POST %s answered %d", name, r.path, got.status)
			}
		}
	}
	if n := len(s.sandbox.Ledger()); n != 0 {
		t.Errorf("%d transactions were begun", n)
	}
}

func TestAttack_SessionFixation(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("owner", store.RoleOwner)
	b := s.browser()
	site, err := url.Parse(s.url)
	s.must(err)
	planted := &http.Cookie{Name: s.server.desk.Sessions.CookieName(web.SessionName), Value: strings.Repeat("A", 43), Path: "/"}
	b.client.Jar.SetCookies(site, []*http.Cookie{planted})
	b.post("/signin", url.Values{"name": {"owner"}, "password": {testPassword}})
	first := b.client.Jar.Cookies(site)[0].Value
	if first == planted.Value {
		t.Fatal("the planted token was taken over")
	}
	b.post("/signin", url.Values{"name": {"owner"}, "password": {testPassword}})
	if second := b.client.Jar.Cookies(site)[0].Value; second == first {
		t.Fatal("signing in kept the old token")
	}
	thief := s.browser()
	thief.client.Jar.SetCookies(site, []*http.Cookie{{Name: s.server.desk.Sessions.CookieName(web.SessionName), Value: first, Path: "/"}})
	if got := thief.get("/"); got.status != http.StatusSeeOther {
		t.Fatalf("the old token still opens the door: %d", got.status)
	}
}

func TestAttack_CookieAfterSignOut(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleOwner)
	site, err := url.Parse(s.url)
	s.must(err)
	kept := b.client.Jar.Cookies(site)
	b.post("/signout", url.Values{})
	b.client.Jar.SetCookies(site, kept)
	if got := b.get("/"); got.status != http.StatusSeeOther {
		t.Fatalf("a signed-out cookie answered %d", got.status)
	}
}

func TestSession_EndsWhenIdle_AndAfterItsLongestTime(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleOwner)
	s.clock.pass(access.SessionIdle + time.Minute)
	if got := b.get("/"); got.status != http.StatusSeeOther {
		t.Fatalf("an idle session answered %d", got.status)
	}
	b = s.sessionOf(store.RoleOwner)
	for passed := time.Duration(0); passed < access.SessionAbsolute; passed += access.SessionIdle / 2 {
		if got := b.get("/"); got.status != http.StatusOK {
			t.Fatalf("a session in use answered %d after %v", got.status, passed)
		}
		s.clock.pass(access.SessionIdle / 2)
	}
	s.clock.pass(time.Minute)
	if got := b.get("/"); got.status != http.StatusSeeOther {
		t.Fatalf("a session answered %d after its longest time", got.status)
	}
}

func TestAttack_RequestUnderWay_DoesNotBringAnEndedSessionBack(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleOwner)
	u, err := s.store.UserByName(t.Context(), string(store.RoleOwner))
	s.must(err)
	s.before("/get_payment_link/", func() {
		s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.DeleteSessionsOfUser(ctx, u.ID) }))
	})
	b.savesItsSession()
	if got := b.get("/"); got.status != http.StatusSeeOther {
		t.Fatalf("the ended session answered %d", got.status)
	}
}

// savesItsSession makes a link: what it says of it is kept in the session.
func (b *browser) savesItsSession() {
	b.s.t.Helper()
	got := b.post("/links", url.Values{"operation": {newOperation()}, "amount": {"500"}, "description": {"Pain"}, "payment_options": {"MOMO"}})
	if got.status != http.StatusSeeOther {
		b.s.t.Fatalf("answered %d: %s", got.status, got.body)
	}
}

func TestAttack_SessionKeptBusy_EndsAllTheSame(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleOwner)
	for passed := time.Duration(0); passed < access.SessionAbsolute; passed += access.SessionIdle / 3 {
		if got := b.get("/transactions/1"); got.status == http.StatusSeeOther {
			t.Fatalf("ended after %v", passed)
		}
		b.savesItsSession()
		s.clock.pass(access.SessionIdle / 3)
	}
	if got := b.get("/"); got.status != http.StatusSeeOther {
		t.Fatalf("a session kept busy answered %d after its longest time", got.status)
	}
}

func TestAttack_ChangedFormUnderAUsedOperation_IsNotCalledSent(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	form := url.Values{"operation": {newOperation()}, "amount": {"500"}, "phone": {"677123456"}}
	owner.post("/checkout/phone", form)
	form.Set("amount", "90000")
	got := owner.post("/checkout/phone", form)
	if got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, form.Get("operation")) || !strings.Contains(got.body, `value="90000"`) {
		t.Fatalf("answered %d", got.status)
	}
}

func TestAttack_CookieCannotBeReadOrSentAcrossSites(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("owner", store.RoleOwner)
	got := s.browser().post("/signin", url.Values{"name": {"owner"}, "password": {testPassword}})
	cookie := lastCookie(got)
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
	s.server.desk.Sessions.Secure = true
	got = s.browser().post("/signin", url.Values{"name": {"owner"}, "password": {testPassword}})
	for _, cookie := range got.header.Values("Set-Cookie") {
		if !strings.HasPrefix(cookie, "__Host-") || !strings.Contains(cookie, "Secure") || !strings.Contains(cookie, "HttpOnly") {
			t.Errorf("on https: %s", cookie)
		}
	}
}

// lastCookie is the session's: it is set when all is done.
func lastCookie(a answer) string {
	all := a.header.Values("Set-Cookie")
	return all[len(all)-1]
}

func TestAttack_EnumerationOfNames(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("owner", store.RoleOwner)
	b := s.browser()
	known := b.post("/signin", url.Values{"name": {"owner"}, "password": {"wrong"}})
	unknown := b.post("/signin", url.Values{"name": {"nobody"}, "password": {"wrong"}})
	if known.status != unknown.status || strings.ReplaceAll(known.body, "owner", "nobody") != unknown.body {
		t.Fatalf("known: %d, unknown: %d, or other words", known.status, unknown.status)
	}
	if strings.Contains(s.log.String(), "wrong") {
		t.Fatal("a typed password is in the log")
	}
}

func TestAttack_OpenRedirect(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("owner", store.RoleOwner)
	for _, next := range []string{
		"https://evil.example/", "//evil.example", `/\evil.example`, `\\evil.example`, "javascript:alert(1)", "/\t/evil.example", "evil.example", "/%0d%0aX: y",
	} {
		b := s.browser()
		got := b.post("/signin", url.Values{"name": {"owner"}, "password": {testPassword}, "next": {next}})
		to, err := url.Parse(got.header.Get("Location"))
		if err != nil || to.Host != "" || to.Scheme != "" || strings.HasPrefix(to.Path, "//") {
			t.Errorf("next=%q leads to %q", next, got.header.Get("Location"))
		}
		got = b.post("/language", url.Values{"locale": {"en"}, "back": {next}})
		if to := got.header.Get("Location"); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) {
			t.Errorf("back=%q leads to %q", next, to)
		}
	}
	if got := s.browser().get("/transactions?q=a%26b"); got.header.Get("Location") != "/signin?next=%2Ftransactions%3Fq%3Da%2526b" {
		t.Errorf("the way back is lost: %s", got.header.Get("Location"))
	}
}

func TestAttack_IDsThatAreNone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for _, id := range []string{"0", "-1", "abc", "1e3", "99999999999999999999", "1;DROP TABLE users", "..%2f..%2fetc", "1%00"} {
		for _, list := range []string{"/links/", "/transactions/", "/webhooks/"} {
			if got := owner.get(list + url.PathEscape(id)); got.status != http.StatusNotFound {
				t.Errorf("%s%s answered %d", list, id, got.status)
			}
		}
	}
	for _, slug := range []string{"x", "ABCDEFGHIJKLMNOPQRST", "00000000000000000000", "..%2f..%2fetc%2fpasswd", strings.Repeat("a", 4000)} {
		if got := s.browser().get("/p/" + slug); got.status != http.StatusNotFound {
			t.Errorf("/p/%s answered %d", slug, got.status)
		}
	}
}

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}`

func TestAttack_StoredXSS_InEachFreeText(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	made := owner.post("/links", url.Values{
		"operation": {newOperation()}, "amount": {"500"}, "description": {hostile}, "first_name": {hostile[:50]}, "last_name": {hostile[:50]},
	})
	if made.status != http.StatusSeeOther {
		t.Fatalf("link answered %d: %s", made.status, made.body)
	}
	signature, err := campay.SignNotification(s.key, s.clock.now())
	s.must(err)
	said := url.Values{
		"status": {"SUCCESSFUL"}, "reference": {hostile}, "amount": {hostile}, "currency": {hostile},
		"extra_first_name": {hostile}, "phone_number": {hostile}, "signature": {signature},
	}
	s.browser().post("/webhook/campay", said)
	s.work()
	l, err := s.store.Links(t.Context(), store.LinkFilter{Limit: 1})
	s.must(err)
	for _, path := range []string{"/", "/links", made.header.Get("Location"), "/transactions", "/transactions/1", "/webhooks", "/webhooks/1", "/p/" + l[0].Slug, "/links?q=" + url.QueryEscape(hostile), "/transactions?q=" + url.QueryEscape(hostile)} {
		got := owner.get(path)
		if got.status != http.StatusOK {
			t.Errorf("%s answered %d", path, got.status)
		}
		if strings.Contains(got.body, "<script>alert") || strings.Contains(got.body, "<img src=x") {
			t.Errorf("%s holds a stranger's markup", path)
		}
	}
}

func TestAttack_OversizedBody(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	if got := owner.post("/checkout/phone", url.Values{"description": {strings.Repeat("a", 100<<10)}}); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large form answered %d", got.status)
	}
	if got := s.browser().post("/webhook/campay", url.Values{"a": {strings.Repeat("a", 20<<10)}}); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large webhook answered %d", got.status)
	}
}

func TestAttack_DoubleSubmit_OneLinkAndOneRequest(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for path, form := range map[string]url.Values{
		"/checkout/phone": {"operation": {newOperation()}, "amount": {"500"}, "phone": {"677123456"}},
		"/links":          {"operation": {newOperation()}, "amount": {"500"}, "description": {"Pain"}},
	} {
		first, second := owner.post(path, form), owner.post(path, form)
		if first.status != http.StatusSeeOther || first.header.Get("Location") != second.header.Get("Location") {
			t.Errorf("%s: %d to %q, then %d to %q", path, first.status, first.header.Get("Location"), second.status, second.header.Get("Location"))
		}
	}
	if n := len(s.sandbox.Ledger()); n != 1 {
		t.Errorf("%d requests reached the payer", n)
	}
}

func TestAttack_WebhookSignaturesAreNeverShownOrLogged(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	signature, err := campay.SignNotification(s.key, s.clock.now())
	s.must(err)
	q := url.Values{"status": {"SUCCESSFUL"}, "reference": {newOperation()}, "amount": {"100"}, "signature": {signature}}
	s.browser().get("/webhook/campay?" + q.Encode())
	s.browser().send(http.MethodPost, "/webhook/campay", nil, func(r *http.Request) {
		r.Body = http.NoBody
		body := strings.NewReader(`{"status":"SUCCESSFUL","reference":"x","SIGNATURE":"` + signature + `","signature":"` + signature + `"}`)
		*r = *httptest.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/webhook/campay", body)
		r.RequestURI = ""
		r.Header.Set("Content-Type", "application/json")
	})
	for _, path := range []string{"/webhooks", "/webhooks/1", "/webhooks/2"} {
		if got := owner.get(path); got.status != http.StatusOK || strings.Contains(got.body, signature) {
			t.Errorf("%s answered %d, signature shown: %v", path, got.status, strings.Contains(got.body, signature))
		}
	}
	if strings.Contains(s.log.String(), signature) {
		t.Error("a signature is in the log")
	}
}

func TestAttack_RedirectURLsThatAreNoPages(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for _, address := range []string{"javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://example.com", "https://", "https://user:pass@example.com", "example.com"} {
		got := owner.post("/links", url.Values{
			"operation": {newOperation()}, "amount": {"500"}, "description": {"Pain"}, "redirect_url": {address}, "failure_redirect_url": {"https://example.com/ok"},
		})
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-redirect_url-error"`) || strings.Contains(got.body, `id="f-failure_redirect_url-error"`) {
			t.Errorf("%q answered %d", address, got.status)
		}
	}
}

func TestHeaders_OnEveryAnswer(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for _, path := range []string{"/signin", "/nothing-here", "/p/x", "/healthz"} {
		h := s.browser().get(path).header
		csp := h.Get("Content-Security-Policy")
		if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("Server") != "" || h.Get("Referrer-Policy") == "" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}
