package payments

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

func TestRefreshBalance_SaysWhenItWasTrue(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	if b, err := s.service.LastBalance(s.ctx); err != nil || b.Known {
		t.Fatalf("a fresh book knows %+v, %v", b, err)
	}
	s.must(s.sandbox.SetBalance(sandbox.Balances{MTN: money.Francs(45_000), Orange: 1_200_050}))
	b, err := s.service.RefreshBalance(s.ctx)
	s.must(err)
	if !b.Known || b.Unreachable || b.MTN != money.Francs(45_000) || b.Orange != 1_200_050 || !b.Checked.Equal(s.clock.now()) {
		t.Fatalf("balance %+v", b)
	}
	asked := s.clock.now()
	s.clock.pass(time.Minute)
	s.down.Store(true)
	b, err = s.service.RefreshBalance(s.ctx)
	s.must(err)
	if !b.Known || !b.Unreachable || !b.Checked.Equal(asked) || b.MTN != money.Francs(45_000) {
		t.Fatalf("while CamPay is down: %+v", b)
	}
}

func TestRefreshBalance_AsksOnceInAWhileAndKeepsWhatChanged(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	calls := 0
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/balance/") {
			calls++
		}
		return false
	})
	refresh := func() Balance {
		b, err := s.service.RefreshBalance(s.ctx)
		s.must(err)
		return b
	}
	first := refresh()
	refresh()
	if calls != 1 {
		t.Fatalf("asked %d times at once", calls)
	}
	s.clock.pass(balanceFresh)
	second := refresh()
	if calls != 2 || !second.Checked.After(first.Checked) {
		t.Fatalf("asked %d times, checked %v", calls, second.Checked)
	}
	kept, err := s.store.BalanceBefore(s.ctx, s.clock.now())
	s.must(err)
	if !kept.At.Equal(first.At) {
		t.Fatalf("an unchanged balance was written down again at %v", kept.At)
	}
	s.clock.pass(balanceEvery)
	refresh()
	if kept, err = s.store.BalanceBefore(s.ctx, s.clock.now()); err != nil || !kept.At.Equal(s.clock.now()) {
		t.Fatalf("not written down after %v: %v %v", balanceEvery, kept.At, err)
	}
}
