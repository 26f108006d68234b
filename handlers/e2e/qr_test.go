package e2e

// The codes that the screens show, read off them as a phone does, in both themes.
// Those on paper are read in views/paper.

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestQR_OnEveryScreenAndInBothThemes_IsReadByAPhone(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	p := show(t, t.TempDir(), "--listen", "127.0.0.1:"+port, "--url", "http://localhost:"+port)
	m := merchant(t, p)
	page := m.reusableLink(p, "900")
	many := m.path()
	customer := visit(t)
	customer.open(p.url + page)
	customer.fill("phone", "677123456")
	customer.click(".pay-form button.pay")
	customer.see(".bill.wait")
	p.enter(t, "1234")
	customer.click(".bill.good a[href$='/receipt']")
	customer.see(".receipt .qr")
	m.open(p.url + "/checkout")
	m.fill("amount", "750")
	m.click("[data-till] button[type=submit]")
	m.see(".counter .qr")
	till := m.path()
	for _, scheme := range []string{"light", "dark"} {
		m.scheme(scheme)
		customer.scheme(scheme)
		m.open(p.url + many)
		if got := m.scan(); got != p.url+page {
			t.Errorf("a link's page, %s: %s", scheme, got)
		}
		m.open(p.url + till)
		m.see(".counter .qr")
		if got := m.read(func() {}); !strings.HasPrefix(got, p.url+"/p/") {
			t.Errorf("the till, %s: %s", scheme, got)
		}
		if got := customer.read(func() {
			customer.eval("document.querySelector('.receipt .qr').scrollIntoView({block: 'center', behavior: 'instant'})")
		}); got != customer.eval("location.href") {
			t.Errorf("a receipt, %s: %s", scheme, got)
		}
	}
	id := strings.TrimPrefix(many, "/links/")
	picture := m.download(p.url + "/links/" + id + "/qr.png")
	if got, err := decodeQR(t, picture); err != nil || got != p.url+page {
		t.Errorf("the picture to download: %q, %v", got, err)
	}
}

// download is a file that the page's own session may have.
func (v *visitor) download(address string) []byte {
	v.t.Helper()
	v.eval(`(fetch(` + quoted(address) + `).then(r => r.arrayBuffer()).then(b => { document.body.dataset.file = btoa(String.fromCharCode(...new Uint8Array(b))) }), '')`)
	v.see("body[data-file]")
	file, err := base64.StdEncoding.DecodeString(v.eval("document.body.dataset.file"))
	if err != nil {
		v.t.Fatal(err)
	}
	return file
}
