package payments

// The main job: a payment is asked for, paid, and proved.

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestRequestPayment_PaidWithPIN_IsProvedByWebhookAndTransaction(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.wantStatus(asked, store.StatusPending)
	if asked.USSDCode != "*126#" || asked.Operator != "MTN" || asked.Reference == "" {
		t.Fatalf("accepted as %+v", asked)
	}
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	paid := s.wantStatus(asked, store.StatusSuccessful)
	if !paid.PaidInFull() || paid.Amount != money.Francs(2500) || paid.SettledAt.IsZero() || !paid.PollAt.IsZero() {
		t.Fatalf("settled as %+v", paid)
	}
	if d := s.deliveries(); len(d) != 1 || d[0].Outcome != store.OutcomeApplied || d[0].TransactionID != paid.ID {
		t.Fatalf("deliveries %+v", d)
	}
}

func TestCreateLink_PaidOnItsPage_IsPaidOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(2500)
	if l.Newest.Status != store.StatusWaiting || l.Newest.PaymentURL == "" || len(l.Slug) != slugLetters {
		t.Fatalf("made as %+v", l)
	}
	s.work(time.Minute) // CamPay does not know its reference yet
	s.wantStatus(l.Newest, store.StatusWaiting)
	s.pay(l, 2500, "1234")
	s.work(0)
	s.wantStatus(l.Newest, store.StatusSuccessful)
	l, err := s.store.Link(s.ctx, l.ID)
	s.must(err)
	if l.Paid != 1 || l.Taken != money.Francs(2500) {
		t.Fatalf("paid %d times, %v taken", l.Paid, l.Taken)
	}
}

func TestCreateLink_PayerMayPayMore_MoreIsPaidInFull(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(500, func(o *LinkOrder) { o.MayPayMore = true })
	s.pay(l, 800, "1234")
	s.work(0)
	paid := s.wantStatus(l.Newest, store.StatusSuccessful) // more than asked is right here: no flag
	if paid.Amount != money.Francs(800) || !paid.PaidInFull() {
		t.Fatalf("paid %+v", paid)
	}
}

func TestCreateLink_SendsThePayerBackToTheLinksOwnPage(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	var sent map[string]any
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/get_payment_link/") {
			body, err := io.ReadAll(r.Body)
			if err != nil || json.Unmarshal(body, &sent) != nil {
				t.Errorf("unreadable request: %v", err)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		return false
	})
	l := s.link(500, func(o *LinkOrder) { o.FailureRedirectURL = "https://shop.example/no" })
	for name, want := range map[string]string{
		"redirect_url": "https://shop.example/p/" + l.Slug, "failure_redirect_url": "https://shop.example/no",
		"external_reference": l.Newest.ExternalReference, "payer_can_pay_more": "no", "payment_options": "MOMO",
		"description": "Pain #" + l.Newest.OperationCode,
	} {
		if sent[name] != want {
			t.Errorf("%s: sent %v, want %s", name, sent[name], want)
		}
	}
}

func TestRequestPayment_RefusedPIN_Fails(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for _, pin := range []string{sandbox.WrongPIN, sandbox.NoFundsPIN} {
		asked := s.push(2500, orangePhone)
		s.must(s.sandbox.Enter(asked.Reference, pin))
		s.work(0)
		failed := s.wantStatus(asked, store.StatusFailed)
		if failed.Reason == "" || failed.PaidInFull() {
			t.Fatalf("pin %s: settled as %+v", pin, failed)
		}
	}
	s.wantEffects(2, 0)
}

func TestRequestPayment_UnansweredPrompt_FailsByCamPaysWordOnly(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.PromptTimeout = time.Hour })
	asked := s.push(2500, mtnPhone)
	s.work(30 * time.Minute)
	s.wantStatus(asked, store.StatusPending) // 15 minutes are no verdict of ours
	s.work(time.Hour)
	s.wantStatus(asked, store.StatusFailed)
}

func TestRequestPayment_SameOperation_IsOneRequest(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	order := pushOrder(700, mtnPhone)
	var wg sync.WaitGroup
	ids := make([]int64, 16)
	for i := range ids {
		wg.Go(func() {
			got, err := s.service.RequestPayment(s.ctx, order)
			if err != nil {
				t.Error(err)
			}
			ids[i] = got.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("one operation became transactions %v", ids)
		}
	}
	s.wantEffects(1, 0)
}

func TestCreateLink_SameOperation_IsOneLink(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	order := LinkOrder{Operation: NewOperation(), Amount: money.Francs(100), Description: "Pain", PaymentOptions: money.MobileMoney}
	first, err := s.service.CreateLink(s.ctx, order)
	s.must(err)
	second, err := s.service.CreateLink(s.ctx, order)
	s.must(err)
	if first.ID != second.ID || len(s.all()) != 1 {
		t.Fatalf("links %d and %d, %d transactions", first.ID, second.ID, len(s.all()))
	}
	if _, err := s.service.RequestPayment(s.ctx, PushOrder{Operation: order.Operation, Amount: money.Francs(100), Phone: mtnPhone}); !errors.Is(err, ErrOperationUsed) {
		t.Fatalf("a link's operation taken for a push: %v", err)
	}
}

func TestOperations_StrangeIDsAreRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for _, id := range []string{"", "1", "00000000-0000-0000-0000-000000000000", "../../etc", strings.ToUpper(NewOperation())} {
		order := pushOrder(100, mtnPhone)
		order.Operation = id
		if _, err := s.service.RequestPayment(s.ctx, order); !errors.Is(err, ErrOperation) {
			t.Errorf("push with operation %q: %v", id, err)
		}
		if _, err := s.service.CreateLink(s.ctx, LinkOrder{Operation: id, Amount: money.Francs(100)}); !errors.Is(err, ErrOperation) {
			t.Errorf("link with operation %q: %v", id, err)
		}
	}
	s.wantEffects(0, 0)
}

func TestRequestPayment_RefusedByCamPay_MovesNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.Ceiling = money.Francs(25) })
	camtel := "237620123456"
	for _, tc := range []struct {
		order PushOrder
		of    Part
		code  string
	}{
		{pushOrder(26, mtnPhone), PartAmount, campay.CodeAmount},
		{pushOrder(5, orangePhone), PartAmount, campay.CodeAmount},
		{pushOrder(20, money.Phone(camtel)), PartCarrier, campay.CodeCarrier},
	} {
		got, err := s.service.RequestPayment(s.ctx, tc.order)
		var refusal *RefusedError
		if !errors.As(err, &refusal) || refusal.Of != tc.of || refusal.Message == "" {
			t.Fatalf("%+v: error %v", tc.order, err)
		}
		failed := s.wantStatus(got, store.StatusFailed)
		if failed.ErrorCode != tc.code || failed.Reason != refusal.Message {
			t.Fatalf("%+v: kept as %+v", tc.order, failed)
		}
	}
	s.wantEffects(0, 0)
}

func TestRequestPayment_SameAgainWithinMinutes_IsSentOnceUnlessItIsMeant(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	var sent, asked atomic.Int32
	var wg sync.WaitGroup
	for range 8 { // two tills, or two tabs: each form has an operation of its own
		wg.Go(func() {
			_, err := s.service.RequestPayment(s.ctx, pushOrder(2500, mtnPhone))
			var already *AskedError
			switch {
			case err == nil:
				sent.Add(1)
			case errors.As(err, &already) && already.Earlier.ID == 1:
				asked.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if sent.Load() != 1 || asked.Load() != 7 {
		t.Fatalf("%d sent, %d asked", sent.Load(), asked.Load())
	}
	s.wantEffects(1, 0)
	for name, order := range map[string]PushOrder{"amount": pushOrder(2501, mtnPhone), "phone": pushOrder(2500, orangePhone)} {
		if _, err := s.service.RequestPayment(s.ctx, order); err != nil {
			t.Errorf("another %s: %v", name, err)
		}
	}
	meant := pushOrder(2500, mtnPhone)
	meant.Again = 1
	if _, err := s.service.RequestPayment(s.ctx, meant); err != nil {
		t.Errorf("meant: %v", err)
	}
	for _, asked := range s.sandbox.Ledger() {
		s.must(s.sandbox.Refuse(asked.Reference))
	}
	s.work(sameWindow + time.Second)
	if _, err := s.service.RequestPayment(s.ctx, pushOrder(2500, mtnPhone)); err != nil {
		t.Errorf("%v later: %v", sameWindow, err)
	}
}

func TestInvariant2_RequestPayment_SameAsADoubtOlderThanMinutes_IsAskedAbout(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointCollect})
	doubtful := s.push(2500, mtnPhone)
	s.clock.pass(6 * time.Hour)
	var asked *AskedError
	if _, err := s.service.RequestPayment(s.ctx, pushOrder(2500, mtnPhone)); !errors.As(err, &asked) || asked.Earlier.ID != doubtful.ID {
		t.Fatalf("%v", err)
	}
	s.wantEffects(1, 0)
}

func TestWatch_TellsEachChangeAndAsksSoon(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.work(2 * time.Hour) // polled rarely by now
	changed, stop := s.service.Watch(s.ctx, TransactionTopic(asked.ID))
	defer stop()
	if wait := s.again(asked).PollAt.Sub(s.clock.now()); wait > nudgeWithin && s.again(asked).Status == store.StatusPending {
		t.Fatalf("watched, and asked about only in %v", wait)
	}
	drain(changed)
	_, err := s.service.Ask(s.ctx, asked.ID)
	s.must(err)
	select {
	case <-changed:
	default:
		t.Fatal("a change was not told")
	}
	stop()
	s.service.changes.publish(asked)
	select {
	case <-changed:
		t.Fatal("told after stop")
	default:
	}
}

func TestWatch_OfALink_HearsOfItsAttempts(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(2500)
	changed, stop := s.service.Watch(s.ctx, LinkTopic(l.ID))
	defer stop()
	drain(changed)
	s.pay(l, 2500, "1234")
	s.work(0)
	select {
	case <-changed:
	default:
		t.Fatal("the link's page was not told")
	}
}

func drain(ch <-chan struct{}) {
	select {
	case <-ch:
	default:
	}
}
