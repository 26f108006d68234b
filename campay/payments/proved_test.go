package payments

// Invariant 4: only /transaction/{reference}/ proves anything.

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
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

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
	t.Parallel()
	s := openShop(t)
	asked := s.push(50_000, mtnPhone)
	s.hears(s.notification(asked.Reference, "SUCCESSFUL", "50000"))
	if said := s.wantStatus(asked, store.StatusPending); said.ReportedStatus != "SUCCESSFUL" || said.PaidInFull() {
		t.Fatalf("as said: %+v", said)
	}
	s.must(s.service.Work(s.ctx))
	if still := s.wantStatus(asked, store.StatusPending); still.ReportedStatus != "" {
		t.Fatalf("after CamPay said PENDING: %+v", still)
	}
}

func TestInvariant4_ReportedWhileCamPayIsDown_IsNotPaidUntilProved(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.service.webhooks = nil
	if err := s.service.TakeWebhook(s.notification(asked.Reference, "SUCCESSFUL", "2500"), "192.0.2.1"); !errors.Is(err, ErrWebhookRefused) {
		t.Fatalf("taken without a key: %v", err)
	}
}

func TestInvariant4_ChangedAmount_IsFlaggedAndTheTruthCounts(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookAmount, Amount: money.Francs(50_000)})
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	paid := s.wantStatus(asked, store.StatusSuccessful, store.FlagReportDiffers)
	if paid.Amount != money.Francs(2500) {
		t.Fatalf("the webhook's amount counts: %+v", paid)
	}
	if d := s.deliveries(); d[0].Outcome != store.OutcomeDiffers {
		t.Fatalf("delivery %+v", d[0])
	}
}

func TestInvariant4_ChangedStatus_IsFlaggedAndTheTruthCounts(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookStatus, Announced: campay.Successful})
	s.must(s.sandbox.Enter(asked.Reference, sandbox.WrongPIN))
	s.work(0)
	s.wantStatus(asked, store.StatusFailed, store.FlagReportDiffers)
}

func TestInvariant4_OtherMoneyThanAsked_IsNeverPaidInFull(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		fault sandbox.Fault
		flag  store.Flag
	}{
		{sandbox.Fault{Kind: sandbox.TrueAmount, Amount: money.Francs(10)}, store.FlagUnderpaid},
		{sandbox.Fault{Kind: sandbox.TrueAmount, Amount: 249_999}, store.FlagUnderpaid},
		{sandbox.Fault{Kind: sandbox.TrueAmount, Amount: money.Francs(9999)}, store.FlagOverpaid},
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
	t.Parallel()
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
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	paid := s.wantStatus(asked, store.StatusSuccessful)
	s.hears(s.notification(asked.Reference, "FAILED", "2500"))
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
	t.Parallel()
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
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tx := store.Transaction{
			Status: store.StatusPending, Reference: "r", ExternalReference: "x",
			Asked: money.Francs(2500), MayPayMore: rapid.Bool().Draw(t, "may pay more"),
		}
		proved, told := false, money.XAF(0)
		for range rapid.IntRange(1, 6).Draw(t, "answers") {
			truth := campay.Transaction{
				Reference:         rapid.SampledFrom([]string{"r", "r", "r", "other"}).Draw(t, "reference"),
				ExternalReference: rapid.SampledFrom([]string{"x", "x", "", "other"}).Draw(t, "external reference"),
				Status:            rapid.SampledFrom([]campay.Status{campay.Pending, campay.Successful, campay.Failed, "ODD", "SUCCESS", "REVERSED"}).Draw(t, "status"),
				Amount:            money.Told{XAF: money.XAF(rapid.Int64Range(-1, 500_000).Draw(t, "amount")), Known: rapid.Bool().Draw(t, "told")},
				Currency:          rapid.SampledFrom([]string{"XAF", "XAF", "EUR", ""}).Draw(t, "currency"),
			}
			before := tx
			if !truth.Amount.Known {
				truth.Amount.XAF = 0
			}
			judge(&tx, truth, time.Unix(0, 0), false)
			ours := truth.Reference == "r" && truth.ExternalReference != "other"
			if !ours && tx.Status != before.Status {
				t.Fatalf("an answer for another transaction moved %s to %s", before.Status, tx.Status)
			}
			if before.Status.Final() && !truth.Status.Final() && tx.Status != before.Status {
				t.Fatalf("%s moved %s to %s", truth.Status, before.Status, tx.Status)
			}
			if ours && truth.Status.Final() {
				if truth.Status == campay.Successful && truth.Amount.XAF > 0 {
					told = truth.Amount.XAF // what was told once is not taken back by an answer that leaves it out
				}
				proved = truth.Status == campay.Successful && truth.Currency == "XAF" && told >= money.Francs(2500) &&
					(told == money.Francs(2500) || tx.MayPayMore)
			} else if ours && truth.Status != campay.Pending {
				proved = false // a word that nobody knows
			}
		}
		if tx.PaidInFull() && !proved {
			t.Fatalf("called paid without proof: %+v", tx)
		}
	})
}

func TestInvariant4_ReportThatCamPayDoesNotConfirm_IsTakenBack(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(2500)
	s.hears(s.notification(l.Newest.Reference, "SUCCESSFUL", "2500"))
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
