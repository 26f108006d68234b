package payments

// Requests whose answer was lost: what became of them is found out under their
// own external reference, never by a new one and never by a guess (invariant 2).

import (
	"context"
	"errors"
	"slices"
	"time"

	"comptoir/campay"
	"comptoir/store"
)

const (
	// askAgainFor is how long a collection in doubt is asked again: after that,
	// a prompt out of nowhere would only frighten the payer.
	askAgainFor = 5 * time.Minute
	// doubtPace is the least wait between two such questions.
	doubtPace = 10 * time.Second
)

// doubt marks a request whose process ended between writing it down and its
// answer: it may have been sent.
func (s *Service) doubt(ctx context.Context, t store.Transaction) error {
	return s.change(ctx, t.ID, func(tx *store.Tx, t *store.Transaction) error {
		if t.Status != store.StatusUnsent {
			return nil
		}
		t.Status, t.PollAt = store.StatusInDoubt, s.now()
		return s.record(ctx, tx, *t, store.EventRequest, "answer_lost", "", nil)
	})
}

// resolve looks for what became of a transaction in doubt, in the history by its
// operation code. A collection is first asked again under its own external
// reference (CamPay replays or rejects it), while somebody wants it. A payout never is: nobody can know
// that CamPay would not pay twice.
func (s *Service) resolve(ctx context.Context, t store.Transaction) (answered bool, err error) {
	end, err := s.asking.hold(ctx, t.ExternalReference)
	if err != nil {
		return false, nil //nolint:nilerr // who asked has gone: nothing was learnt
	}
	defer end()
	// The next question is set before this one is asked: whatever fails now,
	// CamPay is not asked in a hurry.
	due, isReplaced := false, false
	if err := s.change(ctx, t.ID, func(tx *store.Tx, now *store.Transaction) error {
		due = now.Status == store.StatusInDoubt && now.PollCount == t.PollCount // else another has just asked
		if due {
			s.schedule(now)
		}
		var err error
		isReplaced, err = replaced(ctx, tx.Reader, *now)
		return err
	}); err != nil || !due {
		return true, err
	}
	if t.Kind == store.KindCollect && !isReplaced && s.now().Sub(beganAt(t)) < askAgainFor {
		if done, err := s.askAgain(ctx, t); done || err != nil {
			return done, err
		}
	}
	if answered, err = s.sweepHistory(ctx, doubtPace, s.searchFrom(t)); !answered || err != nil {
		return answered, err
	}
	if t, err = s.store.Transaction(ctx, t.ID); err != nil {
		return true, err
	}
	return s.readDays(ctx, t)
}

// replaced reports whether nobody wants t any more: its sale was ended at the till,
// or its payer asked for it by another number.
func replaced(ctx context.Context, r store.Reader, t store.Transaction) (bool, error) {
	way, err := r.SaleOf(ctx, t)
	if err != nil || isSet(way.EndedAt) {
		return true, err
	}
	purchase, err := r.OfSamePurchase(ctx, t.ID)
	return slices.ContainsFunc(purchase, func(o store.Transaction) bool { return o.SiblingOf == 0 && o.ID > t.ID }), err
}

func (s *Service) askAgain(ctx context.Context, t store.Transaction) (done bool, err error) {
	call, cancel := calling(ctx)
	defer cancel()
	answer, callErr := s.campay.Collect(call, collectRequest(t))
	ctx = onItsOwn(ctx)
	var failure *campay.Error
	isFailure := errors.As(callErr, &failure)
	err = s.change(ctx, t.ID, func(tx *store.Tx, t *store.Transaction) error {
		if t.Status != store.StatusInDoubt {
			done = true
			return nil
		}
		switch {
		case callErr == nil:
			done = true
			return s.accepted(ctx, tx, t, answer)
		case isFailure && failure.Effect == campay.Refused && refusesPayer(failure.Code):
			done = true
			s.refuse(t, failure)
			return s.record(ctx, tx, *t, store.EventAnswer, "refused", failure.Message, failure.Raw)
		default:
			// Perhaps "duplicate": then the first request was taken, and only
			// history or a webhook knows its reference.
			return s.recordOnce(ctx, tx, *t, store.EventAnswer, "still_in_doubt", trace(callErr))
		}
	})
	return done, err
}

// refusesPayer reports whether an error code says that the first request cannot
// have been taken either. A refused amount does not: a limit may count both.
func refusesPayer(code string) bool {
	return code == campay.CodePhone || code == campay.CodeCarrier
}
