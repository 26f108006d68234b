package payments

// The work that goes on by itself: kept deliveries are applied, and open
// transactions are asked about with backoff (invariant 5).

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"comptoir/store"
)

const (
	pollFor       = 24 * time.Hour        // without news; after that only a person, a webhook or the reconciliation asks about a collection that is clear
	waitFor       = 7 * 24 * time.Hour    // the same for a link that nobody has begun to pay
	pollFirst     = 3 * time.Second       // the least wait between two questions
	pollWatched   = 15 * time.Second      // the longest while somebody looks
	pollLast      = 30 * time.Minute      // the longest else
	waitLast      = 6 * time.Hour         // the longest after a day, for a link that nobody has begun to pay and for a payout
	workAtOnce    = 6                     // deliveries, and polls, under way together
	workBatch     = 100                   // rows read at a time
	watchedAtOnce = 3 * workAtOnce        // topics of which what is due goes first; which ones changes from look to look
	errorPause    = 2 * time.Second       // after the database failed
	workPace      = 20 * time.Millisecond // between two looks for work, however much of it ends meanwhile
	longestNap    = time.Minute           // the loop looks at the clock at least this often
	nudgeWithin   = pollFirst             // how soon what someone looks at is asked about
)

// Ask asks CamPay about one transaction now, as a person wants to know; it
// reports whether CamPay answered: about a final one too, which is asked about by
// itself only while it is unclear, or where the history contradicts it. Asked again
// within askPause, it tells what was answered then.
func (s *Service) Ask(ctx context.Context, id int64) (answered bool, err error) {
	t, err := s.store.Transaction(ctx, id)
	if err != nil {
		return false, err
	}
	if answered, wasAsked := s.lately.find(id, s.now()); wasAsked {
		return answered, nil
	}
	answered, err = s.look(onItsOwn(ctx), t, store.EventPerson)
	if err == nil {
		s.lately.keep(id, s.now(), answered)
	}
	return answered, err
}

// look finds out what became of one transaction, by whatever is known of it.
func (s *Service) look(ctx context.Context, t store.Transaction, cause store.EventKind) (answered bool, err error) {
	switch {
	case t.Reference != "":
		if answered, err = s.confirm(ctx, t, t.Reference, cause); !answered || err != nil || t.Word == "" {
			return answered, err
		}
		if t, err = s.store.Transaction(ctx, t.ID); err != nil {
			return true, err
		}
		return s.readDays(ctx, t) // what a decision over it needs, once its day is over
	case t.Flags.Has(store.FlagDecided):
		return s.sweepHistory(ctx, doubtPace, s.searchFrom(t))
	case t.Status.Final():
		return true, nil // CamPay never took it: there is nothing to ask about
	case t.Origin == store.OriginLink && t.Status == store.StatusWaiting:
		return s.lookForPage(ctx, t)
	case t.Origin == store.OriginLink:
		return s.askForPageAgain(ctx, t)
	case t.Status == store.StatusUnsent && s.now().Before(beganAt(t).Add(unsentGrace)):
		return true, s.awaitAnswer(ctx, t)
	case t.Status == store.StatusUnsent:
		return true, s.doubt(ctx, t)
	default:
		return s.resolve(ctx, t)
	}
}

// lookForPage looks for a payment on a page that CamPay made without telling its
// reference: in the history, where the operation's code rides along. It is not asked
// for by itself, but while somebody looks.
func (s *Service) lookForPage(ctx context.Context, t store.Transaction) (answered bool, err error) {
	if err := s.change(ctx, t.ID, func(_ *store.Tx, t *store.Transaction) error {
		if t.Reference == "" && t.Status == store.StatusWaiting {
			t.PollAt = time.Time{}
		}
		return nil
	}); err != nil {
		return false, err
	}
	return s.sweepHistory(ctx, sweepWatched, s.searchFrom(t))
}

// awaitAnswer leaves a request that is under way alone for as long as it may be.
func (s *Service) awaitAnswer(ctx context.Context, t store.Transaction) error {
	return s.change(ctx, t.ID, func(_ *store.Tx, t *store.Transaction) error {
		if t.Status == store.StatusUnsent {
			t.PollAt = beganAt(*t).Add(unsentGrace)
		}
		return nil
	})
}

func (s *Service) askForPageAgain(ctx context.Context, t store.Transaction) (answered bool, err error) {
	end, err := s.asking.hold(ctx, t.ExternalReference)
	if err != nil {
		return false, nil //nolint:nilerr // who asked has gone: nothing was learnt
	}
	defer end()
	if t, err = s.store.Transaction(ctx, t.ID); err != nil || t.Status != store.StatusUnsent {
		return true, err // another has just asked
	}
	// One that nobody has asked for yet: no earlier request can have been lost.
	mayBeLost := t.PollCount > 0 || !s.now().Before(beganAt(t).Add(unsentGrace))
	err = s.askForPage(ctx, t.ID, mayBeLost)
	if refused := (*RefusedError)(nil); errors.As(err, &refused) {
		return true, nil // it is in the book
	}
	if err != nil {
		return false, err
	}
	t, err = s.store.Transaction(ctx, t.ID)
	return t.PaymentURL != "", err
}

// Run settles what is open until ctx ends, and returns when nothing of it is
// under way any more.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { s.noteAsTheyCome(ctx) })
	defer func() {
		if err := s.KeepRefused(onItsOwn(ctx)); err != nil {
			s.log.ErrorContext(ctx, "keep a sample of refused webhooks", "error", err)
		}
	}()
	for {
		nap := longestNap
		next, err := s.start(ctx, &wg)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.log.ErrorContext(ctx, "settle what is open", "error", err)
			nap = errorPause
		case s.inFlight.resting(s.now()):
			nap = errorPause
		case !next.IsZero():
			nap = min(max(next.Sub(s.now()), 0), longestNap)
		}
		if !waits(ctx, nil, workPace) || !waits(ctx, s.wake, nap-workPace) {
			return nil
		}
	}
}

// waits waits for a time, or until it is woken, and reports whether ctx goes on.
func waits(ctx context.Context, wake <-chan struct{}, at time.Duration) bool {
	timer := time.NewTimer(at)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

// Work does all that is due now and returns when it is done. Tests that own
// the clock call it instead of Run.
func (s *Service) Work(ctx context.Context) error {
	for {
		var wg sync.WaitGroup
		before := s.inFlight.started()
		_, err := s.noteArrivals(ctx)
		if err == nil {
			_, err = s.start(ctx, &wg)
		}
		wg.Wait()
		if err != nil || s.inFlight.started() == before {
			return err
		}
	}
}

// start begins what is due and not under way, as far as there is room, and
// returns when the next thing is due; zero when nothing is, or when what is
// under way will poke.
func (s *Service) start(ctx context.Context, wg *sync.WaitGroup) (time.Time, error) {
	now := s.now()
	if err := s.catchUp(ctx, now); err != nil {
		return time.Time{}, err
	}
	if err := s.startDeliveries(ctx, wg, now); err != nil {
		return time.Time{}, fmt.Errorf("due deliveries: %w", err)
	}
	if err := s.startPolls(ctx, wg, now); err != nil {
		return time.Time{}, fmt.Errorf("due polls: %w", err)
	}
	due, sweepAt, err := s.sweepDue(ctx, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("due sweep: %w", err)
	}
	if due {
		s.begin(ctx, wg, job{work: sweeping}, func(ctx context.Context) error {
			_, err := s.sweepHistory(ctx, sweepWatched, now.Add(-sweepBack))
			return err
		})
	}
	if s.balance.due(now) {
		s.begin(ctx, wg, job{work: balancing}, func(ctx context.Context) error {
			_, err := s.askBalance(ctx)
			return err
		})
	}
	expired, err := s.store.ExpiredApprovals(ctx, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("expired approvals: %w", err)
	}
	for _, a := range expired {
		s.begin(ctx, wg, job{work: expiring, id: a.ID}, func(ctx context.Context) error { return s.expire(ctx, a.ID) })
	}
	if err := s.startReconciliation(ctx, wg, now); err != nil {
		return time.Time{}, fmt.Errorf("due reconciliation: %w", err)
	}
	if s.refusals.due(now) {
		if err := s.KeepRefused(ctx); err != nil {
			return time.Time{}, err
		}
	}
	next, err := s.next(ctx, now)
	if at := s.refusals.at(); !at.IsZero() && (next.IsZero() || at.Before(next)) {
		next = at
	}
	if !sweepAt.IsZero() && sweepAt.After(now) && (next.IsZero() || sweepAt.Before(next)) {
		next = sweepAt
	}
	return next, err
}

// startDeliveries begins to apply what is due. What speaks of no payment of the
// book, as a stranger's would, has a room of its own.
func (s *Service) startDeliveries(ctx context.Context, wg *sync.WaitGroup, now time.Time) error {
	for _, kind := range []work{applying, applyingNobodys} {
		room := s.inFlight.room(kind)
		if room == 0 {
			continue
		}
		due, err := s.store.DueDeliveries(ctx, now, kind == applying, room)
		if err != nil {
			return err
		}
		for _, d := range due {
			s.begin(ctx, wg, job{work: kind, id: d.ID}, func(ctx context.Context) error { return s.apply(ctx, d) })
		}
	}
	return nil
}

// startPolls begins to ask about what is due: where that is more than there is room
// for, first about what somebody looks at.
func (s *Service) startPolls(ctx context.Context, wg *sync.WaitGroup, now time.Time) error {
	room := s.inFlight.room(polling)
	if room == 0 {
		return nil
	}
	due, err := s.store.DuePolls(ctx, now, room+1)
	if err != nil {
		return err
	}
	if len(due) > room {
		watched, err := s.watchedDue(ctx, now)
		if err != nil {
			return err
		}
		due = append(watched, due...)
	}
	for _, t := range due {
		s.begin(ctx, wg, job{work: polling, id: t.ID}, func(ctx context.Context) error {
			_, err := s.look(ctx, t, store.EventPoll)
			return err
		})
	}
	return nil
}

// watchedDue are the due ones of some of the topics that are watched.
func (s *Service) watchedDue(ctx context.Context, now time.Time) (due []store.Transaction, err error) {
	for _, topic := range s.changes.someWatched(watchedAtOnce) {
		open, err := s.openOf(ctx, topic)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, t := range open {
			if isSet(t.PollAt) && !t.PollAt.After(now) {
				due = append(due, t)
			}
		}
	}
	return due, nil
}

// next is when something becomes due after now.
func (s *Service) next(ctx context.Context, now time.Time) (time.Time, error) {
	poll, isPoll, err := s.store.NextPoll(ctx, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("next poll: %w", err)
	}
	delivery, isDelivery, err := s.store.NextDelivery(ctx, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("next delivery: %w", err)
	}
	if !isPoll || (isDelivery && delivery.Before(poll)) {
		return delivery, nil
	}
	return poll, nil
}
