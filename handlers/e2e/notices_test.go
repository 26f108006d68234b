package e2e

// Notices in a real browser: turned on, tried, listed, and told again after the
// next sign-in. A browser without a window has no push service: it is given the
// subscription that one would make, with keys of its own.

import (
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// aPushService is what a browser's push service answers. It keeps what it made, as
// a browser does, from page to page.
const aPushService = `(() => {
	const text = raw => btoa(String.fromCharCode(...new Uint8Array(raw)))
	const raw = text => Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer
	const made = () => localStorage.point && {
		endpoint: 'https://push.example.invalid/device', getKey: name => raw(name === 'auth' ? btoa('sixteen bytes ok') : localStorage.point),
	}
	PushManager.prototype.getSubscription = async () => made() || null
	PushManager.prototype.subscribe = async options => {
		if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error('not a key')
		const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
		localStorage.point = text(await crypto.subtle.exportKey('raw', pair.publicKey))
		return made()
	}
	Object.defineProperty(Notification, 'permission', { get: () => 'granted' })
	Notification.requestPermission = async () => 'granted'
})()`

// hasPushService gives the visitor's browser one, and its person's leave.
func (v *visitor) hasPushService() {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: aPushService}); err != nil {
		v.t.Fatal(err)
	}
}

func TestNotices_TurnedOn_AreTriedListed_AndToldAgainAfterTheNextSignIn(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--shop", "Boutique Exemple")
	v := visit(t)
	v.hasPushService()
	v.signsIn(p)
	v.hasWorker()
	v.click(".more summary") // as a person comes there: the page is not loaded anew
	v.click(".more-panel .whoami")
	v.click("[data-notices]")
	v.see("#notices form.actions")
	v.see(".toast.good")
	v.click("#notices form.actions button")
	v.see("[data-devices] time")
	v.says("[data-devices]", "Service injoignable")

	v.pictures(p, []screen{{"account-told", at("/account#notices")}})
	v.signsOut()
	other := merchant(t, p) // from another browser, as only one of its own wakes it
	other.open(p.url + "/settings")
	other.says("[data-devices]", "En pause")
	other.pictures(p, []screen{{"settings-told", at("/settings#notices")}})
	v.signsIn(p)
	v.until("fetch('/settings').then(r => r.text()).then(page => page.includes('Chrome') && !page.includes('En pause'))", "true")
}
