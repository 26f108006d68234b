package payments

// What has to hold in the simulation at every moment: nothing is called paid or
// failed that is not, nothing leaves that is not written down, no balance falls
// below zero.

import (
	"bytes"
	"io"
	"net/http"
	"slices"

	"comptoir/campay"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// book is all that the shop's book holds, oldest first. It is read anew when
// the file has changed.
func (w *world) book() []store.Transaction {
	if w.store == nil {
		return nil
	}
	var version int64
	w.must(w.file.QueryRowContext(w.ctx, "PRAGMA data_version").Scan(&version))
	if version == w.version {
		return w.read
	}
	all, err := w.store.Transactions(w.ctx, store.TransactionFilter{Limit: 500})
	w.must(err)
	slices.Reverse(all)
	w.version, w.read = version, all
	return all
}

// watch looks at what the shop shows, each time that its file changed.
func (w *world) watch() {
	balance := w.sandbox.Balance()
	if balance.MTN < 0 || balance.Orange < 0 || balance.Airtime < 0 {
		w.wrong("a balance is below zero: %+v", balance)
	}
	ledger := w.sandbox.Ledger()
	for _, e := range ledger {
		switch e.Status {
		case campay.Successful:
			w.known.everPaid[e.Reference] = true
		case campay.Failed:
			w.known.everFailed[e.Reference] = true
		}
	}
	if w.store == nil || w.file == nil {
		return
	}
	for _, t := range w.book() {
		if t.PaidInFull() {
			w.paidIsTrue(t, ledger)
		}
		w.amountIsTold(t)
		if t.Status == store.StatusFailed && !t.Flags.Has(store.FlagDecided) {
			w.failedIsTrue(t, ledger)
		}
		if t.Status == store.StatusInDoubt && !w.known.doubted[t.ID] {
			w.known.doubted[t.ID] = true
			w.did["doubts"]++
		}
	}
}

// paidIsTrue holds invariant 4: what is called paid was paid, in full.
func (w *world) paidIsTrue(t store.Transaction, ledger []sandbox.Entry) {
	e, known := entryOf(ledger, t.Reference)
	switch {
	case !known, !w.known.everPaid[t.Reference]:
		w.wrong("%d is called paid and is not: %s", t.ID, told(t))
	case t.Amount != e.Amount, e.Currency != currency:
		w.wrong("%d is called paid with %d %s, and %v %s moved", t.ID, t.Amount, t.Currency, e.Amount, e.Currency)
	case t.Asked != 0 && e.Amount < t.Asked, t.Asked != 0 && e.Amount > t.Asked && !t.MayPayMore:
		w.wrong("%d is called paid in full with %v of %d", t.ID, e.Amount, t.Asked)
	}
}

// amountIsTold holds that an amount which CamPay did not tell is called unknown,
// and that money which came is never called nothing.
func (w *world) amountIsTold(t store.Transaction) {
	isTold := t.Amount != 0 || t.Flags.Has(store.FlagDecided)
	if t.Status == store.StatusSuccessful && isTold == (t.AmountUnknown && t.Flags.Has(store.FlagAmountUnknown)) {
		w.wrong("%d is called a success with %d, unknown %v: %s", t.ID, t.Amount, t.AmountUnknown, told(t))
	}
	if t.Flags.Has(store.FlagUnknownWord) && t.PaidInFull() {
		w.wrong("%d is called paid by the word %q", t.ID, t.Word)
	}
}

// failedIsTrue holds that nothing is called failed whose money may move.
func (w *world) failedIsTrue(t store.Transaction, ledger []sandbox.Entry) {
	for _, e := range ledger {
		isIts := e.Reference == t.Reference || t.Reference == "" && t.ExternalReference != "" && e.ExternalReference == t.ExternalReference
		if isIts && !w.known.everFailed[e.Reference] {
			w.wrong("%d is called failed, and CamPay has it as %s: %s", t.ID, e.Status, told(t))
		}
	}
}

func told(t store.Transaction) string {
	return string(t.Kind) + " " + string(t.Status) + " " + t.Reference + " " + t.Flags.String()
}

func entryOf(ledger []sandbox.Entry, reference string) (sandbox.Entry, bool) {
	i := slices.IndexFunc(ledger, func(e sandbox.Entry) bool { return e.Reference == reference })
	if i < 0 {
		return sandbox.Entry{}, false
	}
	return ledger[i], true
}

// leaves looks at a call of the shop's that is about to leave.
func (w *world) leaves(c apiCall) {
	moves := false
	switch c.endpoint() {
	case sandbox.EndpointWithdraw, sandbox.EndpointAirtime:
		moves = true
		w.known.sent[c.external()]++
		w.current.keys = nil // the balance it wanted it has
	case sandbox.EndpointCollect, sandbox.EndpointLink:
		moves = true
	}
	if !moves {
		return
	}
	t, err := w.store.TransactionByExternalReference(w.ctx, c.external())
	if err != nil {
		w.wrong("%s left and is not written down: %v", c.path, err) // invariant 1
		return
	}
	rules, err := w.store.PayoutRules(w.ctx)
	w.must(err)
	if t.Kind != store.KindCollect && rules.Frozen {
		w.wrong("%d leaves while money is frozen", t.ID)
	}
}

// answered looks at CamPay's answer before anything happens to it: where nobody
// else spends and nothing is charged, the shop knows what there is to spend
// (invariant 6).
func (w *world) answered(c apiCall, answer *http.Response) {
	if e := c.endpoint(); !w.exact || answer == nil || (e != sandbox.EndpointWithdraw && e != sandbox.EndpointAirtime) {
		return
	}
	body, err := io.ReadAll(answer.Body)
	w.must(err)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if bytes.Contains(body, []byte(campay.CodeBalance)) {
		w.wrong("%s was sent without the balance for it", c.external())
	}
}
