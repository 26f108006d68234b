package handlers

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"comptoir/store"
)

// shares has two shops on one host, at other ports, be used in one browser.
func shares(b *browser, jar *cookiejar.Jar) *browser {
	b.client.Jar = jar
	return b
}

func TestCookies_OfTwoShopsOnOneHost_SignNobodyOut(t *testing.T) {
	t.Parallel()
	one, two := openShop(t), openShop(t)
	jar, err := cookiejar.New(nil)
	one.must(err)
	at, and := shares(one.browser(), jar), shares(two.browser(), jar)
	form := url.Values{"name": {"owner"}, "password": {testPassword}}
	for _, b := range []*browser{at, and} {
		b.s.user("owner", store.RoleOwner)
		if got := b.post("/signin", form); got.status != http.StatusSeeOther {
			t.Fatalf("sign-in answered %d", got.status)
		}
	}
	at.post("/team/tills", url.Values{"till": {"Comptoir 1"}, "password": {testPassword}})
	at.post("/language", url.Values{"locale": {"en"}})
	for _, b := range []*browser{at, and} {
		if got := b.get("/team"); got.status != http.StatusOK {
			t.Errorf("signed out: %d", got.status)
		}
	}
	if got := and.get("/switch"); got.status != http.StatusNotFound {
		t.Errorf("a till of the other shop's is one here: %d", got.status)
	}
	and.post("/signout", url.Values{})
	if got := at.get("/team"); got.status != http.StatusOK || !strings.Contains(got.body, `lang="en"`) {
		t.Errorf("signed out with the other: %d", got.status)
	}
	if got := and.get("/signin"); !strings.Contains(got.body, `lang="fr"`) {
		t.Error("the language chosen in one shop is the other's")
	}
}

// Cookies had no mark in their names before.
func TestCookies_NamedAsBefore_AreReadOn(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.signedIn(store.RoleOwner)
	b.post("/team/tills", url.Values{"till": {"Comptoir 1"}, "password": {testPassword}})
	site, err := url.Parse(s.url)
	s.must(err)
	before := s.browser()
	for _, cookie := range b.client.Jar.Cookies(site) {
		name, marked := strings.CutSuffix(cookie.Name, "-"+s.server.desk.Sessions.Mark)
		if !marked {
			t.Errorf("%s has no mark", cookie.Name)
		}
		before.client.Jar.SetCookies(site, []*http.Cookie{{Name: name, Value: cookie.Value, Path: "/"}})
	}
	for _, path := range []string{"/team", "/switch"} {
		if got := before.get(path); got.status != http.StatusOK {
			t.Errorf("%s answered %d", path, got.status)
		}
	}
}
