package payments

// When CamPay is asked next about what is open, and sooner while somebody looks.

import (
	"context"
	"time"

	"comptoir/store"
)

// pollDelay is how long to wait before asking again about something without
// news for this long: a quarter of that, within bounds.
func pollDelay(quiet time.Duration) time.Duration {
	return min(max(quiet.Abs()/4, pollFirst), pollLast)
}

// schedule sets when t is asked about next: never for a final one that is clear,
// and no more when nothing was heard of it for too long, unless somebody looks at
// it. Money that may have left, and what is in doubt, is asked about for as long
// as nobody knows.
func (s *core) schedule(t *store.Transaction) {
	now := s.now()
	quiet := now.Sub(t.NewsAt)
	t.PollCount++
	delay := pollDelay(quiet)
	if t.Status == store.StatusInDoubt {
		delay = max(delay, doubtPace)
	}
	switch {
	case t.Status.Final() && (!isUnclear(*t) || quiet > waitFor):
		t.PollAt = time.Time{}
		return
	case s.changes.watched(*t) && t.Status != store.StatusInDoubt: // a search through the history is no light question
		delay = min(delay, pollWatched)
	case t.Status == store.StatusWaiting && quiet <= waitFor:
		if quiet > pollFor {
			delay = waitLast
		}
	case quiet > pollFor && (t.Kind != store.KindCollect || t.Status == store.StatusInDoubt || isUnclear(*t)):
		delay = waitLast
	case quiet > pollFor:
		t.PollAt = time.Time{}
		return
	}
	t.PollAt = now.Add(delay)
}

// isUnclear reports whether CamPay's last word on t said too little to go by: an
// amount that it did not tell, or a status that nobody knows. It may tell more.
func isUnclear(t store.Transaction) bool { return t.AmountUnknown || t.Word != "" }

// keepAsking does not let a question end that CamPay did not answer: only an
// answer uses patience up.
func (s *core) keepAsking(t *store.Transaction) {
	if t.PollAt.IsZero() && (!t.Status.Final() || isUnclear(*t)) {
		t.PollAt = s.now().Add(pollLast)
	}
}

// mostNudged is how many of a link's open transactions are asked about because
// somebody looks on, the newest: whoever looks may be a stranger.
const mostNudged = 5

// Nudge has the open transactions of a topic asked about soon, because somebody
// looks at them. Where it cannot be written down they are asked about at their own
// pace: whoever looks is answered all the same.
func (s *core) Nudge(ctx context.Context, topic Topic) {
	if err := s.nudge(ctx, topic); err != nil {
		s.log.WarnContext(ctx, "what somebody looks at is not asked about sooner", "error", err)
	}
}

func (s *core) nudge(ctx context.Context, topic Topic) error {
	open, err := s.openOf(ctx, topic)
	if err != nil {
		return err
	}
	soon := s.now().Add(nudgeWithin)
	for _, t := range open[:min(len(open), mostNudged)] {
		if !t.PollAt.IsZero() && !t.PollAt.After(soon) {
			continue
		}
		if t.Status == store.StatusUnsent && t.PollCount == 0 {
			continue // its request is under way
		}
		if t.Status == store.StatusInDoubt && !t.PollAt.IsZero() {
			continue // it is looked for at its own pace
		}
		if err := s.changeBy(ctx, s.store.TryWrite, t.ID, func(_ *store.Tx, t *store.Transaction) error {
			if !t.Status.Final() {
				t.PollAt = soon
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *core) openOf(ctx context.Context, topic Topic) ([]store.Transaction, error) {
	if topic.till {
		return nil, nil // each of them is asked about at its own pace
	}
	if topic.link {
		return s.store.OpenOfLink(ctx, topic.id)
	}
	t, err := s.store.Transaction(ctx, topic.id)
	if err != nil || t.Status.Final() {
		return nil, err
	}
	return []store.Transaction{t}, nil
}

// poke makes Run look again.
func (s *core) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
