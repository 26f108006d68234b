package main

// The main job in a real browser, over real HTTP: the merchant's open page
// says what became of the payment, whatever happens on the way.

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/png"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/golang-jwt/jwt/v5"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// visitor is one person's browser: what he sees and does. Anything that the
// console complains of, a blocked script among it, fails the test.
type visitor struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	allowed    []string // what the console may say: answers that are meant to be errors
}

// gently asks the page 20 times a second whether a state has come: the
// driver's own pace, 200 times, takes more of the machine than the product does.
var gently = chromedp.RetryInterval(50 * time.Millisecond)

func visit(t *testing.T) *visitor {
	t.Helper()
	browser.once.Do(startBrowser)
	if browser.err != nil {
		t.Fatalf("Chromium: %v", browser.err)
	}
	ctx, closeTab := chromedp.NewContext(browser.ctx, chromedp.WithNewBrowserContext())
	v := &visitor{t: t, ctx: ctx}
	t.Cleanup(func() {
		closeTab()
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, c := range v.complaints {
			if !slices.ContainsFunc(v.allowed, func(a string) bool { return strings.Contains(c, a) }) {
				t.Errorf("console: %s", c)
			}
		}
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 740)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, v.listen); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *visitor) listen(event any) {
	var complaint string
	switch e := event.(type) {
	case *log.EventEntryAdded:
		complaint = logged(e.Entry)
	case log.EventEntryAdded:
		complaint = logged(e.Entry)
	case *runtime.EventExceptionThrown:
		complaint = e.ExceptionDetails.Text
	case runtime.EventExceptionThrown:
		complaint = e.ExceptionDetails.Text
	}
	if complaint != "" {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.complaints = append(v.complaints, complaint)
	}
}

func logged(e *log.Entry) string {
	if e.Level != log.EntryLevelError && e.Source != log.EntrySourceSecurity {
		return ""
	}
	return e.Text + " " + e.URL
}

func (v *visitor) allow(complaint string) { v.allowed = append(v.allowed, complaint) }

// act does one thing in the visitor's tab and returns what it found.
func act[T any](v *visitor, a chromedp.Action[T]) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, a)
	if err != nil {
		v.t.Fatalf("%v; the page is\n%s", err, v.page())
	}
	return found
}

// page is what stands on the page now, for a failed test to tell.
func (v *visitor) page() string {
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	where, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	return where + "\n" + text
}

func (v *visitor) open(address string) {
	v.t.Helper()
	act(v, chromedp.Navigate(address))
}

func (v *visitor) see(selector string) {
	v.t.Helper()
	act(v, chromedp.WaitVisible(chromedp.CSS(selector), gently))
}

// text waits for something and reads it in one step, as a live region may be
// swapped at any moment.
func (v *visitor) text(selector string) string {
	v.t.Helper()
	v.see(selector)
	return v.eval(fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

func (v *visitor) fill(name, value string) {
	v.t.Helper()
	if value != "" {
		act(v, chromedp.SetValue(named(name), value, gently))
	}
}

// fillPlain types as a person does, for a page without scripts.
func (v *visitor) fillPlain(name, value string) {
	v.t.Helper()
	act(v, chromedp.SendKeys(named(name), value, gently))
}

func named(name string) chromedp.CSS { return chromedp.CSS(fmt.Sprintf("[name=%q]", name)) }

func (v *visitor) click(selector string) {
	v.t.Helper()
	act(v, chromedp.Click(chromedp.CSS(selector), gently))
}

func (v *visitor) eval(script string) string {
	v.t.Helper()
	return act(v, chromedp.Evaluate[string]("String("+script+")"))
}

// merchant signs the owner in.
func merchant(t *testing.T, p product) *visitor {
	t.Helper()
	v := visit(t)
	v.open(p.url + "/")
	v.fill("name", "owner")
	v.fill("password", p.password)
	v.click("main form button")
	v.see(".nav [aria-current=page]")
	return v
}

// makeLink fills in the form of a new link and stays on the link's page, which
// is marked so that a reload would show.
func (v *visitor) makeLink(p product, amount string) {
	v.t.Helper()
	v.open(p.url + "/links/new")
	v.fill("amount", amount)
	v.fill("description", "Pain et café")
	v.click("main form button[type=submit]")
	v.see(".link-card .qr")
	v.mark()
}

func (v *visitor) mark() { v.t.Helper(); v.eval("window.unreloaded = 'yes'") }

// turnsInto waits until the open page shows a status of this tone, and checks
// that it got there without a reload.
func (v *visitor) turnsInto(tone string) {
	v.t.Helper()
	v.see("main .status." + tone)
	if got := v.eval("window.unreloaded"); got != "yes" {
		v.t.Fatal("the page was loaded anew")
	}
}

// scanPlain is scan in a browser without scripts, which cannot be told to
// scroll: its window is made as long as the page.
func (v *visitor) scanPlain() string {
	v.t.Helper()
	v.see(".link-card .qr")
	v.size(360, 1600)
	return decodeQR(v.t, act(v, chromedp.CaptureScreenshot()))
}

// scan reads the QR code off a picture of the screen.
func (v *visitor) scan() string {
	v.t.Helper()
	v.eval("document.querySelector('.link-card .qr').scrollIntoView({block: 'center', behavior: 'instant'})")
	return decodeQR(v.t, act(v, chromedp.CaptureScreenshot()))
}

// address is what the link's page offers to copy: the same that its QR code says.
func (v *visitor) address() string {
	v.t.Helper()
	v.see("#link-url")
	return v.eval("document.querySelector('#link-url').value")
}

func decodeQR(t *testing.T, picture []byte) string {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	code, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatalf("the QR code cannot be read: %v", err)
	}
	return code.GetText()
}

// payOn opens what the QR code says and asks to pay there.
func payOn(t *testing.T, address string) *visitor {
	t.Helper()
	customer := visit(t)
	customer.open(address)
	if customer.eval("document.querySelectorAll('a.pay').length") == "1" { // our own page leads to CamPay's
		customer.click("a.pay")
	}
	customer.see("form#pay")
	customer.fill("phone", "6 77 12 34 56")
	customer.click("form#pay button[type=submit]")
	customer.see("#try[data-status=PENDING]")
	return customer
}

// answer takes the payer's phone and answers the newest prompt.
func answer(t *testing.T, p product, pin, button string) {
	t.Helper()
	phone := visit(t)
	phone.open(p.url + "/sandbox/phone")
	phone.see("article.prompt")
	phone.fill("pin", pin)
	phone.click("article.prompt button[value=" + button + "]")
	act(phone, chromedp.WaitNotPresent(chromedp.CSS("article.prompt"), gently))
}

func TestMainJob_LinkScannedAndPaid_TheOpenPageSaysPaid(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.makeLink(p, "2 500")
	m.turnsInto("quiet") // waiting for the payer
	customer := payOn(t, m.scan())
	m.turnsInto("wait")
	answer(t, p, "1234", "confirm")
	m.turnsInto("good")
	if status := m.text("main .status"); !strings.Contains(status, "2\u202f500") {
		t.Errorf("the page says %q", status)
	}
	customer.see(".bill.good") // back on the shop's page
	if got := customer.text(".bill"); !strings.Contains(got, "2\u202f500") {
		t.Errorf("the customer reads %q", got)
	}
	m.open(p.url + "/")
	if takings := m.text(".takings"); !strings.Contains(takings, "2\u202f500") {
		t.Errorf("today's takings: %q", takings)
	}
	m.open(p.url + "/webhooks")
	if got := m.text("table.deliveries"); !strings.Contains(got, "SUCCESSFUL") {
		t.Errorf("deliveries: %q", got)
	}
}

func TestMainJob_PublicAddress_TheQRCodeHoldsOurOwnPage(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	p := serve(t, t.TempDir(), "--listen", "127.0.0.1:"+port, "--url", "http://localhost:"+port)
	m := merchant(t, p)
	m.makeLink(p, "700")
	address := m.scan()
	if !strings.HasPrefix(address, p.url+"/p/") {
		t.Fatalf("the QR code holds %s", address)
	}
	payOn(t, address)
	p.enter(t, "1234")
	m.turnsInto("good")
}

func TestMainJob_PushToAPhone_TheOpenPageSaysPaid(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--callback", "POST")
	m := merchant(t, p)
	m.request(p, "1 200", "699 12 34 56")
	if dial := m.text(".dial"); !strings.Contains(dial, "#150*50#") {
		t.Errorf("the USSD code is not shown: %q", dial)
	}
	answer(t, p, "1234", "confirm")
	m.turnsInto("good")
}

// request pushes a payment to a phone and stays on its page, marked.
func (v *visitor) request(p product, amount, phone string) {
	v.t.Helper()
	v.open(p.url + "/request")
	v.fill("amount", amount)
	v.fill("phone", phone)
	v.fill("description", "Riz")
	v.click("main form button[type=submit]")
	v.see("main .status.wait")
	v.mark()
}

func TestMainJob_PINRefused_TheOpenPageSaysFailed(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.request(p, "1200", "677123456")
	p.enter(t, "0000")
	m.turnsInto("bad")
	m.request(p, "1300", "677123456")
	answer(t, p, "", "refuse")
	m.turnsInto("bad")
	m.makeLink(p, "900")
	customer := payOn(t, m.scan())
	p.enter(t, "1111")
	m.turnsInto("bad")
	customer.see(".bill.bad")
}

func TestMainJob_WebhookLost_PollingFindsThePayment(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.fault(t, `{"kind":"webhook_lost","times":-1}`)
	m := merchant(t, p)
	m.makeLink(p, "2500")
	p.pay(t, m.address())
	p.enter(t, "1234")
	m.turnsInto("good")
	m.open(p.url + "/webhooks")
	m.see("main .empty")
}

func TestMainJob_ForgedWebhook_ChangesNothingAndIsKeptAsRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.request(p, "50 000", "677123456")
	reference := m.eval("[...document.querySelectorAll('.facts code')].map(c => c.textContent).find(c => /^[0-9a-f]{8}-/.test(c))")
	before := m.text("main .status")
	forged, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte("not the key"))
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	for _, signature := range []string{forged, unsigned, ""} {
		said := url.Values{
			"status": {"SUCCESSFUL"}, "reference": {reference}, "amount": {"50000"}, "currency": {"XAF"},
			"endpoint": {"collect"}, "signature": {signature},
		}
		res := p.post(t, "/webhook/campay", "application/x-www-form-urlencoded", said.Encode())
		if res.StatusCode != 403 {
			t.Fatalf("a forgery was answered %s", res.Status)
		}
	}
	if after := m.text("main .status"); after != before {
		t.Fatalf("the page said %q and says %q", before, after)
	}
	m.open(p.url + "/webhooks?verdict=refused")
	if rows := m.eval("document.querySelectorAll('table.deliveries tbody tr').length"); rows != "3" {
		t.Fatalf("%s refused deliveries are kept", rows)
	}
	m.click("table.deliveries tbody tr a")
	m.see(".notice.bad")
	if page := m.text("main"); strings.Contains(page, forged) {
		t.Error("a signature is on the page")
	}
}

func TestMainJob_WebhookWithAnotherAmount_IsFlagged(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.fault(t, `{"kind":"webhook_amount","amount":"50000"}`)
	m := merchant(t, p)
	m.request(p, "2500", "677123456")
	p.enter(t, "1234")
	m.turnsInto("good")
	m.see("main .live .notice") // and it says why to look
	if status := m.text("main .status-amount"); !strings.Contains(status, "2\u202f500") {
		t.Errorf("the page says %q", status)
	}
	m.open(p.url + "/transactions?flagged=1")
	m.see("table.rows .flagged")
}

func TestMainJob_LessMoneyThanAsked_IsNeverCalledPaid(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.fault(t, `{"kind":"true_amount","amount":"10"}`)
	m := merchant(t, p)
	m.makeLink(p, "2500")
	p.pay(t, m.address())
	p.enter(t, "1234")
	m.turnsInto("warn")
}

func TestMainJob_WithoutJavaScript(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := visit(t)
	if _, err := chromedp.Call(m.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	m.open(p.url + "/")
	m.fillPlain("name", "owner")
	m.fillPlain("password", p.password)
	m.click("main form button")
	m.see(".nav [aria-current=page]")
	m.open(p.url + "/request")
	m.fillPlain("amount", "2500")
	m.fillPlain("phone", "677123456")
	m.click("main form button[type=submit]")
	m.see("main .status.wait")
	p.enter(t, "1234")
	m.see("main .status.good") // the page asks again by itself
	m.open(p.url + "/balance")
	m.see("main .balance .total")
	m.open(p.url + "/links/new")
	m.fillPlain("amount", "700")
	m.fillPlain("description", "Pain")
	m.click("main form button[type=submit]")
	address := m.scanPlain()
	p.pay(t, address)
	p.enter(t, "1234")
	m.see("main .status.good")
	m.click(".language button")
	m.see("html[lang=en] main")
}

func TestMainJob_LinkMadeLate_TheQRCodeComesToTheOpenPage(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	p.fault(t, `{"kind":"error_before","endpoint":"get_payment_link"}`)
	m.open(p.url + "/links/new")
	m.fill("amount", "700")
	m.fill("description", "Pain")
	m.click("main form button[type=submit]")
	m.see(".link-card .qr-waiting")
	m.mark()
	m.see(".link-card .qr")
	p.pay(t, m.scan())
	p.enter(t, "1234")
	m.turnsInto("good")
}

func TestForms_SayWhatIsWrongAndKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.allow("422")
	m.open(p.url + "/request")
	for _, typed := range []string{"", "25,5", "-100", "deux mille", "0", "1234567890123"} {
		m.fill("amount", typed)
		m.fill("phone", "6 20 12 34 56")
		m.fill("description", "Riz & <b>haricots</b>")
		m.click("main form button[type=submit]")
		m.see(fmt.Sprintf("[name=amount][value=%q]", typed)) // as the answer holds it
		m.see("#f-amount-error")
		m.see("#f-phone-error")
		if got := m.eval("document.querySelector('[name=amount]').value + '|' + document.querySelector('[name=description]').value"); got != typed+"|Riz & <b>haricots</b>" {
			t.Errorf("typed %q, and the form holds %q", typed, got)
		}
		if focus := m.eval("document.activeElement.className"); !strings.Contains(focus, "summary") {
			t.Errorf("the focus is on %q", focus)
		}
	}
}

func TestRequest_SameAgainWithinMinutes_AsksFirst(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.allow("409")
	m.request(p, "2500", "677123456")
	m.open(p.url + "/request")
	m.fill("amount", "2500")
	m.fill("phone", "677123456")
	m.click("main form button[type=submit]")
	m.see("main form .notice.warn")
	m.click("main form button[type=submit]")
	m.see("main .status.wait")
}

// freePort is a port that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
