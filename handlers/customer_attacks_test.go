package handlers

// Strangers at a customer's pages: what they may not set, see or use up.

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/handlers/pay"
	"comptoir/store"
)

func once(o *payments.LinkOrder) { o.Kind = store.LinkOnce }

func cards(o *payments.LinkOrder) { o.PaymentOptions = money.MobileMoneyCard }

func TestAttack_StrangersPageOfALinkForOnePayment_IsNobodyElses(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	fixed := s.linked(500, once, cards, func(o *payments.LinkOrder) { o.MayPayMore = true })
	got := s.browser().paysLink(fixed, "amount", "400000", "phone", "", "way", "page")
	if got.status != http.StatusSeeOther || got.header.Get("Location") != "/p/"+fixed.Slug {
		t.Errorf("a page of a set amount: %d to %s", got.status, got.header.Get("Location"))
	}
	if all, err := s.store.TransactionsOfLink(t.Context(), fixed.ID); err != nil || len(all) != 1 {
		t.Errorf("%d attempts, %v", len(all), err)
	}
	open := s.linked(0, once, cards)
	stranger := s.browser()
	stranger.onItsWay(stranger.paysLink(open, "amount", "400000", "phone", "", "way", "page"))
	for _, l := range []store.LinkWithState{fixed, open} {
		if got := s.browser().get("/p/" + l.Slug); strings.Contains(got.body, "400\u202f000") || strings.Contains(got.body, s.newest().PaymentURL) && l.ID == open.ID || !strings.Contains(got.body, `data-state="ready"`) {
			t.Errorf("another customer of link %d sees %s", l.ID, got.body)
		}
	}
}

func TestAttack_AddressThatAsksManyPhones_LeavesTheCounterToOthers(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, rude := s.linked(0), s.browser()
	asks := func(i int) answer {
		return rude.paysLink(l, "amount", "500", "phone", fmt.Sprintf("6770%05d", i))
	}
	first := rude.onItsWay(asks(0))
	reference := s.newest().Reference
	for i := range pay.FromOneLimit.Free - 1 {
		rude.onItsWay(asks(i + 1))
	}
	if got := asks(99); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" || !strings.Contains(got.body, "677000099") {
		t.Fatalf("answered %d", got.status)
	}
	if n := len(s.sandbox.Ledger()); n != pay.FromOneLimit.Free {
		t.Errorf("%d phones rang", n)
	}
	other := s.linked(500)
	rude.onItsWay(rude.paysLink(other)) // another link's customers behind the same address pay on
	// A street that pays is not kept waiting.
	s.must(s.sandbox.Enter(reference, "1234"))
	s.work()
	rude.onItsWay(rude.paysLink(other, "phone", "699123456"))
	rude.get(first) // the payer of the first looks at it no more: another browser's cookie by now
	if got := asks(99); got.status != http.StatusTooManyRequests {
		t.Errorf("a payment that is another browser's: %d", got.status)
	}
}

func TestCustomer_StreetBehindOneAddress_PaysOn(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.linked(0)
	for i := range pay.FromOneLimit.Free + 3 {
		customer := s.browser()
		path := customer.onItsWay(customer.paysLink(l, "amount", "500", "phone", fmt.Sprintf("6770%05d", i)))
		s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
		s.work()
		if got := customer.get(path + "/status"); !strings.Contains(got.body, `data-state="paid"`) {
			t.Fatalf("customer %d: %s", i, got.body)
		}
	}
}

func TestCustomer_AmountChangedWhileHisPageWasOpen_IsAskedNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer := s.linked(500), s.browser()
	if got := customer.get("/p/" + l.Slug); !strings.Contains(got.body, `name="shown" value="500"`) {
		t.Fatal("the form does not say what it showed")
	}
	s.must(s.service.ChangeLink(t.Context(), payments.LinkChange{LinkID: l.ID, Amount: money.Francs(50_000), Description: "Pain"}))
	got := customer.paysLink(l, "shown", "500")
	if got.status != http.StatusConflict || !strings.Contains(got.body, "Le montant a changé") || !strings.Contains(got.body, "50\u202f000") || !strings.Contains(got.body, `value="6 77 12 34 56"`) {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if n := len(s.sandbox.Ledger()); n != 0 {
		t.Fatalf("%d phones rang", n)
	}
	customer.onItsWay(customer.paysLink(l, "shown", "50000"))
}

func TestAttack_SlugOfALinkForOnePayment_GivesNobodyThePayersProof(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, payer, stranger := s.linked(500, once), s.browser(), s.browser()
	path := payer.onItsWay(payer.paysLink(l))
	operation := path[strings.LastIndex(path, "/")+1:]
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	s.work()
	for name, b := range map[string]struct {
		*browser
		proof bool
	}{"payer": {payer, true}, "stranger": {stranger, false}} {
		for _, part := range []string{"", "/status"} {
			got := b.get("/p/" + l.Slug + part)
			if !strings.Contains(got.body, `data-state="paid"`) || strings.Contains(got.body, operation) != b.proof || strings.Contains(got.body, `class="daymark`) != b.proof {
				t.Errorf("the %s sees at %q: %s", name, part, got.body)
			}
		}
	}
}

func TestAttack_OnePaymentPaidOnCamPaysPage_IsNobodysProofWhoHasTheAddress(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.linked(500, once)
	prompt, err := s.sandbox.Pay(l.Newest.Reference, "237677123456", money.Francs(500))
	s.must(err)
	s.must(s.sandbox.Enter(prompt.Reference, "1234"))
	s.work()
	paid, err := s.store.Transaction(t.Context(), l.Newest.ID)
	s.must(err)
	if paid.Status != store.StatusSuccessful || paid.Code == "" {
		t.Fatalf("%+v", paid)
	}
	for _, path := range []string{"", "/status", "?back=1"} {
		got := s.browser().get("/p/" + l.Slug + path).body
		if !strings.Contains(got, `data-state="paid"`) {
			t.Errorf("at %q it is not paid: %s", path, got)
		}
		for _, proof := range []string{`class="daymark`, "/receipt", paid.Code, paid.Reference, paid.ExternalReference} {
			if strings.Contains(got, proof) {
				t.Errorf("a stranger sees %s at %q", proof, path)
			}
		}
	}
}

func TestAttack_PaidPageShownAgain_ForgivesAnAddressOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, payer, rude := s.linked(0), s.browser(), s.browser()
	path := payer.onItsWay(payer.paysLink(l, "amount", "500"))
	s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
	s.work()
	payer.get(path) // its cookie stays what it is: another browser of the address asks
	sent := 0
	for ; sent < 3*pay.FromOneLimit.Free; sent++ {
		payer.get(path)
		if rude.paysLink(l, "amount", "500", "phone", fmt.Sprintf("6770%05d", sent)).status == http.StatusTooManyRequests {
			break
		}
	}
	if sent != pay.FromOneLimit.Free {
		t.Errorf("%d forms were taken", sent)
	}
}

func TestCustomer_WhatIsLeftIsBeingPaid_IsSaid(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.linked(500, func(o *payments.LinkOrder) { o.MostPayments = 1 })
	first := s.browser()
	first.onItsWay(first.paysLink(l))
	if got := s.browser().paysLink(l, "phone", "699123456"); got.status != http.StatusConflict || !strings.Contains(got.body, "en train de payer") {
		t.Errorf("answered %d: %s", got.status, got.body)
	}
}
