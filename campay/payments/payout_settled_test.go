package payments

// How money that went out comes to its end: by webhook, by asking where CamPay
// answers for its kind, or by its code in the history (invariants 4 and 5).

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestPayout_IsPendingUntilCamPayProvesIt(t *testing.T) {
	t.Parallel()
	for kind := range payoutKinds {
		s := openPayoutShop(t, func(c *sandbox.Config) { c.PayoutDelay = time.Minute })
		asked := s.payOut(s.order(kind, 1000, mtnPhone))
		open := s.wantStatus(asked, store.StatusPending)
		if open.Reference == "" || open.SentAt.IsZero() || open.Operator != "MTN" || open.Origin != store.OriginPush {
			t.Fatalf("kept as %+v", open)
		}
		s.work(2 * time.Minute)
		done := s.wantStatus(asked, store.StatusSuccessful)
		if !done.PaidInFull() || done.Amount != money.Francs(1000) || done.Phone != mtnPhone || done.Code == "" {
			t.Fatalf("kept as %+v", done)
		}
	}
}

func TestPayout_FailedAtTheCarrier_Fails(t *testing.T) {
	t.Parallel()
	for kind, endpoint := range payoutKinds {
		s := openPayoutShop(t, func(c *sandbox.Config) { c.PayoutDelay = time.Minute })
		s.sandbox.Inject(sandbox.Fault{Kind: sandbox.FailAtSource, Endpoint: endpoint})
		asked := s.payOut(s.order(kind, 1000, mtnPhone))
		s.work(2 * time.Minute)
		if failed := s.wantStatus(asked, store.StatusFailed); failed.Reason == "" {
			t.Fatalf("kept as %+v", failed)
		}
		if got := s.gone(); got != 0 {
			t.Fatalf("%s is gone", got)
		}
	}
}

func TestInvariant5_Payout_WithoutWebhook_IsFollowedForAsLongAsItTakes(t *testing.T) {
	t.Parallel()
	for kind := range payoutKinds {
		s := openPayoutShop(t, func(c *sandbox.Config) { c.PayoutDelay = 4*24*time.Hour + time.Minute })
		s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
		asked := s.payOut(s.order(kind, 1000, mtnPhone))
		s.days(4)
		if open := s.wantStatus(asked, store.StatusPending); open.PollAt.IsZero() {
			t.Fatalf("%s is asked about no more", kind)
		}
		s.work(waitLast)
		s.wantStatus(asked, store.StatusSuccessful)
	}
}

func TestInvariant5_PayoutInDoubt_EndedLate_IsFoundInTheHistory(t *testing.T) {
	t.Parallel()
	const late = 12 * 24 * time.Hour
	s := openPayoutShop(t, func(c *sandbox.Config) { c.PayoutDelay = late })
	s.sandbox.Inject(
		sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointWithdraw},
		sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1},
	)
	asked := s.payOut(s.withdrawal(1000))
	s.days(11)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointWithdraw})
	younger := s.payOut(s.withdrawal(500))
	s.days(1)
	s.wantStatus(asked, store.StatusInDoubt)
	s.clock.pass(waitLast)
	// By hand: the nightly reconciliation has no part in it.
	for _, doubt := range []store.Transaction{younger, asked} { // the younger one looks back less far
		_, err := s.service.Ask(s.ctx, doubt.ID)
		s.must(err)
	}
	s.wantStatus(asked, store.StatusSuccessful)
	s.wantSent(2)
}

func TestPayoutInDoubt_ItsWebhook_EndsIt(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(
		sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointWithdraw},
		sandbox.Fault{Kind: sandbox.WebhookLate, Endpoint: sandbox.EndpointWithdraw, Delay: 30 * time.Hour},
	)
	s.lose("/history/")
	asked := s.payOut(s.withdrawal(1000))
	s.days(1)
	s.wantStatus(asked, store.StatusInDoubt)
	s.days(1)
	s.wantStatus(asked, store.StatusSuccessful)
	if d := s.deliveries(); len(d) != 1 || d[0].TransactionID != asked.ID || d[0].Outcome != store.OutcomeApplied {
		t.Fatalf("deliveries %+v", d)
	}
}

func TestAirtimeInDoubt_ItsWebhook_EndsIt(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointAirtime})
	asked := s.payOut(s.order(store.KindAirtime, 1000, orangePhone))
	s.wantStatus(asked, store.StatusInDoubt)
	reference := s.sandbox.Ledger()[0].Reference
	s.hears(s.notificationOf(asked, reference, "SUCCESSFUL"))
	s.work(0)
	if done := s.wantStatus(asked, store.StatusSuccessful); done.Reference != reference {
		t.Fatalf("kept as %+v", done)
	}
}

// notificationOf is a webhook that speaks of t's external reference too.
func (s *payoutShop) notificationOf(t store.Transaction, reference, status string) *http.Request {
	s.t.Helper()
	r := s.notification(reference, status, t.Asked.String())
	fields := r.URL.Query()
	fields.Set("external_reference", t.ExternalReference)
	r.URL.RawQuery = fields.Encode()
	return r
}

// lose has every call whose path ends so answered by nobody.
func (s *payoutShop) lose(path string) {
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, path) {
			panic(http.ErrAbortHandler)
		}
		return false
	})
}

func TestPayout_BegunElsewhere_BecomesExternal(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	_, err := s.client.Withdraw(s.ctx, campay.WithdrawRequest{Amount: money.Francs(300), To: mtnPhone, Description: "Ailleurs"})
	s.must(err)
	airtime, err := s.client.TransferAirtime(s.ctx, campay.AirtimeRequest{Amount: money.Francs(100), To: mtnPhone})
	s.must(err)
	s.hears(s.notification(airtime.Reference, "SUCCESSFUL", "100"))
	s.work(0)
	kinds := map[store.Kind]money.XAF{}
	for _, e := range s.all() {
		if e.Origin != store.OriginExternal || e.Status != store.StatusSuccessful || len(e.Flags) != 0 {
			t.Errorf("kept as %+v", e)
		}
		kinds[e.Kind] = e.Amount
	}
	if len(kinds) != 2 || kinds[store.KindWithdraw] != money.Francs(300) || kinds[store.KindAirtime] != money.Francs(100) {
		t.Fatalf("external %v", kinds)
	}
}

func TestPayoutInDoubt_WhoseProofNamesNoExternalReference_IsFoundByItsCode(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointWithdraw})
	s.edit(func(answer map[string]any) { delete(answer, "external_reference") })
	asked := s.payOut(s.withdrawal(1000))
	s.wantStatus(asked, store.StatusInDoubt)
	s.work(0)
	s.wantStatus(asked, store.StatusSuccessful)
	if all := s.all(); len(all) != 1 {
		t.Fatalf("transactions %+v", all)
	}
}

func TestPayout_OfAnotherAmountThanAsked_IsFlagged(t *testing.T) {
	t.Parallel()
	for moved, flag := range map[int64]store.Flag{900: store.FlagUnderpaid, 1100: store.FlagOverpaid} {
		for kind, endpoint := range payoutKinds {
			s := openPayoutShop(t)
			s.sandbox.Inject(sandbox.Fault{Kind: sandbox.TrueAmount, Endpoint: endpoint, Amount: money.Francs(moved)})
			asked := s.payOut(s.order(kind, 1000, mtnPhone))
			s.work(time.Minute)
			if done := s.wantStatus(asked, store.StatusSuccessful, flag); done.PaidInFull() {
				t.Fatalf("%s counts as done: %+v", kind, done)
			}
		}
	}
}

func TestPayout_ToAnotherNumberThanAsked_IsFlaggedAndKeepsItsRecipient(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.edit(func(answer map[string]any) {
		if _, isProof := answer["app_amount"]; isProof {
			answer["phone_number"] = orangePhone
		}
	})
	asked := s.payOut(s.withdrawal(1000))
	s.work(time.Minute)
	if done := s.wantStatus(asked, store.StatusSuccessful, store.FlagMismatch); done.Phone != mtnPhone || done.PaidInFull() {
		t.Fatalf("kept as %+v", done)
	}
}

func TestPayout_CarriedOutTwiceByCamPay_IsTwoTransactions(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	asked := s.payOut(s.withdrawal(1000))
	s.work(0)
	s.wantStatus(asked, store.StatusSuccessful)
	// CamPay does it once more under the same external reference.
	second, err := s.client.Withdraw(s.ctx, campay.WithdrawRequest{Amount: money.Francs(1000), To: mtnPhone, Description: "x"})
	s.must(err)
	s.edit(func(answer map[string]any) {
		if answer["reference"] == second.Reference {
			answer["external_reference"] = asked.ExternalReference
		}
	})
	s.work(0)
	all := s.all()
	if len(all) != 2 || all[0].SiblingOf != asked.ID || all[0].Phone != mtnPhone || all[0].Kind != store.KindWithdraw {
		t.Fatalf("transactions %+v", all)
	}
	s.wantStatus(all[0], store.StatusSuccessful, store.FlagPaidTwice)
}

func TestPayout_AnsweredWithAnothersReference_IsInDoubt(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	first := s.payOut(s.withdrawal(1000))
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !movesOut(r) {
			return false
		}
		_, err := w.Write([]byte(`{"reference":"` + first.Reference + `"}`))
		return err == nil
	})
	second := s.payOut(s.withdrawal(500))
	s.days(1)
	s.wantStatus(second, store.StatusInDoubt, store.FlagMismatch)
	s.wantStatus(first, store.StatusSuccessful)
}

func TestAsk_WhileTheHistoryIsAway_SaysThatNobodyAnswered(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	asked := s.doubtful(store.KindWithdraw, sandbox.CutAfter)
	s.work(time.Minute)
	for range 2 {
		if answered, err := s.service.Ask(s.ctx, asked.ID); answered || err != nil {
			t.Fatalf("answered %v, %v", answered, err)
		}
	}
}

func TestWebhook_WhereThereIsNoPlaceForAirtime_EndsAsUnknown(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/utilities/") {
			return false
		}
		http.Error(w, "<html>404</html>", http.StatusNotFound)
		return true
	})
	s.hears(s.notification(NewOperation(), "SUCCESSFUL", "100"))
	for range 10 {
		s.work(unknownPatience / 4)
	}
	if d := s.deliveries(); d[0].Outcome != store.OutcomeUnknown || !d[0].NextAt.IsZero() {
		t.Fatalf("delivery %+v", d[0])
	}
}

// CamPay's answers name no operation at first, so that a report makes a second
// transaction of it; the history tells whose it is.
func TestPayoutInDoubt_TakenForOneBegunElsewhere_IsFoundInTheHistory(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointWithdraw}, sandbox.Fault{Kind: sandbox.WebhookLost, Endpoint: sandbox.EndpointWithdraw})
	asked := s.payOut(s.withdrawal(1000))
	s.edit(func(answer map[string]any) { delete(answer, "external_reference"); delete(answer, "description") })
	s.hears(s.notification(s.sandbox.Ledger()[0].Reference, "SUCCESSFUL", "1000"))
	s.work(0)
	if len(s.all()) != 2 {
		t.Fatalf("%d transactions", len(s.all()))
	}
	s.intercept(nothing)
	s.clock.pass(doubtPace)
	_, err := s.service.Ask(s.ctx, asked.ID)
	s.must(err)
	s.wantStatus(asked, store.StatusSuccessful)
	s.wantSent(1)
}
