package payments

// Invariant 3: an acknowledged webhook is kept.

import (
	"errors"
	"net/http"
	"testing"

	"comptoir/store"
)

func TestInvariant3_AcknowledgedWebhook_IsAppliedAfterRestart(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.store.Close())
	err := s.service.TakeWebhook(s.notification(asked.Reference, "SUCCESSFUL", "2500"), "192.0.2.1")
	if err == nil || errors.Is(err, ErrWebhookRefused) {
		t.Fatalf("taken by a closed book: %v", err)
	}
	s.start()
}
