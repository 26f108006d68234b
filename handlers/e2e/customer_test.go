package e2e

// The customer's page on a cheap phone: 360 pixels wide, in French, over slow
// 3G, from the QR code to "paid".

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"comptoir/store"
)

// mostOfPayPage is what a customer's first visit may load, in bytes over the wire.
const mostOfPayPage = 30_000

// onSlow3G makes the network that of a phone far from its mast: 400 ms to an
// answer, 50 kB a second.
func (v *visitor) onSlow3G() {
	v.network(network.Conditions{Latency: 400, DownloadThroughput: 50_000, UploadThroughput: 50_000})
}

// offline takes the network away; online brings slow 3G back.
func (v *visitor) offline() {
	v.network(network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
}

func (v *visitor) network(c network.Conditions) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, network.Enable, network.EnableParams{}); err != nil {
		v.t.Fatal(err)
	}
	if _, err := chromedp.Call(v.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{&c},
	}); err != nil {
		v.t.Fatal(err)
	}
}

// wire is what loading a page cost: bytes over the wire, headers too, and the
// loads that had to wait for another one's answer.
type wire struct {
	Bytes int
	Files int
	Trips int
}

// loaded asks the browser what the page cost; nothing may have been in its
// cache.
func (v *visitor) loaded() (w wire) {
	v.t.Helper()
	v.see("body")
	script := `(() => {
	  const page = performance.getEntriesByType('navigation')[0]
	  const files = performance.getEntriesByType('resource').filter(f => f.startTime < page.loadEventStart || page.loadEventStart === 0)
	  return {
	    Bytes: [page, ...files].reduce((sum, f) => sum + f.transferSize, 0), Files: files.length,
	    Trips: 1 + (files.length ? 1 : 0) + (files.some(f => files.some(g => g !== f && f.startTime >= g.responseEnd && f.initiatorType !== 'link')) ? 1 : 0),
	  }
	})()`
	if err := json.Unmarshal(act(v, chromedp.Evaluate[[]byte](script)), &w); err != nil {
		v.t.Fatal(err)
	}
	return w
}

// reusableLink makes a link for many payments and returns its customer's page.
func (v *visitor) reusableLink(p shop, amount string) (page string) {
	v.t.Helper()
	v.open(p.url + "/links/new")
	v.eval(`document.querySelector('[name=kind][value=reusable]').checked = true`)
	if amount == "" {
		v.eval(`document.querySelector('[name=amount_kind][value=open]').checked = true`)
	} else {
		v.fill("amount", amount)
	}
	v.fill("description", "Cotisation")
	v.click("main form.form button[type=submit]")
	v.see("#link-url")
	return v.eval("document.querySelector('[data-customer]').getAttribute('href')")
}

func TestCustomer_OnSlow3G_PaysByHisNumberAndSeesItProved(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	page := m.reusableLink(p, "")
	customer := visit(t)
	customer.onSlow3G()
	customer.open(p.url + page)
	w := customer.loaded()
	t.Logf("first visit: %d bytes in %d files, %d round trips", w.Bytes, w.Files, w.Trips)
	if w.Bytes == 0 || w.Bytes > mostOfPayPage || w.Trips > 2 {
		t.Errorf("a first visit loads %+v", w)
	}
	customer.fill("amount", "1 500")
	customer.fill("phone", "677 12 34 56")
	customer.see("[data-carrier=MTN]")
	customer.click(".pay-form button.pay")
	customer.see(".bill[data-state=on_phone]")
	if dial := customer.eval("document.querySelector('.ussd').getAttribute('href')"); dial != "tel:*126%23" {
		t.Errorf("dials %s", dial)
	}
	customer.mark()
	p.enter(t, "1234")
	customer.see(".bill[data-state=paid]")
	if customer.eval("window.unreloaded") != "yes" {
		t.Error("the page was loaded anew")
	}
	customer.says(".bill", "1\u202f500", "Payé")
	m.turnsIntoTotal("1\u202f500")
}

// turnsIntoTotal waits for a link of many payments to have taken a sum.
func (v *visitor) turnsIntoTotal(sum string) {
	v.t.Helper()
	v.see(".totals")
	act(v, chromedp.Poll[bool](`document.querySelector('.totals').textContent.includes(`+quoted(sum)+`)`))
}

func quoted(text string) string {
	b, _ := json.Marshal(text) // a string can be written
	return string(b)
}

func TestCustomer_WithoutJavaScript_PaysToo(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	page := m.reusableLink(p, "800")
	customer := visit(t)
	customer.forbidScripts()
	customer.open(p.url + page)
	customer.fillPlain("phone", "699123456")
	customer.click(".pay-form button.pay")
	customer.see(".bill.wait")
	p.enter(t, "1234")
	customer.see(".bill.good") // the page asks again by itself
}

func TestCustomer_PhoneOffInTheMiddle_ComesBackToTheTruth(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	page := m.reusableLink(p, "900")
	customer := visit(t)
	customer.allow("net::ERR_INTERNET_DISCONNECTED")
	customer.open(p.url + page)
	customer.fill("phone", "677123456")
	customer.click(".pay-form button.pay")
	customer.see(".bill.wait")
	customer.offline()
	customer.see("[data-offline]:not([hidden])")
	p.enter(t, "1234")
	customer.onSlow3G()
	customer.see(".bill.good")
	// Back and reload show what is true, and send nothing.
	own := customer.eval("location.href")
	customer.open(p.url + page)
	customer.eval("history.back()")
	customer.see(".bill.good")
	customer.open(own)
	customer.see(".bill.good")
	if n := m.rows(p); n != "1" {
		t.Errorf("%s requests", n)
	}
}

func TestCustomer_TwoTabs_OnePayment(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.makeLink(p, "700")
	page := m.eval("document.querySelector('[data-customer]').getAttribute('href')")
	first, second := visit(t), visit(t)
	for _, tab := range []*visitor{first, second} {
		tab.open(p.url + page)
		tab.fill("phone", "677123456")
	}
	for _, tab := range []*visitor{first, second} {
		tab.click(".pay-form button.pay")
		tab.see(".bill.wait")
	}
	if n := m.rows(p); n != "2" { // the link's own page at CamPay, and one request
		t.Errorf("%s attempts", n)
	}
	p.enter(t, "1234")
	first.see(".bill.good")
	second.see(".bill.good")
}

func TestCustomer_Refused_MayTryAgain(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	page := m.reusableLink(p, "650")
	customer := visit(t)
	customer.open(p.url + page)
	for _, pin := range []string{"0000", "1234"} {
		customer.fill("phone", "677123456")
		customer.click(".pay-form button.pay")
		customer.see(".bill.wait")
		p.enter(t, pin)
		if pin == "0000" {
			customer.see(".bill.bad")
		}
	}
	customer.see(".bill.good")
}

func TestCustomer_StoppedLink_SaysWhy(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	page := m.reusableLink(p, "650")
	customer := visit(t)
	m.click(".manage > summary")
	m.click(".manage form[action$=pause] button")
	m.see(".status.warn")
	customer.open(p.url + page)
	customer.see(".bill[data-state=paused]")
	m.click(".manage > summary")
	m.click(".question summary")
	m.click(".question form[action$=archive] button")
	m.see(".status.quiet")
	customer.open(p.url + page)
	customer.see(".bill[data-state=archived]")
	if customer.eval("document.querySelectorAll('form.pay-form').length") != "0" {
		t.Error("it still asks for a number")
	}
}

func TestCustomer_EachEnd_OverSlow3G_IsSaidInWords(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	customer := visit(t)
	customer.allow("503")
	customer.allow("409")
	customer.allow("422")
	customer.onSlow3G()
	pay := func(page, phone string) {
		customer.open(p.url + page)
		customer.fill("phone", phone)
		customer.click(".pay-form button.pay")
	}
	once := m.oncePage(p, "1 100")
	pay(once, "677123456")
	customer.see(".bill[data-state=on_phone]")
	p.enter(t, "1111") // no money
	customer.see(".bill[data-state=failed]")
	customer.fill("phone", "699123456")
	customer.click(".pay-form button.pay")
	customer.see(".bill[data-state=on_phone]")
	p.enter(t, "1234")
	customer.see(".bill[data-state=paid]")
	customer.open(p.url + once)
	customer.see(".bill[data-state=paid]") // the link's own page says so too, and asks nobody

	ended := m.reusableLink(p, "1300")
	p.execute(t, "UPDATE payment_links SET expires_at = 1 WHERE id = 2")
	customer.open(p.url + ended)
	customer.see(".bill[data-state=expired]")
	full := m.reusableLink(p, "1400")
	p.execute(t, "UPDATE payment_links SET most_money = 100 WHERE id = 3")
	customer.open(p.url + full)
	customer.fill("phone", "677123456")
	customer.click(".pay-form button.pay")
	customer.see("#f-amount-error, .summary") // more than the link still takes

	p.fault(t, `{"kind":"cut_after","endpoint":"collect"}`)
	page := m.reusableLink(p, "1200")
	pay(page, "677123456")
	customer.see(".bill[data-state=doubt]")
	if customer.eval("document.querySelectorAll('.pay-form').length") != "0" {
		t.Error("a second try is offered while the first is in doubt")
	}
}

func TestCustomer_CamPayTakesNoRequestOfOurs_NothingIsAskedAndHeMayTryAgain(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	page := m.reusableLink(p, "1200")
	customer := visit(t)
	customer.allow("422")
	customer.onSlow3G()
	p.fault(t, `{"kind":"unauthorized","endpoint":"collect"}`)
	customer.open(p.url + page)
	customer.fill("phone", "677123456")
	customer.click(".pay-form button.pay")
	customer.says(".summary, .field-error", "Rien n’a été débité")
	if typed := customer.eval("document.querySelector('[name=phone]').value"); typed != "677123456" {
		t.Errorf("the form holds %q", typed)
	}
	customer.click(".pay-form button.pay")
	customer.see(".bill[data-state=on_phone]")
	p.enter(t, "1234")
	customer.see(".bill[data-state=paid]")
}

// execute changes the book past the product, as a test cannot put its clock on.
func (p shop) execute(t *testing.T, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(p.data, store.FileName))+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// oncePage makes a link for one payment and returns its customer's page.
func (v *visitor) oncePage(p shop, amount string) string {
	v.t.Helper()
	v.makeLink(p, amount)
	return v.eval("document.querySelector('[data-customer]').getAttribute('href')")
}

func TestCustomer_ByTheBrowsersLanguage_AndSwitchable(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	page := m.reusableLink(p, "650")
	customer := visit(t)
	customer.speak(p, "en", page)
	customer.says(".pay-form", "Pay 650")
	customer.click(".language button")
	customer.see("html[lang=fr] .pay-form")
}

// rows counts the transactions in the book.
func (v *visitor) rows(p shop) string {
	v.t.Helper()
	v.open(p.url + "/transactions")
	v.see("table.transactions")
	return v.eval("document.querySelectorAll('table.transactions tbody tr').length")
}

func TestCounter_CustomersOwnSale_LandsOnTheTillsScreen(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.open(p.url + "/links/new")
	m.eval(`document.querySelector('[name=kind][value=counter]').checked = true`)
	m.eval(`document.querySelector('[name=amount_kind][value=open]').checked = true`)
	m.fill("description", "Caisse 1")
	m.click("main form.form button[type=submit]")
	m.see("#link-url")
	page := m.eval("document.querySelector('[data-customer]').getAttribute('href')")
	m.open(p.url + "/checkout")
	m.mark()
	customer := visit(t)
	customer.open(p.url + page)
	customer.says("h1.payee", "Ma boutique")
	customer.fill("amount", "1 750")
	customer.fill("phone", "699123456")
	customer.click(".pay-form button.pay")
	customer.see(".bill.wait")
	m.see(".strip a.wait")
	p.enter(t, "1234")
	m.see(".strip a.good[data-paid]")
	customer.see(".bill.good .daymark")
	if got := m.text(".strip a.good"); !strings.Contains(got, "1\u202f750") || m.eval("window.unreloaded") != "yes" {
		t.Errorf("the till shows %q", got)
	}
	// Till and customer show one word.
	m.click(".strip a.good")
	m.see(".counter .daymark b")
	if ours, theirs := m.text(".counter .daymark b"), customer.text(".daymark b"); ours != theirs {
		t.Errorf("the till says %q, the customer's page %q", ours, theirs)
	}
}
