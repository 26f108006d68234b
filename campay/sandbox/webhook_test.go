package sandbox_test

// Webhooks: what is announced, when, and what the faults make of it.

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

func (s shop) genuine(n campay.Notification) bool {
	s.Helper()
	v, err := campay.NewVerifier(webhookKey, s.clock.now)
	if err != nil {
		s.Fatal(err)
	}
	_, err = v.Verify(n)
	return err == nil
}

func TestWebhook_ByEitherMethod_SaysAllThatIsDocumented(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		t.Run(method, func(t *testing.T) {
			s := open(t, func(c *sandbox.Config) { c.CallbackMethod = method })
			reference := s.collect("500", mtn, extA)
			s.delivered(0) // nothing is announced while it is pending
			s.enter(reference)
			n := s.delivered(1)[0]
			e := s.entry(reference)
			want := campay.Notification{
				Status: campay.Successful, Reference: reference, Amount: money.Tell(money.Francs(500)), AmountText: "500",
				Currency: "XAF", Operator: money.MTN, Code: e.Code, OperatorReference: e.OperatorReference,
				Endpoint: "collect", ExternalReference: extA, ExternalUser: "C7", Phone: mtn, Signature: n.Signature,
			}
			if n != want {
				t.Errorf("%#v", n)
			}
			if !s.genuine(n) {
				t.Error("the signature is not CamPay's")
			}
			if w := s.Webhooks(); len(w) != 1 || !w[0].Done || w[0].Attempts[0].HTTPStatus != 200 {
				t.Errorf("%+v", w)
			}
		})
	}
}

func TestWebhook_OfAWithdrawalAndAFailure_AreSentToo(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.withdraw("100", mtn, extA)
	if err := s.Refuse(s.collect("500", mtn, extB)); err != nil {
		t.Fatal(err)
	}
	got := map[string]campay.Status{}
	for _, n := range s.delivered(2) {
		got[n.Endpoint] = n.Status
	}
	if got["withdraw"] != campay.Successful || got["collect"] != campay.Failed {
		t.Errorf("%v", got)
	}
}

func TestWebhook_NotTaken_IsNotRepeatedUnlessAsked(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.calls.answer(http.StatusInternalServerError)
	s.enter(s.collect("500", mtn, ""))
	s.delivered(1)
	s.clock.pass(24 * time.Hour)
	s.delivered(1)
	if w := s.Webhooks()[0]; !w.Done || w.Attempts[0].HTTPStatus != 500 {
		t.Errorf("%+v", w)
	}
	s.Inject(sandbox.Fault{Kind: sandbox.WebhookRetried, Delay: time.Minute})
	s.enter(s.collect("500", mtn, ""))
	s.delivered(2)
	s.delivered(2) // not before its time
	s.clock.pass(time.Minute)
	s.delivered(3)
	s.calls.answer(http.StatusNoContent)
	s.clock.pass(time.Minute)
	s.delivered(4)
	s.clock.pass(time.Hour)
	s.delivered(4)

	s.calls.answer(http.StatusInternalServerError)
	s.Inject(sandbox.Fault{Kind: sandbox.WebhookRetried})
	s.enter(s.collect("500", mtn, ""))
	for range 10 {
		s.step()
		s.clock.pass(time.Minute)
	}
	s.delivered(4 + 5)
}

func TestWebhook_NobodyListens_IsRecorded(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.CallbackURL = "http://127.0.0.1:1/hook" })
	s.enter(s.collect("500", mtn, ""))
	s.step()
	w := s.Webhooks()[0]
	if !w.Done || w.Attempts[0].HTTPStatus != 0 || w.Attempts[0].Error == "" {
		t.Errorf("%+v", w)
	}
}

func TestWebhook_WithoutACallback_IsNone(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.CallbackURL, c.WebhookKey = "", "" })
	s.enter(s.collect("500", mtn, ""))
	s.step()
	if w := s.Webhooks(); len(w) != 0 {
		t.Errorf("%+v", w)
	}
}

func TestWebhookFault_Lost_IsNeverSent(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Endpoint: sandbox.EndpointCollect})
	s.withdraw("100", mtn, "") // another endpoint's
	s.enter(s.collect("500", mtn, ""))
	if n := s.delivered(1); n[0].Endpoint != "withdraw" {
		t.Errorf("%+v", n)
	}
	if w := s.Webhooks(); len(w) != 2 || w[1].Fault != sandbox.WebhookLost || len(w[1].Attempts) != 0 {
		t.Errorf("%+v", w)
	}
}

func TestWebhookFault_Late_ComesAfterItsDelay(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(sandbox.Fault{Kind: sandbox.WebhookLate, Delay: time.Hour})
	s.enter(s.collect("500", mtn, ""))
	s.delivered(0)
	s.clock.pass(time.Hour)
	s.delivered(1)
}

func TestWebhookFault_Doubled_ComesTwice(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(sandbox.Fault{Kind: sandbox.WebhookDoubled})
	s.enter(s.collect("500", mtn, ""))
	if n := s.delivered(2); n[0] != n[1] {
		t.Errorf("%v", n)
	}
}

func TestWebhookFault_Reordered_ComesAfterTheNext(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(sandbox.Fault{Kind: sandbox.WebhookReordered})
	first, second := s.collect("500", mtn, ""), s.collect("600", mtn, "")
	s.enter(first)
	s.delivered(0)
	s.enter(second)
	if n := s.delivered(2); n[0].Reference != second || n[1].Reference != first {
		t.Errorf("%v", n)
	}
	// With a delay it does not wait for ever.
	s.Inject(sandbox.Fault{Kind: sandbox.WebhookReordered, Delay: time.Minute})
	s.enter(s.collect("700", mtn, ""))
	s.delivered(2)
	s.clock.pass(time.Minute)
	s.delivered(3)
}

func TestWebhookFault_Forged_IsSignedWithAnotherKey(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(sandbox.Fault{Kind: sandbox.WebhookForged})
	s.enter(s.collect("500", mtn, ""))
	if n := s.delivered(1); s.genuine(n[0]) || n[0].Signature == "" {
		t.Error("its signature is good")
	}
}

func TestWebhookFault_OtherContent_IsRightlySigned(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(
		sandbox.Fault{Kind: sandbox.WebhookAmount, Amount: money.Francs(50_000)},
		sandbox.Fault{Kind: sandbox.WebhookStatus},
		sandbox.Fault{Kind: sandbox.WebhookStatus, Announced: campay.Successful},
	)
	s.enter(s.collect("500", mtn, ""))
	s.enter(s.collect("500", mtn, ""))
	if err := s.Refuse(s.collect("500", mtn, "")); err != nil {
		t.Fatal(err)
	}
	n := s.delivered(3)
	if n[0].AmountText != "50000" || n[1].Status != campay.Failed || n[2].Status != campay.Successful {
		t.Errorf("%v", n)
	}
	for _, one := range n {
		if !s.genuine(one) {
			t.Error("not signed by CamPay")
		}
	}
	if got := s.Balance().MTN.String(); got != "10990" {
		t.Errorf("balance %s: a lie moved money", got)
	}
}

func TestRun_WokenByAPIN_DeliversAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Now = time.Now })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Sandbox.Run(ctx) }()
	s.enter(s.collect("500", mtn, ""))
	<-s.calls.heard
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func TestRun_ByItself_TimesPromptsOut(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Now, c.PromptTimeout = time.Now, time.Millisecond })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Sandbox.Run(ctx) }()
	s.collect("500", mtn, "")
	<-s.calls.heard
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if n := s.calls.all(); n[0].Status != campay.Failed {
		t.Errorf("%+v", n)
	}
}

func TestStep_CutShortInTheMiddle_LeavesTheWebhookDue(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	var calls atomic.Int32
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if calls.Add(1) == 1 {
			cancel()
			<-r.Context().Done()
		}
	}))
	defer app.Close()
	s := open(t, func(c *sandbox.Config) { c.CallbackURL = app.URL })
	s.enter(s.collect("500", mtn, ""))
	if err := s.Step(ctx); err == nil {
		t.Error("no error")
	}
	if w := s.Webhooks()[0]; w.Done || len(w.Attempts) != 0 {
		t.Errorf("%+v", w)
	}
	s.step()
	if w := s.Webhooks()[0]; !w.Done || calls.Load() != 2 {
		t.Errorf("%+v after %d calls", w, calls.Load())
	}
}

func TestWebhooks_OldOnes_AreForgotten(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	reference := s.collect("500", mtn, "")
	s.enter(reference)
	for range 550 {
		for _, status := range []campay.Status{campay.Failed, campay.Successful} {
			if err := s.Settle(reference, status); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(s.Webhooks()); n != 1000 {
		t.Errorf("%d kept", n)
	}
}
