package payments

// The jobs under way beside each other, with room for a few of each kind.

import (
	"context"
	"sync"
	"time"
)

// begin runs one job of its own, unless it is under way, has just failed, or
// there is no room.
func (s *core) begin(ctx context.Context, wg *sync.WaitGroup, j job, do func(context.Context) error) {
	if !s.inFlight.add(j, s.now()) {
		return
	}
	wg.Go(func() {
		defer s.poke()
		err := do(ctx)
		if err == nil {
			s.inFlight.remove(j)
			return
		}
		s.inFlight.rest(j, s.now().Add(errorPause))
		s.log.ErrorContext(ctx, "settle", "work", j.work, "id", j.id, "error", err)
	})
}

// job names one piece of work.
type job struct {
	work work
	id   int64
}

// work is a kind of job; each kind has its own room.
type work string

const (
	applying        work = "delivery"
	applyingNobodys work = "delivery of nobody's"

	polling   work = "poll"
	sweeping  work = "history"
	balancing work = "balance"
	expiring  work = "approval"
	comparing work = "reconciliation"
)

// inFlight is the work under way, and what failed (the database did not take
// its outcome) and rests before it is tried again.
type inFlight struct {
	mu    sync.Mutex
	jobs  map[job]time.Time // zero while under way, else the end of its rest
	total int
}

func (f *inFlight) add(j job, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if until, known := f.jobs[j]; known && (until.IsZero() || rests(until, now)) {
		return false
	}
	busy := 0
	for other, until := range f.jobs {
		if !until.IsZero() && !rests(until, now) {
			delete(f.jobs, other) // it has rested
		}
		if until.IsZero() && other.work == j.work {
			busy++
		}
	}
	if busy >= workAtOnce {
		return false
	}
	if f.jobs == nil {
		f.jobs = map[job]time.Time{}
	}
	f.jobs[j] = time.Time{}
	f.total++
	return true
}

// room is how many rows of what is due have to be read to fill what room there is for a
// kind of work: those under way, and those that rest, may be the first of them. 0 where
// it is full.
func (f *inFlight) room(of work) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	known, busy := 0, 0
	for j, until := range f.jobs {
		if j.work != of {
			continue
		}
		known++
		if until.IsZero() {
			busy++
		}
	}
	if busy >= workAtOnce {
		return 0
	}
	return known + workAtOnce - busy
}

func (f *inFlight) remove(j job) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.jobs, j)
}

func (f *inFlight) rest(j job, until time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.jobs[j] = until
}

func (f *inFlight) resting(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, until := range f.jobs {
		if !until.IsZero() && rests(until, now) {
			return true
		}
	}
	return false
}

// rests reports whether a rest goes on, by a clock that may have been set back.
func rests(until, now time.Time) bool { return now.Before(until) && until.Sub(now) <= errorPause }

// started counts the jobs begun so far.
func (f *inFlight) started() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.total
}
