package handlers

// The customer's pages: what he may do, and what each answer says.

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

// linked is a link of this shop, made by nobody.
func (s *shop) linked(amount int64, edit ...func(*payments.LinkOrder)) store.LinkWithState {
	s.t.Helper()
	order := payments.LinkOrder{
		Operation: newOperation(), Kind: store.LinkReusable, Amount: money.Francs(amount), Description: "Pain", PaymentOptions: money.MobileMoney,
	}
	for _, e := range edit {
		e(&order)
	}
	l, err := s.service.CreateLink(s.t.Context(), order)
	s.must(err)
	return l
}

// paysLink sends a customer's form.
func (b *browser) paysLink(l store.LinkWithState, fields ...string) answer {
	b.s.t.Helper()
	form := url.Values{"operation": {newOperation()}, "phone": {"6 77 12 34 56"}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.post("/p/"+l.Slug, form)
}

// onItsWay is where an accepted form led: to the customer's own payment.
func (b *browser) onItsWay(got answer) string {
	b.s.t.Helper()
	path := got.header.Get("Location")
	if got.status != http.StatusSeeOther || strings.Count(path, "/") != 3 {
		b.s.t.Fatalf("answered %d to %q: %s", got.status, path, got.body)
	}
	return path
}

func (s *shop) newest() store.Transaction {
	s.t.Helper()
	all, err := s.store.Transactions(s.t.Context(), store.TransactionFilter{Limit: 1})
	s.must(err)
	return all[0]
}

func TestCustomer_FromHisNumberToProvedPaid(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer := s.linked(2500), s.browser()
	first := customer.get("/p/" + l.Slug)
	for _, want := range []string{"2\u202f500", "Pain", "Boutique Exemple", `name="phone"`, "customer"} {
		if !strings.Contains(first.body, want) {
			t.Errorf("the first page lacks %q", want)
		}
	}
	path := customer.onItsWay(customer.paysLink(l))
	if got := customer.get(path); !strings.Contains(got.body, `data-state="on_phone"`) || !strings.Contains(got.body, `href="tel:*126%23"`) ||
		!strings.Contains(got.body, "6\u00a077\u00a0••\u00a0••\u00a056") || !strings.Contains(got.body, `data-poll="`+path+`/status"`) {
		t.Fatalf("asked: %s", got.body)
	}
	mark := `class="daymark`
	if strings.Contains(customer.get(path).body, mark) {
		t.Error("the mark of the day is shown before it is paid")
	}
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	if got := customer.get(path + "/status"); strings.Contains(got.body, `data-state="paid"`) || strings.Contains(got.body, mark) || strings.Contains(got.body, "<html") {
		t.Fatalf("before it is proved: %s", got.body)
	}
	s.work()
	if got := customer.get(path + "/status"); !strings.Contains(got.body, `data-state="paid"`) || strings.Contains(got.body, "data-poll") || !strings.Contains(got.body, mark) {
		t.Fatalf("proved: %s", got.body)
	}
}

func TestCustomer_FormSentTwiceOrBroughtBack_IsOnePayment(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer := s.linked(500), s.browser()
	form := []string{"operation", newOperation()}
	first := customer.onItsWay(customer.paysLink(l, form...))
	if second := customer.onItsWay(customer.paysLink(l, form...)); second != first {
		t.Errorf("sent twice: %s, then %s", first, second)
	}
	// The same form again with another number: no second payment under its name.
	if got := customer.paysLink(l, append(form, "phone", "699123456")...); got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, form[1]) {
		t.Errorf("changed: %d", got.status)
	}
	// Another tab's form for the same number and amount: the payment under way.
	if third := customer.onItsWay(customer.paysLink(l)); third != first {
		t.Errorf("another tab: %s", third)
	}
	if len(s.sandbox.Ledger()) != 1 {
		t.Errorf("%d at CamPay", len(s.sandbox.Ledger()))
	}
}

func TestAttack_StrangersNumberTyped_LeadsNotToTheStrangersReceipt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer, thief := s.linked(500), s.browser(), s.browser()
	path := customer.onItsWay(customer.paysLink(l))
	got := thief.paysLink(l) // the same number and amount
	if got.status != http.StatusConflict || strings.Contains(got.body+got.header.Get("Location"), path) || !strings.Contains(got.body, `id="f-phone-error"`) {
		t.Errorf("while it is under way: %d %s", got.status, got.header.Get("Location"))
	}
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	s.work()
	if got := thief.paysLink(l); strings.Contains(got.body+got.header.Get("Location"), path) {
		t.Error("once it is paid, the thief is led there")
	}
	if len(s.sandbox.Ledger()) != 1 {
		t.Errorf("%d at CamPay", len(s.sandbox.Ledger()))
	}
}

func TestCustomer_WrongInput_IsNamedAndKept(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	customer := s.browser()
	least := s.linked(500, func(o *payments.LinkOrder) { o.MayPayMore = true })
	open := s.linked(0)
	for name, c := range map[string]struct {
		link   store.LinkWithState
		fields []string
		want   []string
	}{
		"no number":           {open, []string{"amount", "700", "phone", ""}, []string{`id="f-phone-error"`, `value="700"`}},
		"a strange number":    {open, []string{"amount", "700", "phone", "12"}, []string{`id="f-phone-error"`, `value="12"`}},
		"another carrier's":   {open, []string{"amount", "700", "phone", "620123456"}, []string{`id="f-phone-error"`}},
		"no amount":           {open, []string{"amount", ""}, []string{`id="f-amount-error"`, `value="6 77 12 34 56"`}},
		"decimals":            {open, []string{"amount", "12,5"}, []string{`id="f-amount-error"`, `value="12,5"`}},
		"below the least":     {least, []string{"amount", "400"}, []string{`id="f-amount-error"`, "500"}},
		"no form of ours":     {open, []string{"amount", "700", "operation", "x"}, []string{"summary"}},
		"what CamPay refuses": {open, []string{"amount", "5", "phone", "699123456"}, []string{`id="f-amount-error"`}},
	} {
		got := customer.paysLink(c.link, c.fields...)
		if got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: answered %d", name, got.status)
		}
		for _, want := range c.want {
			if !strings.Contains(got.body, want) {
				t.Errorf("%s: lacks %s", name, want)
			}
		}
		if strings.Contains(got.body, "Minimum amount for Orange") {
			t.Errorf("%s: CamPay's own words are shown", name)
		}
	}
}

func TestCustomer_StoppedLink_SaysWhyAndTakesNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for state, stop := range map[string]func(store.LinkWithState){
		"paused":   func(l store.LinkWithState) { s.must(s.service.PauseLink(t.Context(), l.ID, 0)) },
		"archived": func(l store.LinkWithState) { s.must(s.service.ArchiveLink(t.Context(), l.ID, 0)) },
		"expired":  func(store.LinkWithState) { s.clock.pass(2 * time.Hour) },
	} {
		l := s.linked(500, func(o *payments.LinkOrder) { o.ExpiresAt = s.clock.now().Add(time.Hour) })
		stop(l)
		customer := s.browser()
		for _, got := range []answer{customer.get("/p/" + l.Slug), customer.paysLink(l)} {
			if !strings.Contains(got.body, `data-state="`+state+`"`) || strings.Contains(got.body, `name="phone"`) {
				t.Errorf("%s: %d %s", state, got.status, got.body)
			}
		}
	}
	if len(s.sandbox.Ledger()) != 0 {
		t.Error("something was asked for")
	}
}

func TestCustomer_AnswerLost_IsDoubtAndOffersNoSecondTry(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointCollect})
	customer := s.browser()
	path := customer.onItsWay(customer.paysLink(s.linked(700)))
	if got := customer.get(path); !strings.Contains(got.body, `data-state="doubt"`) || strings.Contains(got.body, "button primary pay") {
		t.Fatalf("in doubt: %s", got.body)
	}
}

func TestCustomer_SameAgain_IsAskedWhetherHeMeansIt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer := s.linked(500), s.browser()
	customer.onItsWay(customer.paysLink(l))
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	s.work()
	at := views.Clock(s.newest().CreatedAt)
	s.clock.pass(2 * time.Minute)
	got := customer.paysLink(l)
	if got.status != http.StatusConflict || !strings.Contains(got.body, `name="again"`) || !strings.Contains(got.body, at) {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	// Whoever types a stranger's number learns that it paid, and not when.
	got = s.browser().paysLink(l)
	if got.status != http.StatusConflict || !strings.Contains(got.body, `name="again"`) || strings.Contains(got.body, at) {
		t.Fatalf("a stranger is answered %d: %s", got.status, got.body)
	}
	customer.onItsWay(customer.paysLink(l, "again", strconv.FormatInt(s.newest().ID, 10)))
}

func TestCustomer_PhonePestered_IsToldToWait(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	customer := s.browser()
	for i := range 4 {
		customer.onItsWay(customer.paysLink(s.linked(int64(100 + i))))
		s.must(s.sandbox.Refuse(s.newest().Reference))
		s.work()
	}
	if got := customer.paysLink(s.linked(900)); got.status != http.StatusTooManyRequests || !strings.Contains(got.body, `id="f-phone-error"`) {
		t.Fatalf("answered %d", got.status)
	}
}

func TestCustomer_AnotherLinksPayment_IsNotFound(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, other, customer := s.linked(500), s.linked(600), s.browser()
	path := customer.onItsWay(customer.paysLink(l))
	operation := path[strings.LastIndex(path, "/"):]
	for _, strange := range []string{"/p/" + other.Slug + operation, "/p/" + l.Slug + "/" + newOperation(), "/p/" + l.Slug + "/x", "/p/" + l.Slug + operation + "%00"} {
		if got := customer.get(strange); got.status != http.StatusNotFound {
			t.Errorf("%s answered %d", strange, got.status)
		}
	}
}

func TestCustomer_Cards_LeadToCamPaysPageAndBackToHisOwnPayment(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.linked(0, func(o *payments.LinkOrder) { o.PaymentOptions = money.MobileMoneyCard })
	customer := s.browser()
	path := customer.onItsWay(customer.paysLink(l, "amount", "700", "phone", "", "way", "page"))
	if got := customer.get(path); !strings.Contains(got.body, s.newest().PaymentURL) {
		t.Fatalf("no way to CamPay's page: %s", got.body)
	}
	if got := customer.get(path + "?back=1"); !strings.Contains(got.body, `data-state="confirming"`) {
		t.Fatalf("back: %s", got.body)
	}
	// A link that takes no cards makes no page, whatever a stranger sends.
	momo := s.linked(500)
	if got := customer.paysLink(momo, "phone", "", "way", "page"); got.status != http.StatusUnprocessableEntity {
		t.Fatalf("answered %d", got.status)
	}
}

func TestAttack_AddressThatAsksWithoutEnd_IsRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer := s.linked(500), s.browser()
	last := 0
	for range access.AskedAtOnce + 50 {
		if last = customer.paysLink(l, "phone", "x").status; last == http.StatusTooManyRequests {
			return
		}
	}
	t.Fatalf("still answered, %d", last)
}

func TestLimits_OfAddresses_OutliveAChangeOfSettings(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for range access.AskedAtOnce {
		s.server.Guesses.InPace(s.clock.now(), "127.0.0.1")
	}
	s.server = newServer(s.server.Config)
	s.handle(s.server.handler())
	if got := s.browser().paysLink(s.linked(500)); got.status != http.StatusTooManyRequests {
		t.Errorf("answered %d", got.status)
	}
}
