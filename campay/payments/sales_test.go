package payments

// Sales at the till that are ended, or asked for in another way.

import (
	"errors"
	"testing"

	"comptoir/campay/money"
	"comptoir/store"
)

// sale asks for money at the till: by code where phone is empty.
func (s *shop) sale(phone string, instead store.SaleKey) (store.SaleKey, store.Transaction) {
	s.t.Helper()
	if phone == "" {
		l, err := s.service.CreateLink(s.ctx, LinkOrder{Operation: NewOperation(), Amount: money.Francs(2500), Description: "Pagne", PaymentOptions: money.MobileMoney, AtTill: true, Instead: instead})
		s.must(err)
		return store.SaleKey{LinkID: l.ID}, l.Newest
	}
	parsed, err := ParsePhone(phone)
	s.must(err)
	t, err := s.service.RequestPayment(s.ctx, PushOrder{Operation: NewOperation(), Amount: money.Francs(2500), Phone: parsed, Instead: instead})
	s.must(err)
	return store.SaleKey{TransactionID: t.ID}, t
}

func TestSale_AskedForInAnotherWay_KeepsItsNumber_AndBothPaidIsFlagged(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	code, attempt := s.sale("", store.SaleKey{})
	prompt, request := s.sale("677123456", code)
	for key, want := range map[store.SaleKey]int64{code: 1, prompt: 2} {
		way, err := s.store.SaleWay(s.ctx, key)
		if err != nil || way.Number != 1 || way.Way != want || way.EndedAt.IsZero() == (want == 1) {
			t.Errorf("%+v, %v", way, err)
		}
	}
	l, err := s.store.Link(s.ctx, code.LinkID)
	s.must(err)
	if l.Stop(s.service.now()) != store.LinkPaused {
		t.Error("the code still takes payments at ours")
	}
	s.pay(l, 0, "1234") // CamPay's page was open on somebody's phone
	s.work(0)
	s.wantStatus(attempt, store.StatusSuccessful, store.FlagEnded)
	s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
	s.work(0)
	s.wantStatus(request, store.StatusSuccessful, store.FlagPaidTwice)
	s.wantEffects(2, 2)
}

func TestSale_PaidMeanwhile_IsNeitherEndedNorAskedForAgain(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	key, _ := s.sale("677123456", store.SaleKey{})
	s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
	s.work(0)
	var paid *SalePaidError
	if err := s.service.EndSale(s.ctx, key, 0); !errors.As(err, &paid) || paid.Key != key {
		t.Errorf("ended: %v", err)
	}
	_, err := s.service.CreateLink(s.ctx, LinkOrder{Operation: NewOperation(), Amount: money.Francs(2500), Description: "Pagne", PaymentOptions: money.MobileMoney, AtTill: true, Instead: key})
	if !errors.As(err, &paid) {
		t.Errorf("asked for again: %v", err)
	}
	s.wantEffects(1, 1)
}
