package handlers

// Money out over HTTP: form, review, password, and then one payout, whatever is
// clicked, sent or tampered with.

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// fundedShop is a shop with something in each wallet, and its owner at the screen.
func fundedShop(t *testing.T, configure ...func(*sandbox.Config)) (*shop, *browser) {
	t.Helper()
	fund := func(c *sandbox.Config) {
		c.Opening = sandbox.Balances{MTN: money.Francs(45_000), Orange: money.Francs(12_000), Airtime: money.Francs(5_000)}
	}
	s := openShop(t, append([]func(*sandbox.Config){fund}, configure...)...)
	return s, s.signedIn(store.RoleOwner)
}

// payoutOf is a filled-in form of money out.
func payoutOf(amount, phone string) url.Values {
	return url.Values{"operation": {newOperation()}, "amount": {amount}, "phone": {phone}, "description": {"Savon"}}
}

// with is a form with other values.
func with(form url.Values, fields ...string) url.Values {
	changed := url.Values{}
	for name, values := range form {
		changed[name] = values
	}
	for i := 0; i < len(fields); i += 2 {
		changed.Set(fields[i], fields[i+1])
	}
	return changed
}

// confirmed is a form as its review sends it.
func confirmed(form url.Values) url.Values { return with(form, "password", testPassword) }

// payOut reviews and confirms, and returns the path of the payout's page.
func (b *browser) payOut(path string, form url.Values) string {
	b.s.t.Helper()
	if got := b.post(path, form); got.status != http.StatusOK {
		b.s.t.Fatalf("the review answered %d: %s", got.status, problems(got))
	}
	got := b.post(path+"/confirm", confirmed(form))
	if got.status != http.StatusSeeOther {
		b.s.t.Fatalf("the confirmation answered %d: %s", got.status, problems(got))
	}
	return got.header.Get("Location")
}

var problemTexts = regexp.MustCompile(`(?s)class="notice bad summary".*?</section>|class="field-error".*?</p>|<h1>.*?</h1>`)

// problems is what an answer says is wrong.
func problems(a answer) string { return strings.Join(problemTexts.FindAllString(a.body, -1), "\n") }

func (s *shop) wantLedger(want int) {
	s.t.Helper()
	if n := len(s.sandbox.Ledger()); n != want {
		s.t.Fatalf("%d operations reached CamPay, want %d", n, want)
	}
}

func TestWithdraw_FormReviewPassword_AndTheMoneyArrives(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	if got := owner.get("/withdraw"); got.status != http.StatusOK || !strings.Contains(got.body, `name="operation" value="`) {
		t.Fatalf("the form answered %d", got.status)
	}
	form := payoutOf("20 000", "6 77 12 34 56")
	review := owner.post("/withdraw", form)
	for _, part := range []string{"vingt mille francs", "MTN MoMo", "Titulaire d’essai 3456", "25\u202f000\u202fFCFA", `type="password"`} {
		if !strings.Contains(review.body, part) {
			t.Errorf("the review does not say %q", part)
		}
	}
	s.wantLedger(0) // nothing leaves before the password
	path := owner.post("/withdraw/confirm", confirmed(form)).header.Get("Location")
	s.work()
	if got := owner.get(path); !strings.Contains(got.body, "status good") || !strings.Contains(got.body, "Retrait effectué") {
		t.Fatalf("the page says %s", problems(got))
	}
	if b := s.sandbox.Balance(); b.MTN != money.Francs(25_000) {
		t.Fatalf("MTN holds %s", b.MTN)
	}
}

func TestAirtime_GoesOutOfItsOwnFloat(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	path := owner.payOut("/airtime", payoutOf("500", "699123456"))
	s.clock.pass(time.Minute)
	s.work()
	if got := owner.get(path); !strings.Contains(got.body, "Crédit envoyé") {
		t.Fatalf("the page says %s", problems(got))
	}
	if b := s.sandbox.Balance(); b.Airtime != money.Francs(4_500) || b.Orange != money.Francs(12_000) {
		t.Fatalf("the wallets hold %+v", b)
	}
}

func TestPayout_WrongPassword_TheReviewSaysSo_AndNothingLeaves(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	for _, password := range []string{"", "not mine", testPassword + " "} {
		got := owner.post("/withdraw/confirm", with(payoutOf("1000", "677123456"), "password", password))
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-password-error"`) || !strings.Contains(got.body, "mille francs") {
			t.Fatalf("%q answered %d: %s", password, got.status, problems(got))
		}
		if password != "" && strings.Contains(got.body, password) {
			t.Fatal("the password stands in the page")
		}
	}
	s.wantLedger(0)
	if log := s.log.String(); strings.Contains(log, "not mine") {
		t.Fatal("the password stands in the log")
	}
}

func TestPayout_AnAnsweredFormLoadedAnew_ShowsThePageBeforeIt(t *testing.T) {
	t.Parallel()
	_, owner := fundedShop(t)
	for address, want := range map[string]string{
		"/withdraw/confirm": "/withdraw", "/airtime/confirm": "/airtime", "/transactions/3/refund/confirm": "/transactions/3/refund",
		"/transactions/3/decide": "/transactions/3", "/approvals/2/approve": "/approvals/2",
	} {
		if got := owner.get(address); got.status != http.StatusSeeOther || got.header.Get("Location") != want {
			t.Errorf("%s answered %d, to %s", address, got.status, got.header.Get("Location"))
		}
	}
}

func TestPayout_SentTwiceAndFromManyTabs_IsOneTransaction(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/withdraw", "/airtime"} {
		s, owner := fundedShop(t)
		form := payoutOf("3000", "677123456")
		owner.post(path, form)
		var all sync.WaitGroup
		seen := make([]string, 8)
		for i := range seen {
			all.Go(func() { seen[i] = owner.post(path+"/confirm", confirmed(form)).header.Get("Location") })
		}
		all.Wait()
		s.work()
		seen = append(seen, owner.post(path+"/confirm", confirmed(form)).header.Get("Location")) // the tab that was left open
		for _, to := range seen {
			if to != "/transactions/1" {
				t.Errorf("%s: led to %q", path, seen)
			}
		}
		s.wantLedger(1)
	}
}

func TestPayout_TamperedAfterItWasSent_SendsNothingMore(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	form := payoutOf("3000", "677123456")
	owner.payOut("/withdraw", form)
	for _, other := range []url.Values{
		with(form, "amount", "4000"), with(form, "phone", "677000000"), with(form, "description", "Riz"),
	} {
		got := owner.post("/withdraw/confirm", confirmed(other))
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "déjà été envoyé avec un autre contenu") {
			t.Errorf("answered %d: %s", got.status, problems(got))
		}
	}
	if got := owner.post("/airtime/confirm", confirmed(form)); got.status != http.StatusUnprocessableEntity {
		t.Errorf("the id of a withdrawal sent airtime: %d", got.status)
	}
	s.wantLedger(1)
}

func TestPayout_HiddenFieldsThatAreNone_AreWrongTyping(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	for _, form := range []url.Values{
		with(payoutOf("3000", "677123456"), "operation", "1"), with(payoutOf("3000", "677123456"), "operation", "' OR 1=1"),
		payoutOf("-3000", "677123456"), payoutOf("25,5", "677123456"), payoutOf("0", "677123456"), payoutOf("trois mille", "677123456"),
		payoutOf("100000000", "677123456"), payoutOf("3000", "222000000"), payoutOf("3000", ""), payoutOf("", "677123456"),
		with(payoutOf("3000", "677123456"), "description", strings.Repeat("a", 121)),
	} {
		for _, path := range []string{"/withdraw", "/withdraw/confirm", "/airtime", "/airtime/confirm"} {
			got := owner.post(path, confirmed(form))
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `class="field-error"`) && !strings.Contains(got.body, `class="notice bad summary"`) {
				t.Errorf("%s of %v answered %d", path, form, got.status)
			}
			if amount := form.Get("amount"); !strings.Contains(got.body, `name="amount" type="text" value="`+amount+`"`) {
				t.Errorf("%s: %q is not kept", path, amount)
			}
		}
	}
	s.wantLedger(0)
}

// settle sends payouts of an amount, each to a number of its own, until they
// are the usual.
func (b *browser) settle(n int, amount string) {
	b.s.t.Helper()
	for i := range n {
		b.payOut("/withdraw", payoutOf(amount, "67712345"+strconv.Itoa(i)))
		b.s.work()
	}
}

func TestPayout_FarAboveTheUsual_WantsAYesToThisAmount(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	owner.settle(5, "100")
	form := payoutOf("20000", "699123456")
	form.Set("phone", "677999999")
	if got := owner.post("/withdraw", form); !strings.Contains(got.body, "Un zéro de trop") || !strings.Contains(got.body, `name="sure" value="20000"`) {
		t.Fatalf("nobody asks: %s", problems(got))
	}
	for _, answer := range []string{"", "yes", "2000"} {
		got := owner.post("/withdraw/confirm", with(confirmed(form), "sure", answer))
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-sure-error"`) {
			t.Fatalf("the answer %q was taken: %d", answer, got.status)
		}
	}
	s.wantLedger(5)
	if got := owner.post("/withdraw/confirm", with(confirmed(form), "sure", "20000")); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, problems(got))
	}
}

func TestPayout_SameAgainWithinMinutes_AsksFirst(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	first := owner.payOut("/withdraw", payoutOf("3000", "677123456"))
	form := payoutOf("3000", "677123456")
	if got := owner.post("/withdraw", form); !strings.Contains(got.body, `href="`+first+`"`) || !strings.Contains(got.body, `name="again" value="1.0"`) {
		t.Fatal("nobody asks")
	}
	if got := owner.post("/withdraw/confirm", with(confirmed(form), "again", "7.0")); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-again-error"`) {
		t.Fatalf("answered %d", got.status)
	}
	s.wantLedger(1)
	if got := owner.post("/withdraw/confirm", with(confirmed(form), "again", "1.0")); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, problems(got))
	}
	s.wantLedger(2)
}

func TestWithdraw_SavedRecipient_IsATapAway(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	var r store.Recipient
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = tx.AddRecipient(ctx, store.Recipient{Name: "Fournisseur <b>", Phone: "237699123456", Operator: "ORANGE", CreatedBy: 1, CreatedAt: s.clock.now()})
		return err
	}))
	if got := owner.get("/withdraw"); !strings.Contains(got.body, `name="recipient" value="`+strconv.FormatInt(r.ID, 10)+`"`) || strings.Contains(got.body, "<b>\"") {
		t.Fatal("the form does not offer it")
	}
	if got := owner.get("/withdraw?recipient=" + strconv.FormatInt(r.ID, 10)); !strings.Contains(got.body, "value=\"6\u00a099\u00a012\u00a034\u00a056\"") {
		t.Fatal("the tap does not fill it in")
	}
	if got := owner.get("/withdraw?recipient=99"); got.status != http.StatusNotFound {
		t.Fatalf("nobody answered %d", got.status)
	}
	if got := owner.post("/withdraw", payoutOf("1000", "699123456")); !strings.Contains(got.body, "Fournisseur &lt;b&gt;") {
		t.Fatal("the review does not name it")
	}
}

func TestPayoutInDoubt_SaysSo_CountsAsGone_AndIsNotOffered(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointWithdraw})
	path := owner.payOut("/withdraw", payoutOf("40000", "677123456"))
	got := owner.get(path)
	if !strings.Contains(got.body, "status warn") || !strings.Contains(got.body, "personne ne peut relancer l’envoi") {
		t.Fatalf("the page says %s", problems(got))
	}
	if got := owner.post("/withdraw", payoutOf("6000", "677123450")); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "5\u202f000\u202fFCFA de disponible") ||
		!strings.Contains(got.body, "40\u202f000\u202fFCFA sont déjà en route ou incertains") {
		t.Fatalf("answered %d: %s", got.status, problems(got))
	}
}

func TestPayout_WrongPassword_CamPayIsAskedNothing(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	s.clock.pass(10 * time.Minute) // what is remembered of the balance is old
	var asked atomic.Int32
	count := func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/sandbox/api/") {
			asked.Add(1)
		}
		return false
	}
	s.onCall.Store(&count)
	form := confirmed(payoutOf("500", "677123456"))
	form.Set("password", "not the one")
	if got := owner.post("/withdraw/confirm", form); got.status != http.StatusUnprocessableEntity || asked.Load() != 0 {
		t.Errorf("answered %d after %d calls to CamPay", got.status, asked.Load())
	}
}

// Gone back to after the money went out: the same form shows where it went, and a
// changed one is another payout.
func TestPayout_FormGoneBackTo_ShowsItsPayout_AndChangedIsAnother(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	form := payoutOf("3000", "677123456")
	first := owner.payOut("/withdraw", form)
	if got := owner.post("/withdraw", form); got.status != http.StatusSeeOther || got.header.Get("Location") != first {
		t.Fatalf("the same form: %d, %s", got.status, got.header.Get("Location"))
	}
	got := owner.post("/withdraw", with(form, "amount", "3100"))
	if got.status != http.StatusOK || strings.Contains(got.body, form.Get("operation")) {
		t.Fatalf("changed: %d: %s", got.status, problems(got))
	}
	s.wantLedger(1)
}
