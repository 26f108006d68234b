package payments

// The shop's own clock, which may be wrong and be set right: a till without a
// battery wakes up years off.

import (
	"context"
	"fmt"
	"time"

	"comptoir/store"
)

// horizon is how far ahead this package plans at most. What waits longer was
// dated by a clock that was ahead.
var horizon = store.Horizon{
	Poll:           waitLast + unsentGrace,
	Delivery:       pollLast,
	Reconciliation: reconcileRetryMax,
	Approval:       approvalLife,
}

// catchUp makes due what a clock that was ahead put off, so that nothing waits
// until real time gets there (invariant 5).
func (s *Service) catchUp(ctx context.Context, now time.Time) error {
	late, err := s.store.AheadOfClock(ctx, now, horizon)
	if err != nil || !late {
		return err
	}
	s.log.WarnContext(ctx, "the clock was set back: what it had put off is due now")
	if err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.Reschedule(ctx, now, horizon) }); err != nil {
		return fmt.Errorf("catch up with the clock: %w", err)
	}
	return nil
}

// isDatedAhead reports whether a transaction was written down by a clock that was
// set back since: its last news cannot be older than itself.
func isDatedAhead(t store.Transaction) bool {
	return !t.NewsAt.IsZero() && t.NewsAt.Before(t.CreatedAt)
}

// beganAt is when a transaction began at the latest, by a clock that is right.
func beganAt(t store.Transaction) time.Time {
	if isDatedAhead(t) {
		return t.NewsAt
	}
	return t.CreatedAt
}
