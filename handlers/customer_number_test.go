package handlers

// A customer who typed a wrong number, who tries again, and whoever else has the
// same link.

import (
	"net/http"
	"strings"
	"testing"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
)

func TestCustomer_WrongNumber_AsksAnotherAndBothPaidIsFlagged(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]func(*payments.LinkOrder){
		"once": once, "reusable": func(*payments.LinkOrder) {},
		"of one payment":     func(o *payments.LinkOrder) { o.MostPayments = 1 },
		"of that much money": func(o *payments.LinkOrder) { o.MostMoney = money.Francs(500) },
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			l, customer := s.linked(500, kind), s.browser()
			first := customer.onItsWay(customer.paysLink(l))
			wrong := s.newest()
			page := customer.get(first).body
			if !strings.Contains(page, `name="instead" value="`+wrong.ExternalReference+`"`) {
				t.Fatalf("no other number can be given: %s", page)
			}
			if got := s.browser().get(first).body; strings.Contains(got, `name="instead"`) {
				t.Error("whoever has the address may have another number asked")
			}
			second := customer.onItsWay(customer.paysLink(l, "phone", "699 12 34 56", "instead", wrong.ExternalReference))
			right := s.newest()
			if second == first || right.Phone != "237699123456" || right.ID == wrong.ID {
				t.Fatalf("asked %+v", right)
			}
			third := customer.onItsWay(customer.paysLink(l, "phone", "699 00 00 01", "instead", right.ExternalReference)) // wrong again
			last := s.newest()
			if third == second || last.ID == right.ID {
				t.Fatalf("a third number is not asked: %s", third)
			}
			s.must(s.sandbox.Enter(last.Reference, "1234"))
			s.work()
			if now, err := s.store.Transaction(t.Context(), last.ID); err != nil || len(now.Flags) != 0 || !now.PaidInFull() {
				t.Fatalf("paid once, and flagged %s, %v", now.Flags, err)
			}
			s.must(s.sandbox.Enter(wrong.Reference, "1234")) // whoever has the wrong number confirms
			s.work()
			now, err := s.store.Transaction(t.Context(), wrong.ID)
			if err != nil || now.Status != store.StatusSuccessful || !now.Flags.Has(store.FlagPaidTwice) {
				t.Fatalf("both are paid: %s %s, %v", now.Status, now.Flags, err)
			}
			owner := s.signedIn(store.RoleOwner)
			if got := owner.get(web.ItemPath("/transactions/", wrong.ID)).body; !strings.Contains(got, web.ItemPath("/transactions/", wrong.ID)+"/refund") {
				t.Error("the shop is offered no refund")
			}
		})
	}
}

// The last place of a link is who has it, and not his wrong number's.
func TestCustomer_WrongNumber_OnALinksLastPlace_LeavesNoneToOthers(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer, other := s.linked(500, func(o *payments.LinkOrder) { o.MostPayments = 1 }), s.browser(), s.browser()
	customer.paysLink(l)
	wrong := s.newest()
	customer.onItsWay(customer.paysLink(l, "phone", "699 12 34 56", "instead", wrong.ExternalReference))
	asked := s.newest()
	for _, instead := range []string{"", wrong.ExternalReference, asked.ExternalReference} {
		if got := other.paysLink(l, "phone", "699 00 00 01", "instead", instead); got.status != http.StatusConflict || s.newest().ID != asked.ID {
			t.Errorf("another customer is asked beside him: %d", got.status)
		}
	}
}

func TestAttack_AnotherNumber_IsNoStrangersToAskFor(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer, stranger := s.linked(500, once), s.browser(), s.browser()
	customer.paysLink(l)
	asked := s.newest()
	stranger.paysLink(l, "phone", "699 12 34 56", "instead", asked.ExternalReference)
	if s.newest().ID != asked.ID {
		t.Error("a stranger has another number asked beside the customer's")
	}
	customer.paysLink(l, "phone", "699 12 34 56") // he does not say that the first is wrong
	if s.newest().ID != asked.ID {
		t.Error("a second number is asked although the first was not said to be wrong")
	}
}

func TestCustomer_PaidByTheOtherRequest_IsToldNotToConfirm(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer := s.linked(500, once), s.browser()
	customer.paysLink(l)
	wrong := s.newest()
	path := customer.onItsWay(customer.paysLink(l, "phone", "699 12 34 56", "instead", wrong.ExternalReference))
	s.must(s.sandbox.Enter(wrong.Reference, "1234"))
	s.work()
	if got := customer.get(path + "/status").body; !strings.Contains(got, `data-state="already"`) {
		t.Errorf("reads %s", got)
	}
}

func TestCustomer_SecondPersonOnTheLink_SeesThatItIsBeingPaid(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer, other := s.linked(500, once), s.browser(), s.browser()
	customer.paysLink(l)
	got := other.get("/p/" + l.Slug).body
	if !strings.Contains(got, `data-state="elsewhere"`) || strings.Contains(got, "tel:") || strings.Contains(got, "56") && strings.Contains(got, "••") || strings.Contains(got, `name="phone"`) {
		t.Errorf("the other reads %s", got)
	}
	if got := customer.get("/p/" + l.Slug).body; !strings.Contains(got, `data-state="on_phone"`) || !strings.Contains(got, "tel:") {
		t.Errorf("the customer reads %s", got)
	}
	s.must(s.sandbox.Refuse(s.newest().Reference))
	s.work()
	if got := other.get("/p/" + l.Slug).body; !strings.Contains(got, `data-state="ready"`) || strings.Contains(got, "77") && strings.Contains(got, `value="6`) {
		t.Errorf("after it was refused, the other reads %s", got)
	}
}

func TestCustomer_TriesAgain_KeepsHisNumberAndAmount(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer := s.linked(0), s.browser()
	path := customer.onItsWay(customer.paysLink(l, "amount", "1 500"))
	s.must(s.sandbox.Refuse(s.newest().Reference))
	s.work()
	for _, at := range []string{path, path + "/status", "/p/" + l.Slug} {
		got := customer.get(at).body
		if !strings.Contains(got, "value=\"6\u00a077\u00a012\u00a034\u00a056\"") || !strings.Contains(got, "value=\"1\u202f500\"") {
			t.Errorf("%s forgets: %s", at, got)
		}
	}
	if got := s.browser().get(path).body; strings.Contains(got, "77\u00a012") {
		t.Error("whoever has the address reads the number")
	}
	again := customer.paysLink(l, "amount", "1\u202f500", "phone", "6\u00a077\u00a012\u00a034\u00a056")
	if again.status != http.StatusSeeOther {
		t.Errorf("what the form holds is not taken: %d %s", again.status, again.body)
	}
}

func TestCustomer_FailedWhileCamPaysPageIsOpen_IsToldSo(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer := s.linked(500, once, func(o *payments.LinkOrder) { o.PaymentOptions = "MOMO,CARD" }), s.browser()
	path := customer.onItsWay(customer.paysLink(l))
	s.must(s.sandbox.Refuse(s.newest().Reference))
	s.work()
	if got := customer.get(path).body; !strings.Contains(got, `data-state="failed"`) || !strings.Contains(got, "La page de CamPay est encore ouverte") {
		t.Errorf("reads %s", got)
	}
}
