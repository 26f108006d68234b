package payments

// Invariant 2: a lost answer is never a second payment.

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestInvariant2_LostAnswer_IsNeverASecondPayment(t *testing.T) {
	t.Parallel()
	for _, mode := range []sandbox.DuplicateMode{sandbox.Replay, sandbox.Reject} {
		for _, fault := range []sandbox.Kind{
			sandbox.CutBefore, sandbox.CutAfter, sandbox.ErrorBefore, sandbox.ErrorAfter, sandbox.HTMLBefore, sandbox.HTMLAfter,
		} {
			t.Run(string(fault)+map[sandbox.DuplicateMode]string{sandbox.Replay: "/replay", sandbox.Reject: "/reject"}[mode], func(t *testing.T) {
				s := openShop(t, func(c *sandbox.Config) { c.Duplicates = mode })
				s.sandbox.Inject(sandbox.Fault{Kind: fault, Endpoint: sandbox.EndpointCollect})
				asked := s.push(2500, mtnPhone)
				s.wantStatus(asked, store.StatusInDoubt)
				s.work(doubtPace)
				s.work(2 * doubtPace)
				prompts := s.sandbox.Prompts()
				if len(prompts) != 1 {
					t.Fatalf("the payer has %d prompts", len(prompts))
				}
				s.must(s.sandbox.Enter(prompts[0].Reference, "1234"))
				s.work(time.Second)
				s.wantStatus(asked, store.StatusSuccessful)
				s.wantEffects(1, 1)
			})
		}
	}
}

func TestInvariant2_LostAnswerAndLostWebhook_AreFoundInHistory(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.Duplicates = sandbox.Reject })
	s.sandbox.Inject(
		sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointCollect},
		sandbox.Fault{Kind: sandbox.WebhookLost},
	)
	asked := s.push(2500, mtnPhone)
	s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
	s.work(doubtPace)
	s.wantStatus(asked, store.StatusSuccessful)
	s.wantEffects(1, 1)
}

func TestInvariant2_InDoubtForLong_IsNotAskedAgainOutOfNowhere(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect, Times: -1})
	asked := s.push(2500, mtnPhone)
	s.work(askAgainFor + time.Second)
	s.sandbox.ClearFaults()
	for range 20 {
		s.work(10 * time.Minute)
	}
	s.wantStatus(asked, store.StatusInDoubt)
	s.wantEffects(0, 0)
}

func TestInvariant2_PayerThatIsImpossible_EndsItsDoubt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect})
	asked := s.push(2500, "237620123456")
	s.wantStatus(asked, store.StatusInDoubt)
	s.work(doubtPace)
	if failed := s.wantStatus(asked, store.StatusFailed); failed.ErrorCode != campay.CodeCarrier {
		t.Fatalf("failed as %+v", failed)
	}
}

func TestInvariant2_AmountRefusedOnTheRepeat_LeavesTheDoubt(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.Ceiling = money.Francs(25) }) // a limit may count the first request too
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect})
	asked := s.push(2500, mtnPhone)
	s.work(doubtPace)
	s.wantStatus(asked, store.StatusInDoubt)
}

func TestInvariant2_SurelyNotSent_FailsAtOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.api.Close()
	got, err := s.service.RequestPayment(s.ctx, pushOrder(2500, mtnPhone))
	if !errors.Is(err, ErrNotSent) {
		t.Fatalf("error %v", err)
	}
	failed := s.wantStatus(got, store.StatusFailed)
	if !failed.PollAt.IsZero() || !failed.SentAt.IsZero() {
		t.Fatalf("kept as %+v", failed)
	}
}

func TestInvariant2_KilledBetweenWritingAndAnswer_IsSettledAfterRestart(t *testing.T) {
	t.Parallel()
	for name, wasSent := range map[string]bool{"sent": true, "not sent": false} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			order := pushOrder(2500, mtnPhone)
			written, isNew, err := s.service.writePush(s.ctx, order)
			s.must(err)
			if !isNew {
				t.Fatal("not new")
			}
			if wasSent {
				_, err := s.client.Collect(s.ctx, collectRequest(written))
				s.must(err)
			}
			s.start()
			s.work(unsentGrace)
			if wasSent {
				s.wantStatus(written, store.StatusPending)
			}
			prompts := s.sandbox.Prompts()
			if len(prompts) != 1 {
				t.Fatalf("the payer has %d prompts", len(prompts))
			}
			s.must(s.sandbox.Enter(prompts[0].Reference, "1234"))
			s.work(time.Second)
			s.wantStatus(written, store.StatusSuccessful)
			s.wantEffects(1, 1)
		})
	}
}

func TestInvariant2_LinkWithoutAnswer_IsMadeByItself(t *testing.T) {
	t.Parallel()
	for _, mode := range []sandbox.DuplicateMode{sandbox.Replay, sandbox.Reject} {
		for _, fault := range []sandbox.Kind{sandbox.CutBefore, sandbox.CutAfter} {
			s := openShop(t, func(c *sandbox.Config) { c.Duplicates = mode })
			s.sandbox.Inject(sandbox.Fault{Kind: fault, Endpoint: sandbox.EndpointLink})
			l := s.link(2500)
			s.wantStatus(l.Newest, store.StatusUnsent)
			s.work(5 * time.Second)
			l, err := s.store.Link(s.ctx, l.ID)
			s.must(err)
			if l.Newest.Status != store.StatusWaiting || l.Newest.PaymentURL == "" {
				t.Fatalf("mode %v, %s: newest attempt %+v", mode, fault, l.Newest)
			}
			prompt, err := s.sandbox.Pay(l.Newest.Reference, mtnPhone, 0)
			s.must(err)
			s.must(s.sandbox.Enter(prompt.Reference, "1234"))
			s.work(0)
			s.wantStatus(l.Newest, store.StatusSuccessful)
		}
	}
}

func TestInvariant2_InDoubtAndWatched_SearchesTheHistoryAtItsOwnPace(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect, Times: -1})
	asked := s.push(2500, mtnPhone)
	searches := 0
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/history/") {
			searches++
		}
		return false
	})
	_, stop := s.service.Watch(s.ctx, TransactionTopic(asked.ID))
	defer stop()
	for range 120 {
		s.work(30 * time.Second)
		s.service.Nudge(s.ctx, TransactionTopic(asked.ID))
	}
	if searches > 60 {
		t.Fatalf("%d searches in an hour", searches)
	}
}
