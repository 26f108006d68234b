package payments

// The reconciliation: our book beside CamPay's history, day by day, by itself
// each night and whenever a person asks. It ends what no webhook and no poll
// did (invariant 5). A run that is interrupted goes on where it was.

import (
	"context"
	"fmt"
	"sync"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

const (
	dailyHour         = 2              // o'clock in Douala: the day before is over by every clock
	dailyBack         = 3              // days before that, compared again because rows come late
	reconcileRetry    = time.Minute    // after CamPay did not answer, and twice as long each time
	reconcileRetryMax = time.Hour      // the longest such wait
	reconcilePatience = 24 * time.Hour // after which a run is over, as far as it came
)

// Reconcile compares the book with CamPay's history over a period, as a person
// asks; it goes on by itself. A period that is being compared is not begun
// twice: the run that waits for CamPay tries again at once.
func (s *Reconciliation) Reconcile(ctx context.Context, p Period, by int64) (store.Reconciliation, error) {
	if err := p.Check(s.now()); err != nil {
		return store.Reconciliation{}, err
	}
	var run store.Reconciliation
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		open, err := tx.OpenReconciliations(ctx)
		if err != nil {
			return err
		}
		for _, run = range open {
			if run.From.Equal(p.From) && run.To.Equal(p.To) {
				run.NextAt = s.now()
				return tx.UpdateReconciliation(ctx, run)
			}
		}
		if run, err = s.addRun(ctx, tx, p, by); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, act{"reconciliation.begun", "reconciliation", run.ID}, map[string]string{"from": dayName(p.From), "to": dayName(p.To)})
	})
	if err != nil {
		return run, fmt.Errorf("reconcile %s to %s: %w", dayName(p.From), dayName(p.To), err)
	}
	s.poke()
	return run, nil
}

func (s *Reconciliation) addRun(ctx context.Context, tx *store.Tx, p Period, by int64) (store.Reconciliation, error) {
	return tx.AddReconciliation(ctx, store.Reconciliation{
		From: p.From, To: p.To, Next: p.From, Days: p.Days(), RequestedBy: by, BegunAt: s.now(), NextAt: s.now(),
	})
}

// startReconciliation begins the run that is due, the daily one among them;
// one is under way at a time.
func (s *Reconciliation) startReconciliation(ctx context.Context, wg *sync.WaitGroup, now time.Time) error {
	if err := s.addDaily(ctx, now); err != nil {
		return err
	}
	open, err := s.store.OpenReconciliations(ctx)
	if err != nil || len(open) == 0 || open[0].NextAt.After(now) {
		return err
	}
	s.begin(ctx, wg, job{work: comparing}, func(ctx context.Context) error { return s.reconcile(ctx, open[0]) })
	return nil
}

// addDaily writes the daily run down, once a night, with the nights that were
// slept through. A book that began today has nothing to compare.
func (s *Reconciliation) addDaily(ctx context.Context, now time.Time) error {
	p := Yesterday(now.Add(-dailyHour * time.Hour))
	last, err := s.store.LastDaily(ctx, p.To)
	if err != nil || !last.Before(p.To) {
		return err
	}
	begun, err := s.store.BookBegins(ctx)
	if err != nil || begun.IsZero() || !begun.Before(p.End()) {
		return err
	}
	p.From = p.To.AddDate(0, 0, -dailyBack)
	if slept := nextDay(last); !last.IsZero() && slept.Before(p.From) {
		p.From = slept
	}
	if earliest := p.To.AddDate(0, 0, 1-LongestPeriod); p.From.Before(earliest) {
		p.From = earliest
	}
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := s.addRun(ctx, tx, p, 0)
		return err
	})
}

// reconcile carries a run on until it is over, CamPay does not answer, or the
// process ends.
func (s *Reconciliation) reconcile(ctx context.Context, run store.Reconciliation) error {
	// Before the newest rows are asked for, so that none of them is in it.
	if _, err := s.RefreshBalance(ctx); err != nil {
		return err
	}
	answered, err := s.reconcileDays(ctx, &run)
	switch {
	case err != nil:
		return fmt.Errorf("reconciliation %d: %w", run.ID, err)
	case answered:
		return s.finish(onItsOwn(ctx), run)
	case ctx.Err() == nil:
		return s.postpone(ctx, run)
	default:
		return nil // the process ends, and the run stays due
	}
}

// reconcileDays fetches and compares the days that are left. The day before the
// first and the day after the last are fetched too: they hold what another
// clock dates there, and what moved up to the nearest known balances.
func (s *Reconciliation) reconcileDays(ctx context.Context, run *store.Reconciliation) (answered bool, err error) {
	if run.Next.Equal(run.From) {
		if answered, err := s.keepDay(ctx, run.From.AddDate(0, 0, -1)); !answered || err != nil {
			return false, err
		}
	}
	for !run.Next.After(run.To) {
		if answered, err := s.keepDay(ctx, run.Next); !answered || err != nil {
			return false, err
		}
		if answered, err := s.compareDay(ctx, run.Next); !answered || err != nil {
			return false, err
		}
		run.Next, run.DaysDone, run.Tries = nextDay(run.Next), run.DaysDone+1, 0
		if err := s.keepRun(ctx, *run); err != nil {
			return false, err
		}
	}
	if after := nextDay(run.To); !after.After(s.now()) {
		return s.keepDay(ctx, after)
	}
	return true, nil
}

func (s *Reconciliation) keepRun(ctx context.Context, run store.Reconciliation) error {
	ctx = onItsOwn(ctx)
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateReconciliation(ctx, run) })
}

// postpone has a run go on later; what it has done is kept.
func (s *Reconciliation) postpone(ctx context.Context, run store.Reconciliation) error {
	now := s.now()
	run.Tries++
	run.NextAt = now.Add(min(reconcileRetry<<min(run.Tries-1, 10), reconcileRetryMax))
	if now.Sub(run.BegunAt) > reconcilePatience {
		run.NextAt, run.EndedAt = time.Time{}, now
	}
	return s.keepRun(ctx, run)
}

// finish looks at the book's own side, counts, and says the outcome in the log.
func (s *Reconciliation) finish(ctx context.Context, run store.Reconciliation) error {
	p := Period{From: run.From.In(money.Douala), To: run.To.In(money.Douala)}
	missing, err := s.findLone(ctx, p)
	if err != nil {
		return fmt.Errorf("what the history lacks: %w", err)
	}
	counts, err := s.store.CountHistory(ctx, p.From, p.End())
	if err != nil {
		return err
	}
	unreadable, err := s.store.Unreadable(ctx, dayName(p.From), dayName(p.To))
	if err != nil {
		return err
	}
	run.Missing, run.Rows, run.Matched, run.OnlyThere = missing, counts.Rows(), counts.Matched, counts.OnlyThere
	run.Differing = counts.Differing + len(unreadable) // somebody has to look at these too
	if run.OnlyHere, err = s.store.CountOnlyHere(ctx, p.From, p.End()); err != nil {
		return err
	}
	run.EndedAt, run.NextAt, run.Tries = s.now(), time.Time{}, 0
	if err := s.keepRun(ctx, run); err != nil {
		return err
	}
	statement, err := s.Statement(ctx, p)
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "reconciliation", append([]any{
		"run", run.ID, "from", dayName(p.From), "to", dayName(p.To), "rows", run.Rows, "matched", run.Matched,
		"only_there", run.OnlyThere, "only_here", run.OnlyHere, "missing", run.Missing, "differing", run.Differing,
	}, statement.logged()...)...)
	return nil
}
