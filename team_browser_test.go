package main

// People in a browser: a cashier who is invited and takes a sale, and a code at
// sign-in.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

func TestTeam_InvitedCashier_TakesASale_AndNothingElse(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	owner := merchant(t, p)
	owner.open(p.url + "/team/invite")
	owner.fill("name", "Caisse")
	owner.confirm(p.password)
	owner.see(".qr")
	link := owner.eval("document.getElementById('link-url').value")
	owner.size(360, 1600)
	if scanned := owner.read(func() {}); scanned != link {
		t.Errorf("the QR code holds %q, not the link", scanned)
	}

	cashier := visit(t)
	cashier.allow("403")
	cashier.allow("405")
	cashier.open(link)
	cashier.fill("new_password", "une phrase que je retiens")
	cashier.click("main form.form button[type=submit]")
	cashier.see("main a[href='/checkout']")
	cashier.request(p, "2 500", "677 12 34 56")
	p.enter(t, "1234")
	cashier.turnsInto("good")

	for _, path := range []string{
		"/withdraw", "/airtime", "/approvals", "/recipients", "/payout-rules", "/reconciliation", "/webhooks", "/audit", "/audit.csv",
		"/team", "/team/1", "/settings", "/settings/campay", "/balance", "/transactions/1/refund",
	} {
		if shown := cashier.eval(fmt.Sprintf("String(document.querySelectorAll('a[href=%q]').length)", path)); shown != "0" {
			t.Errorf("a cashier is led to %s", path)
		}
		for _, method := range []string{"GET", "POST"} {
			status := cashier.status(method, path)
			if status != "403" && (method == "GET" || status != "404" && status != "405") {
				t.Errorf("%s %s answered a cashier %s", method, path, status)
			}
		}
	}
	owner.open(p.url + "/team")
	owner.click("td.what a[href='/team/2']")
	owner.see("button[value=disable]")
	owner.fill("password", p.password)
	owner.click("button[value=disable]")
	owner.see(".badge.bad")
	cashier.open(p.url + "/request")
	cashier.see("[name=password]") // he is out
}

// status is what the server answers when a page's own script asks.
func (v *visitor) status(method, path string) string {
	v.t.Helper()
	v.eval(fmt.Sprintf("(delete document.body.dataset.answered, fetch(%q, {method: %q, redirect: 'manual'}).then(r => { document.body.dataset.answered = r.status }), '')", path, method))
	v.see("body[data-answered]")
	return v.eval("document.body.dataset.answered")
}

func TestTOTP_SetUpAndAskedForInABrowser(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	v := merchant(t, p)
	v.open(p.url + "/account")
	v.click("a[href='/account/totp']")
	v.see(".qr")
	secret := v.eval("document.querySelector('main .card code').textContent")
	code := func(later time.Duration) string {
		code, err := totp.GenerateCode(secret, time.Now().Add(later))
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	v.fill("code", code(0))
	v.confirm(p.password)
	v.see("main li code")
	v.click("main .actions a.primary")
	v.see("form[action='/account/totp/off']")

	again := visit(t)
	again.open(p.url + "/signin")
	again.fill("name", p.owner)
	again.fill("password", p.password)
	again.click("main form.form button[type=submit]")
	again.see("[name=code]")
	if at := again.path(); !strings.HasPrefix(at, "/signin/second") {
		t.Errorf("asked for a code at %s", at)
	}
	again.fill("code", code(30*time.Second)) // the one before is used up
	again.click("main form.form button[type=submit]")
	again.see("#balance")
}

// authenticator gives the browser a device that holds passkeys.
func (v *visitor) authenticator() {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		v.t.Fatal(err)
	}
	if _, err := chromedp.Call(v.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		},
	}); err != nil {
		v.t.Fatal(err)
	}
}

func TestPasskey_AddedAndUsedInABrowser(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	v := merchant(t, p)
	v.authenticator()
	v.open(p.url + "/account/passkeys/new")
	v.fill("name", "Téléphone")
	v.confirm(p.password)
	v.see("[data-passkey=create]:not([hidden])")
	v.click("[data-passkey=create]")
	v.see(".toast.good")
	signOut := func() {
		v.eval("document.querySelector('form[action=\"/signout\"]').submit()")
		v.see("[data-passkey=get]:not([hidden])")
	}
	signOut()
	v.click("[data-passkey=get]")
	v.see("#balance")
	v.open(p.url + "/account")
	v.fill("password", p.password)
	v.click("button[formaction$='/remove']")
	v.see(".toast.good")
	signOut()
	v.allow("403")
	v.click("[data-passkey=get]") // the device has it still
	v.see("#passkey-failed:not([hidden])")
}
