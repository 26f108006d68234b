package payments

// The sweep through CamPay's history (POST /history/): payments that no webhook
// told of and no reference of ours leads to, a second try on a hosted page
// among them. A row is a hint: what it leads to is proved by /transaction/.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"comptoir/campay"
	"comptoir/store"
)

const (
	sweepEvery   = 5 * time.Minute // while something of the last day may have more to it
	sweepWatched = time.Minute     // the same while somebody looks at a link
	sweepBack    = 24 * time.Hour  // how far a sweep looks back, beside the day it is
)

// sweep remembers when the history was last gone through.
type sweep struct {
	mu   sync.Mutex
	last time.Time
}

// take reports whether a sweep is due, at most one in every pace, and begins it.
func (w *sweep) take(now time.Time, pace time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.last.IsZero() && now.Sub(w.last) < pace && !now.Before(w.last) {
		return false
	}
	w.last = now
	return true
}

// sweepDue reports whether the history has to be gone through now, and else
// when; zero for never. It has, while a link had news in the last day: its page
// takes a second try, or a second payment, under a reference that only CamPay knows.
func (s *Service) sweepDue(ctx context.Context, now time.Time) (bool, time.Time, error) {
	active, err := s.store.LinkNewsSince(ctx, now.Add(-sweepBack))
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
	return s.history.last.IsZero() || !now.Before(next), next, nil
}

// sweepHistory goes through the history, unless that was done within pace, and
// reports whether CamPay answered.
func (s *Service) sweepHistory(ctx context.Context, pace time.Duration) (answered bool, err error) {
	now := s.now()
	if !s.history.take(now, pace) {
		return true, nil
	}
	call, cancel := calling(ctx)
	defer cancel()
	rows, err := s.campay.History(call, now.Add(-sweepBack), now.Add(24*time.Hour))
	if err != nil {
		s.log.WarnContext(ctx, "history", "error", err)
		return false, nil
	}
	for _, row := range rows {
		if err := s.recognise(ctx, row); err != nil {
			return true, fmt.Errorf("history row %s: %w", row.Code, err)
		}
	}
	return true, nil
}

// recognise leads a row whose reference the book lacks to the operation that
// its code names, if there is one; a row of somebody else's is left for the
// reconciliation.
func (s *Service) recognise(ctx context.Context, row campay.HistoryRow) error {
	code := operationOf(row)
	if code == "" || row.Reference == "" {
		return nil
	}
	if _, err := s.store.TransactionByReference(ctx, foldReference(row.Reference)); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	first, err := s.store.TransactionByOperationCode(ctx, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	found := first
	ctx = onItsOwn(ctx)
	if err := s.change(ctx, first.ID, func(tx *store.Tx, t *store.Transaction) error {
		if t.Reference != "" {
			found, err = s.sibling(ctx, tx, *t, row.Reference)
			return err
		}
		found = *t
		if err := s.claim(ctx, tx, t, row.Reference); err != nil {
			return err
		}
		return s.tell(ctx, tx, *t, store.EventHistory, "found", row.Code, row.Raw)
	}); err != nil {
		return err
	}
	_, err = s.confirm(ctx, found.ID, foldReference(row.Reference), store.EventHistory)
	return err
}

// operationOf is the operation code that rides in a row; empty for none.
func operationOf(row campay.HistoryRow) string {
	if len(row.ExternalUser) == operationCodeLetters {
		return row.ExternalUser
	}
	if _, code, found := strings.Cut(row.Description, "#"); found {
		code = code[strings.LastIndexByte(code, '#')+1:]
		if len(code) == operationCodeLetters {
			return code
		}
	}
	return ""
}
