package payments

// What CamPay does not tell, or tells in words that nobody knows: unknown is not
// zero, and an unknown word is no proof.

import (
	"errors"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// says has CamPay answer so about every transaction, until faults are cleared.
func (s *shop) says(kind sandbox.Kind, text string) {
	s.sandbox.Inject(sandbox.Fault{Kind: kind, Text: text, Times: -1})
}

func (s *shop) takings() store.Takings {
	s.t.Helper()
	taken, err := s.store.Takings(s.ctx, s.clock.now().Add(-24*time.Hour), s.clock.now().Add(time.Second))
	s.must(err)
	return taken
}

func TestUnknownAmount_IsNeitherPaidNorShort_AndIsLearntWhenCamPayTellsIt(t *testing.T) {
	t.Parallel()
	for _, told := range []string{"None", "null", "", "0.00", "-2500", "five", "2500000000"} {
		t.Run(told, func(t *testing.T) {
			s := openShop(t)
			asked := s.push(2500, mtnPhone)
			s.says(sandbox.AmountUntold, told)
			s.must(s.sandbox.Enter(asked.Reference, "1234"))
			s.work(0)
			got := s.wantStatus(asked, store.StatusSuccessful, store.FlagAmountUnknown)
			if !got.AmountUnknown || got.Amount != 0 || got.PaidInFull() || got.IsSimulated() || len(s.told) != 0 {
				t.Fatalf("told %d as paid: %+v", s.told, got)
			}
			if taken := s.takings(); taken.Count != 0 || taken.Amount != 0 || taken.Untold != 1 {
				t.Fatalf("taken %+v", taken)
			}
			if left, err := s.service.Refundable(s.ctx, got); err != nil || left != 0 {
				t.Fatalf("%s to give back, %v", left, err)
			}
			s.work(time.Minute)
			again := s.notes(got)
			s.sandbox.ClearFaults()
			s.work(time.Hour)
			got = s.wantStatus(asked, store.StatusSuccessful)
			if !got.PaidInFull() || got.Amount != money.Francs(2500) || !got.PollAt.IsZero() || len(s.told) != 1 {
				t.Fatalf("learnt: %+v", got)
			}
			if notes := s.notes(got); len(notes) != len(again)+1 || notes[len(notes)-1] != "amount_told" {
				t.Fatalf("story %v", notes)
			}
			if taken := s.takings(); taken.Count != 1 || taken.Untold != 0 {
				t.Fatalf("taken %+v", taken)
			}
		})
	}
}

// Only an answer uses patience up, and not a clock that was behind when the
// success was heard of.
func TestUnknownAmount_WhileCamPayIsDown_IsAskedAboutOn_HoweverLongAgoItSeems(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.says(sandbox.AmountUntold, "None")
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	s.sandbox.ClearFaults()
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.ErrorBefore, Endpoint: sandbox.EndpointTransaction, Times: -1})
	s.work(30 * 24 * time.Hour)
	if got := s.again(asked); got.PollAt.IsZero() {
		t.Fatal("CamPay was down, and nobody asks any more")
	}
	s.sandbox.ClearFaults()
	s.work(waitLast)
	if got := s.again(asked); !got.PaidInFull() {
		t.Fatalf("learnt: %+v", got)
	}
}

func TestUnknownAmount_ThatTheHistoryTells_IsAskedAboutAgain(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.says(sandbox.AmountUntold, "None")
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	for range 9 { // until nobody asks any more
		s.work(24 * time.Hour)
	}
	if got := s.again(asked); !got.PollAt.IsZero() {
		t.Fatalf("asked about at %v", got.PollAt)
	}
	s.sandbox.ClearFaults()
	s.reconcile(s.today())
	if got := s.again(asked); !got.PaidInFull() {
		t.Fatalf("learnt: %+v", got)
	}
}

func TestKnownAmount_IsNotForgotten_WhenALaterAnswerLeavesItOut(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	paid := s.paid(2500, mtnPhone)
	s.says(sandbox.AmountUntold, "None")
	_, err := s.service.Ask(s.ctx, paid.ID)
	s.must(err)
	if got := s.wantStatus(paid, store.StatusSuccessful); !got.PaidInFull() || got.Amount != paid.Amount {
		t.Fatalf("%+v", got)
	}
}

func TestSimulatedPayer_OfTheDemoAlone_IsASuccessOfNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.service.demo = true
	asked := s.push(100, mtnPhone)
	s.says(sandbox.AmountUntold, "0.00")
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	if got := s.wantStatus(asked, store.StatusSuccessful); !got.IsSimulated() || !got.PaidInFull() || got.Amount != 0 {
		t.Fatalf("%+v", got)
	}
	if taken := s.takings(); taken.Amount != 0 || taken.Untold != 0 {
		t.Fatalf("taken %+v", taken)
	}
	s.sandbox.ClearFaults()
	untold := s.push(90, mtnPhone)
	s.says(sandbox.AmountUntold, "None")
	s.must(s.sandbox.Enter(untold.Reference, "1234"))
	s.work(0)
	s.wantStatus(untold, store.StatusSuccessful, store.FlagAmountUnknown)
}

func TestUnknownAmount_OfAPayout_IsNotTakenForNothing(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.says(sandbox.AmountUntold, "None")
	sent := s.payOut(s.withdrawal(1000))
	s.work(time.Minute)
	if got := s.wantStatus(sent, store.StatusSuccessful, store.FlagAmountUnknown); !got.AmountUnknown || got.PaidInFull() {
		t.Fatalf("%+v", got)
	}
	if gone := s.gone(); gone != money.Francs(1000) {
		t.Fatalf("%s are gone", gone)
	}
}

func TestUnknownWord_MovesNothing_IsFlaggedAndAskedAboutOn(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"EXPIRED", "Cancelled", "REVERSED", "SUCCESS", "success"} {
		t.Run(word, func(t *testing.T) {
			s := openShop(t)
			asked := s.push(2500, mtnPhone)
			s.says(sandbox.StatusWord, word)
			for _, d := range []time.Duration{time.Minute, time.Hour, 23 * time.Hour, 72 * time.Hour} {
				s.work(d)
				got := s.wantStatus(asked, store.StatusPending, store.FlagUnknownWord)
				if got.Word != word || got.PollAt.IsZero() {
					t.Fatalf("after %s: %+v", d, got)
				}
			}
			// Once for each that asked: the polls, the webhook of the prompt's end, the daily comparison.
			if notes := s.notes(asked); len(notes) > 6 {
				t.Fatalf("story %v", notes)
			}
			s.sandbox.ClearFaults()
			s.must(s.sandbox.Settle(asked.Reference, campay.Successful))
			s.work(7 * time.Hour)
			if got := s.wantStatus(asked, store.StatusSuccessful); got.Word != "" || !got.PaidInFull() {
				t.Fatalf("proved: %+v", got)
			}
		})
	}
}

func TestUnknownWord_OnASettledPayment_FlagsIt_AndIsNoLongerPaid(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	paid := s.paid(2500, mtnPhone)
	s.says(sandbox.StatusWord, "REVERSED")
	_, err := s.service.Ask(s.ctx, paid.ID)
	s.must(err)
	got := s.wantStatus(paid, store.StatusSuccessful, store.FlagUnknownWord)
	if got.PaidInFull() || got.Word != "REVERSED" || got.PollAt.IsZero() || got.Amount != paid.Amount {
		t.Fatalf("%+v", got)
	}
	if taken := s.takings(); taken.Count != 0 || taken.Untold != 1 {
		t.Fatalf("taken %+v", taken)
	}
	s.sandbox.ClearFaults()
	s.work(time.Hour)
	if got := s.wantStatus(paid, store.StatusSuccessful); !got.PaidInFull() || !got.PollAt.IsZero() {
		t.Fatalf("taken back: %+v", got)
	}
}

func TestUnknownWord_OfAPayout_IsAPersonsToDecide_WhenCamPayHadItsDay(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.StatusWord, Text: "CANCELLED", Times: -1})
	sent := s.payOut(s.withdrawal(1000))
	s.work(time.Minute)
	open := s.wantStatus(sent, store.StatusPending, store.FlagUnknownWord)
	if may, err := s.service.Decidable(s.ctx, open); err != nil || may != DecideNever {
		t.Fatalf("at once: %q, %v", may, err)
	}
	for range 10 {
		s.work(6 * time.Hour)
	}
	open = s.wantStatus(sent, store.StatusPending, store.FlagUnknownWord)
	if may, err := s.service.Decidable(s.ctx, open); err != nil || !may.May() {
		t.Fatalf("after days: %q, %v", may, err)
	}
	s.must(s.service.Decide(s.ctx, sent.ID, store.StatusFailed, s.owner))
	if done := s.wantStatus(sent, store.StatusFailed, store.FlagDecided); done.Word != "" {
		t.Fatalf("%+v", done)
	}
	s.sandbox.ClearFaults()
	_, err := s.service.Ask(s.ctx, sent.ID)
	s.must(err)
	s.wantStatus(sent, store.StatusSuccessful, store.FlagMovedFinal) // CamPay's word counts, when it has one
}

// A day is counted from the word on: what CamPay called open until then was no doubt.
func TestUnknownWord_OfAPayoutThatWasLongOpen_HasItsDayToo(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.StatusWord, Text: "PENDING", Times: -1})
	sent := s.payOut(s.withdrawal(1000))
	for range 10 {
		s.work(6 * time.Hour)
	}
	s.wantStatus(sent, store.StatusPending)
	s.sandbox.ClearFaults()
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.StatusWord, Text: "PROCESSING", Times: -1})
	for range 2 {
		if _, err := s.service.Ask(s.ctx, sent.ID); err != nil {
			t.Fatal(err)
		}
		open := s.wantStatus(sent, store.StatusPending, store.FlagUnknownWord)
		if may, err := s.service.Decidable(s.ctx, open); err != nil || may != DecideNever {
			t.Errorf("minutes after the word came: %q, %v", may, err)
		}
		if err := s.service.Decide(s.ctx, sent.ID, store.StatusFailed, s.owner); !errors.Is(err, ErrNotDecidable) {
			t.Fatalf("decided minutes after the word came: %v", err)
		}
	}
	for range 10 {
		s.work(6 * time.Hour)
	}
	if may, err := s.service.Decidable(s.ctx, s.wantStatus(sent, store.StatusPending, store.FlagUnknownWord)); err != nil || !may.May() {
		t.Errorf("after days: %q, %v", may, err)
	}
}
