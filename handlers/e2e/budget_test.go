package e2e

// What each page costs over the wire: the real bytes of a first visit, headers
// included, as the browser counts them.

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The most that a first visit may load, in bytes.
const (
	mostOfStaffPage = 45_000
	mostOfQRPage    = 50_000 // its code is drawn twice
)

// forgets has the browser keep nothing: each visit is a first one.
func (v *visitor) forgets() {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, network.Enable, network.EnableParams{}); err != nil {
		v.t.Fatal(err)
	}
	if _, err := chromedp.Call(v.ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
		v.t.Fatal(err)
	}
	if _, err := chromedp.Call(v.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
		v.t.Fatal(err)
	}
}

// receiptOf pays the link that is open, and returns the receipt's address.
func (v *visitor) receiptOf(p shop) string {
	v.t.Helper()
	p.pay(v.t, v.address())
	p.enter(v.t, "1234")
	v.turnsInto("good")
	v.click("table.transactions td.what a")
	v.see("a[href$='/receipt']")
	v.click("a[href$='/receipt']")
	v.see(".receipt")
	return v.path()
}

func TestBudget_NoPageIsHeavierThanAPhoneOver3GCarries(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	m, stranger := merchant(t, p), visit(t)
	customers := m.reusableLink(p, "900")
	many := m.path()
	m.makeLink(p, "2 500")
	one := m.path()
	receipt := m.receiptOf(p)
	m.forgets()
	stranger.forgets()
	for _, c := range []struct {
		v    *visitor
		path string
		most int
	}{
		{stranger, customers, mostOfPayPage}, {stranger, receipt, mostOfPayPage}, {stranger, "/signin", mostOfStaffPage},
		{m, "/", mostOfStaffPage}, {m, "/checkout", mostOfStaffPage}, {m, "/checkout/claim", mostOfStaffPage}, {m, "/links", mostOfStaffPage}, {m, "/links/new", mostOfStaffPage},
		{m, one, mostOfQRPage}, {m, many, mostOfQRPage}, {m, "/links/batch", mostOfStaffPage}, {m, "/transactions", mostOfStaffPage}, {m, "/withdraw", mostOfStaffPage},
		{m, "/reconciliation", mostOfStaffPage}, {m, "/settings", mostOfStaffPage}, {m, "/team", mostOfStaffPage}, {m, "/account", mostOfStaffPage}, {m, "/audit", mostOfStaffPage},
	} {
		c.v.open(p.url + c.path)
		w := c.v.loaded()
		t.Logf("%-30s %6d bytes in %d files", c.path, w.Bytes, w.Files)
		if w.Bytes < 1000 || w.Bytes > c.most {
			t.Errorf("%s loads %d bytes, %d at most", c.path, w.Bytes, c.most)
		}
	}
}
