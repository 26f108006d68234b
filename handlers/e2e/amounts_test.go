package e2e

// Amounts are grouped while they are typed, in every form that asks for one.

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestAmounts_AreGroupedWhileTheyAreTyped_InEveryForm(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	m := merchant(t, p)
	for path, name := range map[string]string{
		"/links/new": "amount", "/withdraw": "amount", "/airtime": "amount", "/payout-rules": "most_each", "/checkout/claim": "amount", "/checkout": "amount",
	} {
		m.open(p.url + path)
		field := "document.querySelector('main [name=" + name + "]')"
		m.eval(field + ".focus(), ''")
		act(m, chromedp.KeyEvent("1500000"))
		if got := m.eval(field + ".value"); got != "1\u202f500\u202f000" {
			t.Errorf("%s shows %q", path, got)
		}
		act(m, chromedp.KeyEvent(kb.Backspace))
		if got := m.eval(field + ".value"); got != "150\u202f000" {
			t.Errorf("%s: one erased, and it shows %q", path, got)
		}
		if got := m.eval("String(new FormData(" + field + ".form).get('" + name + "'))"); got != "150000" {
			t.Errorf("%s sends %q", path, got)
		}
	}
}
