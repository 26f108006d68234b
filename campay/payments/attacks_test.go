package payments

// What an attacker, a bad network or a crash tried against the book, each
// named for what would have been lost or believed.

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
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

func TestLink_SecondTryWithoutWebhook_IsFoundInTheHistory(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	l := s.link(2500)
	s.pay(l, 0, sandbox.WrongPIN)
	s.work(time.Minute)
	s.wantStatus(l.Newest, store.StatusFailed)
	s.pay(l, 0, "1234")
	s.work(sweepEvery)
	found, err := s.store.Link(s.ctx, l.ID)
	s.must(err)
	if !found.Newest.PaidInFull() || found.Paid != 1 || found.Newest.ID == l.Newest.ID {
		t.Fatalf("link %+v", found)
	}
}

func TestLink_SecondPaymentWithoutWebhook_IsFlagged(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	l := s.link(2500)
	s.pay(l, 0, "1234")
	s.work(time.Minute)
	s.pay(l, 0, "1234")
	s.work(sweepEvery)
	attempts := s.attempts(l.ID)
	if len(attempts) != 2 || !attempts[0].Flags.Has(store.FlagPaidTwice) {
		t.Fatalf("attempts %+v", attempts)
	}
}

func TestOperation_UsedForAnotherOrder_IsNotCalledSent(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	order := pushOrder(500, mtnPhone)
	first, err := s.service.RequestPayment(s.ctx, order)
	s.must(err)
	s.must(s.sandbox.Enter(first.Reference, "1234"))
	s.work(0)
	for name, edit := range map[string]func(*PushOrder){
		"amount": func(o *PushOrder) { o.Amount = money.Francs(90_000) },
		"phone":  func(o *PushOrder) { o.Phone = orangePhone },
	} {
		changed := order
		edit(&changed)
		if _, err := s.service.RequestPayment(s.ctx, changed); !errors.Is(err, ErrOperationUsed) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	s.wantEffects(1, 1)
	link := LinkOrder{Operation: NewOperation(), Amount: money.Francs(500), Description: "Pain", PaymentOptions: money.MobileMoney}
	_, err = s.service.CreateLink(s.ctx, link)
	s.must(err)
	for name, edit := range map[string]func(*LinkOrder){
		"amount":  func(o *LinkOrder) { o.Amount = money.Francs(900) },
		"purpose": func(o *LinkOrder) { o.Description = "Riz" },
		"minimum": func(o *LinkOrder) { o.MayPayMore = true },
	} {
		changed := link
		edit(&changed)
		if _, err := s.service.CreateLink(s.ctx, changed); !errors.Is(err, ErrOperationUsed) {
			t.Errorf("a link of another %s: %v", name, err)
		}
	}
}

func TestInvariant5_WebhookADayOld_SurvivesAFailedQuestion(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked, l := s.push(2500, mtnPhone), s.link(700)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.pay(l, 0, "1234")
	s.must(s.sandbox.Step(s.ctx)) // acknowledged; then the shop's laptop is off for a day
	s.clock.pass(25 * time.Hour)
	s.down.Store(true)
	s.start()
	s.work(0)
	s.down.Store(false)
	s.work(pollLast)
	s.wantStatus(asked, store.StatusSuccessful)
	s.wantStatus(l.Newest, store.StatusSuccessful)
	if d := s.deliveries(); d[0].Outcome == store.OutcomeNone || d[0].Outcome == store.OutcomeUnknown {
		t.Fatalf("delivery %+v", d[0].Outcome)
	}
}

func TestInvariant5_OutageOfDays_LosesNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.PromptTimeout = 100 * time.Hour })
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	asked := s.push(2500, mtnPhone)
	s.down.Store(true)
	for range 30 {
		s.work(2 * time.Hour)
	}
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.down.Store(false)
	s.work(pollLast)
	s.wantStatus(asked, store.StatusSuccessful)
}

func TestRequestPayment_BrowserGoesAway_IsCarriedToItsEnd(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	ctx, leave := context.WithCancel(s.ctx)
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/collect/") {
			leave()
		}
		return false
	})
	order := pushOrder(2500, mtnPhone)
	if _, err := s.service.RequestPayment(ctx, order); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	kept, err := s.store.TransactionByExternalReference(s.ctx, order.Operation)
	s.must(err)
	s.wantStatus(kept, store.StatusPending)
}

func TestInvariant4_KindOfAForeignTransaction_IsCamPaysWord(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.must(s.sandbox.SetBalance(sandbox.Balances{MTN: money.Francs(50_000)}))
	out, err := s.client.Withdraw(s.ctx, campay.WithdrawRequest{Amount: money.Francs(20_000), To: mtnPhone})
	s.must(err)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	s.work(time.Second)
	s.hears(s.notification(out.Reference, "SUCCESSFUL", "20000")) // says "collect"
	s.must(s.service.Work(s.ctx))
	foreign, err := s.store.TransactionByReference(s.ctx, out.Reference)
	s.must(err)
	if foreign.Kind != store.KindWithdraw {
		t.Fatalf("a withdrawal became %+v", foreign)
	}
	taken, err := s.store.Takings(s.ctx, s.clock.now().Add(-time.Hour), s.clock.now().Add(time.Hour))
	s.must(err)
	if taken.Count != 0 {
		t.Fatalf("takings %+v", taken)
	}
}

func TestKindOf_CamPaysCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]store.Kind{
		"CP201027T00005": store.KindCollect, "CP210129D0001P": store.KindCollect,
		"D201102W0002LK": store.KindWithdraw, "CP220804U0649K": store.KindAirtime,
	} {
		if kind, isKnown := kindOf(code); !isKnown || kind != want {
			t.Errorf("%s: %s, %v", code, kind, isKnown)
		}
	}
	for _, code := range []string{"", "ABC1234567890", "CP201027Z00005", "W"} {
		if _, isKnown := kindOf(code); isKnown {
			t.Errorf("%q is known", code)
		}
	}
}

func TestInvariant4_ForeignTransactionOfNoKnownKind_IsNoTaking(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	elsewhere, err := s.client.Collect(s.ctx, campay.CollectRequest{Amount: money.Francs(300), From: mtnPhone})
	s.must(err)
	s.edit(func(answer map[string]any) { answer["code"] = "X1" })
	s.must(s.sandbox.Enter(elsewhere.Reference, "1234"))
	s.work(0)
	foreign, err := s.store.TransactionByReference(s.ctx, elsewhere.Reference)
	s.must(err)
	taken, err := s.store.Takings(s.ctx, s.clock.now().Add(-time.Hour), s.clock.now().Add(time.Hour))
	s.must(err)
	if foreign.Status != store.StatusSuccessful || !foreign.Flags.Has(store.FlagUnprovedKind) || foreign.PaidInFull() || taken.Count != 0 {
		t.Fatalf("%+v, takings %+v", foreign, taken)
	}
}

// edit changes each answer of /transaction/ on its way.
func (s *shop) edit(change func(map[string]any)) {
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/api/transaction/") {
			return false
		}
		kept := httptest.NewRecorder()
		s.sandbox.Handler().ServeHTTP(kept, r)
		var answer map[string]any
		if json.Unmarshal(kept.Body.Bytes(), &answer) != nil {
			return false
		}
		change(answer)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(kept.Code)
		return json.NewEncoder(w).Encode(answer) == nil
	})
}

func TestInvariant5_BlipOfNotFound_DoesNotLoseASecondPayment(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"CamPay's": `{"detail":"Not found."}`, "a proxy's": "<html>404</html>"} {
		s := openShop(t)
		l := s.link(2500)
		s.pay(l, 0, "1234")
		s.work(0)
		s.pay(l, 0, "1234")
		s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/history/") { // not this time
				http.Error(w, "{}", http.StatusBadGateway)
				return true
			}
			if !strings.Contains(r.URL.Path, "/transaction/") {
				return false
			}
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(body))
			return true
		})
		for range 6 {
			s.work(10 * time.Minute)
		}
		s.before.Store(nil)
		s.work(pollLast)
		if attempts := s.attempts(l.ID); len(attempts) != 2 || attempts[0].Status != store.StatusSuccessful {
			t.Errorf("%s 404: attempts %+v", name, attempts)
		}
	}
}

func TestWebhook_BeforeTheAnswer_AndCamPaySaysNotWhose_EndsAsOneTransaction(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	collects := 0
	strip := func(answer map[string]any) { delete(answer, "external_reference") }
	s.edit(strip)
	edited := *s.before.Load()
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/collect/") {
			return edited(w, r)
		}
		collects++
		s.sandbox.Handler().ServeHTTP(w, r)
		s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
		s.must(s.sandbox.Step(s.ctx))
		s.must(s.service.Work(s.ctx))
		return true
	})
	asked := s.push(2500, mtnPhone)
	s.work(unsentGrace)
	s.wantStatus(asked, store.StatusSuccessful)
	taken, err := s.store.Takings(s.ctx, s.clock.now().Add(-time.Hour), s.clock.now().Add(time.Hour))
	s.must(err)
	if taken.Count != 1 || collects != 1 {
		t.Fatalf("takings %+v after %d requests", taken, collects)
	}
}

func TestInvariant2_AskedByManyAtOnce_IsAskedAgainOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect, Times: -1})
	asked := s.push(2500, mtnPhone)
	var collects atomic.Int32
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/collect/") {
			collects.Add(1)
		}
		return false
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := s.service.look(s.ctx, asked, store.EventPerson); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := collects.Load(); n != 1 {
		t.Fatalf("asked again %d times", n)
	}
}

func TestWebhook_ReferenceInCapitals_IsTheSameTransaction(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointCollect}, sandbox.Fault{Kind: sandbox.WebhookLost})
	doubtful, known := s.push(2500, mtnPhone), s.push(700, orangePhone)
	for _, p := range s.sandbox.Prompts() {
		s.must(s.sandbox.Enter(p.Reference, "1234"))
		s.hears(s.notification(strings.ToUpper(p.Reference), "SUCCESSFUL", "1"))
	}
	s.must(s.service.Work(s.ctx))
	s.wantStatus(doubtful, store.StatusSuccessful, store.FlagReportDiffers)
	s.wantStatus(known, store.StatusSuccessful, store.FlagReportDiffers)
	if all := s.all(); len(all) != 2 {
		t.Fatalf("%d transactions", len(all))
	}
}

func TestWebhook_ReplayedByteForByte_IsKeptOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	call := s.notification(asked.Reference, "SUCCESSFUL", "2500")
	for range 20 {
		s.hears(call.Clone(s.ctx))
	}
	if d := s.deliveries(); len(d) != 1 {
		t.Fatalf("%d deliveries kept", len(d))
	}
}

func TestWebhook_LongHeaders_AreCutShort(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	r := s.notification("x", "SUCCESSFUL", "1")
	r.Method, r.Body = http.MethodPost, http.NoBody
	r.Header.Set("Content-Type", strings.Repeat("a", 60_000))
	if err := s.service.TakeWebhook(r, "192.0.2.1"); !errors.Is(err, ErrWebhookRefused) {
		t.Fatal(err)
	}
	if d := s.deliveries()[0]; len(d.ContentType)+len(d.Why) > 200 {
		t.Fatalf("%d bytes of a stranger's headers are kept", len(d.ContentType)+len(d.Why))
	}
}

func TestLink_KilledWhileItsPageWasMade_IsMadeAnew(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.Duplicates = sandbox.Reject })
	order := LinkOrder{Operation: NewOperation(), Amount: money.Francs(2500), Description: "Pain", PaymentOptions: money.MobileMoney}
	_, attempt, err := s.service.writeLink(s.ctx, order)
	s.must(err)
	l, err := s.store.Link(s.ctx, attempt.LinkID)
	s.must(err)
	_, err = s.client.PaymentLink(s.ctx, s.service.pageRequest(l.PaymentLink, attempt))
	s.must(err)
	s.start()
	s.work(unsentGrace)
	l, err = s.store.Link(s.ctx, l.ID)
	s.must(err)
	if l.Newest.Status != store.StatusWaiting || l.Newest.PaymentURL == "" {
		t.Fatalf("link %+v", l.Newest)
	}
}

func TestLink_KeysRefusedWhileItIsMadeAnew_WaitsForBetterOnes(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointLink})
	l := s.link(2500)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.Unauthorized, Endpoint: sandbox.EndpointLink, Times: 2})
	s.work(5 * time.Second)
	s.wantStatus(l.Newest, store.StatusUnsent)
	s.sandbox.ClearFaults()
	s.work(time.Minute)
	s.wantStatus(l.Newest, store.StatusWaiting)
}
