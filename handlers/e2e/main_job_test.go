package e2e

// The main job in a real browser, over real HTTP: the merchant's open page
// says what became of the payment, whatever happens on the way.

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

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
	m.says("main .status", "2\u202f500")
	customer.see(".bill.good") // back on the shop's page
	customer.says(".bill", "2\u202f500")
	m.open(p.url + "/")
	m.says(".takings", "2\u202f500")
	m.open(p.url + "/webhooks")
	m.says("table.deliveries", "Réussi")
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
	customer := visit(t)
	customer.open(address)
	customer.fill("phone", "6 77 12 34 56")
	customer.click(".pay-form button.pay")
	customer.see(".bill.wait")
	m.turnsInto("wait")
	p.enter(t, "1234")
	m.turnsInto("good")
	customer.see(".bill.good")
}

func TestMainJob_PushToAPhone_TheOpenPageSaysPaid(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--callback", "POST")
	m := merchant(t, p)
	m.request(p, "1 200", "699 12 34 56")
	m.says(".dial", "#150*50#")
	answer(t, p, "1234", "confirm")
	m.turnsInto("good")
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
	m.says("main .status-amount", "2\u202f500")
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
	m.forbidScripts()
	m.open(p.url + "/")
	m.fillPlain("name", "owner")
	m.fillPlain("password", p.password)
	m.click("main form button[type=submit]")
	m.see(".nav [aria-current=page]")
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
	m.open(p.url + "/checkout")
	for _, typed := range []string{"", "25,5", "-100", "deux mille", "0", "1234567890123"} {
		m.fill("amount", typed)
		m.fill("description", "Riz & <b>haricots</b>")
		m.click("[data-till] button[type=submit]")
		m.see(fmt.Sprintf("[name=amount][value=%q]", typed)) // as the answer holds it
		m.see("#f-amount-error")
		if got := m.eval("document.querySelector('[name=amount]').value.replaceAll('\u202f', '') + '|' + document.querySelector('[name=description]').value"); got != typed+"|Riz & <b>haricots</b>" {
			t.Errorf("typed %q, and the form holds %q", typed, got)
		}
		if focus := m.eval("document.activeElement.id"); focus != "f-amount" { // its one problem is told beside it
			t.Errorf("the focus is on %q", focus)
		}
	}
	m.open(p.url + "/checkout/phone?amount=500")
	m.fill("phone", "6 20 12 34 56")
	m.click("[data-number] button[type=submit]")
	m.see("#f-phone-error")
	if got := m.eval("document.querySelector('[name=phone]').value"); got != "6 20 12 34 56" {
		t.Errorf("the form holds %q", got)
	}
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
