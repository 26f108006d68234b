package payments

// Customers who pay a link by themselves.

import (
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func reusable(o *LinkOrder) { o.Kind = store.LinkReusable }

func (s *shop) linkPayment(l store.LinkWithState, amount int64, phone money.Phone) LinkPayment {
	return LinkPayment{Operation: NewOperation(), LinkID: l.ID, Amount: money.Francs(amount), Phone: phone}
}

func (s *shop) payLink(order LinkPayment) store.Transaction {
	s.t.Helper()
	t, err := s.service.PayLink(s.ctx, order)
	s.must(err)
	return t
}

func TestPayLink_ByPhone_IsPaidOnceAndProved(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(500)
	asked := s.payLink(s.linkPayment(l, 0, mtnPhone))
	if asked.LinkID != l.ID || asked.CreatedBy != 0 || asked.Asked != money.Francs(500) || asked.USSDCode == "" {
		t.Fatalf("asked %+v", asked)
	}
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	s.wantStatus(asked, store.StatusSuccessful)
	if l, err := s.store.Link(s.ctx, l.ID); err != nil || l.Paid != 1 || l.Stop(s.clock.now()) != store.LinkUsedUp {
		t.Fatalf("link %+v, %v", l, err)
	}
	var stopped *LinkStoppedError
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 0, orangePhone)); !errors.As(err, &stopped) || stopped.Why != store.LinkUsedUp {
		t.Fatalf("a second payment: %v", err)
	}
}

func TestPaid_IsToldOnceOfACollectionHoweverOftenItIsHeardOf(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookDoubled, Times: -1})
	refused, paid := s.push(700, orangePhone), s.push(500, mtnPhone)
	s.must(s.sandbox.Refuse(refused.Reference))
	s.must(s.sandbox.Enter(paid.Reference, "1234"))
	for range 5 {
		s.work(time.Minute)
	}
	_, err := s.service.Ask(s.ctx, paid.ID)
	s.must(err)
	if len(s.told) != 1 || s.told[0] != paid.ID {
		t.Fatalf("told of %v: %v, %s", s.told, s.notes(paid), s.again(paid).Flags)
	}
}

func TestPaid_WhoseWriteFails_IsToldOnlyOnceItIsInTheBook(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(500, mtnPhone)
	file, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(s.dir, store.FileName)))
	s.must(err)
	defer file.Close()
	_, err = file.ExecContext(s.ctx, "CREATE TRIGGER failing BEFORE UPDATE ON transactions BEGIN SELECT RAISE(ABORT, 'the disk failed'); END")
	s.must(err)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	if _, err := s.service.Ask(s.ctx, asked.ID); err == nil {
		t.Fatal("the write did not fail")
	}
	if len(s.told) != 0 {
		t.Fatal("told of a payment that is not in the book")
	}
	_, err = file.ExecContext(s.ctx, "DROP TRIGGER failing")
	s.must(err)
	_, err = s.service.Ask(s.ctx, asked.ID)
	s.must(err)
	if len(s.told) != 1 || s.told[0] != asked.ID {
		t.Fatalf("told of %v", s.told)
	}
}

func TestPayLink_OneOperationByManyAtOnce_IsOneRequest(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	order := s.linkPayment(s.link(500, reusable), 0, mtnPhone)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() { _, _ = s.service.PayLink(s.ctx, order) })
	}
	wg.Wait()
	s.wantEffects(1, 0)
}

func TestPayLink_SentAgainAfterTheLinkWasChanged_IsTheSamePayment(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(500, reusable)
	order := s.linkPayment(l, 0, mtnPhone)
	first := s.payLink(order)
	s.must(s.service.ChangeLink(s.ctx, LinkChange{LinkID: l.ID, Amount: money.Francs(900), Description: "Riz"}))
	if again := s.payLink(order); again.ID != first.ID || again.Asked != first.Asked {
		t.Fatalf("first %d, then %d", first.ID, again.ID)
	}
	s.wantEffects(1, 0)
}

func TestPayLink_LinkForOnePayment_AsksOnePayerAtATime(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(500)
	var wg sync.WaitGroup
	for _, phone := range []money.Phone{mtnPhone, orangePhone, "237677000001", "237677000002"} {
		wg.Go(func() { _, _ = s.service.PayLink(s.ctx, s.linkPayment(l, 0, phone)) })
	}
	wg.Wait()
	s.wantEffects(1, 0)
	var busy *BusyError
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 0, orangePhone)); !errors.As(err, &busy) || busy.With.LinkID != l.ID {
		t.Fatalf("while one is under way: %v", err)
	}
	s.must(s.sandbox.Refuse(busy.With.Reference))
	s.work(0)
	s.payLink(s.linkPayment(l, 0, orangePhone)) // after a refusal another may try
}

func TestPayLink_Amount_IsTheLinksOwnOrItsLeastOrTheCustomers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fixed  int64
		more   bool
		typed  int64
		asked  int64
		refuse error
	}{
		"fixed":                   {500, false, 0, 500, nil},
		"fixed, another typed":    {500, false, 100, 500, nil},
		"least, nothing typed":    {500, true, 0, 500, nil},
		"least, more typed":       {500, true, 700, 700, nil},
		"least, less typed":       {500, true, 400, 0, ErrAmountBelow},
		"the customer's":          {0, false, 300, 300, nil},
		"the customer's, nothing": {0, false, 0, 0, ErrAmountMissing},
	} {
		s := openShop(t)
		l := s.link(c.fixed, reusable, func(o *LinkOrder) { o.MayPayMore = c.more })
		got, err := s.service.PayLink(s.ctx, s.linkPayment(l, c.typed, mtnPhone))
		if !errors.Is(err, c.refuse) || got.Asked != money.Francs(c.asked) {
			t.Errorf("%s: asked %d, %v", name, got.Asked, err)
		}
	}
}

func TestPayLink_Limits_CountWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(0, reusable, func(o *LinkOrder) { o.MostPayments, o.MostMoney = 2, money.Francs(1000) })
	first := s.payLink(s.linkPayment(l, 400, mtnPhone))
	var left *LinkLeftError
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 700, orangePhone)); !errors.As(err, &left) || left.Left != money.Francs(600) {
		t.Fatalf("more than is left: %v", err)
	}
	s.payLink(s.linkPayment(l, 600, orangePhone))
	var stopped *LinkStoppedError
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 1, "237677000001")); !errors.As(err, &stopped) || stopped.Why != store.LinkUsedUp {
		t.Fatalf("a third: %v", err)
	}
	s.must(s.sandbox.Refuse(first.Reference))
	s.work(0)
	s.payLink(s.linkPayment(l, 400, "237677000001")) // the refused one left its place
}

func TestPayLink_ManyPayersAtOnce_NeverPassALimit(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(100, reusable, func(o *LinkOrder) { o.MostPayments = 3 })
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			phone := money.Phone("2376770000" + string(rune('0'+i/10)) + string(rune('0'+i%10)))
			_, _ = s.service.PayLink(s.ctx, s.linkPayment(l, 0, phone))
		})
	}
	wg.Wait()
	s.wantEffects(3, 0)
}

func TestPayLink_StoppedLink_AsksNobody(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for want, stop := range map[store.LinkStop]func(id int64) error{
		store.LinkPaused:   func(id int64) error { return s.service.PauseLink(s.ctx, id, 0) },
		store.LinkArchived: func(id int64) error { return s.service.ArchiveLink(s.ctx, id, 0) },
		store.LinkExpired: func(id int64) error {
			return s.service.ChangeLink(s.ctx, LinkChange{LinkID: id, Amount: money.Francs(1), ExpiresAt: s.clock.now()})
		},
	} {
		l := s.link(500, reusable)
		s.must(stop(l.ID))
		var stopped *LinkStoppedError
		if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 0, mtnPhone)); !errors.As(err, &stopped) || stopped.Why != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	s.wantEffects(0, 0)
	l := s.link(500, reusable)
	s.must(s.service.PauseLink(s.ctx, l.ID, 0))
	s.must(s.service.ResumeLink(s.ctx, l.ID, 0))
	s.payLink(s.linkPayment(l, 0, mtnPhone))
}

func TestPayLink_SameAgainWithinMinutes_IsAskedAbout(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(500, reusable)
	first := s.payLink(s.linkPayment(l, 0, mtnPhone))
	again := s.linkPayment(l, 0, mtnPhone)
	again.Again = first.ID
	var busy *BusyError
	if _, err := s.service.PayLink(s.ctx, again); !errors.As(err, &busy) { // no word makes two at once
		t.Fatalf("while the first is under way: %v", err)
	}
	s.must(s.sandbox.Enter(first.Reference, "1234"))
	s.work(0)
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 0, mtnPhone)); !errors.As(err, &busy) || busy.With.ID != first.ID {
		t.Fatalf("unasked: %v", err)
	}
	s.payLink(again) // he was shown it, and means it
	s.work(sameWindow + time.Second)
	s.payLink(s.linkPayment(l, 0, mtnPhone)) // later nobody asks
}

func TestPayLink_SecondPaymentOfAReusableLink_IsNoMistake(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(500, reusable)
	for _, phone := range []money.Phone{mtnPhone, orangePhone} {
		asked := s.payLink(s.linkPayment(l, 0, phone))
		s.must(s.sandbox.Enter(asked.Reference, "1234"))
		s.work(0)
		s.wantStatus(asked, store.StatusSuccessful) // no flag
	}
}

func TestPayLink_PhonePestered_IsLeftAlone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for i := range mostByPhone {
		asked := s.payLink(s.linkPayment(s.link(int64(100+i), reusable), 0, mtnPhone))
		s.must(s.sandbox.Refuse(asked.Reference))
		s.work(0)
	}
	l := s.link(900, reusable)
	var often *TooOftenError
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 0, mtnPhone)); !errors.As(err, &often) || often.Of != PartPhone {
		t.Fatalf("one more: %v", err)
	}
	s.start() // a restart forgets nothing
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 0, mtnPhone)); !errors.As(err, &often) {
		t.Fatalf("after a restart: %v", err)
	}
	s.payLink(s.linkPayment(l, 0, orangePhone)) // another number is not harmed
	s.clock.pass(unpaidWindow + time.Second)
	s.payLink(s.linkPayment(l, 0, mtnPhone))
}

func TestPayLink_PhoneRungAllDay_IsLeftAloneUntilTheNext(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(0, reusable)
	for i := range mostInADay {
		asked := s.payLink(s.linkPayment(l, int64(100+i), mtnPhone))
		s.must(s.sandbox.Refuse(asked.Reference))
		s.work(unpaidWindow)
	}
	var often *TooOftenError
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 900, mtnPhone)); !errors.As(err, &often) || often.Of != PartPhone {
		t.Fatalf("once more: %v", err)
	}
	s.clock.pass(24 * time.Hour)
	s.payLink(s.linkPayment(l, 900, mtnPhone))
}

func TestInvariant2_PayLink_DoubtOlderThanMinutes_IsNotAskedBesides(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(500, reusable)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointCollect})
	first := s.payLink(s.linkPayment(l, 0, mtnPhone))
	s.clock.pass(sameWindow + time.Minute)
	var busy *BusyError
	for _, again := range []int64{0, first.ID} {
		order := s.linkPayment(l, 0, mtnPhone)
		order.Again = again
		if _, err := s.service.PayLink(s.ctx, order); !errors.As(err, &busy) || busy.With.ID != first.ID {
			t.Fatalf("%v", err)
		}
	}
	s.payLink(s.linkPayment(l, 0, orangePhone)) // another customer is not held up
}

func TestPayLink_StreetThatPays_IsNeverLimited(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(0, reusable)
	for i := range mostByLink + 20 {
		phone := money.Phone("23767700" + string([]byte{'0' + byte(i/1000), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}))
		asked := s.payLink(s.linkPayment(l, int64(100+i), phone))
		s.must(s.sandbox.Enter(asked.Reference, "1234"))
		s.work(0)
	}
}

func TestPayLink_LinkFlooded_AsksNobodyElseForAWhile(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(100, reusable)
	for i := range mostByLink {
		phone := money.Phone("23767700" + string([]byte{'1', '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}))
		s.payLink(s.linkPayment(l, 0, phone))
	}
	var often *TooOftenError
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(l, 0, orangePhone)); !errors.As(err, &often) || often.Of != PartOrder {
		t.Fatalf("one more: %v", err)
	}
}

func TestInvariant2_PayLink_LostAnswer_IsNeverAskedUnderAnotherReference(t *testing.T) {
	t.Parallel()
	for _, mode := range []sandbox.DuplicateMode{sandbox.Replay, sandbox.Reject} {
		s := openShop(t, func(c *sandbox.Config) { c.Duplicates = mode })
		s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointCollect})
		asked := s.payLink(s.linkPayment(s.link(500, reusable), 0, mtnPhone))
		s.wantStatus(asked, store.StatusInDoubt)
		s.must(s.sandbox.Enter(s.sandbox.Ledger()[0].Reference, "1234"))
		s.work(time.Minute)
		s.work(time.Minute)
		s.wantStatus(asked, store.StatusSuccessful)
		s.wantEffects(1, 1)
	}
}

func TestPayLink_OnCamPaysPage_ComesBackToItsOwnAttempt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(0, reusable, func(o *LinkOrder) { o.PaymentOptions = money.MobileMoneyCard })
	asked := s.payLink(s.linkPayment(l, 700, ""))
	if asked.Status != store.StatusWaiting || asked.PaymentURL == "" {
		t.Fatalf("asked %+v", asked)
	}
	if back := s.service.pageRequest(l.PaymentLink, asked).RedirectURL; back != "https://shop.example/p/"+l.Slug+"/"+asked.ExternalReference {
		t.Errorf("back to %s", back)
	}
}

func TestReplaceCounter_OldCodeTakesNothingAnyMore(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	old := s.link(0, func(o *LinkOrder) { o.Kind = store.LinkCounter })
	operation := NewOperation()
	next, err := s.service.ReplaceCounter(s.ctx, old.ID, operation, 0)
	s.must(err)
	twice, err := s.service.ReplaceCounter(s.ctx, old.ID, operation, 0)
	s.must(err)
	if next.ID == old.ID || next.Slug == old.Slug || twice.ID != next.ID {
		t.Fatalf("%+v, then %+v", next, twice)
	}
	var stopped *LinkStoppedError
	if _, err := s.service.PayLink(s.ctx, s.linkPayment(old, 500, mtnPhone)); !errors.As(err, &stopped) {
		t.Fatalf("the old code: %v", err)
	}
	s.payLink(LinkPayment{Operation: NewOperation(), LinkID: next.ID, Amount: money.Francs(500), Phone: mtnPhone})
	if _, err := s.service.ReplaceCounter(s.ctx, s.link(100).ID, NewOperation(), 0); !errors.Is(err, ErrNoCounter) {
		t.Fatalf("a link that is none: %v", err)
	}
}

func TestChangeLink_OfOnePayment_KeepsItsAmount(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(500)
	s.must(s.service.ChangeLink(s.ctx, LinkChange{LinkID: l.ID, Amount: money.Francs(9), Description: "Riz"}))
	after, err := s.store.Link(s.ctx, l.ID)
	s.must(err)
	if after.Amount != l.Amount || after.Description != "Riz" {
		t.Fatalf("link %+v", after.PaymentLink)
	}
	log, err := s.store.Audit(s.ctx, store.AuditFilter{Subject: "link"})
	s.must(err)
	if log[0].Act != "link.changed" {
		t.Fatalf("audit %+v", log[0])
	}
}
