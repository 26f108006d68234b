package sandbox_test

// Faults of calls and of the source, and how they are injected.

import (
	"context"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

func TestCallFault_BeforeAndAfter_DifferByTheirEffectAlone(t *testing.T) {
	t.Parallel()
	for kind, c := range map[sandbox.Kind]struct {
		effects int
		status  int // 0: no answer
		body    string
	}{
		sandbox.ErrorBefore:  {0, 503, "detail"},
		sandbox.ErrorAfter:   {1, 503, "detail"},
		sandbox.HTMLBefore:   {0, 503, "<html>"},
		sandbox.HTMLAfter:    {1, 503, "<html>"},
		sandbox.CutBefore:    {0, 0, ""},
		sandbox.CutAfter:     {1, 0, ""},
		sandbox.Unauthorized: {0, 401, "Invalid token."},
		sandbox.Wordless:     {0, 503, ""},
		sandbox.Redirected:   {0, 302, ""},

		sandbox.DuplicateBefore: {0, 400, "already exists"},
		sandbox.DuplicateAfter:  {1, 400, "already exists"},
		sandbox.RateLimited:     {0, 503, "Rate limit per Phone number exceeded"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			s := open(t)
			s.Inject(sandbox.Fault{Kind: kind, Endpoint: sandbox.EndpointWithdraw, Status: 503})
			s.want(s.api("GET", "balance/", ""), 200) // another call's
			r, err := s.try("POST", "/api/withdraw/", payoutBody("100", mtn, extA), "Authorization", "Token "+permanent)
			if c.status == 0 && err == nil {
				t.Errorf("answered %d", r.status)
			}
			if c.status != 0 && (r.status != c.status || !strings.Contains(r.body, c.body)) {
				t.Errorf("%d %s %v", r.status, r.body, err)
			}
			if n := len(s.Ledger()); n != c.effects {
				t.Errorf("%d effects, want %d", n, c.effects)
			}
			if moved := s.Balance().MTN != money.Francs(10_000); moved != (c.effects == 1) {
				t.Errorf("balance %s", s.Balance().MTN)
			}
			if len(s.Faults()) != 0 {
				t.Error("it is still armed")
			}
			s.withdraw("100", mtn, extA)
			if n := len(s.Ledger()); n != 1 {
				t.Errorf("%d transactions after asking again", n)
			}
		})
	}
}

func TestLookupFault_TellsAnotherAmountOrStatus_AndChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	reference := s.collect("100", mtn, extA)
	s.enter(reference)
	for _, c := range []struct {
		fault sandbox.Fault
		want  any // nil: null
		field string
	}{
		{sandbox.Fault{Kind: sandbox.AmountUntold, Text: "None"}, "None", "amount"},
		{sandbox.Fault{Kind: sandbox.AmountUntold, Text: "null"}, nil, "amount"},
		{sandbox.Fault{Kind: sandbox.AmountUntold, Text: "0.00"}, "0.00", "amount"},
		{sandbox.Fault{Kind: sandbox.StatusWord}, "EXPIRED", "status"},
		{sandbox.Fault{Kind: sandbox.StatusWord, Text: "reversed"}, "reversed", "status"},
	} {
		s.Inject(c.fault)
		s.want(s.api("GET", "balance/", ""), 200) // not this call's
		told := s.api("GET", "transaction/"+reference+"/", "").fields(t)
		if got, there := told[c.field]; !there || got != c.want {
			t.Errorf("%+v: %s is %v", c.fault, c.field, got)
		}
	}
	s.Inject(sandbox.Fault{Kind: sandbox.AmountUntold})
	if _, there := s.api("GET", "transaction/"+reference+"/", "").fields(t)["amount"]; there {
		t.Error("an amount that was not to be told")
	}
	s.want(s.api("GET", "transaction/"+reference+"/", ""), 200, "SUCCESSFUL", "100.00")
}

func TestCallFault_Defaults_AreA500AndA502(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(sandbox.Fault{Kind: sandbox.ErrorBefore}, sandbox.Fault{Kind: sandbox.HTMLBefore})
	s.want(s.api("GET", "balance/", ""), 500)
	s.want(s.api("GET", "balance/", ""), 502)
	s.want(s.api("GET", "balance/", ""), 200)
}

func TestCallFault_Times_AreCountedDownOrEndless(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(sandbox.Fault{Kind: sandbox.ErrorBefore, Times: 2})
	s.want(s.api("GET", "balance/", ""), 500)
	s.want(s.api("GET", "balance/", ""), 500)
	s.want(s.api("GET", "balance/", ""), 200)
	s.Inject(sandbox.Fault{Kind: sandbox.ErrorBefore, Times: -1})
	for range 5 {
		s.want(s.api("GET", "balance/", ""), 500)
	}
	s.ClearFaults()
	s.want(s.api("GET", "balance/", ""), 200)
}

func TestCallFault_Delay_PassesBeforeTheCall_AndAddsToAnother(t *testing.T) {
	t.Parallel()
	var waited []time.Duration
	s := open(t, func(c *sandbox.Config) {
		c.Sleep = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	})
	s.Inject(sandbox.Fault{Kind: sandbox.Delay, Delay: time.Minute}, sandbox.Fault{Kind: sandbox.ErrorAfter})
	s.want(s.api("GET", "balance/", ""), 500)
	if len(waited) != 1 || waited[0] != time.Minute {
		t.Errorf("waited %v", waited)
	}
}

func TestCallFault_DelayLongerThanTheClient_HasNoEffect(t *testing.T) {
	t.Parallel()
	arrived, left := make(chan struct{}), make(chan error, 1)
	s := open(t, func(c *sandbox.Config) {
		c.Sleep = func(ctx context.Context, _ time.Duration) error {
			close(arrived)
			<-ctx.Done()
			left <- ctx.Err()
			return ctx.Err()
		}
	})
	client := s.client(campay.Config{Token: permanent})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		_, err := client.Collect(ctx, campay.CollectRequest{Amount: money.Francs(500), From: mtn, ExternalReference: extA})
		ended <- err
	}()
	<-arrived
	cancel()
	if err := <-ended; !campay.IsLost(err) {
		t.Errorf("%v", err)
	}
	if err := <-left; err == nil {
		t.Error("the delay came to its end")
	}
	if n := len(s.Ledger()); n != 0 {
		t.Errorf("%d transactions", n)
	}
}

func TestSourceFault_TheTruthDiffersFromWhatWasAsked(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(
		sandbox.Fault{Kind: sandbox.TrueAmount, Endpoint: sandbox.EndpointCollect, Amount: money.Francs(10)},
		sandbox.Fault{Kind: sandbox.TrueCurrency, Endpoint: sandbox.EndpointCollect},
	)
	_, reference := s.link(extA, "")
	if p := s.pay(reference, 0); p.Amount != money.Francs(500) {
		t.Errorf("the payer was shown %s", p.Amount)
	}
	s.enter(reference)
	s.want(s.api("GET", "transaction/"+reference+"/", ""), 200, `"amount":"10.00"`, `"currency":"EUR"`, "SUCCESSFUL")
	if got := s.Balance().MTN.String(); got != "10009.90" {
		t.Errorf("balance %s", got)
	}
	s.Inject(sandbox.Fault{Kind: sandbox.FailAtSource})
	failing := s.collect("500", mtn, "")
	s.enter(failing)
	if e := s.entry(failing); e.Status != campay.Failed || e.Reason != sandbox.ReasonAtCarrier {
		t.Errorf("%+v", e)
	}
}

func TestFaultsPage_TakesJSON(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := s.send("POST", "/faults", `{"kind":"webhook_late","endpoint":"collect","times":3,"delay":"2s","status":503,
		"amount":10,"currency":"EUR","announced":"FAILED"}`, "Content-Type", "application/json")
	s.want(r, 204)
	want := sandbox.Fault{
		Kind: sandbox.WebhookLate, Endpoint: sandbox.EndpointCollect, Times: 3, Delay: 2 * time.Second,
		Status: 503, Amount: money.Francs(10), Currency: "EUR", Announced: campay.Failed,
	}
	if f := s.Faults(); len(f) != 1 || f[0] != want {
		t.Errorf("%+v", f)
	}
	for _, bad := range []string{
		`{`, `{"kind":"nothing"}`, `{"kind":"delay","endpoint":"nothing"}`, `{"kind":"delay","times":"x"}`,
		`{"kind":"delay","status":99}`, `{"kind":"delay","delay":"-2s"}`, `{"kind":"delay","amount":"-1"}`,
		`{"kind":"delay","announced":"PERHAPS"}`, `{"kind":"true_amount"}`,
	} {
		s.want(s.send("POST", "/faults", bad, "Content-Type", "application/json; charset=utf-8"), 400, "message")
	}
	s.want(s.send("DELETE", "/faults", ""), 204)
	if f := s.Faults(); len(f) != 0 {
		t.Errorf("%+v", f)
	}
}
