package payments

// The money invariants, each by trying to break it.

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"comptoir/campay"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// 1. Written before sent.

func TestInvariant1_WrittenBeforeSent(t *testing.T) {
	s := openShop(t)
	seen := 0
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		seen++
		all := s.all()
		if len(all) != seen || all[0].Status != store.StatusUnsent {
			t.Errorf("%s left while the book has %d transactions", r.URL.Path, len(all))
		}
		return false
	})
	s.push(2500, mtnPhone)
	s.link(2500)
	if seen != 2 {
		t.Fatalf("%d calls seen", seen)
	}
}

// 2. Sent at most once in effect.

func TestInvariant2_LostAnswer_IsNeverASecondPayment(t *testing.T) {
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
	s := openShop(t, func(c *sandbox.Config) { c.Ceiling = campay.Francs(25) }) // a limit may count the first request too
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect})
	asked := s.push(2500, mtnPhone)
	s.work(doubtPace)
	s.wantStatus(asked, store.StatusInDoubt)
}

func TestInvariant2_SurelyNotSent_FailsAtOnce(t *testing.T) {
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

// 3. Acknowledged means kept.

func TestInvariant3_AcknowledgedWebhook_IsAppliedAfterRestart(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.must(s.sandbox.Step(s.ctx)) // delivered and acknowledged; nothing applied yet
	if sent := s.sandbox.Webhooks(); len(sent) != 1 || sent[0].Attempts[0].HTTPStatus != http.StatusOK {
		t.Fatalf("webhooks %+v", sent)
	}
	s.start()
	if d := s.deliveries(); len(d) != 1 || d[0].Outcome != store.OutcomeNone {
		t.Fatalf("deliveries after the restart: %+v", d)
	}
	s.must(s.service.Work(s.ctx))
	s.wantStatus(asked, store.StatusSuccessful)
}

func TestInvariant3_WebhookThatCannotBeKept_IsNotAcknowledged(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.store.Close())
	err := s.service.TakeWebhook(s.notification(asked.Reference, "SUCCESSFUL", "2500"), "192.0.2.1")
	if err == nil || errors.Is(err, ErrWebhookRefused) {
		t.Fatalf("taken by a closed book: %v", err)
	}
	s.start()
}

// 4. Said is not proved.

// notification is a rightly signed webhook with any content: a captured
// signature fits everything for an hour.
func (s *shop) notification(reference, status, amount string) *http.Request {
	s.t.Helper()
	signature, err := campay.SignNotification(testKey, s.clock.now())
	s.must(err)
	q := url.Values{
		"reference": {reference}, "status": {status}, "amount": {amount}, "currency": {"XAF"},
		"endpoint": {"collect"}, "signature": {signature},
	}
	return httptest.NewRequestWithContext(s.ctx, http.MethodGet, "/webhook/campay?"+q.Encode(), http.NoBody)
}

func TestInvariant4_ReboundSignature_ProvesNoPayment(t *testing.T) {
	s := openShop(t)
	asked := s.push(50_000, mtnPhone)
	s.must(s.service.TakeWebhook(s.notification(asked.Reference, "SUCCESSFUL", "50000"), "192.0.2.1"))
	if said := s.wantStatus(asked, store.StatusPending); said.ReportedStatus != "SUCCESSFUL" || said.PaidInFull() {
		t.Fatalf("as said: %+v", said)
	}
	s.must(s.service.Work(s.ctx))
	if still := s.wantStatus(asked, store.StatusPending); still.ReportedStatus != "" {
		t.Fatalf("after CamPay said PENDING: %+v", still)
	}
}

func TestInvariant4_ReportedWhileCamPayIsDown_IsNotPaidUntilProved(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.down.Store(true)
	s.work(0)
	for range 5 {
		s.work(time.Minute)
		if said := s.wantStatus(asked, store.StatusPending); said.ReportedStatus != "SUCCESSFUL" || said.PaidInFull() {
			t.Fatalf("while CamPay is down: %+v", said)
		}
	}
	s.down.Store(false)
	s.work(10 * time.Minute)
	if paid := s.wantStatus(asked, store.StatusSuccessful); paid.ReportedStatus != "" {
		t.Fatalf("proved: %+v", paid)
	}
}

func TestInvariant4_ForgedWebhook_IsKeptAndChangesNothing(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	before := s.again(asked)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookForged})
	s.must(s.sandbox.Enter(asked.Reference, sandbox.WrongPIN))
	s.must(s.sandbox.Step(s.ctx))
	if sent := s.sandbox.Webhooks(); sent[0].Attempts[0].HTTPStatus != http.StatusForbidden {
		t.Fatalf("a forgery was acknowledged: %+v", sent)
	}
	d := s.deliveries()
	if len(d) != 1 || d[0].Verdict != store.VerdictRefused || d[0].Outcome != store.OutcomeRefused || d[0].Why == "" {
		t.Fatalf("deliveries %+v", d)
	}
	if after := s.again(asked); after.UpdatedAt != before.UpdatedAt || after.Status != before.Status {
		t.Fatalf("a forgery changed %+v into %+v", before, after)
	}
	if err := s.service.ApplyAgain(s.ctx, d[0].ID); !errors.Is(err, ErrWebhookRefused) {
		t.Fatalf("a forgery was applied by hand: %v", err)
	}
}

func TestInvariant4_WithoutAKey_EveryWebhookIsRefused(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.service.webhooks = nil
	if err := s.service.TakeWebhook(s.notification(asked.Reference, "SUCCESSFUL", "2500"), "192.0.2.1"); !errors.Is(err, ErrWebhookRefused) {
		t.Fatalf("taken without a key: %v", err)
	}
}

func TestInvariant4_ChangedAmount_IsFlaggedAndTheTruthCounts(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookAmount, Amount: campay.Francs(50_000)})
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	paid := s.wantStatus(asked, store.StatusSuccessful, store.FlagReportDiffers)
	if campay.XAF(paid.Amount) != campay.Francs(2500) {
		t.Fatalf("the webhook's amount counts: %+v", paid)
	}
	if d := s.deliveries(); d[0].Outcome != store.OutcomeDiffers {
		t.Fatalf("delivery %+v", d[0])
	}
}

func TestInvariant4_ChangedStatus_IsFlaggedAndTheTruthCounts(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookStatus, Announced: campay.Successful})
	s.must(s.sandbox.Enter(asked.Reference, sandbox.WrongPIN))
	s.work(0)
	s.wantStatus(asked, store.StatusFailed, store.FlagReportDiffers)
}

func TestInvariant4_OtherMoneyThanAsked_IsNeverPaidInFull(t *testing.T) {
	for _, tc := range []struct {
		fault sandbox.Fault
		flag  store.Flag
	}{
		{sandbox.Fault{Kind: sandbox.TrueAmount, Amount: campay.Francs(10)}, store.FlagUnderpaid},
		{sandbox.Fault{Kind: sandbox.TrueAmount, Amount: campay.XAF(249_999)}, store.FlagUnderpaid},
		{sandbox.Fault{Kind: sandbox.TrueAmount, Amount: campay.Francs(9999)}, store.FlagOverpaid},
		{sandbox.Fault{Kind: sandbox.TrueCurrency, Currency: "EUR"}, store.FlagCurrency},
	} {
		s := openShop(t)
		s.sandbox.Inject(tc.fault)
		asked := s.push(2500, mtnPhone)
		s.must(s.sandbox.Enter(asked.Reference, "1234"))
		s.work(0)
		if got := s.wantStatus(asked, store.StatusSuccessful, tc.flag); got.PaidInFull() {
			t.Errorf("%s: paid in full", tc.flag)
		}
	}
}

func TestInvariant4_AnswerForAnotherReference_IsFlaggedAndNotFollowed(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/transaction/") {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"reference": asked.Reference, "external_reference": NewOperation(),
			"status": "SUCCESSFUL", "amount": 2500, "currency": "XAF",
		})
		return true
	})
	s.work(5 * time.Second)
	s.wantStatus(asked, store.StatusPending, store.FlagMismatch)
}

func TestInvariant4_ContradictingWebhooks_ChangeNothingFinal(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	paid := s.wantStatus(asked, store.StatusSuccessful)
	s.must(s.service.TakeWebhook(s.notification(asked.Reference, "FAILED", "2500"), "192.0.2.1"))
	if said := s.wantStatus(asked, store.StatusSuccessful); said.ReportedStatus != "" {
		t.Fatalf("a final transaction is reported as %q", said.ReportedStatus)
	}
	s.work(0)
	after := s.wantStatus(asked, store.StatusSuccessful, store.FlagReportDiffers)
	if after.Amount != paid.Amount || !after.SettledAt.Equal(paid.SettledAt) {
		t.Fatalf("changed to %+v", after)
	}
}

func TestInvariant4_LateSuccessAfterFailure_IsFollowedAndFlagged(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.sandbox.Refuse(asked.Reference))
	s.work(0)
	s.wantStatus(asked, store.StatusFailed)
	s.must(s.sandbox.Settle(asked.Reference, campay.Successful))
	s.work(0)
	s.wantStatus(asked, store.StatusSuccessful, store.FlagMovedFinal)
	if story := strings.Join(s.notes(asked), " "); !strings.Contains(story, "failed") || !strings.Contains(story, "moved_final") {
		t.Fatalf("one of the stories is lost: %s", story)
	}
}

func TestInvariant4_OnlyACleanProofIsPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tx := store.Transaction{
			Status: store.StatusPending, Reference: "r", ExternalReference: "x",
			Asked: int64(campay.Francs(2500)), MayPayMore: rapid.Bool().Draw(t, "may pay more"),
		}
		proved := false
		for range rapid.IntRange(1, 6).Draw(t, "answers") {
			truth := campay.Transaction{
				Reference:         rapid.SampledFrom([]string{"r", "r", "r", "other"}).Draw(t, "reference"),
				ExternalReference: rapid.SampledFrom([]string{"x", "x", "", "other"}).Draw(t, "external reference"),
				Status:            rapid.SampledFrom([]campay.Status{campay.Pending, campay.Successful, campay.Failed, "ODD"}).Draw(t, "status"),
				Amount:            campay.XAF(rapid.Int64Range(0, 500_000).Draw(t, "amount")),
				Currency:          rapid.SampledFrom([]string{"XAF", "XAF", "EUR", ""}).Draw(t, "currency"),
			}
			before := tx
			judge(&tx, truth, time.Unix(0, 0))
			ours := truth.Reference == "r" && truth.ExternalReference != "other"
			if !ours && tx.Status != before.Status {
				t.Fatalf("an answer for another transaction moved %s to %s", before.Status, tx.Status)
			}
			if before.Status.Final() && !truth.Status.Final() && tx.Status != before.Status {
				t.Fatalf("%s moved %s to %s", truth.Status, before.Status, tx.Status)
			}
			if ours && truth.Status.Final() {
				proved = truth.Status == campay.Successful && truth.Currency == "XAF" && truth.Amount >= campay.Francs(2500) &&
					(truth.Amount == campay.Francs(2500) || tx.MayPayMore)
			}
		}
		if tx.PaidInFull() && !proved {
			t.Fatalf("called paid without proof: %+v", tx)
		}
	})
}

// 5. No one needs the webhook.

func TestInvariant5_WebhookLost_PollingFindsThePayment(t *testing.T) {
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	asked, l := s.push(2500, mtnPhone), s.link(700)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.pay(l, 0, "1234")
	s.work(pollLast)
	s.wantStatus(asked, store.StatusSuccessful)
	s.wantStatus(l.Newest, store.StatusSuccessful)
	if d := s.deliveries(); len(d) != 0 {
		t.Fatalf("deliveries %+v", d)
	}
}

func TestInvariant5_LateDoubledReordered_EndInTheSameState(t *testing.T) {
	for _, fault := range []sandbox.Fault{
		{Kind: sandbox.WebhookLate, Delay: 3 * time.Hour},
		{Kind: sandbox.WebhookDoubled},
		{Kind: sandbox.WebhookReordered, Delay: time.Hour},
	} {
		s := openShop(t)
		s.sandbox.Inject(fault)
		first, second := s.push(100, mtnPhone), s.push(200, orangePhone)
		s.must(s.sandbox.Enter(first.Reference, "1234"))
		s.must(s.sandbox.Enter(second.Reference, "1234"))
		for range 10 {
			s.work(30 * time.Minute)
		}
		s.wantStatus(first, store.StatusSuccessful)
		s.wantStatus(second, store.StatusSuccessful)
		s.wantEffects(2, 2)
		takings, err := s.store.Takings(s.ctx, s.clock.now().Add(-24*time.Hour), s.clock.now())
		s.must(err)
		if takings.Count != 2 || campay.XAF(takings.Amount) != campay.Francs(300) {
			t.Fatalf("%s: takings %+v", fault.Kind, takings)
		}
	}
}

func TestInvariant5_PollingSlowsDownAndEndsAfterADay(t *testing.T) {
	s := openShop(t, func(c *sandbox.Config) { c.PromptTimeout = 100 * time.Hour })
	asked := s.push(2500, mtnPhone)
	last := time.Duration(0)
	for s.clock.now().Sub(asked.CreatedAt) < pollFor {
		next := s.again(asked).PollAt
		wait := next.Sub(s.clock.now())
		if wait < last || wait > pollLast {
			t.Fatalf("waits %v after %v", wait, last)
		}
		last = wait
		s.work(wait)
	}
	if last != pollLast {
		t.Fatalf("after a day it waits %v, want %v", last, pollLast)
	}
	s.work(pollLast)
	if open := s.wantStatus(asked, store.StatusPending); !open.PollAt.IsZero() {
		t.Fatalf("still polled at %v", open.PollAt)
	}
	s.must(s.service.Nudge(s.ctx, TransactionTopic(asked.ID)))
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.sandbox.ClearFaults()
	s.must(s.service.Work(s.ctx))
	s.work(nudgeWithin)
	s.wantStatus(asked, store.StatusSuccessful)
}

func TestInvariant5_UnknownReference_BecomesExternalOnlyWhenCamPayKnowsIt(t *testing.T) {
	s := openShop(t)
	s.must(s.service.TakeWebhook(s.notification("0b1f0a5e-9e4f-4c43-8b39-2b8f6f7a5d10", "SUCCESSFUL", "2500"), "192.0.2.1"))
	for range 10 {
		s.work(unknownPatience / 4)
	}
	if d := s.deliveries(); len(s.all()) != 0 || d[0].Outcome != store.OutcomeUnknown || !d[0].NextAt.IsZero() {
		t.Fatalf("%d transactions, delivery %+v", len(s.all()), d[0])
	}
	elsewhere, err := s.client.Collect(s.ctx, campay.CollectRequest{Amount: campay.Francs(300), From: mtnPhone, Description: "Ailleurs"})
	s.must(err)
	s.must(s.sandbox.Enter(elsewhere.Reference, "1234"))
	s.work(0)
	all := s.all()
	if len(all) != 1 || all[0].Origin != store.OriginExternal || all[0].Status != store.StatusSuccessful ||
		campay.XAF(all[0].Amount) != campay.Francs(300) || len(all[0].Flags) != 0 {
		t.Fatalf("transactions %+v", all)
	}
}

func TestInvariant4_ReportThatCamPayDoesNotConfirm_IsTakenBack(t *testing.T) {
	s := openShop(t)
	l := s.link(2500)
	s.must(s.service.TakeWebhook(s.notification(l.Newest.Reference, "SUCCESSFUL", "2500"), "192.0.2.1"))
	if said := s.wantStatus(l.Newest, store.StatusWaiting); said.ReportedStatus != "SUCCESSFUL" {
		t.Fatalf("as said: %+v", said)
	}
	for range 10 {
		s.work(unknownPatience / 4)
	}
	if after := s.wantStatus(l.Newest, store.StatusWaiting); after.ReportedStatus != "" || after.PaidInFull() {
		t.Fatalf("after CamPay did not know it: %+v", after)
	}
}

func TestInvariant5_OldLink_PaidWithoutWebhook_IsFound(t *testing.T) {
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	l := s.link(2500)
	for range 40 {
		s.work(2 * time.Hour)
	}
	s.pay(l, 0, "1234")
	s.work(waitLast)
	s.wantStatus(l.Newest, store.StatusSuccessful)
}

func TestInvariant5_OldLink_BegunBeforeItIsProved_IsFollowedToItsEnd(t *testing.T) {
	s := openShop(t, func(c *sandbox.Config) { c.PromptTimeout = 3 * time.Hour })
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	l := s.link(2500)
	for range 13 {
		s.work(2 * time.Hour)
	}
	prompt, err := s.sandbox.Pay(l.Newest.Reference, mtnPhone, 0)
	s.must(err)
	// CamPay reports the end before its own /transaction/ knows it.
	s.must(s.service.TakeWebhook(s.notification(l.Newest.Reference, "SUCCESSFUL", "2500"), "192.0.2.1"))
	s.work(0)
	s.wantStatus(l.Newest, store.StatusPending)
	s.must(s.sandbox.Enter(prompt.Reference, "1234"))
	s.work(time.Minute)
	s.wantStatus(l.Newest, store.StatusSuccessful)
}

func TestStory_OfALongWait_SaysEachThingOnce(t *testing.T) {
	for name, hinder := range map[string]func(*shop){
		"CamPay is down": func(s *shop) { s.down.Store(true) },
		"in doubt": func(s *shop) {
			s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect, Times: -1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t, func(c *sandbox.Config) { c.PromptTimeout = 100 * time.Hour })
			if name == "in doubt" {
				hinder(s)
			}
			asked := s.push(2500, mtnPhone)
			hinder(s)
			_, stop, err := s.service.Watch(s.ctx, TransactionTopic(asked.ID))
			s.must(err)
			defer stop()
			for range 60 {
				s.work(time.Minute)
				s.must(s.service.Nudge(s.ctx, TransactionTopic(asked.ID)))
			}
			if story := s.notes(asked); len(story) > 30 || story[0] != "written" {
				t.Fatalf("a story of %d lines: %v", len(story), story)
			}
		})
	}
}

func TestInvariant2_InDoubtAndWatched_SearchesTheHistoryAtItsOwnPace(t *testing.T) {
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
	_, stop, err := s.service.Watch(s.ctx, TransactionTopic(asked.ID))
	s.must(err)
	defer stop()
	for range 120 {
		s.work(30 * time.Second)
		s.must(s.service.Nudge(s.ctx, TransactionTopic(asked.ID)))
	}
	if searches > 60 {
		t.Fatalf("%d searches in an hour", searches)
	}
}

func TestWebhook_ReportOfAnotherTransaction_IsTakenBack(t *testing.T) {
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect, Times: -1})
	doubtful := s.push(2500, mtnPhone)
	s.sandbox.ClearFaults()
	other := s.push(700, orangePhone)
	s.must(s.sandbox.Enter(other.Reference, "1234"))
	r := s.notification("0b1f0a5e-9e4f-4c43-8b39-2b8f6f7a5d10", "SUCCESSFUL", "700")
	elsewhere, err := s.client.Collect(s.ctx, campay.CollectRequest{Amount: campay.Francs(300), From: mtnPhone})
	s.must(err)
	q := r.URL.Query()
	q.Set("reference", elsewhere.Reference)
	q.Set("external_reference", doubtful.ExternalReference)
	r.URL.RawQuery = q.Encode()
	s.must(s.service.TakeWebhook(r, "192.0.2.1"))
	if said := s.again(doubtful); said.ReportedStatus == "" {
		t.Fatal("nothing was reported")
	}
	s.must(s.service.Work(s.ctx))
	if after := s.again(doubtful); after.ReportedStatus != "" || after.Reference == elsewhere.Reference {
		t.Fatalf("the report sticks: %+v", after)
	}
}

// A link paid twice, and a second try.

func TestLink_PaidTwice_IsFlagged(t *testing.T) {
	s := openShop(t)
	l := s.link(2500)
	s.pay(l, 0, "1234")
	s.work(0)
	s.pay(l, 0, "1234")
	s.work(0)
	attempts := s.attempts(l.ID)
	if len(attempts) != 2 || attempts[0].SiblingOf != attempts[1].ID {
		t.Fatalf("attempts %+v", attempts)
	}
	s.wantStatus(attempts[1], store.StatusSuccessful)
	s.wantStatus(attempts[0], store.StatusSuccessful, store.FlagPaidTwice)
	s.wantEffects(2, 2)
}

func TestLink_SecondTryAfterARefusal_Pays(t *testing.T) {
	s := openShop(t)
	l := s.link(2500)
	s.pay(l, 0, sandbox.WrongPIN)
	s.work(0)
	s.wantStatus(l.Newest, store.StatusFailed)
	s.pay(l, 0, "1234")
	s.work(0)
	l, err := s.store.Link(s.ctx, l.ID)
	s.must(err)
	if !l.Newest.PaidInFull() || l.Paid != 1 || len(s.attempts(l.ID)) != 2 {
		t.Fatalf("link %+v", l)
	}
}

func TestWebhook_BeforeTheAnswerIsWritten_IsAdoptedOnce(t *testing.T) {
	s := openShop(t)
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/collect/") {
			return false
		}
		// The payer is quicker than CamPay's answer.
		s.sandbox.Handler().ServeHTTP(w, r)
		s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
		s.must(s.sandbox.Step(s.ctx))
		s.must(s.service.Work(s.ctx))
		return true
	})
	asked := s.push(2500, mtnPhone)
	s.wantStatus(asked, store.StatusSuccessful)
	if all := s.all(); len(all) != 1 {
		t.Fatalf("%d transactions", len(all))
	}
}

func TestWebhook_Junk_IsRefusedAndKept(t *testing.T) {
	s := openShop(t)
	for _, r := range []*http.Request{
		httptest.NewRequestWithContext(s.ctx, http.MethodGet, "/webhook/campay", http.NoBody),
		httptest.NewRequestWithContext(s.ctx, http.MethodPost, "/webhook/campay", strings.NewReader("{")),
		httptest.NewRequestWithContext(s.ctx, http.MethodGet, "/webhook/campay?reference=a&reference=b&status=SUCCESSFUL", http.NoBody),
	} {
		if err := s.service.TakeWebhook(r, "192.0.2.1"); !errors.Is(err, ErrWebhookRefused) {
			t.Errorf("%s: %v", r.URL, err)
		}
	}
	large := httptest.NewRequestWithContext(s.ctx, http.MethodPost, "/webhook/campay", strings.NewReader(strings.Repeat("a", campay.MaxNotification+1)))
	if err := s.service.TakeWebhook(large, "192.0.2.1"); !errors.Is(err, ErrWebhookTooLarge) {
		t.Errorf("a large one: %v", err)
	}
	if d := s.deliveries(); len(d) != 3 {
		t.Fatalf("%d deliveries kept", len(d))
	}
}

func TestApplyAgain_PutsADeliveryBackInTheQueue(t *testing.T) {
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.service.TakeWebhook(s.notification(asked.Reference, "SUCCESSFUL", "2500"), "192.0.2.1"))
	s.must(s.service.Work(s.ctx))
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost})
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.must(s.service.ApplyAgain(s.ctx, s.deliveries()[0].ID))
	s.must(s.service.Work(s.ctx))
	s.wantStatus(asked, store.StatusSuccessful)
}
