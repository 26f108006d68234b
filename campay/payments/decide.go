package payments

// Ending a doubt by a person's word, when CamPay had its time to answer.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

const (
	// decideAfter is how long CamPay has to answer before a person may decide.
	decideAfter = 24 * time.Hour
	// decideUnread is the same where its history cannot be read.
	decideUnread = 7 * 24 * time.Hour
	// watchedAtMost is how much of a time without a look at a doubt counts as
	// watched: the clock may have been set, the machine switched off.
	watchedAtMost = waitLast + pollLast
)

// ErrNotDecidable says that nobody doubts a transaction, or not long enough.
var ErrNotDecidable = errors.New("it is not for a person to decide")

// Decidable says whether a person may end a doubt, and what he can go by.
type Decidable string

// Where a doubt stands for a person.
const (
	DecideNever  Decidable = ""       // not in doubt, or CamPay still has time
	DecideUnread Decidable = "unread" // CamPay has to tell the history of its days first
	DecideKnown  Decidable = "known"  // the history of its days was read since
	DecideBlind  Decidable = "blind"  // CamPay did not tell its history for a week
)

// May reports whether a person may decide.
func (d Decidable) May() bool { return d == DecideKnown || d == DecideBlind }

// Decidable reports whether a person may end t's doubt: CamPay had a day in
// which somebody watched, and told the history of t's days after it.
func (s *Service) Decidable(ctx context.Context, t store.Transaction) (Decidable, error) {
	return s.decidable(ctx, s.store.Reader, t)
}

func (s *Service) decidable(ctx context.Context, r store.Reader, t store.Transaction) (Decidable, error) {
	if !s.hadItsDay(t) {
		return DecideNever, nil
	}
	unread, err := unreadDays(ctx, r, t, s.now())
	switch {
	case err != nil:
		return DecideNever, err
	case len(unread) == 0:
		return DecideKnown, nil
	case s.doubtedFor(t) >= decideUnread:
		return DecideBlind, nil
	default:
		return DecideUnread, nil
	}
}

// hadItsDay reports whether CamPay had its time to end t's doubt.
func (s *Service) hadItsDay(t store.Transaction) bool {
	return isDoubted(t) && s.doubtedFor(t) >= decideAfter
}

// isDoubted reports whether nobody knows what became of t: its answer was lost,
// or CamPay calls it open by a word that nobody knows, and may for ever.
func isDoubted(t store.Transaction) bool {
	return t.Status == store.StatusInDoubt || t.Status == store.StatusPending && t.Word != ""
}

// doubtedFor is how long t has been in doubt, by the looks at it: NewsAt is kept
// behind each of them by that much, see touch.
func (s *Service) doubtedFor(t store.Transaction) time.Duration {
	seen := t.UpdatedAt.Sub(t.NewsAt)
	return seen + min(max(s.now().Sub(t.UpdatedAt), 0), watchedAtMost)
}

// touch dates t as changed now, before anything else of it changes. Of a time in
// which nobody looked at a doubt no more than watchedAtMost counts, and none that
// the clock was set back by.
func touch(t *store.Transaction, now time.Time) {
	if isDoubted(*t) {
		quiet := now.Sub(t.UpdatedAt)
		t.NewsAt = t.NewsAt.Add(quiet - min(max(quiet, 0), watchedAtMost))
	}
	t.UpdatedAt = now
}

// span is a time in which CamPay may date a transaction.
type span struct{ from, until time.Time }

// spans are the times in which CamPay may date t: about its own date, and from
// when its doubt began by the looks at it, where the clock was set since.
func spans(t store.Transaction) []span {
	own := span{t.CreatedAt.Add(-candidateWindow), t.CreatedAt.Add(decideAfter)}
	watched := span{t.NewsAt.Add(-candidateWindow), t.NewsAt.Add(decideAfter)}
	if off := t.NewsAt.Sub(t.CreatedAt).Abs(); off <= candidateWindow {
		return []span{{own.from, watched.until}}
	}
	return []span{own, watched}
}

// unreadDays are the days of t, by their midnights, whose history CamPay has not
// told since it had its time to end t's doubt.
func unreadDays(ctx context.Context, r store.Reader, t store.Transaction, now time.Time) ([]time.Time, error) {
	var unread []time.Time
	for _, in := range spans(t) {
		from, to := money.DayOf(in.from).AddDate(0, 0, -1), money.DayOf(earlier(in.until, now))
		fetched, err := r.HistoryDays(ctx, dayName(from), dayName(to))
		if err != nil {
			return nil, err
		}
		for day := from; !day.After(to); day = nextDay(day) {
			at, ok := fetched[dayName(day)]
			if !ok || at.Before(t.NewsAt.Add(decideAfter)) || at.After(now) {
				unread = append(unread, day)
			}
		}
	}
	return unread, nil
}

// readDays has CamPay tell the history of the days that a decision over t needs,
// and compares them; it reports whether CamPay answered.
func (s *Service) readDays(ctx context.Context, t store.Transaction) (answered bool, err error) {
	if !s.hadItsDay(t) {
		return true, nil
	}
	days, err := unreadDays(ctx, s.store.Reader, t, s.now())
	if err != nil {
		return false, err
	}
	for _, day := range days {
		if answered, err := s.keepDay(ctx, day); !answered || err != nil {
			return false, err
		}
	}
	for _, day := range days {
		if answered, err := s.compareDay(ctx, day); !answered || err != nil {
			return false, err
		}
	}
	return true, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
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
		may, err := s.decidable(ctx, tx.Reader, *t)
		if err != nil {
			return err
		}
		if !may.May() {
			return ErrNotDecidable
		}
		t.Status, t.SettledAt, t.PollAt, t.ReportedStatus = outcome, now, time.Time{}, ""
		knowWord(t)
		t.Flags = t.Flags.With(store.FlagDecided)
		if err := s.tellDecision(ctx, tx, *t, by); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, act{"payout.decided", "transaction", t.ID}, map[string]store.Status{"outcome": outcome})
	})
	if err != nil {
		return fmt.Errorf("decide transaction %d: %w", id, err)
	}
	return nil
}

// tellDecision names who decided in the transaction's story.
func (s *Service) tellDecision(ctx context.Context, tx *store.Tx, t store.Transaction, by int64) error {
	who, err := tx.User(ctx, by)
	if err != nil {
		return err
	}
	if t.Status == store.StatusFailed {
		return s.record(ctx, tx, t, store.EventPerson, "decided_failed", who.Name, nil)
	}
	return s.record(ctx, tx, t, store.EventPerson, "decided_successful", who.Name, nil)
}

// candidateWindow is how far from a transaction's own time CamPay may date it:
// its times may come without a zone.
const candidateWindow = 2 * time.Hour

// DoubtCandidates are the rows of CamPay's history that may be t, of the same
// kind, number and amount about its time, and that belong to nothing else in the
// book: what a person sees before he decides. None of them proves anything.
func (s *Service) DoubtCandidates(ctx context.Context, t store.Transaction) ([]store.HistoryRow, error) {
	var rows []store.HistoryRow
	for _, in := range spans(t) {
		like, err := s.store.HistoryLike(ctx, t.Kind, t.Phone, t.Asked, in.from, in.until)
		if err != nil {
			return nil, err
		}
		for _, row := range like {
			if !slices.ContainsFunc(rows, func(r store.HistoryRow) bool { return r.ID == row.ID }) {
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}
