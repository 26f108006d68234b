package e2e

// Comptoir as an app: it can be installed, and without a network it tells
// nothing that may be false.

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// hasWorker waits until the service worker is in charge of the page.
func (v *visitor) hasWorker() {
	v.t.Helper()
	act(v, chromedp.Poll[bool](`navigator.serviceWorker.controller && navigator.serviceWorker.controller.state === 'activated'`))
}

func TestApp_WithoutANetwork_ShowsItsShellAndNoMoney(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir(), "--shop", "Boutique Exemple")
	v := merchant(t, p)
	v.allow("net::ERR_")
	v.allow("Failed to fetch")
	v.makeLink(p, "2 500")
	v.hasWorker()
	for _, path := range []string{"/", "/transactions", "/links"} {
		v.open(p.url + path)
	}
	v.eval("(caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys())))).then(all => { document.body.dataset.kept = all.flat().map(r => new URL(r.url).pathname).join(' ') }), '')")
	v.see("body[data-kept]")
	for _, path := range strings.Fields(v.eval("document.body.dataset.kept")) {
		if path != "/offline" && !strings.HasPrefix(path, "/static/") {
			t.Errorf("%s is kept", path)
		}
	}
	p.stop()
	for _, path := range []string{"/", "/transactions", "/links/1", "/p/whatever"} {
		v.eval("window.left = location.href = " + quoted(path))
		v.until("Promise.resolve(!window.left)", "true")
		v.see("main .actions a[href='/']")
		if got := v.text("main"); !strings.Contains(got, "Pas de réseau") || !strings.Contains(got, "No network") || strings.Contains(got, "500") {
			t.Errorf("%s shows %q", path, got)
		}
	}
}

func TestApp_NewVersion_RemovesWhatTheOldOneKept(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	v := merchant(t, p)
	v.hasWorker()
	v.until("caches.open('shell-of-before').then(c => c.put('/static/old.js', new Response('old'))).then(() => caches.keys()).then(k => k.length)", "2")
	v.until("navigator.serviceWorker.ready.then(w => w.unregister())", "true")
	v.open(p.url + "/") // it registers anew, as after an update
	v.until("caches.keys().then(k => k.length + ' ' + k.includes('shell-of-before'))", "1 false")
}

func TestApp_ManifestAndIcons_AreThereForWhoInstallsIt(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir(), "--shop", "Boutique Exemple")
	v := merchant(t, p)
	v.eval("(fetch('/manifest.webmanifest').then(r => r.json()).then(m => Promise.all(m.icons.map(i => createImageBitmap ? fetch(i.src).then(r => r.blob()).then(createImageBitmap).then(b => b.width + 'x' + b.height === i.sizes) : true)).then(ok => { document.body.dataset.manifest = [m.name, m.display, m.start_url, ...ok].join(' ') })), '')")
	v.see("body[data-manifest]")
	if got := v.eval("document.body.dataset.manifest"); got != "Boutique Exemple standalone / true true true" {
		t.Errorf("the manifest says %q", got)
	}
}

func TestOffline_SaidAtOnceOnAPageThatAsksNothing(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	m := merchant(t, p)
	m.open(p.url + "/links/new")
	m.eval("window.dispatchEvent(new Event('offline'))")
	m.see("#toasts [data-offline]")
	m.eval("window.dispatchEvent(new Event('online'))")
	act(m, chromedp.WaitNotPresent(chromedp.CSS("#toasts [data-offline]"), gently))
}
