package e2e

// Money out in a real browser: form, review, password, and the open page that
// says what became of it.

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"comptoir/campay/payments"
)

// review fills in a form of money out and goes on to its review.
func (v *visitor) review(p shop, path, amount, phone string) {
	v.t.Helper()
	reviewed(path, "amount", amount, "phone", phone)(v, p)
}

// confirm gives a password and sends what was reviewed.
func (v *visitor) confirm(password string) {
	v.t.Helper()
	v.fill("password", password)
	v.click("main form.form button[type=submit]")
}

// payOut sends money out and stays on its page, marked.
func (v *visitor) payOut(p shop, path, amount, phone string) {
	v.t.Helper()
	v.review(p, path, amount, phone)
	v.confirm(p.password)
	v.see("main .status")
	v.mark()
}

// asks has the shop's owner order a withdrawal without a browser, and returns
// the path of the approval that it waits in.
func (p shop) asks(t *testing.T, form url.Values) string {
	t.Helper()
	form.Set("operation", payments.NewOperation())
	form.Set("password", p.password)
	form.Set("sure", form.Get("amount"))
	res, err := p.signIn(t).PostForm(p.url+"/withdraw/confirm", form) //nolint:noctx // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if !strings.HasPrefix(res.Request.URL.Path, "/approvals/") {
		t.Fatalf("asked, and at %s: %s", res.Request.URL, res.Status)
	}
	return res.Request.URL.Path
}

// transaction is the path of the transaction on the page: the address bar may
// still be behind the page.
func (v *visitor) transaction() string {
	v.t.Helper()
	v.see("main .live .status")
	return v.eval("document.querySelector('main .live').getAttribute('hx-get').replace('/status', '')")
}

func TestWithdraw_FormReviewPassword_TheOpenPageSaysDone(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.allow("422")
	m.open(p.url + "/withdraw")
	m.fillPlain("phone", "699 12")
	m.see(".input [data-carrier=ORANGE]") // while it is typed
	m.fill("amount", "20 000")
	m.fill("phone", "699 12 34 56")
	m.click("main form.form button[type=submit]")
	m.see("#f-amount-error")
	m.says("#f-amount-error", "12\u202f000", "45\u202f000")

	m.review(p, "/withdraw", "5 000", "699 12 34 56")
	m.says("main", "cinq mille francs", "Orange Money")
	m.confirm("not the password")
	m.see("#f-password-error")
	m.confirm(p.password)
	m.see("main .status.wait")
	m.mark()
	m.turnsInto("good")
	for begun := time.Now(); ; { // the balance is asked for after the payout is proved
		m.open(p.url + "/balance")
		left := m.text(".balance")
		if strings.Contains(left, "6\u202f950") { // less a fee of one percent
			break
		}
		if time.Since(begun) > patience {
			t.Fatalf("the balance is %q", left)
		}
	}
}

func TestRefund_FromTheCollection_IsShownOnBoth(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.request(p, "2 000", "677 12 34 56")
	collection := m.transaction()
	p.enter(t, "1234")
	m.turnsInto("good")
	m.click("main a[href$='/refund']") // it came with the news
	m.see("[name=amount][value='2\u202f000']")
	m.click("main form.form button[type=submit]")
	m.see("main form [name=password]")
	m.confirm(p.password)
	m.see("main .status")
	m.mark()
	m.turnsInto("good")
	m.click(".facts a[href='" + collection + "']")
	m.see(".facts .badge.good")
}

func TestWithdraw_WithoutJavaScript(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	m := merchant(t, p)
	m.forbidScripts()
	m.open(p.url + "/airtime")
	m.fillPlain("amount", "500")
	m.fillPlain("phone", "677123456")
	m.click("main form.form button[type=submit]")
	m.see("main form [name=password]")
	m.fillPlain("password", p.password)
	m.click("main form.form button[type=submit]")
	m.see("main .status.good") // the page asks again by itself
}

// sendMoneyOut has money leave the shop in each way and end in each way, and
// lists the screens that show it. It begins on the page of a link that was paid.
func (v *visitor) sendMoneyOut(p shop, paidLink string) []screen {
	v.t.Helper()
	t := v.t
	for _, saved := range [][2]string{{"Loyer", "677 12 34 56"}, {"Fournisseur de savon", "699 12 34 56"}} {
		v.open(p.url + "/recipients/new")
		v.fill("name", saved[0])
		v.fill("phone", saved[1])
		v.fill("password", p.password)
		v.click("main form.form button[type=submit]")
		v.see("table.rows")
	}
	p.fault(t, `{"kind":"fail_at_source","endpoint":"withdraw"}`)
	v.payOut(p, "/withdraw", "2 500", "699 12 34 56")
	failed := v.transaction()
	v.payOut(p, "/withdraw", "3 000", "699 12 34 56")
	done := v.transaction()
	p.fault(t, `{"kind":"cut_before","endpoint":"withdraw"}`)
	v.payOut(p, "/withdraw", "4 000", "677 12 34 56")
	doubtful := v.transaction()

	v.open(p.url + paidLink)
	v.click("table.rows tbody tr a")
	v.see("main a[href$='/refund']")
	collection := v.transaction()
	reviewed(collection+"/refund", "amount", "1 000")(v, p)
	v.confirm(p.password)
	v.see("main .status")

	added, err := command(t, "user", "add", "Associée", "--role", "owner", "--data", p.data)
	if err != nil {
		t.Fatal(err)
	}
	v.open(p.url + "/payout-rules")
	v.fill("approval_above", "10 000")
	v.confirm(p.password)
	v.see(".toast.good")
	v.payOut(p, "/withdraw", "11 000", "677 12 34 56")
	approval := v.eval("document.querySelector('main form.check').getAttribute('action').replace('/refuse', '')")

	second := p
	second.owner, second.password = "Associée", printedPassword.FindStringSubmatch(added)[1]
	asked := second.asks(t, url.Values{"amount": {"34000"}, "phone": {"677123456"}, "description": {"Loyer de décembre"}})
	v.open(p.url + "/payout-rules")
	v.fill("approval_above", "20 000") // waits a day
	v.confirm(p.password)
	v.see(".toast.good")

	today := time.Now().UTC().Add(time.Hour).Format(time.DateOnly) // in Douala
	filled("/reconciliation", "#reconciled .filters", []string{"from", today, "to", today})(v, p)

	return []screen{
		{"withdraw", at("/withdraw")}, {"withdraw-errors", sent("/withdraw", "amount", "20000", "phone", "699123456")},
		{"withdraw-review", reviewed("/withdraw", "amount", "3000", "phone", "699123456", "description", "Deux cartons de savon")},
		{"airtime", at("/airtime")}, {"airtime-review", reviewed("/airtime", "amount", "500", "phone", "677123456")},
		{"refund", at(collection + "/refund")}, {"transaction-refunded", at(collection)},
		{"transaction-withdraw", at(done)}, {"transaction-withdraw-failed", at(failed)}, {"transaction-withdraw-in-doubt", at(doubtful)},
		{"approvals", at("/approvals")}, {"approval", at(approval)}, {"approval-of-another", at(asked)},
		{"recipients", at("/recipients")}, {"payout-rules", at("/payout-rules")}, {"reconciliation", at("/reconciliation?from=" + today + "&to=" + today)},
	}
}
