package payments

// The sweep through CamPay's history (POST /history/): payments that no webhook
// told of and no reference of ours leads to, a second try on a hosted page
// among them. A row is a hint: what it leads to is proved by /transaction/.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"comptoir/campay"
	"comptoir/store"
)

const (
	sweepEvery   = 5 * time.Minute     // while something of the last day may have more to it
	sweepWatched = time.Minute         // the same while somebody looks at a link
	sweepBack    = 24 * time.Hour      // how far a sweep looks back, beside the day it is
	sweepFar     = 31 * 24 * time.Hour // the same for a payout in doubt, at most
	sweepSpan    = 7 * 24 * time.Hour  // how much of the history is asked for at once
)

// sweep remembers when the history was last gone through, from when on, whether
// CamPay answered, and where it contradicted itself.
type sweep struct {
	mu       sync.Mutex
	last     time.Time
	from     time.Time
	answered bool
	asked    map[string]contradiction // by reference
}

// contradiction is a success that the history tells and /transaction/ does not:
// when it was first and last asked about.
type contradiction struct{ first, last time.Time }

// asks reports whether /transaction/ is to be asked now about a reference whose
// success the history tells: at once, and while the two contradict each other
// ever more seldom.
func (w *sweep) asks(reference string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, isKnown := w.asked[reference]
	if isKnown && !now.Before(c.last) && now.Sub(c.last) < pollDelay(now.Sub(c.first)) {
		return false
	}
	if w.asked == nil || len(w.asked) >= store.HistoryBatch {
		w.asked = map[string]contradiction{}
	}
	if !isKnown {
		c.first = now
	}
	w.asked[reference] = contradiction{c.first, now}
	return true
}

// take reports whether a sweep is due, at most one in every pace, and begins
// it. One that looks further back than the last is due in any case.
func (w *sweep) take(now time.Time, pace time.Duration, from time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	isRecent := !w.last.IsZero() && now.Sub(w.last) < pace && !now.Before(w.last)
	if isRecent && !from.Before(w.from) {
		return false
	}
	w.last, w.from = now, from
	return true
}

func (w *sweep) end(answered bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered = answered
}

func (w *sweep) wasAnswered() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answered
}

// sweepDue reports whether the history has to be gone through now, and else
// when; zero for never. It has, while a link had news in the last day (its page
// takes a second try, or a second payment, under a reference that only CamPay
// knows), and while a collection failed that may have succeeded after all.
func (s *Service) sweepDue(ctx context.Context, now time.Time) (bool, time.Time, error) {
	active, err := s.store.LinkNewsSince(ctx, now.Add(-sweepBack))
	if err == nil && !active {
		active, err = s.store.FailedSince(ctx, now.Add(-sweepBack))
	}
	if err != nil || !active {
		return false, time.Time{}, err
	}
	pace := sweepEvery
	if s.changes.watchesLinks() {
		pace = sweepWatched
	}
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	next := s.history.last.Add(pace)
	isSetBack := now.Before(s.history.last) // the clock
	return s.history.last.IsZero() || isSetBack || !now.Before(next), next, nil
}

// searchFrom is how far back the history may speak of a transaction in doubt.
func (s *Service) searchFrom(t store.Transaction) time.Time {
	now := s.now()
	from := t.CreatedAt.Add(-sweepBack)
	if oldest, newest := now.Add(-sweepFar), now.Add(-sweepBack); from.Before(oldest) {
		return oldest
	} else if from.After(newest) {
		return newest
	}
	return from
}

// sweepHistory goes through the history since from, unless that was done within
// pace, and reports whether CamPay answered.
func (s *Service) sweepHistory(ctx context.Context, pace time.Duration, from time.Time) (answered bool, err error) {
	now := s.now()
	if !s.history.take(now, pace, from) {
		return s.history.wasAnswered(), nil
	}
	defer func() { s.history.end(answered) }()
	for end := now.Add(24 * time.Hour); from.Before(end); from = from.Add(sweepSpan) {
		to := from.Add(sweepSpan)
		if to.After(end) {
			to = end
		}
		if answered, err = s.sweepDays(ctx, from, to); !answered || err != nil {
			return answered, err
		}
	}
	return answered, nil
}

func (s *Service) sweepDays(ctx context.Context, from, to time.Time) (answered bool, err error) {
	call, cancel := calling(ctx)
	defer cancel()
	rows, err := s.campay.History(call, from, to)
	if err != nil {
		s.log.WarnContext(ctx, "history", "error", err)
		return false, nil
	}
	rows, _ = apart(rows) // the reconciliation of their day says what they are
	for batch := range slices.Chunk(rows, store.HistoryBatch) {
		pairs, err := pairUp(ctx, s.store.Reader, keptRows(batch, from, s.now()))
		if err != nil {
			return true, fmt.Errorf("rows of the history: %w", err)
		}
		for _, p := range pairs {
			if p.isUnheardSuccess() && s.history.asks(p.ours.Reference, s.now()) {
				answered, err := s.confirm(ctx, p.ours, p.ours.Reference, store.EventHistory)
				if err != nil {
					return true, fmt.Errorf("history row %s: %w", p.row.Code, err)
				}
				if !answered {
					return false, nil // it would not answer about the next one either
				}
			}
			if !p.byCode {
				continue
			}
			if err := s.recognise(ctx, asCamPay(p.row)); err != nil {
				return true, fmt.Errorf("history row %s: %w", p.row.Code, err)
			}
		}
	}
	return true, nil
}

// isUnheardSuccess reports whether the history tells that one of ours succeeded
// which the book calls failed: a second try under its reference, or a success
// that came after the failure. What is open is asked about anyhow.
func (p pair) isUnheardSuccess() bool {
	return !p.byCode && p.ours.Reference != "" && p.ours.Status == store.StatusFailed && statusOf(p.row) == store.StatusSuccessful
}

// operationOf is the operation code that rides in a row; empty for none.
func operationOf(row campay.HistoryRow) string {
	if len(row.ExternalUser) == operationCodeLetters {
		return row.ExternalUser
	}
	return codeIn(row.Description)
}

// codeIn is the operation code that a description ends in; empty for none.
func codeIn(description string) string {
	mark := strings.LastIndexByte(description, '#')
	if mark < 0 || len(description)-mark-1 != operationCodeLetters {
		return ""
	}
	return description[mark+1:]
}
