package payments

// What CamPay says no to: nothing moved, and the book says why.

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// refuse answers every request to pay out as CamPay does when it says no.
func (s *payoutShop) refuse(status int, code, words string) {
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !movesOut(r) {
			return false
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": words, "error_code": code})
		return true
	})
}

func TestPayOut_Refused_FailsWithCamPaysWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		code   string
		of     Part
	}{
		{400, campay.CodePhone, PartPhone},
		{400, campay.CodeCarrier, PartCarrier},
		{400, campay.CodeAmount, PartAmount},
		{400, campay.CodeBalance, PartBalance},
		{403, "", PartForbidden},
		{400, "ER999", PartOrder},
		{429, "", PartOften},
		{401, "", PartKeys},
	} {
		for kind := range payoutKinds {
			s := openPayoutShop(t)
			s.refuse(c.status, c.code, "CamPay’s own words")
			order := s.order(kind, 1000, mtnPhone)
			out, err := s.service.PayOut(s.ctx, order)
			var refused *RefusedError
			if !errors.As(err, &refused) || refused.Of != c.of || refused.Code != c.code || refused.Message != "CamPay’s own words" {
				t.Fatalf("%+v: %+v", c, err)
			}
			failed := s.wantStatus(out.Transaction, store.StatusFailed)
			if failed.ErrorCode != c.code || failed.Reason != "CamPay’s own words" || !failed.PollAt.IsZero() || failed.SettledAt.IsZero() {
				t.Fatalf("kept as %+v", failed)
			}
			if again := s.payOut(order); again.ID != failed.ID { // the same form, once more
				t.Fatalf("%+v", again)
			}
			s.work(time.Hour)
			s.wantSent(1)
			s.wantStatus(failed, store.StatusFailed)
		}
	}
}

func TestPayOut_RefusedByTheSandboxItself(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		configure func(*sandbox.Config)
		order     func(*payoutShop) PayoutOrder
		of        Part
	}{
		"the demo's ceiling": {
			func(c *sandbox.Config) { c.Ceiling = money.Francs(25) },
			func(s *payoutShop) PayoutOrder { return s.withdrawal(26) }, PartAmount,
		},
		"the demo's airtime": {
			func(c *sandbox.Config) { c.Ceiling = money.Francs(25) },
			func(s *payoutShop) PayoutOrder { return s.order(store.KindAirtime, 99, mtnPhone) }, PartAmount,
		},
		"an app that may not": {
			func(c *sandbox.Config) { c.ForbidWithdrawals = true },
			func(s *payoutShop) PayoutOrder { return s.withdrawal(1000) }, PartForbidden,
		},
		"the fee on top": {
			func(c *sandbox.Config) { c.Fees.Withdraw = sandbox.OnePercent },
			func(s *payoutShop) PayoutOrder { return s.withdrawal(100_000) }, PartBalance,
		},
	} {
		s := openPayoutShop(t, c.configure)
		_, err := s.service.PayOut(s.ctx, c.order(s))
		var refused *RefusedError
		if !errors.As(err, &refused) || refused.Of != c.of {
			t.Errorf("%s: %v", name, err)
		}
		s.wantEffects(0, 0)
	}
}

func TestPayOut_RefusalThatComesAfterTheDoubt_EndsIt(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !movesOut(r) {
			return false
		}
		s.clock.pass(unsentGrace) // the answer takes long, and the work goes on
		s.must(s.service.Work(s.ctx))
		s.wantStatus(s.all()[0], store.StatusInDoubt)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"message":"Insufficient balance","error_code":"ER301"}`))
		return true
	})
	out, err := s.service.PayOut(s.ctx, s.withdrawal(1000))
	if err == nil {
		t.Fatal("not refused")
	}
	s.wantStatus(out.Transaction, store.StatusFailed)
}

func TestPayOut_OfWhatAFormShouldHaveRefused_BeginsNothing(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	for name, c := range map[string]struct {
		change func(*PayoutOrder)
		want   error
	}{
		"no amount":       {func(o *PayoutOrder) { o.Amount = 0 }, ErrAmountZero},
		"a negative one":  {func(o *PayoutOrder) { o.Amount = -100 }, ErrAmountZero},
		"decimals":        {func(o *PayoutOrder) { o.Amount = 150 }, ErrAmountDecimals},
		"too much":        {func(o *PayoutOrder) { o.Amount = MaxAmount + 100 }, ErrAmountTooLarge},
		"no phone":        {func(o *PayoutOrder) { o.Phone = "" }, ErrPhoneMissing},
		"a short phone":   {func(o *PayoutOrder) { o.Phone = "677123456" }, ErrPhone},
		"another carrier": {func(o *PayoutOrder) { o.Phone = "237620123456" }, ErrPhoneCarrier},
	} {
		order := s.withdrawal(1000)
		c.change(&order)
		if _, err := s.service.PayOut(s.ctx, order); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.service.ReviewPayout(s.ctx, order); !errors.Is(err, c.want) {
			t.Errorf("preview, %s: %v", name, err)
		}
	}
	order := s.order(store.KindCollect, 1000, mtnPhone)
	if _, err := s.service.PayOut(s.ctx, order); err == nil {
		t.Error("a collection was paid out")
	}
	if len(s.all()) != 0 || s.sent.Load() != 0 {
		t.Fatalf("%d transactions, %d sent", len(s.all()), s.sent.Load())
	}
}
