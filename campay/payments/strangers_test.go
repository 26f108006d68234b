package payments

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"comptoir/store"
)

func TestWebhook_FloodOfForgeries_WritesNothingInTheTillsQueue(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	const flood = 3000
	forge := func(i int, from string) {
		r := httptest.NewRequestWithContext(s.ctx, http.MethodGet, fmt.Sprint("/webhook/campay?status=SUCCESSFUL&signature=x&reference=", i), http.NoBody)
		if err := s.service.TakeWebhook(r, from); !errors.Is(err, ErrWebhookRefused) {
			t.Fatal(err)
		}
	}
	for i := range flood {
		forge(i, fmt.Sprintf("2001:db8:0:%x::%x", i%2, i))
	}
	if all, err := s.store.Deliveries(s.ctx, store.DeliveryFilter{}); err != nil || len(all) != 0 {
		t.Fatalf("%d forgeries were written when they came, %v", len(all), err)
	}
	for i := range 100 {
		forge(i, fmt.Sprint("192.0.2.", i))
	}
	s.clock.pass(refusedEvery)
	s.must(s.service.Work(s.ctx))
	all, err := s.store.Deliveries(s.ctx, store.DeliveryFilter{Limit: 500})
	s.must(err)
	ofFlood := 0
	for _, d := range all {
		if d.RemoteAddr[:4] == "2001" {
			ofFlood++
		}
	}
	if len(all) != refusedSample || ofFlood != 2*refusedOfOne {
		t.Errorf("a sample of %d, %d of them of two networks", len(all), ofFlood)
	}
	if counts, err := s.store.RefusedCounts(s.ctx); err != nil || len(counts) != 1 || counts[0].Count != flood+100 || counts[0].Why != store.WhySignature {
		t.Errorf("counted %+v, %v", counts, err)
	}
}

func TestWebhook_RefusedWhenTheProcessEnds_IsKept(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	r := httptest.NewRequestWithContext(s.ctx, http.MethodGet, "/webhook/campay", http.NoBody)
	if err := s.service.TakeWebhook(r, "192.0.2.1"); !errors.Is(err, ErrWebhookRefused) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	s.must(s.service.Run(ctx))
	if counts, err := s.store.RefusedCounts(s.ctx); err != nil || len(counts) != 1 {
		t.Errorf("counted %+v, %v", counts, err)
	}
}

func TestWebhook_SignedForNobodysPayments_IsBounded_AndTheShopsOwnGoesFirst(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	for i := range nobodysOpen {
		s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error {
			d, err := tx.AddDelivery(ctx, store.Delivery{Method: http.MethodGet, Reference: fmt.Sprint("kept-", i), Verdict: store.VerdictAccepted, ReceivedAt: s.clock.now(), NextAt: s.clock.now().Add(-time.Hour)})
			if err != nil {
				return err
			}
			return tx.LookedUp(ctx, d.ID)
		}))
	}
	if err := s.service.TakeWebhook(s.notification("stranger", "SUCCESSFUL", "1"), "192.0.2.1"); !errors.Is(err, ErrWebhooksFull) {
		t.Fatalf("one more was taken: %v", err)
	}
	s.hears(s.notification(asked.Reference, "SUCCESSFUL", "2500"))
	due, err := s.store.DueDeliveries(s.ctx, s.clock.now(), true, 10)
	if err != nil || len(due) != 1 || due[0].TransactionID != asked.ID {
		t.Errorf("due of the shop's own: %+v, %v", due, err)
	}
}

func TestWebhook_OneReferenceSignedAgainAndAgain_IsKeptAFewTimes(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	kept := 0
	for i := range mostOfOne + 20 {
		switch err := s.service.TakeWebhook(s.notification(asked.Reference, "SUCCESSFUL", fmt.Sprint(i)), "192.0.2.1"); {
		case err == nil:
			kept++
		case !errors.Is(err, ErrWebhooksFull):
			t.Fatal(err)
		}
	}
	if kept != mostOfOne || len(s.deliveries()) != mostOfOne {
		t.Errorf("%d acknowledged, %d kept", kept, len(s.deliveries()))
	}
}
