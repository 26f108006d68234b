package payments

// A day in the simulation: what people do, drawn by the seed.

import (
	"fmt"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// knowledge is what the simulation knows beside the book and the ledger.
type knowledge struct {
	orders       []*order
	acknowledged []string        // the webhooks that the shop answered with 200
	everPaid     map[string]bool // what CamPay's ledger said was paid, at any time
	everFailed   map[string]bool // the same of what failed
	doubted      map[int64]bool
	watching     []func()
	sent         map[string]int // how often a payout left, by its operation
}

func newKnowledge() knowledge {
	return knowledge{sent: map[string]int{}, everPaid: map[string]bool{}, everFailed: map[string]bool{}, doubted: map[int64]bool{}}
}

// deed is something that may happen next. do reports whether it could.
type deed struct {
	weight int
	do     func() bool
}

func (w *world) deeds() []deed {
	return []deed{
		{8, w.orderPush}, {5, w.orderLink}, {7, w.orderCustomer}, {1, w.stopLink}, {8, w.orderPayout}, {8, w.orderRefund}, {5, w.orderAgain},
		{5, w.decideApproval}, {2, w.changeRules}, {1, w.saveRecipient}, {1, w.decideDoubt}, {1, w.compare},
		{14, w.answerPrompt}, {8, w.payOnLink}, {1, w.useElsewhere}, {1, w.succeedLate},
		{24, w.runErrand}, {14, w.letGoOn}, {10, w.sendWebhooks},
		{16, w.passTime}, {2, w.passHours}, {2, w.stepClock},
		{3, w.askInPerson}, {2, w.lookAtIt}, {2, w.askBalance}, {2, w.applyOldDelivery}, {3, w.forge},
		{5, w.breakCamPay}, {1, w.stopCamPay}, {1, w.refuseKeys}, {4, w.planKill}, {3, w.planDiskFailure},
	}
}

// play lets a run's day happen.
func (w *world) play(deeds int) {
	choices := w.deeds()
	total := 0
	for _, a := range choices {
		total += a.weight
	}
	for range deeds {
		if len(w.failures) > 0 {
			return
		}
		if w.service == nil && !w.at.Before(w.opens) {
			w.tell("the shop is started")
			w.must(w.open())
		}
		n := w.fate.IntN(total)
		for _, a := range choices {
			if n -= a.weight; n < 0 {
				a.do()
				break
			}
		}
	}
}

var simPhones = []money.Phone{mtnPhone, orangePhone, "237670000001", "237690000002"}

func (w *world) answerPrompt() bool {
	prompts := w.sandbox.Prompts()
	if len(prompts) == 0 {
		return false
	}
	p := pick(w, prompts...)
	pin := pick(w, "1234", "1234", "1234", "1234", "1234", sandbox.WrongPIN, sandbox.NoFundsPIN, "")
	w.tell("the payer of %s answers %q", p.Reference[:8], pin)
	if pin == "" {
		w.must(w.sandbox.Refuse(p.Reference))
	} else {
		w.must(w.sandbox.Enter(p.Reference, pin))
	}
	w.watch()
	return true
}

// payOnLink has a customer begin to pay on the page of a link.
func (w *world) payOnLink() bool {
	var pages []store.Transaction
	for _, t := range w.book() {
		if t.PaymentURL != "" {
			pages = append(pages, t)
		}
	}
	if len(pages) == 0 {
		return false
	}
	t := pick(w, pages...)
	var more money.XAF
	if t.MayPayMore && w.chance(0.5) {
		more = t.Asked + money.Francs(w.fate.Int64N(500))
	}
	p, err := w.sandbox.Pay(t.PaymentURL, pick(w, simPhones...), more)
	w.tell("a customer pays on the page of %d: %.8s, %v", t.ID, p.Reference, err)
	return err == nil
}

func (w *world) askInPerson() bool {
	if w.service == nil {
		return false
	}
	all := w.book()
	if len(all) == 0 {
		return false
	}
	t := pick(w, all...)
	keys := keysOf(t)
	if !w.free(keys...) {
		return false
	}
	w.fly(&flight{name: fmt.Sprintf("a person asks about %d", t.ID), shop: true, keys: keys}, func() {
		_, err := w.service.Ask(w.ctx, t.ID)
		w.must(err)
	})
	return true
}

// lookAtIt opens or leaves the page of a transaction or link.
func (w *world) lookAtIt() bool {
	all := w.book()
	if w.service == nil || len(all) == 0 {
		return false
	}
	if n := len(w.known.watching); n > 2 {
		w.known.watching[0]()
		w.known.watching = w.known.watching[1:]
	}
	t := pick(w, all...)
	topic := TransactionTopic(t.ID)
	if t.LinkID != 0 {
		topic = LinkTopic(t.LinkID)
	}
	w.fly(&flight{name: fmt.Sprintf("somebody looks at %d", t.ID), shop: true}, func() {
		_, stop := w.service.Watch(w.ctx, topic)
		w.known.watching = append(w.known.watching, stop)
	})
	return true
}

func (w *world) askBalance() bool {
	if w.service == nil {
		return false
	}
	if !w.free(theBalance) {
		return false
	}
	w.fly(&flight{name: "the balance is looked at", shop: true, keys: []string{theBalance}}, func() {
		_, err := w.service.RefreshBalance(w.ctx)
		w.must(err)
	})
	return true
}

func (w *world) applyOldDelivery() bool {
	if w.service == nil {
		return false
	}
	all, err := w.store.Deliveries(w.ctx, store.DeliveryFilter{Verdict: store.VerdictAccepted})
	w.must(err)
	if len(all) == 0 {
		return false
	}
	d := pick(w, all...)
	w.fly(&flight{name: fmt.Sprintf("delivery %d is applied again", d.ID), shop: true}, func() {
		w.must(w.service.ApplyAgain(w.ctx, d.ID))
	})
	return true
}

// compare has a person compare the last days with CamPay's history.
func (w *world) compare() bool {
	if w.service == nil {
		return false
	}
	p := Period{From: money.DayOf(w.shopTime()).AddDate(0, 0, -w.fate.IntN(3)), To: money.DayOf(w.shopTime())}
	w.fly(&flight{name: "a person compares", shop: true}, func() {
		_, err := w.service.Reconcile(w.ctx, p, w.owner)
		w.must(err)
	})
	return true
}
