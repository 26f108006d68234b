package payments

// Deliveries that come too early, tell lies or are junk.

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestWebhook_ReportOfAnotherTransaction_IsTakenBack(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect, Times: -1})
	doubtful := s.push(2500, mtnPhone)
	s.sandbox.ClearFaults()
	other := s.push(700, orangePhone)
	s.must(s.sandbox.Enter(other.Reference, "1234"))
	r := s.notification("0b1f0a5e-9e4f-4c43-8b39-2b8f6f7a5d10", "SUCCESSFUL", "700")
	elsewhere, err := s.client.Collect(s.ctx, campay.CollectRequest{Amount: money.Francs(300), From: mtnPhone})
	s.must(err)
	q := r.URL.Query()
	q.Set("reference", elsewhere.Reference)
	q.Set("external_reference", doubtful.ExternalReference)
	r.URL.RawQuery = q.Encode()
	s.hears(r)
	if said := s.again(doubtful); said.ReportedStatus == "" {
		t.Fatal("nothing was reported")
	}
	s.must(s.service.Work(s.ctx))
	if after := s.again(doubtful); after.ReportedStatus != "" || after.Reference == elsewhere.Reference {
		t.Fatalf("the report sticks: %+v", after)
	}
}

func TestWebhook_BeforeTheAnswerIsWritten_IsAdoptedOnce(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.hears(s.notification(asked.Reference, "SUCCESSFUL", "2500"))
	s.must(s.service.Work(s.ctx))
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost})
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.must(s.service.ApplyAgain(s.ctx, s.deliveries()[0].ID))
	s.must(s.service.Work(s.ctx))
	s.wantStatus(asked, store.StatusSuccessful)
}
