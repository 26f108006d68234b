package main

// A day at the till, in a phone's browser: each way in which a sale goes otherwise
// than planned is mended in at most two taps.

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// day is a merchant who counts his taps.
type day struct {
	*visitor
	taps int
}

func (d *day) tap(selector string) { d.t.Helper(); d.click(selector); d.taps++ }

// within runs what mends a sale, and counts.
func (d *day) within(most int, what string, mend func()) {
	d.t.Helper()
	d.taps = 0
	mend()
	if d.taps > most {
		d.t.Errorf("%s takes %d taps", what, d.taps)
	}
}

func (d *day) byCode(p instance, amount string) {
	d.t.Helper()
	d.open(p.url + "/checkout")
	d.fill("amount", amount)
	d.tap("[data-till] .ways button")
	d.see(".counter .qr")
}

func TestCheckout_ADayAtTheTill(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	d := &day{visitor: merchant(t, p)}
	d.allow("ERR_INTERNET_DISCONNECTED")
	d.allow("409")

	d.within(1, "a sale by code", func() { d.byCode(p, "500") }) // 1: paid
	p.pay(t, d.read(func() {}))
	p.enter(t, "1234")
	d.see(".counter .status.good")
	if number := d.text(".status-number"); number != "n° 1" {
		t.Errorf("the first sale is %q", number)
	}

	d.byCode(p, "600") // 2: cancelled
	d.within(2, "cancelling", func() { d.tap(".mend form[action$='/end'] button") })
	d.see(".counter [data-over]")
	if said := d.text(".status-text"); !strings.Contains(said, "page de CamPay") {
		t.Errorf("cancelled, it says %q", said)
	}

	d.byCode(p, "700") // 3: another amount
	d.within(2, "another amount", func() {
		d.tap(".mend a[href^='/checkout?']")
		d.see("[data-till]")
		d.fill("amount", "750")
		d.tap("[data-till] .ways button")
	})
	d.see(".counter .qr")
	if said := d.text(".counter .status"); !strings.Contains(said, "750") || !strings.Contains(said, "n° 3") {
		t.Errorf("changed, it says %q", said)
	}

	d.within(2, "from code to phone", func() { // 3 still
		d.tap(".mend a[href^='/checkout/phone']")
		d.see("[data-number]")
		d.fill("phone", "677123450")
		d.tap("[data-number] button[type=submit]")
	})
	d.see(".counter .status.wait")
	d.within(2, "a wrong number", func() { // its prompt goes nowhere
		d.tap(".mend form[action='/checkout/qr'] button")
	})
	d.see(".counter .qr")
	answer(t, p, "", "refuse") // whose phone it was
	if number := d.text(".status-number"); number != "n° 3" {
		t.Errorf("from phone to code the number is %q", number)
	}

	d.askAtTheTill(p, "800", "699 12 34 56") // 4: refused
	d.see(".counter .status.wait")
	answer(t, p, "", "refuse")
	d.see(".counter .status.bad")
	if why := d.text(".counter h1"); why != "Refusé par le client" {
		t.Errorf("refused, it is called %q", why)
	}
	d.within(2, "asking once more", func() {
		d.tap(".counter [data-next]")
		d.see("[data-number]")
		d.tap("[data-number] button[type=submit]")
	})
	d.see(".counter .status.wait")
	p.enter(t, "0000")
	d.see(".counter .status.bad")
	if why := d.text(".counter h1"); why != "Code secret faux" {
		t.Errorf("with a wrong code, it is called %q", why)
	}

	d.open(p.url + "/checkout") // 5: two at once, and the next amount half typed
	d.asksOn("900", "677 12 34 56")
	d.tap(".counter .actions a")
	d.see("[data-till]")
	d.fill("amount", "1500000")
	d.hears()
	p.enter(t, "1234")
	d.see(".strip .good")
	d.see("[data-news-of-paid]:not([hidden])")
	if typed := d.eval("document.querySelector('[name=amount]').value"); typed != "1\u202f500\u202f000" {
		t.Errorf("under the news the amount is %q", typed)
	}
	d.tap(".strip .good")
	d.see(".counter .status.good")
	d.tap(".counter [data-next]")
	d.see("[data-till]")
	if typed := d.eval("document.querySelector('[name=amount]').value"); typed != "1\u202f500\u202f000" {
		t.Errorf("after a look at a sale the amount is %q", typed)
	}

	d.offline() // said where the finger is
	d.tap("[data-till] .ways button")
	d.see(".ways")
	d.see("[data-no-network]:not([hidden])")
}

func TestCheckout_KeysOfAKeyboard_DoTheSameOnThePadAsInTheField(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.allow("422")
	m.open(p.url + "/checkout")
	m.eval("document.querySelector('[data-key=\"5\"]').focus()")
	act(m, chromedp.KeyEvent("500,5"))
	if typed := m.eval("document.querySelector('[name=amount]').value"); typed != "500,5" {
		t.Errorf("typed on the pad: %q", typed)
	}
	m.eval("document.querySelector('[data-key=\"5\"]').focus()")
	act(m, chromedp.KeyEvent(kb.Enter))
	m.see("#f-amount-error")
	m.open(p.url + "/checkout")
	m.see("#f-amount:focus")
	act(m, chromedp.KeyEvent("1500000"))
	act(m, chromedp.KeyEvent(kb.Backspace))
	if typed := m.eval("document.querySelector('[name=amount]').value"); typed != "150\u202f000" {
		t.Errorf("grouped while typed: %q", typed)
	}
}

func TestCheckout_AScannedBarcode_IsAskedAbout_AndIsNoSale(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.open(p.url + "/checkout")
	m.see("#f-amount:focus")
	// All keys of a scanner within one turn of the page.
	m.eval(`(field => {
		for (const key of [...'96385074', 'Enter']) {
			if (!field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))) return
			if (key === 'Enter') field.form.requestSubmit()
			else { field.value += key; field.dispatchEvent(new Event('input', { bubbles: true })) }
		}
	})(document.querySelector('[name=amount]'))`)
	m.see("[data-scan]:not([hidden])")
	if asked := m.text("[data-scan]"); !strings.Contains(asked, "96385074") {
		t.Errorf("it asks %q", asked)
	}
	m.click("[data-scan-no]")
	if typed := m.eval("document.querySelector('[name=amount]').value"); typed != "" {
		t.Errorf("erased, the amount is %q", typed)
	}
	if n := m.eval("document.querySelectorAll('.strip li').length"); n != "0" {
		t.Error("a barcode became a sale")
	}
}
