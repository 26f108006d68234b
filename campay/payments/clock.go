package payments

// The shop's own clock, which may be wrong and be set right: a till without a
// battery wakes up years off.

import (
	"context"
	"fmt"
	"sync"
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

// clockEvery is how often the book is looked through for what waits beyond all horizons,
// beside each time that the clock is seen to be set back.
const clockEvery = time.Minute

// clockCheck remembers the last look by the clock.
type clockCheck struct {
	mu   sync.Mutex
	seen time.Time // at the last piece of work
	next time.Time
}

// due reports whether it is time to look, by a clock that may have been set back.
func (c *clockCheck) due(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	wasSetBack := now.Before(c.seen)
	c.seen = now
	if !wasSetBack && now.Before(c.next) {
		return false
	}
	c.next = now.Add(clockEvery)
	return true
}

// again has the next piece of work look once more.
func (c *clockCheck) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = time.Time{}
}

// catchUp makes due what a clock that was ahead put off, so that nothing waits
// until real time gets there (invariant 5).
func (s *Service) catchUp(ctx context.Context, now time.Time) error {
	if !s.clockCheck.due(now) {
		return nil
	}
	late, err := s.store.AheadOfClock(ctx, now, horizon)
	if err == nil && late {
		s.log.WarnContext(ctx, "the clock was set back: what it had put off is due now")
		err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.Reschedule(ctx, now, horizon) })
	}
	if err != nil {
		s.clockCheck.again()
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
