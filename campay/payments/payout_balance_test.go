package payments

// Invariant 6: what goes out is never more than the balance, less what is in
// flight and in doubt.

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// short gives an order that the balance must not cover.
func (s *payoutShop) short(order PayoutOrder) *BalanceError {
	s.t.Helper()
	out, err := s.service.PayOut(s.ctx, order)
	var short *BalanceError
	if !errors.As(err, &short) {
		s.t.Fatalf("taken, as %+v, %v", out, err)
	}
	return short
}

func TestInvariant6_ManyPayoutsAtOnce_NeverExceedTheBalance(t *testing.T) {
	t.Parallel()
	for kind := range payoutKinds {
		for name, delay := range map[string]time.Duration{"slow": time.Hour, "at once": 0} {
			t.Run(string(kind)+"/"+name, func(t *testing.T) {
				s := openPayoutShop(t, func(c *sandbox.Config) {
					c.PayoutDelay = delay
					c.Opening = sandbox.Balances{MTN: money.Francs(10_500), Orange: money.Francs(500), Airtime: money.Francs(10_500)}
				})
				stop, settled := make(chan struct{}), new(sync.WaitGroup)
				settled.Go(func() { // settling goes on meanwhile
					for {
						select {
						case <-stop:
							return
						default:
							s.clock.pass(time.Millisecond)
							_ = s.sandbox.Step(s.ctx)
							_ = s.service.Work(s.ctx)
						}
					}
				})
				errs := atOnce(64, func(int) error {
					_, err := s.service.PayOut(s.ctx, s.order(kind, 1000, mtnPhone))
					return err
				})
				close(stop)
				settled.Wait()
				taken := 0
				for _, err := range errs {
					var short *BalanceError
					switch {
					case err == nil:
						taken++
					case !errors.As(err, &short):
						t.Error(err) // CamPay had to refuse it, say
					}
				}
				if taken == 0 || taken > 10 || int(s.sent.Load()) != taken {
					t.Fatalf("%d of 64 were taken, %d sent", taken, s.sent.Load())
				}
				s.work(2 * time.Hour)
				s.wantEffects(taken, taken)
			})
		}
	}
}

// balances answers each question about the balance with what was true at first,
// and lets f happen before the answer arrives.
func (s *payoutShop) balances(f func()) {
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !asksBalance(r) {
			return false
		}
		f()
		return json.NewEncoder(w).Encode(map[string]int{
			"total_balance": 1000, "mtn_balance": 1000, "orange_balance": 0, "utility_balance": 1000,
		}) == nil
	})
}

func TestInvariant6_SettledWhileTheBalanceIsOnItsWay_StillCounts(t *testing.T) {
	t.Parallel()
	for kind := range payoutKinds {
		s := openPayoutShop(t, func(c *sandbox.Config) { c.PayoutDelay = time.Hour })
		first := s.payOut(s.order(kind, 800, mtnPhone))
		s.clock.pass(time.Hour - time.Second)
		s.balances(func() {
			if s.again(first).Status != store.StatusPending {
				return
			}
			s.clock.pass(time.Second) // this answer was made up before the first one was done
			s.must(s.sandbox.Settle(s.again(first).Reference, campay.Successful))
			_, err := s.service.Ask(s.ctx, first.ID)
			s.must(err)
			s.wantStatus(first, store.StatusSuccessful)
			s.clock.pass(time.Second)
		})
		if short := s.short(s.order(kind, 800, mtnPhone)); short.Available != money.Francs(200) || short.InFlight != money.Francs(800) {
			t.Fatalf("%+v", short)
		}
		// Once it was asked for anew, the first one is in it.
		s.clock.pass(time.Second)
		s.payOut(s.order(kind, 800, mtnPhone))
	}
}

func TestInvariant6_InDoubt_CountsAsGone(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointWithdraw})
	s.payOut(s.withdrawal(60_000))
	s.days(3)
	short := s.short(s.withdrawal(50_000))
	want := BalanceError{
		Kind: store.KindWithdraw, Operator: money.MTN, Asked: money.Francs(50_000), Available: money.Francs(40_000),
		InFlight: money.Francs(60_000), Other: money.Orange, OtherAvailable: money.Francs(50_000),
	}
	if *short != want {
		t.Fatalf("\ngot  %+v\nwant %+v", *short, want)
	}
	s.payOut(s.withdrawal(40_000))
	s.payOut(s.order(store.KindWithdraw, 50_000, orangePhone)) // another wallet
}

func TestInvariant6_Airtime_HasAWalletOfItsOwn(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.payOut(s.withdrawal(100_000))
	s.payOut(s.order(store.KindAirtime, 6000, orangePhone))
	s.work(time.Minute)
	s.clock.pass(time.Second) // done, and in the next balance
	short := s.short(s.order(store.KindAirtime, 5000, mtnPhone))
	if short.Available != money.Francs(4000) || short.Other != money.OtherOperator || short.OtherAvailable != 0 {
		t.Fatalf("%+v", short)
	}
	s.payOut(s.order(store.KindAirtime, 4000, mtnPhone))
}

func TestPayOut_OfAFloatThatCamPayDoesNotTell_IsCamPaysToRefuse(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !asksBalance(r) {
			return false
		}
		_, err := w.Write([]byte(`{"total_balance":0,"mtn_balance":0,"orange_balance":0}`))
		return err == nil
	})
	s.payOut(s.order(store.KindAirtime, 1000, mtnPhone))
	if _, err := s.service.ReviewPayout(s.ctx, s.order(store.KindAirtime, 1000, mtnPhone)); err != nil {
		t.Errorf("preview: %v", err)
	}
	_, err := s.service.PayOut(s.ctx, s.order(store.KindAirtime, 99_000, mtnPhone))
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Of != PartBalance {
		t.Fatalf("error %v", err)
	}
}

func TestPayOut_WhileTheBalanceIsUnknown_SendsNothing(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	_, err := s.service.RefreshBalance(s.ctx) // what is remembered is no reason to pay
	s.must(err)
	s.lose("/balance/")
	order := s.withdrawal(1000)
	if _, err := s.service.PayOut(s.ctx, order); !errors.Is(err, ErrBalanceUnknown) {
		t.Fatalf("error %v", err)
	}
	s.wantSent(0)
	if all := s.all(); len(all) != 0 {
		t.Fatalf("transactions %+v", all)
	}
	s.intercept(nothing)
	s.payOut(order) // the same form, when CamPay is back
	s.wantSent(1)
	s.lose("/balance/")
	s.payOut(order) // what is known needs no balance
}

func TestPayOut_WhileTheClockIsSetBack_SendsNothing(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.balances(func() { s.clock.pass(-time.Hour) })
	if _, err := s.service.PayOut(s.ctx, s.withdrawal(500)); !errors.Is(err, ErrBalanceUnknown) {
		t.Fatalf("error %v", err)
	}
	s.balances(func() {})
	s.payOut(s.withdrawal(500))
}

// A fee is never more than an estimate: whatever earlier payouts bear out, what
// the balance covers by itself is CamPay's to take or to refuse.
func TestInvariant6_AnEstimatedFee_StopsNoPayout_AndTheAmountDoes(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t, func(c *sandbox.Config) {
		c.Opening = sandbox.Balances{MTN: money.Francs(20_000)}
	})
	dear := [2]money.XAF{money.Francs(20_000), money.Francs(5000)}
	s.feed(store.KindWithdraw, money.MTN, dear, dear, dear)
	s.work(time.Minute)
	if p := s.preview(s.withdrawal(20_000)); p.Fee.About != money.Francs(5000) {
		t.Fatalf("%+v", p)
	}
	if short := s.short(s.withdrawal(20_001)); short.Available != money.Francs(20_000) {
		t.Fatalf("short by %+v", short)
	}
	s.payOut(s.withdrawal(20_000))
}
