package payments

// A clock that was weeks ahead and is set right: nothing waits for real time to
// get there.

import (
	"context"
	"errors"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

const ahead = 40 * 24 * time.Hour

func TestInvariant5_AfterAClockThatWasAhead_OpenOnesAreAskedAbout(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t, func(c *sandbox.Config) { c.PayoutDelay = time.Minute })
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	s.clock.pass(ahead)
	asked, sent := s.push(2500, mtnPhone), s.payOut(s.withdrawal(1000))
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.clock.pass(-ahead)
	for range 3 {
		s.work(time.Minute)
	}
	s.wantStatus(asked, store.StatusSuccessful)
	s.clock.pass(ahead) // CamPay's clock is this one, and its payout ends by it
	s.work(time.Minute)
	s.wantStatus(sent, store.StatusSuccessful)
}

func TestInvariant2_AfterAClockThatWasAhead_NobodyIsAskedAgainForWeeks(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.clock.pass(ahead)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect, Times: -1})
	asked := s.push(2500, mtnPhone)
	s.wantStatus(asked, store.StatusInDoubt)
	s.clock.pass(-ahead)
	s.work(time.Second)
	s.clock.pass(askAgainFor)
	s.sandbox.ClearFaults()
	s.work(time.Hour)
	s.wantEffects(0, 0)
}

func TestDecide_AfterAClockThatWasAhead_WaitsADayAndNotWeeks(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.clock.pass(ahead)
	asked := s.doubtful(store.KindWithdraw, sandbox.CutBefore)
	s.clock.pass(-ahead)
	s.work(0)
	s.intercept(nothing)
	s.watchAlmost()
	if err := s.service.Decide(s.ctx, asked.ID, store.StatusFailed, s.owner); !errors.Is(err, ErrNotDecidable) {
		t.Fatalf("too early: %v", err)
	}
	s.work(time.Second)
	s.days(1) // it is looked at every few hours
	s.must(s.service.Decide(s.ctx, asked.ID, store.StatusFailed, s.owner))
}

func TestAirtimeInDoubt_DatedAhead_IsFoundByTheReconciliation(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	s.clock.pass(ahead)
	lost := s.inDoubt(store.KindAirtime, 100)
	s.must(s.service.change(s.ctx, lost.ID, func(_ *store.Tx, t *store.Transaction) error {
		t.PollAt = t.CreatedAt.Add(doubtPace)
		return nil
	}))
	s.clock.pass(-ahead)
	s.work(0) // what was put off is due
	s.elsewhere(func() (string, error) {
		a, err := s.client.TransferAirtime(s.ctx, campay.AirtimeRequest{Amount: money.Francs(100), To: mtnPhone, ExternalReference: lost.ExternalReference})
		return a.Reference, err
	})
	s.reconcile(s.today())
	s.wantStatus(lost, store.StatusSuccessful)
}

func TestDelivery_DatedAhead_AppliedAgain_ComesToItsEnd(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.clock.pass(ahead)
	s.hears(s.notification(NewOperation(), "SUCCESSFUL", "2500"))
	for range 10 {
		s.work(unknownPatience / 4)
	}
	s.clock.pass(-ahead - 10*unknownPatience)
	s.must(s.service.ApplyAgain(s.ctx, s.deliveries()[0].ID))
	s.work(0)
	if d := s.deliveries()[0]; d.Outcome != store.OutcomeUnknown || !d.NextAt.IsZero() {
		t.Fatalf("%+v", d)
	}
}

func TestBalance_OfAClockThatWasAhead_IsNotShown(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.work(0) // there is an older one to show
	s.clock.pass(ahead)
	s.work(0)
	s.clock.pass(time.Minute - ahead)
	asked := s.push(700, mtnPhone)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	shown, err := s.service.RefreshBalance(s.ctx)
	s.must(err)
	if !shown.At.Equal(s.clock.now()) || shown.MTN != (opening.MTN+money.Francs(700)) {
		t.Fatalf("shows %+v", shown)
	}
}

func TestInvariant2_UnsentUnderAClockThatWasAhead_IsInDoubtSoon(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	then := s.clock.now().Add(ahead)
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.CreateTransaction(ctx, store.Transaction{ // as a killed process leaves it
			Kind: store.KindCollect, Origin: store.OriginPush, Status: store.StatusUnsent, ExternalReference: NewOperation(),
			Asked: 100_00, Currency: currency, Phone: mtnPhone, Operator: "MTN",
			CreatedAt: then, NewsAt: then, UpdatedAt: then, PollAt: then.Add(unsentGrace),
		})
		return err
	}))
	s.work(0)
	s.work(unsentGrace)
	if all := s.all(); len(all) != 1 || all[0].Status == store.StatusUnsent {
		t.Fatalf("%+v", all)
	}
}

func TestInvariant6_WhatAClockThatWasAheadSettled_IsTakenOffOnce(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.clock.pass(ahead)
	s.payOut(s.withdrawal(1000))
	s.work(0)
	s.clock.pass(-ahead)
	left := opening.MTN - money.Francs(1000)
	if short := s.short(s.withdrawal(100_000)); short.Available != left || short.InFlight != 0 {
		t.Fatalf("%v may be spent, %v is under way; want %v", short.Available, short.InFlight, left)
	}
}

func TestWork_ThatFailedUnderAClockThatWasAhead_IsTriedAgain(t *testing.T) {
	t.Parallel()
	var f inFlight
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	j := job{polling, 1}
	f.add(j, now.Add(ahead))
	f.rest(j, now.Add(ahead+errorPause))
	if !f.add(j, now) {
		t.Fatal("it rests for weeks")
	}
	f.rest(j, now.Add(errorPause))
	if f.add(j, now) || !f.add(j, now.Add(errorPause)) {
		t.Fatal("it does not rest")
	}
}
