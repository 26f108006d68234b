package payments

import (
	"errors"
	"slices"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func (s *payoutShop) refund(of store.Transaction, amount int64) PayoutOrder {
	return PayoutOrder{Operation: NewOperation(), RefundOf: of.ID, Amount: money.Francs(amount), By: s.owner}
}

// tooMuch gives a refund that must be more than is left.
func (s *payoutShop) tooMuch(order PayoutOrder) RefundError {
	s.t.Helper()
	out, err := s.service.PayOut(s.ctx, order)
	var refused *RefundError
	if !errors.As(err, &refused) {
		s.t.Fatalf("taken, as %+v, %v", out, err)
	}
	return *refused
}

func TestRefund_GoesToThePayer_AndIsTiedToItsCollection(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	order := s.refund(paid, 2000)
	order.Kind, order.Phone = store.KindAirtime, orangePhone // whatever a form says
	back := s.payOut(order)
	s.work(time.Minute)
	done := s.wantStatus(back, store.StatusSuccessful)
	if done.Kind != store.KindWithdraw || done.Origin != store.OriginRefund || done.RefundOf != paid.ID ||
		done.Phone != mtnPhone || done.Description != "Remboursement "+paid.Code {
		t.Fatalf("kept as %+v", done)
	}
	if told := s.notes(paid); !slices.Contains(told, "refund_begun") {
		t.Fatalf("the collection's story is %v", told)
	}
	s.payOut(order) // clicked again
	of, err := s.store.RefundsOf(s.ctx, paid.ID)
	s.must(err)
	if len(of) != 1 || s.gone() != money.Francs(2000-5000) {
		t.Fatalf("refunds %+v, %s gone", of, s.gone())
	}
}

func TestRefund_OverAll_IsNeverMoreThanWasTaken(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	s.rules(store.PayoutRules{ApprovalAbove: money.Francs(1500)})
	s.payOut(s.refund(paid, 1000))
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointWithdraw})
	s.payOut(s.refund(paid, 500)) // in doubt
	waits := s.waiting(s.refund(paid, 2000))
	want := RefundError{Taken: money.Francs(5000), Refunded: money.Francs(3500), Left: money.Francs(1500)}
	if got := s.tooMuch(s.refund(paid, 1501)); got != want {
		t.Fatalf("%+v", got)
	}
	s.payOut(s.refund(paid, 1500))
	s.tooMuch(s.refund(paid, 1))
	_, err := s.service.Approve(s.ctx, waits.ID, s.second, nil) // is not counted against itself
	s.must(err)
	s.tooMuch(s.refund(paid, 1))
}

func TestRefund_ThatFailed_CanBeGivenAnew(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.FailAtSource, Endpoint: sandbox.EndpointWithdraw})
	s.payOut(s.refund(paid, 5000))
	s.tooMuch(s.refund(paid, 1))
	s.work(time.Minute)
	s.payOut(s.refund(paid, 5000))
}

func TestRefund_ManyAtOnce_NeverGiveBackMoreThanWasTaken(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	atOnce(64, func(int) error {
		_, err := s.service.PayOut(s.ctx, s.refund(paid, 700))
		return err
	})
	s.work(time.Minute)
	s.wantEffects(8, 8) // the collection, and seven refunds
	refunded, err := s.store.Refunded(s.ctx, paid.ID)
	s.must(err)
	if refunded != money.Francs(4900) {
		t.Fatalf("%s were refunded", refunded)
	}
}

func TestRefund_OfWhatWasNotTaken_IsRefused(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	pending := s.push(5000, mtnPhone)
	failed := s.push(700, orangePhone)
	s.must(s.sandbox.Enter(failed.Reference, "0000"))
	out := s.payOut(s.withdrawal(1000))
	s.work(time.Minute)
	back := s.payOut(s.refund(s.collected(900), 900))
	s.work(time.Minute)
	for name, of := range map[string]store.Transaction{"pending": pending, "failed": failed, "a withdrawal": out, "a refund": back} {
		if got := s.tooMuch(s.refund(of, 100)); got != (RefundError{}) && name != "a refund" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if _, err := s.service.PayOut(s.ctx, s.refund(store.Transaction{ID: 999}, 100)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of nothing: %v", err)
	}
	s.wantSent(2)
}

func TestRefund_OfAnUnprovedAmount_IsRefused(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.TrueCurrency, Endpoint: sandbox.EndpointCollect})
	asked := s.push(5000, mtnPhone)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	s.tooMuch(s.refund(s.wantStatus(asked, store.StatusSuccessful, store.FlagCurrency), 100))
}

// "REVERSED", say: what CamPay may have given back is not given back once more.
func TestRefund_OfWhatCamPayCallsByAnUnknownWord_IsRefused(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	s.says(sandbox.StatusWord, "REVERSED")
	_, err := s.service.Ask(s.ctx, paid.ID)
	s.must(err)
	if left, err := s.service.Refundable(s.ctx, s.wantStatus(paid, store.StatusSuccessful, store.FlagUnknownWord)); err != nil || left != 0 {
		t.Errorf("%v are offered, %v", left, err)
	}
	s.tooMuch(s.refund(paid, 2000))
	s.sandbox.ClearFaults()
	s.clock.pass(askPause)
	_, err = s.service.Ask(s.ctx, paid.ID)
	s.must(err)
	s.payOut(s.refund(paid, 2000)) // CamPay says that it was taken, after all
}

func TestRefund_OfWhatWasPaidTooMuch_MayGiveBackAllOfIt(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.TrueAmount, Endpoint: sandbox.EndpointCollect, Amount: money.Francs(6000)})
	asked := s.push(5000, mtnPhone)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	s.tooMuch(s.refund(asked, 6001))
	s.payOut(s.refund(asked, 6000))
}

func TestRefund_OfACollectionWithoutANumber_SaysSo(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	s.must(s.service.change(s.ctx, paid.ID, func(_ *store.Tx, t *store.Transaction) error {
		t.Phone = "" // by card
		return nil
	}))
	if _, err := s.service.PayOut(s.ctx, s.refund(paid, 100)); !errors.Is(err, ErrPhoneMissing) {
		t.Fatalf("error %v", err)
	}
}
