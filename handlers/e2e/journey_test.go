package e2e

// One shop's first day in a browser: set up from the printed address, a first
// sale, a cashier who is invited and sells, what she may not do, and the owner's
// second factors.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

func TestJourney_FromThePrintedAddressToATeamBehindSecondFactors(t *testing.T) {
	t.Parallel()
	p, setup := serveUnclaimed(t)
	p.owner, p.password = "Gérance", "une phrase que je retiens"
	owner := visit(t)
	owner.setsUp(p, setup)
	owner.sells(p)
	cashier := owner.invites(p, "Caisse")
	cashier.sellsAndNothingElse(p)
	owner.disables(p, 2)
	cashier.open(p.url + "/checkout")
	cashier.see("[name=password]") // she is out
	secret := owner.turnsTOTPOn(p)
	visit(t).signsInByCode(p, secret)
	owner.usesPasskey(p, secret)
}

// setsUp claims the product and names the shop.
func (v *visitor) setsUp(p shop, setup string) {
	v.t.Helper()
	v.open(setup)
	v.fill("shop", "Boutique Exemple")
	v.fill("name", p.owner)
	v.fill("password", p.password)
	v.click("main form.form button[type=submit]")
	v.see("[data-till]") // the till, on the sandbox
	v.open(p.url + "/")
	v.see("#balance")
	v.see("a[href='/settings/campay']")
	v.open(p.url + "/settings")
	if title := v.eval("document.title"); !strings.HasSuffix(title, "Boutique Exemple") {
		v.t.Errorf("the page is called %q", title)
	}
	v.fill("shop", "Au bon savon")
	v.click("main form.form button[type=submit]")
	v.see(".toast.good")
	if title := v.eval("document.title"); !strings.HasSuffix(title, "Au bon savon") {
		v.t.Errorf("after the change the page is called %q", title)
	}
}

// sells makes a link that is paid.
func (v *visitor) sells(p shop) {
	v.t.Helper()
	v.makeLink(p, "2 500")
	p.pay(v.t, v.address())
	p.enter(v.t, "1234")
	v.turnsInto("good")
}

// invites makes a one-time link, by which a cashier comes in.
func (v *visitor) invites(p shop, name string) (cashier *visitor) {
	v.t.Helper()
	v.open(p.url + "/team/invite")
	v.fill("name", name)
	v.confirm(p.password)
	v.see(".qr")
	link := v.eval("document.getElementById('link-url').value")
	v.size(360, 1600)
	if scanned := v.read(func() {}); scanned != link {
		v.t.Errorf("the QR code holds %q, not the link", scanned)
	}
	cashier = visit(v.t)
	cashier.open(link)
	cashier.fill("new_password", "une autre phrase que je retiens")
	cashier.click("main form.form button[type=submit]")
	cashier.see("main a[href='/checkout']")
	return cashier
}

// sellsAndNothingElse takes a sale as a cashier, and is refused all that is not
// hers: no page leads there, and no request of her own gets through.
func (v *visitor) sellsAndNothingElse(p shop) {
	v.t.Helper()
	v.allow("403")
	v.allow("404")
	v.allow("405")
	v.request(p, "1 900", "699 12 34 56")
	p.enter(v.t, "1234")
	v.turnsInto("good")
	for _, path := range []string{
		"/withdraw", "/withdraw/confirm", "/airtime", "/airtime/confirm", "/approvals", "/approvals/1", "/approvals/1/approve", "/approvals/1/refuse",
		"/recipients", "/recipients/new", "/recipients/1/remove", "/payout-rules", "/payout-rules/freeze", "/payout-rules/unfreeze",
		"/reconciliation", "/reconciliation.csv", "/reconciliation/import/1", "/webhooks", "/webhooks/1", "/webhooks/1/again", "/audit", "/audit.csv", "/audit/check",
		"/team", "/team/1", "/team/invite", "/team/tills", "/team/1/sessions/end", "/settings", "/settings/shop", "/settings/campay", "/settings/webhook",
		"/balance", "/transactions/1/refund", "/transactions/1/refund/confirm", "/transactions/1/decide", "/links/1/replace",
	} {
		if shown := v.eval(fmt.Sprintf("String(document.querySelectorAll('a[href=%q]').length)", path)); shown != "0" {
			v.t.Errorf("a cashier is led to %s", path)
		}
		for _, method := range []string{"GET", "POST"} {
			// A path that takes only the other method is none for this one.
			if status := v.status(method, path); status != "403" && status != "404" && status != "405" {
				v.t.Errorf("%s %s answered a cashier %s", method, path, status)
			}
		}
	}
}

// disables ends a person's access.
func (v *visitor) disables(p shop, id int) {
	v.t.Helper()
	v.open(p.url + "/team")
	v.click(fmt.Sprintf("td.what a[href='/team/%d']", id))
	v.see("button[value=disable]")
	v.fill("password", p.password)
	v.click("button[value=disable]")
	v.see(".badge.bad")
}

// status is what the server answers when a page's own script asks.
func (v *visitor) status(method, path string) string {
	v.t.Helper()
	v.eval(fmt.Sprintf("(delete document.body.dataset.answered, fetch(%q, {method: %q, redirect: 'manual'}).then(r => { document.body.dataset.answered = r.status }), '')", path, method))
	v.see("body[data-answered]")
	return v.eval("document.body.dataset.answered")
}

// codeOf is the code that a phone shows some time from now: one is good once.
func (v *visitor) codeOf(secret string, later time.Duration) string {
	v.t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(later))
	if err != nil {
		v.t.Fatal(err)
	}
	return code
}

// turnsTOTPOn has a code asked for at sign-in, and returns its secret.
func (v *visitor) turnsTOTPOn(p shop) (secret string) {
	v.t.Helper()
	v.open(p.url + "/account")
	v.click("a[href='/account/totp']")
	v.see(".qr")
	secret = v.eval("document.querySelector('main .card code').textContent")
	v.fill("code", v.codeOf(secret, -30*time.Second))
	v.confirm(p.password)
	v.see("main li code")
	v.click("main .actions a.primary")
	v.see("form[action='/account/totp/off']")
	return secret
}

func (v *visitor) signsInByCode(p shop, secret string) {
	v.t.Helper()
	v.open(p.url + "/signin")
	v.fill("name", p.owner)
	v.fill("password", p.password)
	v.click("main form.form button[type=submit]")
	v.see("[name=code]")
	if at := v.path(); !strings.HasPrefix(at, "/signin/second") {
		v.t.Errorf("asked for a code at %s", at)
	}
	v.fill("code", v.codeOf(secret, 0))
	v.click("main form.form button[type=submit]")
	v.see("#balance")
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

// usesPasskey adds one, signs in by it, and is refused once it is removed.
func (v *visitor) usesPasskey(p shop, secret string) {
	v.t.Helper()
	v.authenticator()
	v.open(p.url + "/account/passkeys/new")
	v.fill("name", "Téléphone")
	v.fill("code", v.codeOf(secret, 30*time.Second))
	v.confirm(p.password)
	v.see("[data-passkey=create]:not([hidden])")
	v.click("[data-passkey=create]")
	v.see(".toast.good")
	v.signsOut()
	v.click("[data-passkey=get]")
	v.see("#balance")
}

func (v *visitor) signsOut() {
	v.t.Helper()
	v.eval("document.querySelector('form[action=\"/signout\"]').submit()")
	v.see("[data-passkey=get]:not([hidden])")
}
