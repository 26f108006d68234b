package payments

// What has to hold in the simulation when the storm is over and time has passed:
// the book is CamPay's ledger.

import (
	"slices"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// check compares the book with CamPay's ledger.
func (w *world) check() {
	book, ledger := w.book(), w.sandbox.Ledger()
	for _, t := range book {
		what := string(t.Kind)
		if t.RefundOf != 0 {
			what = "refund"
		}
		w.did[what+" "+string(t.Status)]++
		w.checkFinal(t, ledger)
		w.checkStory(t)
	}
	for _, e := range ledger {
		w.checkInBook(e, book)
	}
	for _, o := range w.known.orders {
		w.checkOrder(o, ledger)
	}
	w.checkPaidTwice(book)
	w.checkRefunds(book, ledger)
	w.checkApprovals(ledger)
	w.checkBalances(book, ledger)
	w.checkAcknowledged()
}

// checkFinal holds that nothing stays open, but a page that nobody paid on.
func (w *world) checkFinal(t store.Transaction, ledger []sandbox.Entry) {
	_, known := entryOf(ledger, t.Reference)
	switch {
	case t.Status == store.StatusWaiting && t.Origin == store.OriginLink && !known:
	case !t.Status.Final():
		w.wrong("%d stays open: %s", t.ID, told(t))
	case t.Flags.Has(store.FlagDecided) && t.Reference == "" && !effect(t, ledger):
	case t.Status == store.StatusSuccessful && !known:
		w.wrong("%d is successful and CamPay has no such thing: %s", t.ID, told(t))
	}
	if t.ReportedStatus != "" && t.Status.Final() {
		w.wrong("%d still shows what was reported: %s", t.ID, t.ReportedStatus)
	}
}

// checkStory holds that the events say how a transaction came to its status,
// and the audit log who sent money out.
func (w *world) checkStory(t store.Transaction) {
	last, err := w.store.LastEvent(w.ctx, t.ID)
	w.must(err)
	if last.Status != t.Status {
		w.wrong("%d is %s, and its story ends with %s: %s", t.ID, t.Status, last.Status, last.Note)
	}
	if !isOurPayout(t) || t.SiblingOf != 0 {
		return
	}
	acts, err := w.store.Audit(w.ctx, store.AuditFilter{Subject: "transaction", SubjectID: t.ID})
	w.must(err)
	approval, err := w.store.ApprovalByOperation(w.ctx, t.ExternalReference)
	if len(acts) == 0 && (err != nil || approval.State != store.ApprovalApproved) {
		w.wrong("nobody is on record for sending %d", t.ID)
	}
}

// checkInBook holds that an effect at CamPay is in the book once, as it is.
func (w *world) checkInBook(e sandbox.Entry, book []store.Transaction) {
	var found []store.Transaction
	for _, t := range book {
		if t.Reference == e.Reference {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		w.wrong("%s of CamPay's is in the book %d times: %+v", e.Reference, len(found), e)
		return
	}
	t := found[0]
	if t.Kind != kindMoved(e) || t.Status != bookedAs(e) {
		w.wrong("%d is %s %s, and CamPay has %s %s", t.ID, t.Kind, t.Status, e.Endpoint, e.Status)
	}
	if e.Status == campay.Successful && (t.Amount != e.Amount || t.Currency != e.Currency) {
		w.wrong("%d has %d %s, and %v %s moved", t.ID, t.Amount, t.Currency, e.Amount, e.Currency)
	}
	if e.Endpoint == sandbox.EndpointCollect && e.Status == campay.Successful && t.Net != e.Credit() {
		w.wrong("%d has a net of %d, and %v was credited", t.ID, t.Net, e.Credit())
	}
	if e.Status == campay.Successful && t.Fee != e.Charge {
		w.wrong("%d has a fee of %d, and CamPay took %v", t.ID, t.Fee, e.Charge)
	}
}

func kindMoved(e sandbox.Entry) store.Kind {
	switch e.Endpoint {
	case sandbox.EndpointWithdraw:
		return store.KindWithdraw
	case sandbox.EndpointAirtime:
		return store.KindAirtime
	}
	return store.KindCollect
}

func effect(t store.Transaction, ledger []sandbox.Entry) bool {
	return slices.ContainsFunc(ledger, func(e sandbox.Entry) bool { return e.ExternalReference == t.ExternalReference })
}

func bookedAs(e sandbox.Entry) store.Status {
	switch e.Status {
	case campay.Successful:
		return store.StatusSuccessful
	case campay.Failed:
		return store.StatusFailed
	}
	return store.StatusPending
}

// checkOrder holds invariant 2: an operation has one effect at most, and none
// where the merchant was told so.
func (w *world) checkOrder(o *order, ledger []sandbox.Entry) {
	if o.what == "link" || o.what == "customer" && o.pay.Phone == "" {
		return // each payment on its page is its payer's own
	}
	effects := 0
	for _, e := range ledger {
		if e.ExternalReference == o.id {
			effects++
		}
	}
	if effects > 1 {
		w.wrong("order %s has %d effects", o.id, effects)
	}
	if sent := w.known.sent[o.id]; o.what == "payout" && sent > 1 {
		w.wrong("payout %s was sent %d times", o.id, sent)
	}
	if o.told != nil && effects > 0 {
		w.wrong("order %s has an effect, and the merchant was told %v", o.id, o.told)
	}
}

// checkPaidTwice holds that whatever comes in beyond a link's one payment is
// flagged, by whichever way it came.
func (w *world) checkPaidTwice(book []store.Transaction) {
	paid, flagged := map[int64]int{}, map[int64]int{}
	for _, t := range book {
		if t.LinkID == 0 || t.Status != store.StatusSuccessful {
			continue
		}
		paid[t.LinkID]++
		if t.Flags.Has(store.FlagPaidTwice) {
			flagged[t.LinkID]++
		}
	}
	for id, n := range paid {
		l, err := w.store.Link(w.ctx, id)
		w.must(err)
		if l.Kind == store.LinkOnce && flagged[id] < n-1 {
			w.wrong("link %d for one payment was paid %d times, and %d are flagged", id, n, flagged[id])
		}
	}
}

// checkRefunds holds that no collection gives back more than it took.
func (w *world) checkRefunds(book []store.Transaction, ledger []sandbox.Entry) {
	given := map[int64]money.XAF{}
	for _, t := range book {
		if e, known := entryOf(ledger, t.Reference); known && t.RefundOf != 0 && e.Status == campay.Successful {
			given[t.RefundOf] += e.Amount
		}
	}
	for _, t := range book {
		e, _ := entryOf(ledger, t.Reference)
		if given[t.ID] > e.Amount {
			w.wrong("%d took %v and gave back %v", t.ID, e.Amount, given[t.ID])
		}
	}
}

// checkApprovals holds that only what was approved went out, and nothing waits.
func (w *world) checkApprovals(ledger []sandbox.Entry) {
	all, err := w.store.Approvals(w.ctx, store.ApprovalFilter{Limit: 500})
	w.must(err)
	for _, a := range all {
		if a.State == store.ApprovalWaiting {
			w.wrong("approval %d waits for ever", a.ID)
		}
		if a.State != store.ApprovalApproved && effect(store.Transaction{ExternalReference: a.Operation}, ledger) {
			w.wrong("approval %d is %s, and the money went", a.ID, a.State)
		}
	}
}

// checkBalances holds that sums of the book are sums of the ledger, and the
// ledger's effects the balance.
func (w *world) checkBalances(book []store.Transaction, ledger []sandbox.Entry) {
	want := w.opening
	for _, e := range ledger {
		switch {
		case e.Endpoint == sandbox.EndpointAirtime:
			want.Airtime += e.Effect()
		case e.Operator == money.Orange:
			want.Orange += e.Effect()
		default:
			want.MTN += e.Effect()
		}
	}
	if got := w.sandbox.Balance(); got != want {
		w.wrong("CamPay's balances are %+v, its ledger gives %+v", got, want)
	}
	shown, err := w.service.RefreshBalance(w.ctx)
	w.must(err)
	if shown.MTN != want.MTN || shown.Orange != want.Orange || shown.Utility != want.Airtime {
		w.wrong("the shop shows the balances %+v, CamPay has %+v", shown.BalanceSnapshot, want)
	}
	var taken money.XAF
	for _, e := range ledger {
		inBook := slices.ContainsFunc(book, func(t store.Transaction) bool { return t.Reference == e.Reference })
		if inBook && e.Endpoint == sandbox.EndpointCollect && e.Status == campay.Successful && e.Currency == currency {
			taken += e.Amount
		}
	}
	takings, err := w.store.Takings(w.ctx, time.Unix(0, 0), w.at.Add(1000*time.Hour))
	w.must(err)
	if takings.Amount != taken {
		w.wrong("the book took %d, the ledger %d", takings.Amount, taken)
	}
}

// checkAcknowledged holds invariant 3: what was answered with 200 is kept.
func (w *world) checkAcknowledged() {
	kept := map[string]bool{}
	filter := store.DeliveryFilter{Limit: 500}
	for {
		page, err := w.store.Deliveries(w.ctx, filter)
		w.must(err)
		for _, d := range page {
			kept[string(d.Body)] = true
			filter.Before = d.ID
			if d.Verdict == store.VerdictAccepted && d.Outcome == store.OutcomeNone {
				w.wrong("delivery %d was never applied", d.ID)
			}
		}
		if len(page) < filter.Limit {
			break
		}
	}
	for _, body := range w.known.acknowledged {
		if !kept[body] {
			w.wrong("a webhook was answered with 200 and is not kept: %s", body)
		}
	}
}
