package payments

// CamPay's page of a link without its reference, as its own documentation answers:
// it sells, and the payment is found without it. And a page that is paid when its link
// takes nothing any more.

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// literal is a shop whose CamPay tells a page's address and nothing else.
func literal(t *testing.T) (s *shop, asked *int) {
	s = openShop(t, func(c *sandbox.Config) { c.Habits.LinkAlone = true })
	asked = new(int)
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/get_payment_link/") {
			*asked++
		}
		return false
	})
	return s, asked
}

// payPage has a customer pay on a page that is known by its address alone.
func (s *shop) payPage(l store.LinkWithState, amount int64) {
	s.t.Helper()
	prompt, err := s.sandbox.Pay(s.first(l.ID).PaymentURL, mtnPhone, money.Francs(amount))
	s.must(err)
	s.must(s.sandbox.Enter(prompt.Reference, "1234"))
}

func TestLink_PageWithoutAReference_SellsAndIsFound(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func(*shop, store.LinkWithState){
		"by webhook": func(s *shop, _ store.LinkWithState) { s.work(0) },
		"by what the browser brings back": func(s *shop, l store.LinkWithState) {
			s.must(s.service.Hint(s.ctx, l.Newest.ExternalReference, s.sandbox.Ledger()[0].Reference))
		},
		"by the history": func(s *shop, _ store.LinkWithState) {
			for range 12 { // within minutes
				s.work(time.Minute)
			}
		},
	} {
		s, asked := literal(t)
		l := s.link(500)
		first := s.wantStatus(s.first(l.ID), store.StatusWaiting)
		if first.PaymentURL == "" || first.Reference != "" {
			t.Fatalf("%s: %+v", name, first)
		}
		for range 5 {
			s.service.Nudge(s.ctx, LinkTopic(l.ID))
			s.work(time.Minute)
		}
		if *asked != 1 {
			t.Fatalf("%s: its page was asked for %d times", name, *asked)
		}
		if name != "by webhook" {
			s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Endpoint: sandbox.EndpointCollect})
		}
		s.payPage(l, 500)
		find(s, l)
		s.wantStatus(s.first(l.ID), store.StatusSuccessful)
		if all := s.attempts(l.ID); len(all) != 1 {
			t.Errorf("%s: %d attempts", name, len(all))
		}
	}
}

func TestHint_OfAnotherOperationOrOfNone_ChangesNothing(t *testing.T) {
	t.Parallel()
	s, _ := literal(t)
	l, other := s.link(500), s.link(500)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Endpoint: sandbox.EndpointCollect})
	s.payPage(other, 500)
	theirs := s.sandbox.Ledger()[0].Reference
	for _, said := range []string{theirs, "", "../balance", NewOperation(), strings.Repeat("a", 200)} {
		s.must(s.service.Hint(s.ctx, l.Newest.ExternalReference, said))
	}
	if t1 := s.wantStatus(s.first(l.ID), store.StatusWaiting); t1.Reference != "" {
		t.Errorf("took %s", t1.Reference)
	}
}

func TestLink_PaidOnItsPageAfterItWasPaused_IsFlagged(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(500)
	s.must(s.service.PauseLink(s.ctx, l.ID, 0))
	s.pay(l, 500, "1234")
	s.work(0)
	paid := s.wantStatus(s.first(l.ID), store.StatusSuccessful, store.FlagStopped)
	if !paid.PaidInFull() {
		t.Error("the money is not called there")
	}
	open := s.link(500)
	s.pay(open, 500, "1234")
	s.work(0)
	s.wantStatus(s.first(open.ID), store.StatusSuccessful)
}

func TestDuplicate_RefusedAtTheFirstSend_IsADoubt(t *testing.T) {
	t.Parallel()
	duplicate := func(w http.ResponseWriter, r *http.Request) bool {
		for _, path := range []string{"/collect/", "/withdraw/", "/transfer/"} {
			if strings.HasSuffix(r.URL.Path, path) {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"message":"A request with this external_reference already exists"}`)
				return true
			}
		}
		return false
	}
	s := openPayoutShop(t)
	s.intercept(duplicate)
	for kind := range payoutKinds {
		out, err := s.service.PayOut(s.ctx, s.order(kind, 1000, mtnPhone))
		s.must(err)
		s.wantStatus(out.Transaction, store.StatusInDoubt)
	}
	s.onCall(duplicate)
	asked, err := s.service.RequestPayment(s.ctx, PushOrder{Operation: NewOperation(), Amount: money.Francs(500), Phone: mtnPhone})
	s.must(err)
	s.wantStatus(asked, store.StatusInDoubt)
}

func TestKeysRefused_IsKnownUntilCamPayTakesThem(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.onCall(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"detail":"Invalid token."}`)
		return true
	})
	_, err := s.service.RefreshBalance(s.ctx)
	s.must(err)
	if !s.service.KeysRefused() {
		t.Fatal("a 401 is not known")
	}
	s.before.Store(nil)
	s.down.Store(true)
	s.clock.pass(time.Hour)
	_, _ = s.service.RefreshBalance(s.ctx)
	if !s.service.KeysRefused() {
		t.Error("no answer is taken for a yes")
	}
	s.down.Store(false)
	s.clock.pass(time.Hour)
	_, err = s.service.RefreshBalance(s.ctx)
	s.must(err)
	if s.service.KeysRefused() {
		t.Error("it does not end")
	}
}
