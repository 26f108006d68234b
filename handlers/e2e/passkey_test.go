package e2e

// Buttons that need the browser's help: passkeys, and copying an address.

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestPasskey_RemovedWhileTheDeviceHasItStill_IsRefused(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	v := merchant(t, p)
	v.authenticator()
	v.open(p.url + "/account/passkeys/new")
	v.fill("name", "Téléphone")
	v.confirm(p.password)
	v.see("[data-passkey=create]:not([hidden])")
	v.click("[data-passkey=create]")
	v.see(".toast.good")
	v.open(p.url + "/account")
	v.fill("password", p.password)
	v.click("button[formaction$='/remove']")
	v.see(".toast.good")
	v.signsOut()
	v.allow("403")
	v.click("[data-passkey=get]")
	v.see("#passkey-failed:not([hidden])")
}

func TestPasskey_ItsButton_OutlivesAnErrorAndIsNotOfferedWhereItCannotWork(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	v := visit(t)
	v.allow("422")
	v.open(p.url + "/signin")
	v.see("[data-passkey=get]:not([hidden])")
	v.fill("name", ownerName)
	v.fill("password", "not the password")
	v.click("main form button[type=submit]")
	v.see(".summary, .field-error")
	v.see("[data-passkey=get]:not([hidden])")
	v.open(strings.Replace(p.url, "localhost", "127.0.0.1", 1) + "/signin")
	v.see("[data-passkey-elsewhere]:not([hidden])")
	if v.eval("document.querySelector('[data-passkey=get]').hidden") != "true" {
		t.Error("it is offered where no authenticator knows the site")
	}
}

func TestCopy_ThatFails_SaysSo(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	m := merchant(t, p)
	m.makeLink(p, "500")
	m.eval("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
	m.eval("document.execCommand = () => false")
	m.click("[data-copy]")
	act(m, chromedp.Poll[bool]("document.querySelector('[data-copy]').textContent.includes('Copie refusée')"))
}
