package handlers

// What browsers send on plain http, where they tell less of where a form comes from.

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comptoir/store"
)

// onNetwork is a form as a browser sends it from a page of this shop's, opened at
// an address of its own network: there is no Sec-Fetch-Site there.
func onNetwork(host string) func(*http.Request) {
	return func(r *http.Request) {
		r.Host = host
		r.Header.Set("Origin", "http://"+host)
	}
}

func TestJoin_OnAPlainNetwork_WithoutAScript(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	link := s.signedIn(store.RoleOwner).invites("Caisse", store.RoleCashier)
	lan := onNetwork("192.168.1.20:8080")
	b := s.browser()
	page := b.get(link, lan)
	if got := page.header.Get("Referrer-Policy"); got == "no-referrer" {
		t.Errorf("%s: browsers send Origin: null with the form", got)
	}
	if got := b.post("/language", url.Values{"locale": {"en"}, "back": {link}}, lan); got.status != http.StatusSeeOther || got.header.Get("Location") != link {
		t.Errorf("another language answered %d", got.status)
	}
	wrong := b.post(link, url.Values{"new_password": {"short"}}, lan)
	if wrong.status != http.StatusUnprocessableEntity || !strings.Contains(wrong.body, `name="back" value="`+link+`"`) {
		t.Errorf("after an error (%d) the language leads elsewhere", wrong.status)
	}
	got := b.post(link, joining(), lan)
	if got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if got := b.get(got.header.Get("Location"), lan); got.status != http.StatusSeeOther || got.header.Get("Location") != "/" {
		t.Errorf("then %d to %s", got.status, got.header.Get("Location"))
	}
}

func TestForm_OfAnotherAddress_IsRefusedInItsOwnWords(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for name, edit := range map[string]func(*http.Request){
		"another site":          header("Origin", "http://evil.example"),
		"a page without origin": header("Origin", "null"),
		"a modern browser":      header("Sec-Fetch-Site", "cross-site"),
		"another port":          header("Origin", strings.TrimRight(s.url, "0123456789")+"1"),
	} {
		got := owner.post("/language", url.Values{"locale": {"en"}}, edit)
		if got.status != http.StatusForbidden || !strings.Contains(got.body, "d’une autre adresse") || strings.Contains(got.body, "rôle") {
			t.Errorf("%s: answered %d %s", name, got.status, got.body)
		}
	}
}

// A browser on plain http keeps no cookie that is for https, and may keep none.
func TestSignIn_WhoseCookieIsNotKept_SaysSo(t *testing.T) {
	t.Parallel()
	const words = "gardé la connexion"
	for _, at := range []struct{ name, url, host, says string }{
		{"cookies off", "", "192.168.1.20:8080", "Autorisez les cookies"},
		{"https opened by http", "https://pay.example.com", "192.168.1.20:8080", `href="https://pay.example.com/signin"`},
		{"https, cookies off", "https://pay.example.com", "pay.example.com", "Autorisez les cookies"},
	} {
		t.Run(at.name, func(t *testing.T) {
			s := openShop(t)
			s.user("owner", store.RoleOwner)
			if at.url != "" {
				s.server.desk.URL, s.server.desk.Sessions.Secure = at.url, true
			}
			b := s.browser()
			b.client.Jar = nil
			lan := onNetwork(at.host)
			signedIn := b.post("/signin", url.Values{"name": {"owner"}, "password": {testPassword}, "next": {"/links"}}, lan)
			got := b.get(signedIn.header.Get("Location"), lan)
			if got.status != http.StatusOK || !strings.Contains(got.body, words) || !strings.Contains(got.body, at.says) || !strings.Contains(got.body, `value="/links"`) {
				t.Errorf("%d at %s: %s", got.status, signedIn.header.Get("Location"), got.body)
			}
			if got := b.get("/signin?next=/links", lan); strings.Contains(got.body, words) {
				t.Error("said before anybody signed in")
			}
		})
	}
}

func TestSecondFactor_WhoseCookieIsNotKept_SaysSo(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.signedIn(store.RoleOwner).turnsTOTPOn()
	b := s.browser()
	b.client.Jar = nil
	asked := b.guess("owner", testPassword).header.Get("Location")
	if got := b.get(b.get(asked).header.Get("Location")); !strings.Contains(got.body, "gardé la connexion") {
		t.Errorf("answered %d", got.status)
	}
}

func TestSignIn_WhoseCookieIsKept_LeadsOn(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("owner", store.RoleOwner)
	b, lan := s.browser(), onNetwork("192.168.1.20:8080")
	form := url.Values{"name": {"owner"}, "password": {testPassword}, "next": {"/links"}}
	first := b.get(b.post("/signin", form, lan).header.Get("Location"), lan)
	if first.status != http.StatusSeeOther || first.header.Get("Location") != "/links" {
		t.Errorf("at first %d to %s", first.status, first.header.Get("Location"))
	}
	if again := b.post("/signin", form, lan); again.header.Get("Location") != "/links" {
		t.Errorf("a known browser is sent to %s", again.header.Get("Location"))
	}
}

// A form's answer has the form's own address: another language leads back to it.
func TestSecondFactor_AfterAWrongCode_AnotherLanguageLeadsBack(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.signedIn(store.RoleOwner).turnsTOTPOn()
	b := s.halfSignedIn()
	got := b.post("/signin/second", url.Values{"code": {"000000"}, "next": {"/links"}})
	if want := `name="back" value="/signin/second?next=%2Flinks"`; !strings.Contains(got.body, want) {
		t.Errorf("answered %d without %s", got.status, want)
	}
}
