package payments

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// latest is the newest snapshot in the book.
func (s *payoutShop) latest() store.BalanceSnapshot {
	s.t.Helper()
	b, err := s.store.BalanceBefore(s.ctx, s.clock.now())
	s.must(err)
	return b
}

func TestBalanceSeries_HasASnapshotAfterEachSettlement(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.work(0)
	if got := s.latest(); !got.At.Equal(s.clock.now()) || got.MTN != money.Francs(100_000) {
		t.Fatalf("at the start: %+v", got)
	}
	s.payOut(s.withdrawal(1000))
	s.work(time.Minute)
	if got := s.latest(); !got.At.Equal(s.clock.now()) || got.MTN != money.Francs(99_000) {
		t.Fatalf("after a withdrawal: %+v", got)
	}
	s.clock.pass(time.Minute)
	s.collected(5000)
	if got := s.latest(); !got.At.Equal(s.clock.now()) || got.MTN != money.Francs(104_000) {
		t.Fatalf("after a collection: %+v", got)
	}
}

func TestBalanceSeries_HasASnapshotEachHour_AndNoMoreQuestions(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	asked := 0
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if asksBalance(r) {
			asked++
		}
		return false
	})
	s.work(0)
	for range 12 {
		s.work(20 * time.Minute)
	}
	if got := s.latest(); asked != 5 || !got.At.Equal(s.clock.now()) {
		t.Fatalf("asked %d times in four hours, the last at %v", asked, got.At)
	}
}

func TestBalanceSeries_WhileCamPayIsAway_TriesNowAndThen(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.work(0)
	before := s.latest()
	var asked atomic.Int64 // each call is a connection of its own
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if !asksBalance(r) {
			return false
		}
		asked.Add(1)
		panic(http.ErrAbortHandler)
	})
	s.clock.pass(time.Hour)
	for range 60 {
		s.work(time.Minute)
	}
	if asked := asked.Load(); asked > 3*13 { // each question is three tries
		t.Fatalf("asked %d times in an hour", asked)
	}
	if got := s.latest(); !got.At.Equal(before.At) {
		t.Fatalf("kept %+v", got)
	}
	s.intercept(nothing)
	s.work(balanceRetry)
	if got := s.latest(); !got.At.Equal(s.clock.now()) {
		t.Fatalf("afterwards: %+v", got)
	}
}
