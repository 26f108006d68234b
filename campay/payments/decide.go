package payments

// Ending a doubt by a person's word, when CamPay had its time to answer.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comptoir/store"
)

// decideAfter is how long CamPay has to answer before a person may decide.
const decideAfter = 24 * time.Hour

// ErrNotDecidable says that a transaction is not in doubt, or not long enough.
var ErrNotDecidable = errors.New("it is not for a person to decide")

// MayDecide reports whether a person may end t's doubt.
func MayDecide(t store.Transaction, now time.Time) bool {
	return t.Status == store.StatusInDoubt && now.Sub(beganAt(t)) >= decideAfter
}

// Decide ends a doubt as outcome, successful or failed. Nothing is proved by
// it: the transaction is flagged, a successful payout counts as gone, and what
// CamPay proves later takes its place.
func (s *Service) Decide(ctx context.Context, id int64, outcome store.Status, by int64) error {
	if !outcome.Final() {
		return ErrNotDecidable
	}
	err := s.change(ctx, id, func(tx *store.Tx, t *store.Transaction) error {
		now := s.now()
		if !MayDecide(*t, now) {
			return ErrNotDecidable
		}
		t.Status, t.SettledAt, t.PollAt, t.ReportedStatus = outcome, now, time.Time{}, ""
		t.Flags = t.Flags.With(store.FlagDecided)
		if err := s.tellDecision(ctx, tx, *t); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, act{"payout.decided", "transaction", t.ID}, map[string]store.Status{"outcome": outcome})
	})
	if err != nil {
		return fmt.Errorf("decide transaction %d: %w", id, err)
	}
	return nil
}

func (s *Service) tellDecision(ctx context.Context, tx *store.Tx, t store.Transaction) error {
	if t.Status == store.StatusFailed {
		return s.tell(ctx, tx, t, store.EventPerson, "decided_failed", "", nil)
	}
	return s.tell(ctx, tx, t, store.EventPerson, "decided_successful", "", nil)
}

// candidateWindow is how far from a transaction's own time CamPay may date it:
// its times may come without a zone.
const candidateWindow = 2 * time.Hour

// DoubtCandidates are the rows of CamPay's history that may be t, of the same
// kind, number and amount about its time, and that belong to nothing else in the
// book: what a person sees before he decides. None of them proves anything.
func (s *Service) DoubtCandidates(ctx context.Context, t store.Transaction) ([]store.HistoryRow, error) {
	return s.store.HistoryLike(ctx, t.Kind, t.Phone, t.Asked, t.CreatedAt.Add(-candidateWindow), t.CreatedAt.Add(decideAfter))
}
