package e2e

// A shop's own network: plain http at an address that no browser trusts as it
// does localhost, so that it says less of where a form comes from.

import (
	"net/url"
	"strings"
	"testing"
)

// onNetwork is the product at a name of the shop's network.
func (p shop) onNetwork(t *testing.T) shop {
	t.Helper()
	at, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	p.url = "http://" + ownNetworkName + ":" + at.Port()
	return p
}

// guest is a browser on that network; what it says of headers that are for https
// alone is no complaint.
func guest(t *testing.T) *visitor {
	t.Helper()
	v := visit(t)
	v.allow("Cross-Origin-Opener-Policy")
	return v
}

func TestNetwork_InvitedWithoutAScript_ComesIn(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir()).onNetwork(t)
	m := guest(t)
	m.signsIn(p)
	m.open(p.url + "/team/invite")
	m.fill("name", "Caisse")
	m.confirm(p.password)
	m.see(".qr")
	link := m.eval("document.getElementById('link-url').value")
	if !strings.HasPrefix(link, p.url+"/join/") {
		t.Fatalf("the invitation leads to %s", link)
	}
	v := guest(t)
	v.allow("422")
	v.forbidScripts()
	v.open(link)
	v.click("form.language button")
	v.see("html[lang=en] [name=new_password]")
	v.fillPlain("new_password", "short")
	v.click("main form.form button[type=submit]")
	v.see("#f-new_password-error")
	v.fillPlain("new_password", "une autre phrase que je retiens")
	v.click("main form.form button[type=submit]")
	v.see("main a[href='/checkout']")
}

func TestNetwork_ShopOnHTTPS_OpenedByHTTP_SaysThatNobodyIsKeptSignedIn(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	p := show(t, t.TempDir(), "--listen", "127.0.0.1:"+port, "--url", "https://boutique.example")
	p.url = "http://" + ownNetworkName + ":" + port
	v := guest(t)
	v.open(p.url + "/")
	v.fill("name", ownerName)
	v.fill("password", p.password)
	v.click("main form button[type=submit]")
	v.see(".notice.bad a[href='https://boutique.example/signin']")
}
