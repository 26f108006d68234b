package e2e

// Many links at once and what becomes of one, in a browser.

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestBatch_PastedCheckedAndMade(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.allow("422")
	m.open(p.url + "/links/new")
	m.click("a[href='/links/batch']")
	m.fill("list", "Élève Un;12;25000;Scolarité\n;;3000;Cahiers")
	m.click("main form:last-of-type button[type=submit]")
	m.see("tr.wrong-row .row-errors")
	if kept := m.eval("document.querySelector('[name=list]').value"); !strings.Contains(kept, "Cahiers") {
		t.Errorf("the list is lost: %q", kept)
	}
	m.fill("list", "Élève Un;677123456;25000;Scolarité\n;;3000;Cahiers")
	m.click("main form:last-of-type button[type=submit]")
	m.see("main form h2")
	m.click("main form:first-of-type button[type=submit]")
	m.see(".sheet li:nth-child(2)")
	m.see(".sheet li:nth-child(2) .qr") // CamPay has made both pages
	m.says(".sheet li", "Élève Un", "25\u202f000")
}

func TestLink_ChangedDuplicatedAndReplaced(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.reusableLink(p, "900")
	m.click(".manage > summary")
	m.click(".manage a[href$='/edit']")
	m.fill("description", "Cotisation de mars")
	m.fill("most_payments", "30")
	m.click("main form.form button[type=submit]")
	m.see(".toast.good")
	m.says(".status", "Cotisation de mars", "30")
	m.click(".manage > summary")
	m.click(".manage a[href^='/links/new?copy=']")
	m.see("main form[action='/links'] [name=description]")
	if kept := m.eval("document.querySelector('[name=description]').value + document.querySelector('[name=kind]:checked').value"); kept != "Cotisation de marsreusable" {
		t.Errorf("the copy has %q", kept)
	}
	m.eval(`document.querySelector('[name=kind][value=counter]').checked = true`)
	m.click("main form.form button[type=submit]")
	m.see("#link-url")
	before := m.address()
	m.click(".manage > summary")
	m.click(".question summary")
	m.click(".question form[action$='/replace'] button")
	act(m, chromedp.Poll[bool](`!!document.querySelector('#link-url') && document.querySelector('#link-url').value !== `+quoted(before)))
}
