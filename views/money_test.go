package views_test

// What a screen may say about money (invariant 4), and what strangers may put
// on it.

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"comptoir/campay/money"
	"comptoir/static"
	"comptoir/store"
	"comptoir/views"
)

// everyTransaction is each combination of what decides what a transaction is
// called: with no flag, with each alone, with all of them.
func everyTransaction() []store.Transaction {
	every := store.Flags{
		store.FlagUnderpaid, store.FlagOverpaid, store.FlagCurrency, store.FlagPaidTwice,
		store.FlagReportDiffers, store.FlagMovedFinal, store.FlagMismatch,
	}
	flags := []store.Flags{nil, every}
	for _, f := range every {
		flags = append(flags, store.Flags{f})
	}
	var all []store.Transaction
	for _, status := range []store.Status{
		store.StatusUnsent, store.StatusWaiting, store.StatusPending, store.StatusInDoubt, store.StatusSuccessful, store.StatusFailed, "unheard_of", "",
	} {
		for _, reported := range []string{"", "SUCCESSFUL", "FAILED"} {
			for _, fs := range flags {
				t := push()
				t.Status, t.ReportedStatus, t.Flags = status, reported, fs
				if status == store.StatusSuccessful {
					t.Amount = t.Asked
				}
				all = append(all, t)
				t.Word = "REVERSED"
				all = append(all, t)
				if t.Word = ""; status == store.StatusSuccessful {
					t.Amount, t.AmountUnknown = 0, true
					all = append(all, t)
				}
			}
		}
	}
	return all
}

// sayings are the places of a page that name a state: badges and headings.
func sayings(root *html.Node) (said []string, isGood bool) {
	for _, n := range elements(root, func(n *html.Node) bool {
		return hasClass(n, "badge") || n.Data == "h1" || hasClass(n, "status") || hasClass(n, "status-text")
	}) {
		if n.Data != "div" {
			said = append(said, text(n))
		}
		isGood = isGood || hasClass(n, "good")
	}
	return said, isGood
}

var paidWords = regexp.MustCompile(`(?i)^(payé|paid\b|.*argent est sur votre compte|.*money is in your account|.*bien reçu|.*has received your payment)`)

func TestPaid_IsSaidOfATransactionThatIsProvedInFullAndOfNoOther(t *testing.T) {
	for _, tx := range everyTransaction() {
		l := store.LinkWithState{PaymentLink: store.PaymentLink{ID: 3, Amount: tx.Asked}, Newest: tx}
		if tx.Status == store.StatusSuccessful {
			l.Paid, l.Taken = 1, tx.Amount
		}
		for name, c := range map[string]templ.Component{
			"status": views.TransactionStatus(views.TransactionStatusProps{Transaction: tx, Now: now}),
			"list":   views.TransactionsPage(page("/"), views.TransactionsProps{Transactions: []store.Transaction{tx}}),
			"link":   views.LinkStatus(views.LinkStatusProps{Link: l, Now: now}),
			"links":  views.LinksPage(page("/"), views.LinksProps{Links: []store.LinkWithState{l}}),
			"bill":   customerPage(l, "https://demo.campay.net/pay/x", true),
		} {
			said, isGood := sayings(tree(french, t, c))
			isPaid := isGood || slices.ContainsFunc(said, paidWords.MatchString)
			if isPaid != tx.PaidInFull() {
				t.Fatalf("%s of status %q, reported %q, flags [%s]: paid in full is %v, the screen says %q (green: %v)",
					name, tx.Status, tx.ReportedStatus, tx.Flags, tx.PaidInFull(), said, isGood)
			}
		}
	}
}

func TestPaidTwice_IsNoPlainPaidForTheMerchant(t *testing.T) {
	said, isGood := sayings(tree(english, t, views.LinkStatus(views.LinkStatusProps{Link: paidTwice(), Now: now})))
	if isGood || !slices.Contains(said, "Paid twice") {
		t.Errorf("says %q (green: %v)", said, isGood)
	}
}

func TestFlags_EachTellsWhatItMeansForTheMoneyAndWhatToDo(t *testing.T) {
	for _, tx := range everyTransaction() {
		notices := elements(tree(french, t, views.TransactionStatus(views.TransactionStatusProps{Transaction: tx, Now: now})), func(n *html.Node) bool { return hasClass(n, "notice") })
		if len(notices) != len(tx.Flags) {
			t.Fatalf("%d notices for the flags [%s]", len(notices), tx.Flags)
		}
		for _, n := range notices {
			if len(elements(n, tag("p"))) != 2 {
				t.Fatalf("a notice for [%s] says too little", tx.Flags)
			}
		}
	}
}

func TestUnderpaid_NamesWhatIsMissing(t *testing.T) {
	tx := with(push(), func(t *store.Transaction) { paid(t); t.Amount = 1_000_000; t.Flags = store.Flags{store.FlagUnderpaid} })
	if page := markup(english, t, transactionPage(tx)); !strings.Contains(page, "2\u202f500\u202fFCFA missing") || !strings.Contains(page, "10\u202f000\u202fFCFA of the 12\u202f500\u202fFCFA") {
		t.Error("the missing amount is not named")
	}
}

func TestCustomer_WhoMayHavePaidIsNotAskedToPayAgain(t *testing.T) {
	for _, tc := range []struct {
		status   store.Status
		returned bool
		mayGo    bool // who turned round before paying finds his way back
	}{
		{store.StatusWaiting, true, true}, {store.StatusPending, true, false}, {store.StatusPending, false, false},
	} {
		l := waitingLink()
		l.Newest.Status = tc.status
		page := markup(french, t, customerPage(l, "https://demo.campay.net/pay/x", tc.returned))
		if strings.Contains(page, "button primary pay") || !strings.Contains(page, `http-equiv="refresh"`) {
			t.Errorf("%+v: asked to pay, or the page does not ask again", tc)
		}
		if strings.Contains(page, "demo.campay.net") != tc.mayGo {
			t.Errorf("%+v: the way to CamPay's page", tc)
		}
	}
}

func TestCustomer_PaidIsSaidOfHisOwnPaymentThatIsProvedAndOfNoOther(t *testing.T) {
	for _, tx := range everyTransaction() {
		props := customerProps(waitingLink(), "", true)
		props.Own, props.Payment, props.Link.Kind = true, tx, store.LinkReusable
		receipt := markup(french, t, views.ReceiptPage(page("/"), receiptProps(tx)))
		if strings.Contains(receipt, `receipt-status good`) != tx.PaidInFull() {
			t.Fatalf("status %q, flags [%s]: the receipt says otherwise", tx.Status, tx.Flags)
		}
		said, isGood := sayings(tree(french, t, views.CustomerStatus(page("/"), props)))
		if isPaid := isGood || slices.ContainsFunc(said, paidWords.MatchString); isPaid != tx.PaidInFull() {
			t.Fatalf("status %q, reported %q, flags [%s]: the page says %q (green: %v)", tx.Status, tx.ReportedStatus, tx.Flags, said, isGood)
		}
	}
}

func TestCustomer_SeesNothingThatIsTheShopsOwn(t *testing.T) {
	l := waitingLink()
	l.Newest.Reason = "internal words"
	page := markup(french, t, customerPage(l, "https://demo.campay.net/pay/x", false))
	for _, own := range []string{l.FirstName, l.LastName, l.Email, views.Phone(l.Phone), string(l.Phone), l.Newest.Reference, l.Newest.ExternalReference, "internal words", owner.Name, "/transactions"} {
		if strings.Contains(page, own) {
			t.Errorf("the customer's page has %q", own)
		}
	}
}

func TestCustomer_LoadsLessThanThirtyKilobytesInAll(t *testing.T) {
	size := len(markup(french, t, customerPage(waitingLink(), "https://demo.campay.net/pay/x", false)))
	for _, name := range []string{"app.css", "pay.css", "pay.js", "favicon.svg"} {
		r := httptest.NewRequest(http.MethodGet, static.URL(name), nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		static.Handler().ServeHTTP(w, r)
		size += w.Body.Len()
	}
	if size > 30<<10 {
		t.Errorf("%d bytes", size)
	}
}

// hostile is what a stranger may type wherever text is free.
const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}`

func TestStrangersText_StaysText(t *testing.T) {
	tx := with(push(), func(t *store.Transaction) {
		t.Description, t.Phone, t.Operator, t.Reason, t.ErrorCode = hostile, hostile, hostile, hostile, hostile
		t.Reference, t.ExternalReference, t.Code, t.OperatorReference, t.OperationCode = hostile, hostile, hostile, hostile, hostile
		t.USSDCode, t.Currency, t.ReportedStatus = hostile, hostile, ""
	})
	failed := with(tx, func(t *store.Transaction) { t.Status = store.StatusFailed })
	l := link(tx)
	l.Description, l.FirstName, l.LastName, l.Email, l.Phone, l.RedirectURL, l.FailureRedirectURL = hostile, hostile, hostile, hostile, hostile, hostile, hostile
	d := deliveries()[5]
	d.Status, d.Reference, d.AmountText, d.Currency, d.Why, d.RemoteAddr, d.Method, d.ContentType = hostile, hostile, hostile, hostile, hostile, hostile, hostile, hostile
	p := page("/x?" + hostile)
	p.Shop, p.User.Name = hostile, hostile
	form := views.LinkForm{
		OperationID: hostile, Amount: hostile, Description: hostile, FirstName: hostile, LastName: hostile, Email: hostile,
		Phone: hostile, PaymentOptions: hostile, RedirectURL: hostile, FailureRedirectURL: hostile,
		Errors: views.Errors{views.WholeForm: {Problem: "refused", Detail: hostile}, hostile: {Problem: views.ProblemURL}},
	}
	event := store.Event{At: now, Kind: store.EventAnswer, Note: hostile, Detail: hostile, Raw: []byte(`{"a":"</script><script>alert(1)</script>"}`)}
	all := map[string]templ.Component{
		"home":         views.HomePage(p, views.HomeProps{Newest: []store.Transaction{tx, failed}}),
		"signin":       views.SignInPage(p, views.SignInProps{Name: hostile, Next: hostile}),
		"phone-sale":   views.PhoneSalePage(p, views.PhoneSaleProps{Form: views.CheckoutForm{OperationID: hostile, Amount: hostile, Phone: hostile, Description: hostile}, Payers: []money.Phone{hostile}, Again: tx, Now: now}),
		"transaction":  views.TransactionPage(p, views.TransactionProps{Transaction: tx, By: hostile, Events: []store.Event{event}, Siblings: []store.Transaction{failed}, Now: now}),
		"failed":       views.TransactionPage(p, views.TransactionProps{Transaction: failed, Now: now}),
		"transactions": views.TransactionsPage(p, views.TransactionsProps{Transactions: []store.Transaction{tx}, Search: hostile, Status: hostile, Older: 2}),
		"links":        views.LinksPage(p, views.LinksProps{Links: []store.LinkWithState{l}, Search: hostile, Older: 2}),
		"link-new":     views.LinkNewPage(p, form),
		"link":         views.LinkPage(p, views.LinkProps{Link: l, Attempts: []store.Transaction{tx, failed}, URL: "javascript:alert(1)//" + hostile, QR: qr(), Now: now}),
		"webhooks":     views.WebhooksPage(p, views.WebhooksProps{Deliveries: []store.Delivery{d}, Search: hostile, Verdict: hostile, Older: 2}),
		"webhook":      views.WebhookPage(p, views.WebhookProps{Delivery: d, Params: []views.Param{{Name: hostile, Value: hostile}}, Now: now}),
		"customer":     views.CustomerPage(p, customerProps(link(with(tx, func(t *store.Transaction) { t.Status = store.StatusWaiting })), "javascript:alert(1)", false)),
		"error":        views.ErrorPage(p, views.ErrorProps{Kind: views.ErrorInternal, Status: 500, RequestID: hostile}),
	}
	everyScreen(t, all, func(t *testing.T, root *html.Node) {
		for _, n := range elements(root, func(*html.Node) bool { return true }) {
			if n.Data == "img" || (n.Data == "script" && !strings.HasPrefix(attr(n, "src"), "/static/")) {
				t.Errorf("a stranger's <%s> is on the page", n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || ((a.Key == "href" || a.Key == "action" || a.Key == "src") && strings.HasPrefix(a.Val, "javascript:")) {
					t.Errorf("a stranger's %s=%q is on the page", a.Key, a.Val)
				}
			}
		}
	})
}

func TestQR_HoldsTheModulesDarkOnWhiteWithAQuietZoneOfFour(t *testing.T) {
	root := tree(french, t, linkPage(waitingLink()))
	code := elements(root, func(n *html.Node) bool { return hasClass(n, "qr") })[0]
	modules := qr().Modules
	if got := attr(code, "viewBox") + attr(code, "viewbox"); got != "0 0 41 41" {
		t.Errorf("viewBox %q, want 33 modules and twice 4", got)
	}
	ground, path := elements(code, tag("rect"))[0], elements(code, tag("path"))[0]
	if attr(ground, "fill") != "#fff" || attr(path, "fill") != "#000" {
		t.Error("not black on white")
	}
	drawn := make([][]bool, len(modules))
	for y := range drawn {
		drawn[y] = make([]bool, len(modules))
	}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(attr(path, "d"), -1) {
		x, y, run := number(m[1])-4, number(m[2])-4, number(m[3])
		for i := range run {
			drawn[y][x+i] = true
		}
	}
	for y := range modules {
		if !slices.Equal(drawn[y], modules[y]) {
			t.Fatalf("row %d is drawn wrong", y)
		}
	}
}

func number(s string) int {
	n := 0
	for _, d := range s {
		n = n*10 + int(d-'0')
	}
	return n
}
