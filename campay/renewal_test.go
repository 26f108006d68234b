package campay

// The renewal of a token among callers that come and go. Time and the fetch are
// the test's own, so that "everyone waits now" is a state and not a guess.

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slowFetch hands out a token when the test lets it.
type slowFetch struct {
	begun chan context.Context
	give  chan string
}

func newSlowFetch() *slowFetch {
	return &slowFetch{begun: make(chan context.Context, 100), give: make(chan string)}
}

func (f *slowFetch) fetch(ctx context.Context) (string, time.Duration, error) {
	f.begun <- ctx
	select {
	case token := <-f.give:
		return token, time.Hour, nil
	case <-ctx.Done():
		return "", 0, ctx.Err()
	}
}

func (f *slowFetch) auth() *auth {
	return &auth{username: "u", password: "p", now: time.Now, limit: time.Minute, fetch: f.fetch}
}

func TestRenewal_OneIsUnderWayForAllWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSlowFetch()
		a := f.auth()
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				if token, err := a.token(t.Context(), ""); token != "one" || err != nil {
					t.Errorf("%q, %v", token, err)
				}
			})
		}
		synctest.Wait()
		if n := len(f.begun); n != 1 {
			t.Errorf("%d renewals under way", n)
		}
		f.give <- "one"
		callers.Wait()
	})
}

func TestRenewal_OutlivesTheCallerThatBeganIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSlowFetch()
		a := f.auth()
		first, leave := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		callers.Go(func() {
			if _, err := a.token(first, ""); !errors.Is(err, context.Canceled) {
				t.Errorf("the first caller: %v", err)
			}
		})
		synctest.Wait()
		callers.Go(func() {
			if token, err := a.token(t.Context(), ""); token != "one" || err != nil {
				t.Errorf("the second caller: %q, %v", token, err)
			}
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		f.give <- "one"
		callers.Wait()
	})
}

func TestRenewal_HonoursTheDeadlineOfEachWhoWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSlowFetch()
		a := f.auth()
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := a.token(ctx, "")
		var e *Error
		if !errors.As(err, &e) || e.Effect != NotSent || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(begun); waited != time.Second {
			t.Errorf("waited %v", waited)
		}
		a.close()
	})
}

func TestRenewal_EndsByItselfWhenNothingComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSlowFetch()
		a := f.auth()
		begun := time.Now()
		if _, err := a.token(t.Context(), ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(begun); waited != a.limit {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestRenewal_AfterARejection_IsNotDoneTwiceByTwoWhoHeldTheSameToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSlowFetch()
		a := f.auth()
		a.current, a.renewAt = "old", time.Now().Add(time.Hour)
		var callers sync.WaitGroup
		callers.Go(func() { _, _ = a.token(t.Context(), "old") })
		f.give <- "new"
		callers.Wait()
		if token, err := a.token(t.Context(), "old"); token != "new" || err != nil {
			t.Errorf("%q, %v", token, err)
		}
		if n := len(f.begun); n != 1 {
			t.Errorf("%d renewals", n)
		}
	})
}

func TestClose_EndsARenewalAndWaitsForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newSlowFetch()
		a := f.auth()
		var callers sync.WaitGroup
		callers.Go(func() {
			if _, err := a.token(t.Context(), ""); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		a.close()
		callers.Wait()
		if _, err := a.token(t.Context(), ""); !errors.Is(err, errClosed) {
			t.Errorf("after the end: %v", err)
		}
		if n := len(f.begun); n != 1 {
			t.Errorf("%d renewals", n)
		}
	})
}

func TestSleep_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		if err := sleep(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		if err := sleep(t.Context(), time.Minute); err != nil || time.Since(begun) != time.Minute+time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
