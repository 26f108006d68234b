package payments

// A balance of which CamPay leaves out a part, or that is in another currency.

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// saysBalance has CamPay answer about the balance with a body.
func (s *payoutShop) saysBalance(body string) {
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !asksBalance(r) {
			return false
		}
		_, err := w.Write([]byte(body))
		return err == nil
	})
}

func TestBalance_OneFigureUntold_KeepsTheOthers(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	for body, want := range map[string]store.BalanceSnapshot{
		`{"total_balance":70000,"mtn_balance":"None","orange_balance":20000,"utility_balance":5,"currency":"XAF"}`: {Total: 7_000_000, Orange: 2_000_000, Utility: 500, MTNUnknown: true},
		`{"total_balance":null,"mtn_balance":50000,"orange_balance":20000}`:                                        {MTN: 5_000_000, Orange: 2_000_000, TotalUnknown: true, UtilityUnknown: true},
		`{"total_balance":70000,"mtn_balance":50000,"orange_balance":"n/a","utility_balance":0,"currency":"xaf"}`:  {Total: 7_000_000, MTN: 5_000_000, OrangeUnknown: true},
	} {
		s.saysBalance(body)
		s.clock.pass(balanceFresh)
		said, err := s.service.RefreshBalance(s.ctx)
		if err != nil || said.Unreachable || !said.Known || !said.Checked.Equal(s.clock.now()) {
			t.Errorf("%s: %+v, %v", body, said, err)
		}
		want.At = s.clock.now()
		if kept := s.latest(); !kept.At.Equal(want.At) || changed(kept, want) || changed(said.BalanceSnapshot, want) {
			t.Errorf("%s:\ngot  %+v\nkept %+v\nwant %+v", body, said.BalanceSnapshot, kept, want)
		}
	}
	series, err := s.store.BalanceSeries(s.ctx, s.clock.now().Add(-balanceEvery), s.clock.now().Add(time.Second), time.Millisecond)
	if err != nil || len(series) != 2 {
		t.Errorf("series %+v, %v", series, err)
	}
	for _, b := range series {
		if b.TotalUnknown {
			t.Error("a total that nobody told is in the series")
		}
	}
}

// What one operator holds is no reason to stop, or to let through, a withdrawal
// from another.
func TestWithdraw_OneFigureUntold_StopsOnlyWhatIsKnownToBeTooMuch(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.saysBalance(`{"total_balance":70000,"mtn_balance":"None","orange_balance":20000}`)
	short := s.short(s.order(store.KindWithdraw, 20_001, orangePhone))
	if short.Available != money.Francs(20_000) || !short.OtherUntold {
		t.Errorf("%+v", short)
	}
	s.payOut(s.order(store.KindWithdraw, 20_000, orangePhone))
	preview, err := s.service.ReviewPayout(s.ctx, s.withdrawal(1000))
	if err != nil || !preview.Wallet.Untold {
		t.Errorf("%+v, %v", preview, err)
	}
	s.payOut(s.withdrawal(1000))
	_, err = s.service.PayOut(s.ctx, s.withdrawal(100_000)) // CamPay knows
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Of != PartBalance {
		t.Errorf("error %v", err)
	}
}

func TestBalance_InAnotherCurrency_IsNeverCountedAsFrancs(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	known, err := s.service.RefreshBalance(s.ctx)
	s.must(err)
	s.clock.pass(balanceFresh)
	s.saysBalance(`{"total_balance":70000,"mtn_balance":50000,"orange_balance":20000,"currency":"eur"}`)
	said, err := s.service.RefreshBalance(s.ctx)
	if err != nil || said.Foreign != "EUR" || !said.Unreachable || changed(said.BalanceSnapshot, known.BalanceSnapshot) || changed(s.latest(), known.BalanceSnapshot) {
		t.Errorf("%+v, %v", said, err)
	}
	for kind := range payoutKinds {
		order := s.order(kind, 1000, mtnPhone)
		if _, err := s.service.ReviewPayout(s.ctx, order); !errors.Is(err, ErrBalanceForeign) {
			t.Errorf("%s, preview: %v", kind, err)
		}
		if _, err := s.service.PayOut(s.ctx, order); !errors.Is(err, ErrBalanceForeign) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	s.wantSent(0)
}
