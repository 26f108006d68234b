package main

// A device that holds a passkey which was removed.

import "testing"

func TestPasskey_RemovedWhileTheDeviceHasItStill_IsRefused(t *testing.T) {
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
	v.open(p.url + "/account")
	v.fill("password", p.password)
	v.click("button[formaction$='/remove']")
	v.see(".toast.good")
	v.signsOut()
	v.allow("403")
	v.click("[data-passkey=get]")
	v.see("#passkey-failed:not([hidden])")
}
