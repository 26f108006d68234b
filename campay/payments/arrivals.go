package payments

// Webhook calls between their arrival and their being applied. What stands between a
// call and its answer is one row in a write that all who call meanwhile share; what
// they speak of is looked up behind, many in one write, in the order in which they came.

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"comptoir/campay"
	"comptoir/store"
)

const (
	arrivalsAtOnce = 256    // kept by one write
	notedAtOnce    = 20     // looked up by one write, which a sale at the till may wait for
	noteRest       = 4      // times what a full batch took, before the next
	freshMost      = 20_000 // kept and not looked up yet
	nobodysOpen    = 1000   // deliveries waiting for CamPay's word that no transaction of the book answers to
	mostOfOne      = 50     // deliveries of one transaction: CamPay sends a few
	fewOfOne       = 8      // of one reference lately, below which nobody counts them
	generation     = 32_000 // references that are counted together
)

// arrivals are the calls that wait to be kept, and what is known of those that are.
type arrivals struct {
	mu      sync.Mutex
	waiting []*arrival
	writing bool

	fresh       int // kept and not looked up yet
	nobodys     int // that wait for CamPay's word and speak of nothing in the book; up to nobodysOpen
	seed        maphash.Seed
	of, ofOlder map[uint64]int // deliveries lately, by a hash of their reference; nil while nothing was counted
}

// arrival is one call that waits for its write; it hears what became of it, or that it
// is to write for all who wait.
type arrival struct {
	store.Arrival
	kept  chan error
	leads chan struct{}
}

// keepArrival returns when a call is durable. Whoever comes while nobody writes writes
// for all, and hands that on to one of those who came meanwhile.
func (s *Service) keepArrival(ctx context.Context, a store.Arrival) error {
	mine := &arrival{a, make(chan error, 1), make(chan struct{}, 1)}
	r := &s.arrivals
	r.mu.Lock()
	r.waiting = append(r.waiting, mine)
	if !r.writing {
		r.writing = true
		mine.leads <- struct{}{}
	}
	r.mu.Unlock()
	select { // not for ctx: a write always ends, and others may wait for this one to lead
	case err := <-mine.kept:
		return err
	case <-mine.leads:
		s.keepArrivals(onItsOwn(ctx))
		return <-mine.kept
	}
}

// keepArrivals keeps those who wait, the caller's among them, and hands on.
func (s *Service) keepArrivals(ctx context.Context) {
	r := &s.arrivals
	r.mu.Lock()
	batch := r.waiting[:min(len(r.waiting), arrivalsAtOnce)]
	r.waiting = r.waiting[len(batch):]
	r.mu.Unlock()
	kept := s.writeArrivals(ctx, batch)
	r.mu.Lock()
	r.fresh += kept
	if len(r.waiting) > 0 {
		r.waiting[0].leads <- struct{}{}
	} else {
		r.writing, r.waiting = false, nil
	}
	r.mu.Unlock()
	select {
	case s.arrived <- struct{}{}:
	default:
	}
}

// writeArrivals keeps a batch in one write and tells each caller. Where that fails for
// another reason than the disk's, each has a write of its own: a bad one harms none.
func (s *Service) writeArrivals(ctx context.Context, batch []*arrival) (kept int) {
	all := make([]store.Arrival, len(batch))
	for i, a := range batch {
		all[i] = a.Arrival
	}
	keep := func(all []store.Arrival) error {
		return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.KeepArrivals(ctx, all) })
	}
	err := keep(all)
	isAlone := err != nil && !store.IsDisk(err) && len(batch) > 1
	for i, a := range batch {
		if isAlone {
			err = keep(all[i : i+1])
		}
		if err == nil {
			kept++
		}
		a.kept <- err
	}
	return kept
}

// hasRoomFor refuses a rightly signed delivery where more like it are kept than
// CamPay would send: a signature fits anything for an hour. While there are few, no
// query is asked for it.
func (s *Service) hasRoomFor(ctx context.Context, d store.Delivery) error {
	fresh, nobodys, ofOne, err := s.arrivals.count(ctx, s.store.Reader, d)
	switch {
	case err != nil:
		return err
	case fresh >= freshMost:
		return fmt.Errorf("%w: not looked at yet", ErrWebhooksFull)
	case nobodys < nobodysOpen && ofOne <= fewOfOne:
		return nil
	}
	t, err := transactionOf(ctx, s.store.Reader, d)
	switch {
	case errors.Is(err, store.ErrNotFound) && nobodys >= nobodysOpen:
		return fmt.Errorf("%w: of no transaction of ours", ErrWebhooksFull)
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	kept, err := s.store.DeliveriesOf(ctx, t.ID, mostOfOne)
	if fresh > 0 { // some of them may be its
		kept = max(kept, ofOne-1)
	}
	if err == nil && kept >= mostOfOne {
		return fmt.Errorf("%w: of one transaction", ErrWebhooksFull)
	}
	return err
}

// count adds d to those of its reference lately, and returns how many there are of
// each kind.
func (r *arrivals) count(ctx context.Context, book store.Reader, d store.Delivery) (fresh, nobodys, ofOne int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		if r.fresh, err = book.CountFresh(ctx, freshMost); err != nil {
			return 0, 0, 0, err
		}
		if r.nobodys, err = book.NobodysDue(ctx, nobodysOpen); err != nil {
			return 0, 0, 0, err
		}
		r.seed, r.of = maphash.MakeSeed(), map[uint64]int{}
	}
	hash := maphash.String(r.seed, d.Reference)
	r.of[hash]++
	ofOne = r.of[hash] + r.ofOlder[hash]
	if len(r.of) >= generation {
		r.ofOlder, r.of = r.of, map[uint64]int{}
	}
	return r.fresh, r.nobodys, ofOne, nil
}

// noted counts anew after so many were looked up.
func (r *arrivals) noted(ctx context.Context, book store.Reader, n int) error {
	nobodys, err := book.NobodysDue(ctx, nobodysOpen)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fresh, r.nobodys = max(r.fresh-n, 0), nobodys
	return nil
}

// noteAsTheyCome looks up what arrives until ctx ends. After a full batch it rests: in a
// flood of calls the till's writes, and the calls' own, go before.
func (s *Service) noteAsTheyCome(ctx context.Context) {
	for {
		begun := time.Now()
		noted, err := s.noteArrivals(ctx)
		pause := time.Duration(0)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.ErrorContext(ctx, "look up what webhooks speak of", "error", err)
			pause = errorPause
		case noted == notedAtOnce:
			pause = noteRest * time.Since(begun)
		}
		wake := s.arrived
		if pause > 0 {
			wake = nil
		} else {
			pause = longestNap
		}
		if !waits(ctx, wake, pause) {
			return
		}
	}
}

// noteArrivals looks up what the next fresh deliveries speak of, and says so on its
// screens: "reported, being confirmed". It returns how many there were.
func (s *Service) noteArrivals(ctx context.Context) (int, error) {
	fresh, err := s.store.FreshDeliveries(ctx, notedAtOnce)
	if err != nil || len(fresh) == 0 {
		return 0, err
	}
	reported, err := s.note(ctx, fresh, s.report)
	if err != nil && !store.IsDisk(err) { // each alone: one that cannot be looked up is applied all the same
		for _, d := range fresh {
			one, err := s.note(ctx, []store.Delivery{d}, s.report)
			if err != nil {
				s.log.ErrorContext(ctx, "look up what a webhook speaks of", "delivery", d.ID, "error", err)
				if _, err := s.note(ctx, []store.Delivery{d}, reportNothing); err != nil {
					return 0, err
				}
			}
			reported = append(reported, one...)
		}
	} else if err != nil {
		return 0, err
	}
	err = s.arrivals.noted(ctx, s.store.Reader, len(fresh))
	for _, t := range reported {
		s.publish(t)
	}
	s.poke()
	return len(fresh), err
}

// note has each delivery that is fresh still reported in one write, and returns what
// they speak of.
func (s *Service) note(ctx context.Context, all []store.Delivery, report func(context.Context, *store.Tx, store.Delivery) (store.Transaction, error)) ([]store.Transaction, error) {
	return store.Written(ctx, s.store, func(ctx context.Context, tx *store.Tx) ([]store.Transaction, error) {
		fresh, err := tx.FreshDeliveries(ctx, notedAtOnce)
		if err != nil {
			return nil, err
		}
		var reported []store.Transaction
		looked := int64(0)
		for _, d := range fresh {
			if !slices.ContainsFunc(all, func(wanted store.Delivery) bool { return wanted.ID == d.ID }) {
				continue
			}
			t, err := report(ctx, tx, d)
			if err != nil {
				return nil, err
			}
			if err := tx.NoteDelivery(ctx, d.ID, t.ID, s.now()); err != nil {
				return nil, err
			}
			looked = d.ID
			if t.ID != 0 {
				reported = append(reported, t)
			}
		}
		return reported, tx.LookedUp(ctx, looked)
	})
}

func reportNothing(context.Context, *store.Tx, store.Delivery) (store.Transaction, error) {
	return store.Transaction{}, nil
}

// report notes on the transaction that a delivery speaks of what was said; zero where
// it speaks of none of the book.
func (s *Service) report(ctx context.Context, tx *store.Tx, d store.Delivery) (store.Transaction, error) {
	t, err := transactionOf(ctx, tx.Reader, d)
	if errors.Is(err, store.ErrNotFound) {
		return store.Transaction{}, nil
	}
	if err != nil {
		return t, err
	}
	touch(&t, s.now())
	if status := campay.Status(d.Status); !t.Status.Final() && status.Final() {
		t.ReportedStatus = d.Status
		s.noteReport(&t)
	}
	if err := tx.UpdateTransaction(ctx, t); err != nil {
		return t, err
	}
	return t, s.record(ctx, tx, t, store.EventWebhook, "reported", d.Status+" "+d.AmountText, nil)
}
