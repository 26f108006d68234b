package payments

// The simulation's merchant: what he orders, and what he is told.

import (
	"errors"
	"fmt"

	"comptoir/campay/money"
	"comptoir/store"
)

// order is an operation that the merchant asked for, perhaps many times.
type order struct {
	id   string
	push PushOrder
	link LinkOrder
	pay  LinkPayment
	out  PayoutOrder
	what string // push, link, customer or payout
	made int64  // the transaction, or the link, that it became
	told error  // that nothing moved, and nothing will
}

func (w *world) orderPush() bool {
	o := &order{id: w.operation(), what: "push"}
	o.push = PushOrder{
		Operation: o.id, Phone: pick(w, simPhones...), Description: pick(w, "Pain", "", "Riz #1"),
		Amount: money.Francs(1 + w.fate.Int64N(3000)),
	}
	return w.place(o)
}

func (w *world) orderLink() bool {
	o := &order{id: w.operation(), what: "link"}
	o.link = LinkOrder{
		Operation: o.id, Amount: money.Francs(10 + w.fate.Int64N(3000)), Description: "Pain",
		PaymentOptions: money.MobileMoney, MayPayMore: w.chance(0.3),
	}
	if w.chance(0.4) {
		o.link.Kind, o.link.MostPayments = store.LinkReusable, w.fate.Int64N(4)
		o.link.Amount *= money.XAF(w.fate.Int64N(2)) // the customer's own, or the shop's
		o.link.MostMoney = money.Francs(w.fate.Int64N(2) * 5000)
	}
	return w.place(o)
}

// orderCustomer has a customer pay a link by himself: on his phone or, of a link
// of many, on a page of his own.
func (w *world) orderCustomer() bool {
	if w.service == nil {
		return false
	}
	links, err := w.store.Links(w.ctx, store.LinkFilter{Put: store.LinksAll})
	w.must(err)
	if len(links) == 0 {
		return false
	}
	l := pick(w, links...)
	o := &order{id: w.operation(), what: "customer"}
	o.pay = LinkPayment{Operation: o.id, LinkID: l.ID, Amount: money.Francs(1 + w.fate.Int64N(3000)), Phone: pick(w, simPhones...)}
	if l.Kind != store.LinkOnce && w.chance(0.2) {
		o.pay.Phone = ""
	}
	return w.place(o)
}

// stopLink pauses a link, or lets it go on.
func (w *world) stopLink() bool {
	if w.service == nil {
		return false
	}
	links, err := w.store.Links(w.ctx, store.LinkFilter{Put: store.LinksAll})
	w.must(err)
	if len(links) == 0 {
		return false
	}
	l := pick(w, links...)
	act := pick(w, w.service.PauseLink, w.service.ResumeLink, w.service.ResumeLink, w.service.ArchiveLink, w.service.RestoreLink)
	w.fly(&flight{name: "a link is stopped or goes on", shop: true}, func() {
		if err := act(w.ctx, l.ID, w.owner); !isDiskFailure(err) {
			w.must(err)
		}
	})
	return true
}

func (w *world) orderPayout() bool {
	o := &order{id: w.operation(), what: "payout"}
	o.out = PayoutOrder{
		Operation: o.id, Kind: pick(w, store.KindWithdraw, store.KindWithdraw, store.KindAirtime),
		Amount: money.Francs(1 + w.fate.Int64N(pick(w, int64(500), 4000, 12_000))), Phone: pick(w, simPhones...),
		Description: pick(w, "Loyer", ""), By: w.owner,
	}
	if all, _ := w.wallet(o.out).Whole(); w.chance(0.3) && all > 0 {
		o.out.Amount = money.Francs(all)
	}
	return w.place(o)
}

// wallet is what a payout draws on.
func (w *world) wallet(o PayoutOrder) money.XAF {
	held := w.sandbox.Balance()
	switch {
	case o.Kind == store.KindAirtime:
		return held.Airtime
	case o.Phone.Operator() == money.Orange:
		return held.Orange
	}
	return held.MTN
}

// orderRefund gives a payment back, or more than it, or what was never paid.
func (w *world) orderRefund() bool {
	var collections []store.Transaction
	for _, t := range w.book() {
		if t.Kind == store.KindCollect && (t.Status == store.StatusSuccessful || w.chance(0.1)) {
			collections = append(collections, t)
		}
	}
	if len(collections) == 0 {
		return false
	}
	t := pick(w, collections...)
	most := max(t.Amount, t.Asked, 100) / 100
	o := &order{id: w.operation(), what: "payout"}
	o.out = PayoutOrder{
		Operation: o.id, RefundOf: t.ID, By: w.owner,
		Amount: money.Francs(int64(pick(w, most, money.XAF(1+w.fate.Int64N(int64(most))), most+1))),
	}
	return w.place(o)
}

func (w *world) place(o *order) bool {
	if w.service == nil || len(w.known.orders) >= 16 {
		return false
	}
	w.known.orders = append(w.known.orders, o)
	w.did["operations"]++
	if w.storm > 0 && w.chance(0.1) {
		w.killIn = 1 + w.fate.IntN(25)
	}
	w.send(o)
	return true
}

// orderAgain sends a form a second time, perhaps after a change.
func (w *world) orderAgain() bool {
	if w.service == nil || len(w.known.orders) == 0 {
		return false
	}
	o := pick(w, w.known.orders...)
	if w.chance(0.8) || o.what != "push" {
		w.send(o)
		return true
	}
	changed := o.push
	changed.Amount += money.Francs(1)
	w.fly(&flight{name: "a changed form", shop: true}, func() {
		known, _ := w.store.TransactionByExternalReference(w.ctx, o.id)
		if known.ID == 0 {
			o.push = changed // the first form was lost with its process: this one is the order
		}
		t, err := w.service.RequestPayment(w.ctx, changed)
		if known.ID != 0 && !errors.Is(err, ErrOperationUsed) && !isDiskFailure(err) {
			w.wrong("a changed form of %s became %d: %v", o.id, t.ID, err)
		}
	})
	return true
}

// send has the shop carry an order out.
func (w *world) send(o *order) {
	f := &flight{name: o.what + " " + o.id[:8], shop: true}
	if o.what == "payout" {
		if !w.free(theBalance) {
			return
		}
		f.keys = []string{theBalance}
	}
	w.fly(f, func() {
		made, err := w.carryOut(o)
		w.tell("  %s %s became %d: %v", o.what, o.id[:8], made, err)
		switch {
		case meansNothingMoved(err):
			o.told = err
		case !isHeldBack(err):
			w.must(err)
		}
		if o.made != 0 && made != 0 && o.made != made {
			w.wrong("order %s became %d and %d", o.id, o.made, made)
		}
		if made != 0 {
			o.made = made
		}
	})
}

func (w *world) carryOut(o *order) (made int64, err error) {
	switch o.what {
	case "push":
		t, err := w.service.RequestPayment(w.ctx, o.push)
		var asked *AskedError
		if errors.As(err, &asked) { // whoever sees it means it
			o.push.Again = asked.Earlier.ID
			t, err = w.service.RequestPayment(w.ctx, o.push)
		}
		return t.ID, err
	case "link":
		l, err := w.service.CreateLink(w.ctx, o.link)
		return l.ID, err
	case "customer":
		t, err := w.service.PayLink(w.ctx, o.pay)
		return t.ID, err
	}
	if w.chance(0.3) {
		if _, err := w.service.ReviewPayout(w.ctx, o.out); err != nil && !isHeldBack(err) {
			w.must(err)
		}
	}
	p, err := w.service.PayOut(w.ctx, o.out)
	return p.Transaction.ID, err
}

// meansNothingMoved reports whether the merchant was told that an order that is
// in the book moved nothing, for good.
func meansNothingMoved(err error) bool {
	var refused *RefusedError
	return errors.As(err, &refused) || errors.Is(err, ErrNotSent)
}

// isHeldBack reports whether the shop itself did not begin an order, which may
// be given again later.
func isHeldBack(err error) bool {
	var rule *RuleError
	var balance *BalanceError
	var refund *RefundError
	var stopped *LinkStoppedError
	var left *LinkLeftError
	var often *TooOftenError
	var busy *BusyError
	var asked *AskedError
	if errors.As(err, &stopped) || errors.As(err, &left) || errors.As(err, &often) || errors.As(err, &busy) || errors.As(err, &asked) || errors.Is(err, ErrAmountBelow) || errors.Is(err, ErrOnePage) {
		return true
	}
	return errors.As(err, &rule) || errors.As(err, &balance) || errors.As(err, &refund) || errors.Is(err, ErrBalanceUnknown) ||
		errors.Is(err, ErrPhoneMissing) // of a payment whose payer nobody knows
}

func (w *world) orderOf(operation string) *order {
	for _, o := range w.known.orders {
		if o.id == operation {
			return o
		}
	}
	return &order{}
}

// decideApproval has one of the owners approve or refuse what waits.
func (w *world) decideApproval() bool {
	if w.service == nil || !w.free(theBalance) {
		return false
	}
	waiting, err := w.store.Approvals(w.ctx, store.ApprovalFilter{State: store.ApprovalWaiting})
	w.must(err)
	if len(waiting) == 0 {
		return false
	}
	a, by := pick(w, waiting...), pick(w, w.owner, w.second, w.second, w.second)
	if w.chance(0.2) {
		w.fly(&flight{name: fmt.Sprintf("approval %d is refused", a.ID), shop: true}, func() {
			if err := w.service.RefuseApproval(w.ctx, a.ID, by); err != nil && !errors.Is(err, ErrApprovalOver) {
				w.must(err)
			}
		})
		return true
	}
	w.fly(&flight{name: fmt.Sprintf("approval %d by %d", a.ID, by), shop: true, keys: []string{theBalance}}, func() {
		p, err := w.service.Approve(w.ctx, a.ID, by, nil)
		w.tell("  approval %d became %d: %v", a.ID, p.Transaction.ID, err)
		switch {
		case by == a.RequestedBy && p.Transaction.ID != 0:
			w.wrong("approval %d was approved by whoever asked", a.ID)
		case errors.Is(err, ErrApprovalOver), errors.Is(err, ErrOwnApproval), err == nil, isHeldBack(err), meansNothingMoved(err):
		default:
			w.must(err)
		}
		if meansNothingMoved(err) {
			w.orderOf(a.Operation).told = err
		}
	})
	return true
}

// changeRules has the owner change his mind, or stop all money.
func (w *world) changeRules() bool {
	if w.service == nil {
		return false
	}
	rules := w.someRules()
	does := pick(w, "sets rules", "freezes", "thaws", "thaws")
	w.fly(&flight{name: "the owner " + does, shop: true}, func() {
		switch does {
		case "sets rules":
			w.must(w.service.SetRules(w.ctx, rules, "", w.owner))
		case "freezes":
			w.must(w.service.Freeze(w.ctx, w.owner))
		default:
			w.must(w.service.Unfreeze(w.ctx, "", w.owner))
		}
	})
	return true
}

func (w *world) saveRecipient() bool {
	if w.service == nil {
		return false
	}
	phone := pick(w, simPhones...)
	w.fly(&flight{name: "a recipient is saved", shop: true}, func() {
		if _, err := w.service.SaveRecipient(w.ctx, "Boulangerie", phone, w.owner); !errors.Is(err, store.ErrDuplicate) {
			w.must(err)
		}
	})
	return true
}

// decideDoubt has a person end a doubt, rightly or wrongly.
func (w *world) decideDoubt() bool {
	if w.service == nil {
		return false
	}
	for _, t := range w.book() {
		may, err := w.service.Decidable(w.ctx, t)
		w.must(err)
		if !may.May() || w.chance(0.5) {
			continue
		}
		outcome := pick(w, store.StatusSuccessful, store.StatusFailed)
		w.fly(&flight{name: fmt.Sprintf("a person decides that %d is %s", t.ID, outcome), shop: true}, func() {
			w.did["decided"]++
			if err := w.service.Decide(w.ctx, t.ID, outcome, w.owner); !errors.Is(err, ErrNotDecidable) {
				w.must(err)
			}
		})
		return true
	}
	return false
}
