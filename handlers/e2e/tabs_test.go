package e2e

// A dozen live pages in one browser, on plain http: six connections are all that
// it has with a host.

import (
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// tab is one more tab of a visitor's browser.
func (v *visitor) tab() *visitor {
	v.t.Helper()
	ctx, closeTab := chromedp.NewContext(v.ctx)
	v.t.Cleanup(closeTab)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 740)); err != nil {
		v.t.Fatal(err)
	}
	return &visitor{t: v.t, ctx: ctx}
}

// without takes something away that an old browser has not.
func (v *visitor) without(api string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: "delete window." + api}); err != nil {
		v.t.Fatal(err)
	}
}

// hides has the page believe that nobody looks at its tab, or somebody again.
func (v *visitor) hides(hidden string) {
	v.t.Helper()
	v.eval("Object.defineProperty(document, 'hidden', { value: " + hidden + ", configurable: true }) && document.dispatchEvent(new Event('visibilitychange'))")
}

func TestTabs_ADozenLivePages_AllLoadAndSayPaid(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.request(p, "1 200", "699 12 34 56")
	sale := p.url + m.path()
	tabs := []*visitor{m}
	for len(tabs) < 12 {
		next := m.tab()
		if len(tabs) == 5 {
			next.without("EventSource")
		}
		next.open(sale)
		next.see("main .status.wait")
		next.mark()
		tabs = append(tabs, next)
	}
	tabs[0].hides("true")
	tabs[11].hides("true")
	answer(t, p, "1234", "confirm")
	tabs[0].hides("false")
	for _, one := range tabs {
		one.turnsInto("good")
	}
	if got := tabs[11].eval("document.title === document.querySelector('[data-title]').dataset.title"); got != "true" {
		t.Error("the title of the hidden tab does not say it")
	}
}
