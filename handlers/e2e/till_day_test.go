package e2e

// A day at the till, in a phone's browser: each way in which a sale goes otherwise
// than planned is mended in at most two taps.

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// day is a merchant who counts his taps.
type day struct {
	*visitor
	taps, sales int
}

func (d *day) tap(selector string) { d.t.Helper(); d.click(selector); d.taps++ }

// within runs what mends a sale, and counts its taps apart from those of the sale.
func (d *day) within(most int, what string, mend func()) {
	d.t.Helper()
	before := d.taps
	d.taps = 0
	mend()
	if d.taps > most {
		d.t.Errorf("%s takes %d taps", what, d.taps)
	}
	d.taps = before
}

func (d *day) byCode(p shop, amount string) {
	d.t.Helper()
	d.open(p.url + "/checkout")
	d.fill("amount", amount)
	d.tap("[data-till] .ways button")
	d.see(".counter .qr")
	d.isNext()
}

// isNext holds that the sale on the screen has the next number of the day.
func (d *day) isNext() {
	d.t.Helper()
	d.sales++
	d.says(".status-number", fmt.Sprintf("n° %d", d.sales))
}

func (d *day) byPhone(p shop, amount, phone string) {
	d.t.Helper()
	d.open(p.url + "/checkout")
	d.fill("amount", amount)
	d.tap("[formaction='/checkout/phone']")
	d.asksNumber(phone)
	d.isNext()
}

func (d *day) asksNumber(phone string) {
	d.t.Helper()
	d.see("[data-number]")
	d.fill("phone", phone)
	d.tap("[data-number] button[type=submit]")
	d.see(".counter .status.wait")
}

// typed is the amount under the finger.
func (d *day) typed() string {
	d.t.Helper()
	return d.eval("document.querySelector('[name=amount]').value")
}

const half = "1\u202f500\u202f000" // an amount that is typed while something else happens

// salesOfADay are ten, each by its number, and the taps that it may take after the
// amount, beside what mends it.
var salesOfADay = []struct {
	what string
	taps int
	do   func(*day, shop)
}{
	{"paid by code", 1, func(d *day, p shop) {
		d.byCode(p, "500")
		p.pay(d.t, d.read(func() {}))
		p.enter(d.t, "1234")
		d.see(".counter .status.good")
	}},
	{"paid by phone", 2, func(d *day, p shop) {
		d.byPhone(p, "550", "677 12 34 56")
		p.enter(d.t, "1234")
		d.see(".counter .status.good")
	}},
	{"cancelled", 1, func(d *day, p shop) {
		d.byCode(p, "600")
		d.within(1, "cancelling", func() { d.tap(".mend form[action$='/end'] button") })
		d.see(".counter [data-over]")
		d.says(".status-text", "page de CamPay")
	}},
	{"with another amount", 1, func(d *day, p shop) {
		d.byCode(p, "700")
		d.within(2, "another amount", func() {
			d.tap(".mend a[href^='/checkout?']")
			d.see("[data-till]")
			d.fill("amount", "750")
			d.tap("[data-till] .ways button")
		})
		d.see(".counter .qr")
		d.says(".counter .status", "750")
		p.pay(d.t, d.read(func() {}))
		p.enter(d.t, "1234")
		d.see(".counter .status.good")
	}},
	{"from code to phone, and to another number", 1, func(d *day, p shop) {
		d.byCode(p, "800")
		d.within(2, "from code to phone", func() {
			d.tap(".mend a[href^='/checkout/phone']")
			d.asksNumber("677123450")
		})
		d.within(2, "another number", func() {
			d.tap(".mend a[href^='/checkout/phone']")
			d.asksNumber("677123451")
		})
		p.enterOn(d.t, "677123451", "1234")
		d.see(".counter .status.good")
		d.says(".counter .status", "800", "n° 5")
		p.enter(d.t, "0000") // whose phone it was
	}},
	{"refused by the customer, then by code", 2, func(d *day, p shop) {
		d.byPhone(p, "850", "699 12 34 56")
		answer(d.t, p, "", "refuse")
		d.see(".counter .status.bad")
		d.says(".counter h1", "Refusé par le client")
		d.within(1, "from phone to code", func() { d.tap(".mend form[action='/checkout/qr'] button") })
		d.see(".counter .qr")
		p.pay(d.t, d.read(func() {}))
		p.enter(d.t, "1234")
		d.see(".counter .status.good")
	}},
	{"with a wrong code, asked again", 2, func(d *day, p shop) {
		d.byPhone(p, "900", "699 12 34 56")
		p.enter(d.t, "0000")
		d.see(".counter .status.bad")
		d.says(".counter h1", "Code secret faux")
		d.within(2, "asking again", func() {
			d.tap(".counter [data-next]")
			d.see("[data-number]")
			d.tap("[data-number] button[type=submit]")
		})
		d.see(".counter .status.wait")
		p.enter(d.t, "1234")
		d.see(".counter .status.good")
	}},
	{"without a network", 1, func(d *day, p shop) {
		d.byCode(p, "950")
		code := d.read(func() {})
		d.losesTheNetwork(true)
		d.within(1, "cancelling without a network", func() { d.tap(".mend form[action$='/end'] button") })
		d.see("[data-no-network]:not([hidden])") // where the finger is, and nothing is lost
		p.pay(d.t, code)
		p.enter(d.t, "1234")
		d.losesTheNetwork(false)
		d.see(".counter .status.good")
	}},
	{"two at once", 2, func(d *day, p shop) {
		d.byPhone(p, "1000", "699 12 34 57")
		sale := d.path()
		d.within(1, "leaving one to wait", func() { d.tap(".counter .actions a") })
		d.see("[data-till]")
		d.fill("amount", "1500000")
		d.hears()
		p.enter(d.t, "1234")
		d.see(".strip a[data-paid][href='" + sale + "']")
		d.see("[data-news-of-paid]:not([hidden])")
		if typed := d.typed(); typed != half {
			d.t.Errorf("under the news the amount is %q", typed)
		}
		d.within(1, "a look at it", func() { d.tap(".strip a[href='" + sale + "']") })
		d.see(".counter .status.good")
		d.within(1, "back to the other", func() { d.tap(".counter [data-next]") })
		d.see("[data-till]")
		act(d.visitor, chromedp.Poll[bool](`document.querySelector('[data-till] [name=amount]').value !== ''`)) // a script puts it back
		if typed := d.typed(); typed != half {
			d.t.Errorf("after a look at a sale the amount is %q", typed)
		}
	}},
	{"paid by the number that was replaced", 2, func(d *day, p shop) {
		d.byPhone(p, "1100", "677123452")
		d.within(2, "another number", func() {
			d.tap(".mend a[href^='/checkout/phone']")
			d.asksNumber("677123453")
		})
		p.enterOn(d.t, "677123452", "1234")
		d.see(".counter .status.good")
		d.says(".counter .status", "n° 10", "6\u00a077\u00a012\u00a034\u00a052")
		p.enter(d.t, "1234") // and the other one pays too
		d.open(p.url + "/transactions?flagged=1")
		d.says("main table", "1\u202f100")
	}},
}

func TestCheckout_ADayAtTheTill(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	d := &day{visitor: merchant(t, p)}
	d.allow("ERR_INTERNET_DISCONNECTED")
	for _, sale := range salesOfADay {
		d.taps = 0
		sale.do(d, p)
		if d.taps != sale.taps {
			t.Errorf("a sale %s takes %d taps, not %d", sale.what, d.taps, sale.taps)
		}
	}
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
	// All keys of a scanner within one turn of the page, ten milliseconds apart by
	// their own clock: a machine that pauses between two of them makes no other scan.
	m.eval(`(field => {
		let at = performance.now()
		for (const key of [...'96385074', 'Enter']) {
			const press = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
			Object.defineProperty(press, 'timeStamp', { value: at += 10 })
			if (!field.dispatchEvent(press)) return
			if (key === 'Enter') field.form.requestSubmit()
			else { field.value += key; field.dispatchEvent(new Event('input', { bubbles: true })) }
		}
	})(document.querySelector('[name=amount]'))`)
	m.see("[data-scan]:not([hidden])")
	m.says("[data-scan]", "96385074")
	m.click("[data-scan-no]")
	if typed := m.eval("document.querySelector('[name=amount]').value"); typed != "" {
		t.Errorf("erased, the amount is %q", typed)
	}
	if n := m.eval("document.querySelectorAll('.strip li').length"); n != "0" {
		t.Error("a barcode became a sale")
	}
}
