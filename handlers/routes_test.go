package handlers

// Who gets in where: the whole table, with each role and with none.

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"comptoir/store"
)

var roles = []store.Role{store.RoleOwner, store.RoleCashier, store.RoleAccountant}

// concrete is a route's path with a row that does not exist: whoever is let
// through gets a 404, whoever is not never learns that.
func concrete(path string) string {
	return strings.NewReplacer(":id", "999999", ":slug", "00000000000000000000", ":batch", "00000000-0000-4000-8000-000000000000", ":operation", "00000000-0000-4000-8000-000000000000").Replace(path)
}

func TestRoutes_EachRoleGetsWhatItShouldAndNoMore(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for _, role := range roles {
		b := s.sessionOf(role)
		for _, r := range s.server.routes() {
			if r.path == "/checkout/strip/live" {
				continue // it streams for as long as it is looked at
			}
			if r.path == "/signout" {
				continue // it would end the session of this walk
			}
			form := url.Values(nil)
			if r.method == http.MethodPost {
				form = url.Values{}
			}
			got := b.send(r.method, concrete(r.path), form)
			allowed := r.audience == nil || slices.Contains(r.audience, role)
			isTaker := strings.HasPrefix(r.path, "/webhook/") // refuses strangers by signature, not by role
			if forbidden := got.status == http.StatusForbidden && !isTaker; forbidden == allowed || got.status >= 500 {
				t.Errorf("%s: %s %s answered %d", role, r.method, r.path, got.status)
			}
		}
	}
}

func TestRoutes_AStrangerIsAskedToSignIn(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.browser()
	for _, r := range s.server.routes() {
		if r.audience == nil {
			continue
		}
		form := url.Values(nil)
		if r.method == http.MethodPost {
			form = url.Values{}
		}
		got := b.send(r.method, concrete(r.path), form)
		asked := got.status == http.StatusSeeOther && strings.HasPrefix(got.header.Get("Location"), "/signin")
		if !asked && got.status != http.StatusUnauthorized {
			t.Errorf("%s %s answered a stranger %d", r.method, r.path, got.status)
		}
	}
}

// A browser's back, or a reload, loads the address of a form that was answered with
// what is wrong.
func TestRoutes_AddressOfAForm_LoadedAnew_LeadsToAPageAndIsNeverADeadOne(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	routes := s.server.routes()
	for role, b := range map[string]*browser{"owner": s.sessionOf(store.RoleOwner), "cashier": s.sessionOf(store.RoleCashier)} {
		for _, r := range routes {
			if r.method != http.MethodPost || isRead(routes, r.path) || r.audience != nil && !slices.Contains(r.audience, store.Role(role)) {
				continue
			}
			got := b.get(concrete(r.path))
			to := got.header.Get("Location")
			if got.status != http.StatusSeeOther || !slices.ContainsFunc(routes, func(page route) bool {
				return page.method == http.MethodGet && concrete(page.path) == to
			}) {
				t.Errorf("%s: %s answered %d and leads to %q", role, r.path, got.status, to)
			}
		}
	}
	if got := s.browser().get("/account/password"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/signin") {
		t.Errorf("a stranger was answered %d", got.status)
	}
}

func TestRoutes_WhatAStrangerMayUse_IsThisAndNoMore(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	want := []string{
		"GET /signin", "POST /signin", "GET /signin/second", "POST /signin/second", "POST /signin/passkey/begin", "POST /signin/passkey/finish", "POST /signout",
		"GET /switch", "POST /switch", "GET /join/:token", "POST /join/:token", "POST /language",
		"GET /webhook/campay", "POST /webhook/campay", "GET /webhook/campay/", "POST /webhook/campay/", "GET /p/:slug", "GET /p/:slug/", "POST /p/:slug", "GET /p/:slug/status", "GET /p/:slug/:operation", "GET /p/:slug/:operation/status", "GET /p/:slug/:operation/receipt",
		"GET /r/:token", "GET /r/:token/receipt.pdf", "GET /manifest.webmanifest", "GET /sw.js", "GET /offline", "GET /healthz", "GET /styleguide",
	}
	var got []string
	for _, r := range s.server.routes() {
		if r.audience == nil {
			got = append(got, r.method+" "+r.path)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("public: %v", got)
	}
}

func TestRoutes_Styleguide_IsForDevelopmentAlone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.server.Dev = false
	for _, r := range s.server.routes() {
		if r.path == "/styleguide" {
			t.Fatal("it is served in production")
		}
	}
}

// sessionOf is a browser signed in as the one user of a role.
func (s *shop) sessionOf(role store.Role) *browser {
	s.t.Helper()
	if _, err := s.store.UserByName(s.t.Context(), string(role)); err != nil {
		s.user(string(role), role)
	}
	b := s.browser()
	b.post("/signin", url.Values{"name": {string(role)}, "password": {testPassword}})
	return b
}

func TestCashier_SeesTodayAlone_AndNoBalance(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	old := owner.request("1500", "677123456")
	s.clock.pass(24 * 60 * 60 * 1e9)
	owner = s.sessionOf(store.RoleOwner)
	fresh := owner.request("1600", "677123456")
	cashier := s.sessionOf(store.RoleCashier)
	if got := cashier.get(old); got.status != http.StatusNotFound {
		t.Errorf("yesterday's transaction answered %d", got.status)
	}
	for _, tail := range []string{"/status", "/live"} {
		if got := cashier.get(old + tail); got.status != http.StatusNotFound {
			t.Errorf("%s answered %d", tail, got.status)
		}
	}
	if got := cashier.get(fresh); got.status != http.StatusOK {
		t.Errorf("today's transaction answered %d", got.status)
	}
	list := cashier.get("/transactions").body
	if strings.Contains(list, old+`"`) || !strings.Contains(list, fresh+`"`) {
		t.Errorf("the list holds yesterday's %v, today's %v", strings.Contains(list, old), strings.Contains(list, fresh))
	}
	if home := cashier.get("/").body; strings.Contains(home, `id="balance"`) {
		t.Error("the balance is on a cashier's home")
	}
}

// request pushes a payment and returns the path of its transaction.
func (b *browser) request(amount, phone string) string {
	b.s.t.Helper()
	got := b.post("/checkout/phone", url.Values{"operation": {newOperation()}, "amount": {amount}, "phone": {phone}})
	if got.status != http.StatusSeeOther {
		b.s.t.Fatalf("request answered %d: %s", got.status, got.body)
	}
	return transactionOf(got)
}

// transactionOf is the path of the transaction that a sale by phone led to.
func transactionOf(sale answer) string {
	return strings.Replace(sale.header.Get("Location"), "/checkout/phone/", "/transactions/", 1)
}
