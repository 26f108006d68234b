package payments

// The work that goes on by itself, done one piece at a time in the order that
// the seed draws.

import (
	"fmt"
	"slices"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// errand is one piece of the work that goes on by itself.
type errand struct {
	job  job
	keys []string
	do   func() error
}

func (e errand) name() string { return fmt.Sprintf("%s %d", e.job.work, e.job.id) }

// errands are what is due now, as Service.start finds it.
func (w *world) errands() []errand {
	s, now := w.service, w.shopTime()
	w.must(s.catchUp(w.ctx, now))
	var due []errand
	fresh, err := w.store.FreshDeliveries(w.ctx, 1)
	w.must(err)
	if len(fresh) > 0 {
		due = append(due, errand{job{work: "arrivals"}, nil, func() error {
			_, err := s.noteArrivals(w.ctx)
			return err
		}})
	}
	for _, kind := range []work{applying, applyingNobodys} {
		deliveries, err := w.store.DueDeliveries(w.ctx, now, kind == applying, workBatch)
		w.must(err)
		for _, d := range deliveries {
			due = append(due, errand{
				job{kind, d.ID}, []string{foldReference(d.Reference)},
				func() error { return s.apply(w.ctx, d) },
			})
		}
	}
	polls, err := w.store.DuePolls(w.ctx, now, workBatch)
	w.must(err)
	for _, t := range polls {
		due = append(due, errand{job{polling, t.ID}, keysOf(t), func() error {
			_, err := s.look(w.ctx, t, store.EventPoll)
			return err
		}})
	}
	isDue, _, err := s.sweepDue(w.ctx, now)
	w.must(err)
	if isDue {
		due = append(due, errand{job{work: sweeping}, []string{everyReference}, func() error {
			_, err := s.sweepHistory(w.ctx, sweepWatched, now.Add(-sweepBack))
			return err
		}})
	}
	if s.balance.due(now) {
		due = append(due, errand{job{work: balancing}, []string{theBalance}, func() error {
			_, err := s.askBalance(w.ctx)
			return err
		}})
	}
	expired, err := w.store.ExpiredApprovals(w.ctx, now)
	w.must(err)
	for _, a := range expired {
		due = append(due, errand{job{expiring, a.ID}, nil, func() error { return s.expire(w.ctx, a.ID) }})
	}
	w.must(s.addDaily(w.ctx, now))
	open, err := w.store.OpenReconciliations(w.ctx)
	w.must(err)
	if len(open) > 0 && !open[0].NextAt.After(now) {
		due = append(due, errand{job{work: comparing}, []string{everyReference, theBalance}, func() error { return s.reconcile(w.ctx, open[0]) }})
	}
	return slices.DeleteFunc(due, func(e errand) bool { return !w.free(e.keys...) || w.aloft(e.name()) })
}

// keysOf is what looking at a transaction locks.
func keysOf(t store.Transaction) []string {
	switch {
	case t.Reference != "" && t.Word != "": // the days of its history are read, too
		return []string{everyReference}
	case t.Reference != "":
		return []string{t.Reference}
	case t.Status == store.StatusInDoubt, t.Flags.Has(store.FlagDecided), t.Status == store.StatusWaiting: // the history is gone through
		return []string{everyReference}
	}
	return []string{t.ExternalReference}
}

func (w *world) runErrand() bool {
	if w.service == nil {
		return false
	}
	due := w.errands()
	if len(due) == 0 {
		return false
	}
	w.run(pick(w, due...))
	return true
}

func (w *world) run(e errand) {
	w.fly(&flight{name: e.name(), shop: true, keys: e.keys}, func() {
		w.must(e.do())
	})
}

// settle ends all faults and lets time pass.
func (w *world) settle() {
	w.tell("the storm is over")
	w.quiet, w.killIn, w.failIn, w.downUntil = true, 0, 0, time.Time{}
	w.sandbox.ClearFaults()
	for len(w.flights) > 0 {
		w.goOn(w.flights[0], true)
	}
	for _, stop := range w.known.watching {
		stop()
	}
	w.skew = 0
	if w.service == nil {
		w.must(w.open())
	}
	for _, pause := range []time.Duration{
		0, time.Minute, 10 * time.Minute, 2 * time.Hour, 10 * time.Hour, 14 * time.Hour, 30 * time.Hour,
		48 * time.Hour, // what the shop's clock dated ahead is past by then
	} {
		if len(w.failures) > 0 {
			return
		}
		w.pass(pause)
		w.rest()
	}
	for range 8 { // a doubt is looked at while its day passes
		if !w.doubts() {
			break
		}
		w.pass(waitLast)
		w.rest()
	}
	w.endDoubts()
	if len(w.book()) == 0 { // where nothing ever was, nothing is compared by itself
		_, err := w.service.Reconcile(w.ctx, Period{From: money.DayOf(w.at.AddDate(0, 0, -30)), To: money.DayOf(w.at)}, w.owner)
		w.must(err)
		w.rest()
	}
	w.importAll()
	w.rest()
	// What Service.Work would still do is what the simulation does not know of.
	before := w.service.inFlight.started()
	w.must(w.service.Work(w.ctx))
	if more := w.service.inFlight.started() - before; more > 0 {
		w.wrong("the service had %d more things to do", more)
	}
}

// rest does all that is due now.
func (w *world) rest() {
	w.sendWebhooks()
	for range 100 {
		due := w.errands()
		for _, e := range due {
			w.run(e)
		}
		if len(due) == 0 || len(w.failures) > 0 {
			return
		}
	}
	w.wrong("it never comes to rest: %v", w.errands()[0].job)
}

// doubts reports whether something is in doubt.
func (w *world) doubts() bool {
	return slices.ContainsFunc(w.book(), func(t store.Transaction) bool { return t.Status == store.StatusInDoubt })
}

// endDoubts has a person decide by CamPay's ledger what cannot be known: what
// CamPay never took.
func (w *world) endDoubts() {
	for _, t := range w.book() {
		if t.Status != store.StatusInDoubt {
			continue
		}
		if effect(t, w.sandbox.Ledger()) {
			w.wrong("%d stays in doubt, and CamPay has it: %s", t.ID, told(t))
			continue
		}
		w.did["decided"]++
		w.must(w.service.Decide(w.ctx, t.ID, store.StatusFailed, w.owner))
	}
}

// importAll takes all into the book that only CamPay has.
func (w *world) importAll() {
	rows, err := w.store.History(w.ctx, store.HistoryFilter{Until: w.at.Add(time.Hour), Finding: store.FindingOnlyThere, Limit: 500})
	w.must(err)
	for _, row := range rows {
		t, err := w.service.Import(w.ctx, row.ID, w.owner)
		w.must(err)
		w.did["imported"]++
		w.tell("row %s is imported as %d", row.Code, t.ID)
	}
}
