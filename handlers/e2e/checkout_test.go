package e2e

// The till in a real browser, in French at 360 pixels: each way to take money
// and each way it can end.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keys presses keys of the screen's keypad.
func (v *visitor) keys(names ...string) {
	v.t.Helper()
	for _, name := range names {
		v.click(fmt.Sprintf("[data-key=%q]", name))
	}
}

// askAtTheTill types an amount, takes the way by phone, and sends the prompt.
func (v *visitor) askAtTheTill(p shop, amount, phone string) {
	v.t.Helper()
	v.open(p.url + "/checkout")
	v.fill("amount", amount)
	v.click("[formaction='/checkout/phone']")
	v.see("[data-number] [name=phone]")
	v.fill("phone", phone)
	v.click("[data-number] button[type=submit]")
}

// hears counts what the till announces as paid.
func (v *visitor) hears() {
	v.t.Helper()
	v.eval("(window.heard = []) && document.addEventListener('till:paid', e => window.heard.push(e.detail)) && 1")
}

// heard is what the till has announced since hears, once that is anything: a
// moment after it stands on the screen.
func (v *visitor) heard() string {
	v.t.Helper()
	v.until("Promise.resolve(window.heard.length > 0)", "true")
	return v.eval("window.heard.join()")
}

func TestCheckout_QR_OneTapAfterTheAmount_AndTheScreenSaysPaid(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.open(p.url + "/checkout")
	m.mark()
	m.keys("5", "00", "+", "2", "5", "0", "back", "0", "+", "1", "000")
	m.says("[data-sum]", "1\u202f750")
	m.hears()
	m.click("[data-till] button[type=submit]")
	m.see(".counter .qr")
	address := m.read(func() {})
	if ground := m.eval("getComputedStyle(document.querySelector('.shell')).backgroundColor"); ground != "rgb(255, 255, 255)" {
		t.Errorf("the ground is %s", ground)
	}
	p.pay(t, address)
	m.turnsInto("wait")
	p.enter(t, "1234")
	m.turnsInto("good")
	m.see(".counter [data-paid] ~ .daymark")
	m.says(".counter .status", "1\u202f750")
	if heard := m.heard(); strings.Count(heard, "Reçu") != 1 {
		t.Errorf("the till announced %q", heard)
	}
	m.see(".counter [data-next]:focus")
	act(m, chromedp.KeyEvent(kb.Enter))
	m.see("[data-till]")
}

func TestCheckout_ByKeyboardAlone(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.open(p.url + "/checkout")
	m.see("#f-amount:focus")
	act(m, chromedp.KeyEvent("700+55"))
	act(m, chromedp.KeyEvent(kb.Backspace))
	act(m, chromedp.KeyEvent(kb.Enter))
	m.see(".counter .qr")
	m.says(".counter .status-amount", "705")
	m.open(p.url + "/checkout")
	m.see("#f-amount:focus")
	for _, key := range []string{"900", kb.Tab, kb.Tab, kb.Enter} {
		act(m, chromedp.KeyEvent(key))
	}
	m.see("[data-number] [name=phone]:focus")
	act(m, chromedp.KeyEvent("677123456"))
	m.see("[data-carrier=MTN]")
	act(m, chromedp.KeyEvent(kb.Enter))
	m.see(".counter .status.wait")
	p.enter(t, "1234")
	m.see(".counter [data-next]:focus")
}

func TestCheckout_Phone_EachEndIsClear(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.askAtTheTill(p, "500+700", "699 12 34 56")
	m.see(".counter .status.wait")
	if dial := m.text(".counter .dial"); !strings.Contains(dial, "#150*50#") || m.eval("document.querySelectorAll('.dial a').length") != "0" {
		t.Errorf("the code to dial is %q; the till dials none", dial)
	}
	m.see("[data-countdown]")
	if n := m.eval("document.querySelectorAll('.counter .live [data-next]').length"); n != "0" {
		t.Error("an open sale offers another try")
	}
	p.enter(t, "1234")
	m.see(".counter .status.good[data-paid]")
	m.says(".counter .status-amount", "1\u202f200")

	m.askAtTheTill(p, "900", "677 12 34 56")
	m.see(".counter .status.wait")
	first := m.path()
	answer(t, p, "", "refuse")
	m.see(".counter .status.bad")
	m.click(".counter [data-next]") // once more, as a new sale
	m.see("[data-number]")
	m.click("[data-number] button[type=submit]")
	m.see(".counter .status.wait")
	if again := m.path(); again == first {
		t.Error("the new try is the old sale")
	}
	p.enter(t, "1234")
	m.see(".counter .status.good[data-paid]")
}

func TestCheckout_Phone_ALostAnswer_OffersNoOtherTry(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	p.fault(t, `{"kind":"cut_before","endpoint":"collect","times":-1}`)
	m.askAtTheTill(p, "900", "677 12 34 56")
	m.see(".counter .status.warn")
	if links := m.eval("[...document.querySelectorAll('.counter .live a')].map(a => a.getAttribute('href')).join()"); strings.Contains(links, "phone=") {
		t.Errorf("a sale in doubt offers %s", links)
	}
	if paid := m.eval("document.querySelectorAll('[data-paid]').length"); paid != "0" {
		t.Error("it is called paid")
	}
}

func TestCheckout_SameAgainWithinMinutes_AsksFirst(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.allow("409")
	m.askAtTheTill(p, "900", "677 12 34 56")
	m.see(".counter .status.wait")
	first := m.path()
	m.askAtTheTill(p, "900", "677 12 34 56")
	m.see("[data-number] .notice.warn")
	m.click("[data-number] .notice a.button")
	m.see(".counter .status.wait")
	if m.path() != first {
		t.Errorf("the first request is %s, not %s", first, m.path())
	}
	m.askAtTheTill(p, "900", "677 12 34 56")
	m.see("[data-number] .notice.warn")
	m.click("[data-number] button[type=submit]") // a second one is meant
	m.see(".counter .status.wait")
	if m.path() == first {
		t.Error("the second request is the first")
	}
}

func TestCheckout_DoubleClick_IsOneSale(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.open(p.url + "/checkout")
	m.fill("amount", "900")
	m.eval("(b => { b.click(); b.click() })(document.querySelector('[data-till] button[type=submit]'))")
	m.see(".counter .qr")
	m.open(p.url + "/checkout")
	if n := m.eval("document.querySelectorAll('.strip li').length"); n != "1" {
		t.Errorf("%s sales", n)
	}
	m.open(p.url + "/links")
	m.see("main .empty") // a sale is no link of the list
}

func TestCheckout_SeveralSales_StandOnTheStripWithTheirStates(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.askAtTheTill(p, "900", "677 12 34 56")
	m.see(".counter .status.wait")
	m.click(".counter .actions a") // leave it waiting
	m.see("[data-till]")
	m.hears()
	m.fill("amount", "700")
	m.click("[data-till] button[type=submit]")
	m.see(".counter .qr")
	m.see(".strip .wait")
	m.see(".strip .quiet")
	p.enter(t, "1234")
	m.see(".strip .good")
	if heard := m.heard(); strings.Count(heard, "Reçu") != 1 {
		t.Errorf("the till announced %q", heard)
	}
	m.click(".strip .good")
	m.see(".counter .status.good[data-paid]")
}

// onlyStreamed has what is live on the page told of by its stream alone.
func (v *visitor) onlyStreamed() {
	v.t.Helper()
	v.eval("document.querySelectorAll('[data-live]').forEach(region => region.removeAttribute('data-live'))")
}

func TestCheckout_PaidBesideAnOpenSale_IsStreamedToItsTileAndTold(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.askAtTheTill(p, "900", "677 12 34 56")
	m.see(".counter .status.wait")
	m.open(p.url + "/checkout")
	m.fill("amount", "700")
	m.click("[data-till] button[type=submit]")
	m.see(".counter .qr")
	m.onlyStreamed()
	m.hears()
	p.enter(t, "1234")
	m.see(".counter .strip .good")
	m.says("[data-news-of-paid]", "900", "n° 1")
	if heard := m.heard(); strings.Count(heard, "Reçu") != 1 {
		t.Errorf("the till announced %q", heard)
	}
	m.see(".counter .qr") // which nobody has paid
	p.pay(t, m.read(func() {}))
	p.enter(t, "1234")
	m.see(".counter .live .status.good")
	m.see(".counter .strip li:first-child .good")
}

func TestCheckout_WithoutJavaScript(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := visit(t)
	m.allow("422")
	m.forbidScripts()
	m.open(p.url + "/")
	m.fillPlain("name", "owner")
	m.fillPlain("password", p.password)
	m.click("main form button[type=submit]")
	m.see(".nav [aria-current=page]")
	m.open(p.url + "/checkout")
	m.fillPlain("amount", "500+x")
	m.click("[formaction='/checkout/phone']")
	m.see("#f-amount-error")
	if got := m.eval("document.querySelector('[name=amount]').value"); got != "500+x" {
		t.Errorf("the form holds %q", got)
	}
	m.open(p.url + "/checkout")
	m.fillPlain("amount", "500+250+1000")
	m.click("[formaction='/checkout/phone']")
	m.see("[data-number]")
	m.fillPlain("phone", "677123456")
	m.click("[data-number] button[type=submit]")
	m.see(".counter .status.wait")
	p.enter(t, "1234")
	m.see(".counter .status.good[data-paid]") // the page asks again by itself
	m.open(p.url + "/checkout")
	m.fillPlain("amount", "700")
	m.click("[data-till] button[type=submit]")
	m.see(".counter .qr")
}

func TestClaim_FoundPaid_AndNotFound(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.askAtTheTill(p, "2500", "677 12 34 56")
	m.see(".counter .status.wait")
	p.enter(t, "1234")
	m.see(".counter .status.good")
	m.open(p.url + "/checkout/claim")
	m.fill("said", "Paiement de 2 500 FCFA par 677123456 effectué.")
	m.click("main form.form button[type=submit]")
	m.see("main .notice.good")
	m.open(p.url + "/checkout/claim")
	m.fill("phone", "699 12 34 56")
	m.fill("amount", "2500")
	m.click("main form.form button[type=submit]")
	m.see("main .notice.warn")
}

// listens turns the voice on and keeps what the browser is told to say.
func (v *visitor) listens() {
	v.t.Helper()
	v.click("[data-setting=voice]")
	v.see("[data-setting=voice][aria-pressed=true]")
	v.eval("(window.spoken = []) && (window.speechSynthesis.speak = said => window.spoken.push(said.text)) && 1")
}

// asksOn is askAtTheTill on the page that is open, which is not loaded anew.
func (v *visitor) asksOn(amount, phone string) {
	v.t.Helper()
	v.fill("amount", amount)
	v.click("[formaction='/checkout/phone']")
	v.see("[data-number] [name=phone]")
	v.fill("phone", phone)
	v.click("[data-number] button[type=submit]")
	v.see(".counter .status.wait")
}

func TestCheckout_Voice_SaysWhatIsProvedPaid_AndNothingElse(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.open(p.url + "/checkout")
	m.listens()
	m.asksOn("2500", "677 12 34 56")
	p.enter(t, "1234")
	m.see(".counter .status.good")
	if said := m.eval("window.spoken.join('|')"); said != "Reçu 2500 francs, MTN" {
		t.Errorf("the till said %q", said)
	}
	p.fault(t, `{"kind":"true_amount","amount":"10"}`)
	m.click(".counter [data-next]")
	m.see("[data-till]")
	m.asksOn("900", "699 12 34 56")
	p.enter(t, "1234")
	m.see(".counter .status.warn")
	m.click(".counter [data-next]")
	m.see("[data-till]")
	m.click("[data-setting=mute]")
	m.asksOn("700", "699 12 34 56")
	p.enter(t, "1234")
	m.see(".counter .status.good")
	if said := m.eval("window.spoken.length"); said != "1" {
		t.Errorf("the till spoke %s times: of money that is short, or muted", said)
	}
}

// A lock on the screen and a loudspeaker are not to be seen: what the page asks the
// browser for is.
const awakeAndLoud = `(() => {
	window.locks = 0
	navigator.wakeLock.request = async () => { window.locks++; return { addEventListener() {}, release: async () => { window.locks-- } } }
	window.tones = []
	const start = OscillatorNode.prototype.start
	OscillatorNode.prototype.start = function (when) { window.tones.push(this.frequency.value); start.call(this, when) }
	navigator.vibrate = pattern => { window.shaken = String(pattern); return true }
})()`

func TestCheckout_OpenSale_KeepsTheScreenAwake_AndPaidIsHeardAndFelt(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.open(p.url + "/checkout")
	m.eval(awakeAndLoud)
	m.eval("document.dispatchEvent(new PointerEvent('pointerdown')) && 1") // a finger: sound needs one
	m.fill("amount", "900")
	m.click("[data-till] button[type=submit]")
	m.see(".counter .qr")
	m.until("Promise.resolve(window.locks)", "1")
	if tones := m.eval("window.tones.length"); tones != "0" {
		t.Errorf("%s tones before it is paid", tones)
	}
	p.pay(t, m.read(func() {}))
	p.enter(t, "1234")
	m.see(".counter .status.good[data-paid]")
	m.until("Promise.resolve(window.tones.join())", "880,1320")
	m.until("Promise.resolve(!!window.shaken)", "true")
	m.click(".counter [data-next]")
	m.see("[data-till]")
	m.until("Promise.resolve(window.locks)", "0")
}

func TestCheckout_QR_Refused_TheSameCodeMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.open(p.url + "/checkout")
	m.fill("amount", "900")
	m.click("[data-till] button[type=submit]")
	m.see(".counter .qr")
	p.pay(t, m.read(func() {}))
	answer(t, p, "", "refuse")
	m.see(".counter .status.bad .qr")
	m.see(".counter [data-next]")
}
