package payments

// Invariants 1 and 2 for money that goes out: written before it is sent, and
// sent once, whatever becomes of the answer.

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestInvariant1_Payout_IsWrittenBeforeItIsSent(t *testing.T) {
	t.Parallel()
	for kind := range payoutKinds {
		s := openPayoutShop(t)
		s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
			if all := s.all(); movesOut(r) && (len(all) != 1 || all[0].Status != store.StatusUnsent || all[0].Kind != kind) {
				t.Errorf("%s left while the book has %+v", r.URL.Path, all)
			}
			return false
		})
		s.payOut(s.order(kind, 1000, mtnPhone))
		s.wantSent(1)
	}
}

func TestInvariant2_Payout_LostAnswer_IsNeverSentTwice(t *testing.T) {
	t.Parallel()
	effects := map[sandbox.Kind]int{
		sandbox.CutBefore: 0, sandbox.ErrorBefore: 0, sandbox.HTMLBefore: 0,
		sandbox.CutAfter: 1, sandbox.ErrorAfter: 1, sandbox.HTMLAfter: 1,
	}
	for kind, endpoint := range payoutKinds {
		for fault, effect := range effects {
			for mode, name := range map[sandbox.DuplicateMode]string{sandbox.Replay: "replay", sandbox.Reject: "reject"} {
				t.Run(string(kind)+"/"+string(fault)+"/"+name, func(t *testing.T) {
					s := openPayoutShop(t, func(c *sandbox.Config) { c.Duplicates = mode })
					s.sandbox.Inject(sandbox.Fault{Kind: fault, Endpoint: endpoint})
					order := s.order(kind, 1000, mtnPhone)
					asked := s.payOut(order)
					s.wantStatus(asked, store.StatusInDoubt)
					s.payOut(order) // clicked again
					_, err := s.service.Ask(s.ctx, asked.ID)
					s.must(err)
					s.start()
					s.service.Nudge(s.ctx, TransactionTopic(asked.ID))
					s.days(1)
					s.payOut(order)
					s.wantSent(1)
					s.wantEffects(effect, effect)
					want := store.StatusInDoubt
					if effect == 1 { // found by its webhook, its code in the history, or the nightly reconciliation
						want = store.StatusSuccessful
					}
					s.wantStatus(asked, want)
				})
			}
		}
	}
}

func TestInvariant2_Payout_AnswerTooLate_IsNeverSentTwice(t *testing.T) {
	t.Parallel()
	for kind, endpoint := range payoutKinds {
		s := openPayoutShop(t)
		s.impatient(50 * time.Millisecond)
		s.sandbox.Inject(sandbox.Fault{Kind: sandbox.Delay, Endpoint: endpoint, Delay: time.Second})
		asked := s.payOut(s.order(kind, 1000, mtnPhone))
		s.wantStatus(asked, store.StatusInDoubt)
		s.days(1)
		s.wantStatus(asked, store.StatusInDoubt)
		s.wantSent(1)
	}
}

// writtenDown is an order that was made durable, and not sent yet.
func (s *payoutShop) writtenDown(order PayoutOrder) orderedPayout {
	s.t.Helper()
	plan, err := s.service.PlanPayout(s.ctx, order)
	s.must(err)
	written, err := store.Written(s.ctx, s.store, func(ctx context.Context, tx *store.Tx) (orderedPayout, error) {
		return s.service.order(ctx, tx, plan)
	})
	s.must(err)
	return written
}

func TestInvariant2_Payout_KilledBetweenWritingAndAnswer_IsInDoubtAndNeverSent(t *testing.T) {
	t.Parallel()
	for kind := range payoutKinds {
		for name, wasSent := range map[string]bool{"sent": true, "not sent": false} {
			t.Run(string(kind)+"/"+name, func(t *testing.T) {
				s := openPayoutShop(t, func(c *sandbox.Config) { c.PayoutDelay = 10 * time.Minute })
				order := s.order(kind, 1000, mtnPhone)
				written := s.writtenDown(order)
				if wasSent {
					_, _, err := s.service.transfer(s.ctx, written.Transaction)
					s.must(err)
				}
				sentBefore := s.sent.Load()
				s.start()
				s.payOut(order) // the form is sent again after the restart
				s.work(unsentGrace)
				s.wantStatus(written.Transaction, store.StatusInDoubt)
				s.days(1)
				s.wantSent(sentBefore)
				want := store.StatusInDoubt
				if wasSent {
					want = store.StatusSuccessful
				}
				s.wantStatus(written.Transaction, want)
			})
		}
	}
}

func TestInvariant2_Payout_ClickedByManyAtOnce_IsOne(t *testing.T) {
	t.Parallel()
	for kind := range payoutKinds {
		s := openPayoutShop(t)
		order := s.order(kind, 1000, mtnPhone)
		ids := atOnce(64, func(int) int64 {
			out, err := s.service.PayOut(s.ctx, order)
			if err != nil {
				t.Error(err)
			}
			return out.Transaction.ID
		})
		for _, id := range ids {
			if id == 0 || id != ids[0] {
				t.Fatalf("transactions %v", ids)
			}
		}
		s.start()
		s.payOut(order)
		s.work(time.Minute)
		s.wantSent(1)
		s.wantEffects(1, 1)
		if got := s.gone(); got != money.Francs(1000) {
			t.Fatalf("%s is gone", got)
		}
	}
}

// atOnce runs do n times together, and returns what each said.
func atOnce[T any](n int, do func(i int) T) []T {
	said := make([]T, n)
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-gate
			said[i] = do(i)
		})
	}
	close(gate)
	wg.Wait()
	return said
}

func TestInvariant2_Payout_ChangedAfterItWasSent_IsNoSecondOne(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	order := s.withdrawal(1000)
	s.payOut(order)
	for name, change := range map[string]func(*PayoutOrder){
		"amount":      func(o *PayoutOrder) { o.Amount += 100 },
		"phone":       func(o *PayoutOrder) { o.Phone = orangePhone },
		"kind":        func(o *PayoutOrder) { o.Kind = store.KindAirtime },
		"description": func(o *PayoutOrder) { o.Description = "Sucre" },
		"refund":      func(o *PayoutOrder) { o.RefundOf = 1 },
	} {
		changed := order
		change(&changed)
		if _, err := s.service.PayOut(s.ctx, changed); !errors.Is(err, ErrOperationUsed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.service.RequestPayment(s.ctx, PushOrder{
		Operation: order.Operation, Amount: order.Amount, Phone: order.Phone, Description: order.Description, By: order.By,
	}); !errors.Is(err, ErrOperationUsed) {
		t.Errorf("as a request: %v", err)
	}
	order.Operation = "1"
	if _, err := s.service.PayOut(s.ctx, order); !errors.Is(err, ErrOperation) {
		t.Errorf("without an operation: %v", err)
	}
	s.wantSent(1)
}

func TestInvariant2_Payout_OfARequestsOperation_IsNotSent(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	request := pushOrder(1000, mtnPhone)
	_, err := s.service.RequestPayment(s.ctx, request)
	s.must(err)
	order := s.withdrawal(1000)
	order.Operation, order.Description = request.Operation, request.Description
	if _, err := s.service.PayOut(s.ctx, order); !errors.Is(err, ErrOperationUsed) {
		t.Fatalf("error %v", err)
	}
	s.wantSent(0)
}

// noRoute is a network on which money out does not find its way.
type noRoute struct{}

func (noRoute) RoundTrip(r *http.Request) (*http.Response, error) {
	if movesOut(r) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("no route")}
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestInvariant2_Payout_SurelyNotSent_FailsAtOnce(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.useClient(campay.Config{Transport: noRoute{}})
	out, err := s.service.PayOut(s.ctx, s.withdrawal(1000))
	if !errors.Is(err, ErrNotSent) {
		t.Fatalf("error %v", err)
	}
	failed := s.wantStatus(out.Transaction, store.StatusFailed)
	if !failed.PollAt.IsZero() || !failed.SentAt.IsZero() {
		t.Fatalf("kept as %+v", failed)
	}
}

func TestInvariant2_Payout_WrittenTooLongAgo_IsNotSentAnyMore(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	written := s.writtenDown(s.withdrawal(1000))
	s.clock.pass(sendWithin + time.Second) // the machine sleeps
	if _, err := s.service.dispatch(s.ctx, written.Transaction); !errors.Is(err, ErrNotSent) {
		t.Fatalf("error %v", err)
	}
	s.wantStatus(written.Transaction, store.StatusFailed)
	s.wantSent(0)
}

func TestInvariant2_Payout_WhoseAnswerCannotBeKept_IsFoundAfterARestart(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !movesOut(r) {
			return false
		}
		s.sandbox.Handler().ServeHTTP(w, r)
		s.must(s.store.Close()) // the disk is gone
		return true
	})
	order := s.withdrawal(1000)
	if _, err := s.service.PayOut(s.ctx, order); err == nil {
		t.Fatal("the answer was kept")
	}
	s.intercept(nothing)
	s.start()
	asked := s.payOut(order)
	s.wantStatus(asked, store.StatusUnsent)
	s.days(1)
	s.wantStatus(asked, store.StatusSuccessful)
	s.wantSent(1)
	s.wantEffects(1, 1)
}
