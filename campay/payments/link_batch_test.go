package payments

// Links made together from a list.

import (
	"errors"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

func TestCreateLinks_AllOrNone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	order := func(amount int64) LinkOrder {
		return LinkOrder{Operation: NewOperation(), Amount: money.Francs(amount), Description: "Scolarité", PaymentOptions: money.MobileMoney}
	}
	orders := []LinkOrder{order(500), order(600), order(700)}
	form := NewOperation()
	broken := append(append([]LinkOrder{}, orders...), orders[0]) // one operation twice
	if _, err := s.service.CreateLinks(s.ctx, LinkBatch{Operation: form, Orders: broken}); err == nil {
		t.Fatal("no error")
	}
	if all, err := s.store.Links(s.ctx, store.LinkFilter{}); err != nil || len(all) != 0 {
		t.Fatalf("%d made of a batch that failed, %v", len(all), err)
	}
	for range 2 { // sent twice: one batch
		_, err := s.service.CreateLinks(s.ctx, LinkBatch{Operation: form, Orders: orders})
		s.must(err)
	}
	s.work(0)
	made, err := s.store.Links(s.ctx, store.LinkFilter{Batch: form})
	s.must(err)
	if len(made) != 3 {
		t.Fatalf("%d links", len(made))
	}
	for _, l := range made {
		if l.Newest.Status != store.StatusWaiting || l.Newest.PaymentURL == "" {
			t.Errorf("%s", l.Newest.Status)
		}
	}
	changed := append([]LinkOrder{}, orders...)
	changed[1].Amount = money.Francs(60_000)
	for name, list := range map[string][]LinkOrder{"changed": changed, "longer": append(changed, order(800)), "shorter": orders[:2]} {
		if _, err := s.service.CreateLinks(s.ctx, LinkBatch{Operation: form, Orders: list}); !errors.Is(err, ErrOperationUsed) {
			t.Errorf("sent again %s: %v", name, err)
		}
	}
	if _, err := s.service.CreateLinks(s.ctx, LinkBatch{Operation: NewOperation()}); !errors.Is(err, ErrBatchSize) {
		t.Errorf("none: %v", err)
	}
}

func TestCreateLinks_PageThatCamPayRefuses_IsAskedForOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	calls := 0
	s.refuseLinks(&calls)
	_, err := s.service.CreateLinks(s.ctx, LinkBatch{Operation: NewOperation(), Orders: []LinkOrder{
		{Operation: NewOperation(), Amount: money.Francs(500), Description: "Pain", PaymentOptions: money.MobileMoney},
	}})
	s.must(err)
	for range 5 {
		s.work(time.Minute)
	}
	if calls != 1 {
		t.Fatalf("asked %d times", calls)
	}
}

func TestCreateLinks_SameListAgain_IsAskedAboutOnceForAll(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	list := func(purpose string) LinkBatch {
		return LinkBatch{Operation: NewOperation(), Orders: []LinkOrder{
			{Operation: NewOperation(), Amount: money.Francs(500), FirstName: "Awa", Description: purpose, PaymentOptions: money.MobileMoney},
			{Operation: NewOperation(), Amount: money.Francs(700), FirstName: "Brice", Description: purpose, PaymentOptions: money.MobileMoney},
		}}
	}
	first, err := s.service.CreateLinks(s.ctx, list("Loyer"))
	s.must(err)
	again := list("Loyer")
	again.Orders[0], again.Orders[1] = again.Orders[1], again.Orders[0] // in another order it is the same
	var same *SameListError
	if _, err := s.service.CreateLinks(s.ctx, again); !errors.As(err, &same) || same.Earlier.Batch != first || same.Earlier.Links != 2 {
		t.Fatalf("made again: %v", err)
	}
	if all, err := s.store.Links(s.ctx, store.LinkFilter{}); err != nil || len(all) != 2 {
		t.Fatalf("%d links, %v", len(all), err)
	}
	_, err = s.service.CreateLinks(s.ctx, list("Loyer de mars")) // another
	s.must(err)
	again.Again = first
	second, err := s.service.CreateLinks(s.ctx, again) // meant
	s.must(err)
	again.Operation = NewOperation()
	if _, err := s.service.CreateLinks(s.ctx, again); !errors.As(err, &same) || same.Earlier.Batch != second {
		t.Errorf("what was known of the first is taken for the second: %v", err)
	}
	s.clock.pass(sameListWindow + time.Hour)
	_, err = s.service.CreateLinks(s.ctx, list("Loyer"))
	s.must(err)
}
