package payments

// One purchase asked for in several ways: whoever is late, and whatever CamPay
// makes of it, what is paid twice is flagged and nothing that was replaced rings.

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/campay/sandbox"
	"comptoir/store"
)

const otherPhone = "699112233"

// paidUnder has CamPay know a paid reference of an external reference.
func (s *shop) paidUnder(reference, externalReference string, first func()) {
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/transaction/"+reference) {
			return false
		}
		first()
		w.Header().Set("Content-Type", "application/json")
		_, err := fmt.Fprintf(w, `{"reference":%q,"external_reference":%q,"status":"SUCCESSFUL","amount":2500,"currency":"XAF","operator":"MTN","code":"CP201027T00005"}`,
			reference, externalReference)
		s.must(err)
		return true
	})
}

// paidOnceMore has CamPay pay t under a second reference, and tell of it.
func (s *shop) paidOnceMore(t store.Transaction) {
	s.t.Helper()
	reference := NewOperation()
	s.paidUnder(reference, t.ExternalReference, func() {})
	s.hears(s.notification(reference, "SUCCESSFUL", "2500"))
	s.work(0)
}

// wantOnce wants a purchase counted as paid in full once, and flagged where it was
// paid more often.
func (s *shop) wantOnce() {
	s.t.Helper()
	paid, clean := 0, 0
	for _, t := range s.all() {
		if t.Status == store.StatusSuccessful {
			paid++
			if len(t.Flags) == 0 {
				clean++
			}
		}
	}
	if paid == 0 || clean > 1 {
		s.t.Errorf("of %d payments %d are without a flag", paid, clean)
	}
}

func TestSale_PaidUnderASecondReference_IsNeitherEndedNorAskedForAgain(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	key, request := s.sale("677123456", store.SaleKey{})
	s.paidOnceMore(request)
	var paid *SalePaidError
	if err := s.service.EndSale(s.ctx, key, 0); !errors.As(err, &paid) {
		t.Errorf("ended: %v", err)
	}
	phone, err := ParsePhone(otherPhone)
	s.must(err)
	_, err = s.service.RequestPayment(s.ctx, PushOrder{Operation: NewOperation(), Amount: 250000, Phone: phone, Instead: key})
	if !errors.As(err, &paid) {
		t.Errorf("asked for again: %v", err)
	}
	s.wantOnce()
}

func TestSale_EndedWhileItsAnswerIsLost_RingsNobody(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect})
	key, request := s.sale("677123456", store.SaleKey{})
	s.wantStatus(request, store.StatusInDoubt)
	s.must(s.service.EndSale(s.ctx, key, 0))
	for range 10 {
		s.work(time.Minute)
	}
	if rings := s.sandbox.Prompts(); len(rings) != 0 {
		t.Errorf("%d prompts after the sale was ended", len(rings))
	}
}

func TestSale_ReplacedFromAnOlderScreen_HasOneWayOpen(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	first, _ := s.sale("", store.SaleKey{})
	second, _ := s.sale("677123456", first)
	third, _ := s.sale(otherPhone, first) // the first one's screen was still open
	for key, isOpen := range map[store.SaleKey]bool{first: false, second: false, third: true} {
		way, err := s.store.SaleWay(s.ctx, key)
		if err != nil || way.EndedAt.IsZero() != isOpen || way.Number != 1 {
			t.Errorf("%+v, %v", way, err)
		}
	}
	s.must(s.service.EndSale(s.ctx, first, 0))
	if way, err := s.store.SaleWay(s.ctx, third); err != nil || way.EndedAt.IsZero() {
		t.Errorf("the sale was ended, and %+v, %v", way, err)
	}
}

func TestPayLink_AnotherNumber_WhateverBecameOfTheFirst_IsPaidOnceOrFlagged(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"waiting", "paid", "in doubt", "under a second reference"} {
		t.Run(when, func(t *testing.T) {
			s := openShop(t)
			if when == "in doubt" {
				s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutAfter, Endpoint: sandbox.EndpointCollect})
			}
			l := s.link(0, func(o *LinkOrder) { o.Kind = store.LinkCounter })
			one := s.linkPayment(l, 2500, mtnPhone)
			first := s.payLink(one)
			if when == "paid" {
				s.must(s.sandbox.Enter(first.Reference, "1234"))
				s.work(0)
				s.wantStatus(first, store.StatusSuccessful)
			}
			phone, err := ParsePhone(otherPhone)
			s.must(err)
			two := s.linkPayment(l, 2500, phone)
			two.Instead = one.Operation
			_, err = s.service.PayLink(s.ctx, two)
			if busy := (*BusyError)(nil); errors.As(err, &busy) != (when == "paid") {
				t.Fatal(err)
			}
			if when == "under a second reference" {
				s.paidOnceMore(first)
			}
			for _, ring := range s.sandbox.Prompts() {
				s.must(s.sandbox.Enter(ring.Reference, "1234"))
			}
			s.work(time.Minute)
			s.work(time.Minute)
			s.wantOnce()
		})
	}
}

func TestPayLink_AnotherNumberWhileTheFirstAnswerIsLost_DoesNotRingTheFirst(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect})
	l := s.link(0, func(o *LinkOrder) { o.Kind = store.LinkCounter })
	one := s.linkPayment(l, 2500, mtnPhone)
	s.payLink(one)
	phone, err := ParsePhone(otherPhone)
	s.must(err)
	two := s.linkPayment(l, 2500, phone)
	two.Instead = one.Operation
	s.payLink(two)
	for range 10 {
		s.work(time.Minute)
	}
	for _, ring := range s.sandbox.Prompts() {
		if ring.Phone == mtnPhone {
			t.Errorf("the wrong number rings: %+v", ring)
		}
	}
}

func TestHint_WhileAnotherReferenceOfItsPageIsHeardOf_LosesNeither(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.Habits.LinkAlone = true })
	l := s.link(2500)
	attempt := s.first(l.ID)
	failed, paid := NewOperation(), NewOperation()
	isHeard := false
	s.paidUnder(paid, attempt.ExternalReference, func() {
		if isHeard {
			return
		}
		isHeard = true
		s.must(s.service.change(s.ctx, attempt.ID, func(tx *store.Tx, t *store.Transaction) error { return s.service.reserve(s.ctx, tx, t, failed) }))
	})
	s.must(s.service.Hint(s.ctx, attempt.ExternalReference, paid))
	for _, got := range s.all() {
		if got.Flags.Has(store.FlagMismatch) || got.PaidInFull() != (got.Reference == paid) {
			t.Errorf("%s: %s, %v", got.Reference, got.Status, got.Flags)
		}
	}
	if n := len(s.all()); n != 2 {
		t.Errorf("%d transactions", n)
	}
}

func TestSale_PaidByAWayThatWasReplaced_IsPaid_AndTakesNothingByTheOther(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	prompt, request := s.sale("677123456", store.SaleKey{})
	code, _ := s.sale("", prompt)
	s.must(s.sandbox.Enter(request.Reference, "1234")) // on the phone that was asked first
	s.work(0)
	l, err := s.store.Link(s.ctx, code.LinkID)
	if err != nil || l.Stop(s.service.now()) == store.LinkOpen {
		t.Errorf("the code still takes payments: %v", err)
	}
	var paid *SalePaidError
	for _, key := range []store.SaleKey{prompt, code} {
		if err := s.service.EndSale(s.ctx, key, 0); !errors.As(err, &paid) || paid.Key != prompt {
			t.Errorf("%+v is ended: %v", key, err)
		}
	}
	s.wantOnce()
}
