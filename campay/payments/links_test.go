package payments

// Payment links that are paid twice, or tried again.

import (
	"testing"
	"time"

	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestLink_PaidTwice_IsFlagged(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

// Found by the simulation: a page that was asked for by hand after a day, and
// not answered, was never asked for again.
func TestLink_PageNotMadeForDays_IsMadeOnceCamPayAnswers(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.down.Store(true)
	l := s.link(2500)
	s.work(25 * time.Hour)
	if _, err := s.service.Ask(s.ctx, l.Newest.ID); err != nil {
		t.Fatal(err)
	}
	s.down.Store(false)
	s.work(pollLast)
	s.wantStatus(l.Newest, store.StatusWaiting)
}
