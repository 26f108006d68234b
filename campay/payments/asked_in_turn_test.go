package payments

// Questions about one CamPay reference wait for each other.

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// questions is how many ask about a reference now, or wait to ask.
func (s *shop) questions(reference string) int {
	asking := &s.service.asking
	asking.mu.Lock()
	defer asking.mu.Unlock()
	if k := asking.turns[reference]; k != nil {
		return k.wanted
	}
	return 0
}

func TestInvariant4_OlderAnswer_IsNeverAppliedAfterANewerOne(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	asked := s.push(2500, mtnPhone)
	s.must(s.sandbox.Enter(asked.Reference, sandbox.WrongPIN))
	var newer sync.WaitGroup
	var isNewer atomic.Bool
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/transaction/") || isNewer.Swap(true) {
			return false
		}
		old := httptest.NewRecorder() // FAILED, and slow to arrive
		s.sandbox.Handler().ServeHTTP(old, r)
		s.must(s.sandbox.Settle(asked.Reference, campay.Successful))
		newer.Go(func() {
			if _, err := s.service.Ask(s.ctx, asked.ID); err != nil {
				t.Error(err)
			}
		})
		for s.questions(asked.Reference) < 2 && s.again(asked).Status != store.StatusSuccessful {
			runtime.Gosched()
		}
		w.Header().Set("Content-Type", "application/json")
		_, err := w.Write(old.Body.Bytes())
		s.must(err)
		return true
	})
	_, err := s.service.Ask(s.ctx, asked.ID)
	s.must(err)
	newer.Wait()
	s.wantStatus(asked, store.StatusSuccessful, store.FlagMovedFinal)
}

func TestQuestions_OneReference_IsAskedAboutByOneAtATime(t *testing.T) {
	t.Parallel()
	var q questions
	var all sync.WaitGroup
	held := map[string]*atomic.Int32{"a": {}, "b": {}}
	for reference, n := range held {
		for range 16 {
			all.Go(func() {
				for range 100 {
					end, err := q.hold(t.Context(), reference)
					if err != nil || n.Add(1) != 1 {
						t.Errorf("%s is asked about twice at once, %v", reference, err)
					}
					runtime.Gosched()
					n.Add(-1)
					end()
				}
			})
		}
	}
	all.Wait()
	if len(q.turns) != 0 {
		t.Errorf("%d turns are kept that nobody wants", len(q.turns))
	}
}

func TestQuestions_WhoGoesAway_WaitsNoLonger(t *testing.T) {
	t.Parallel()
	var q questions
	end, err := q.hold(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := q.hold(gone, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("whoever went away: %v", err)
	}
	end()
	if len(q.turns) != 0 {
		t.Errorf("%d turns are kept that nobody wants", len(q.turns))
	}
}

// Whoever comes while a question is under way is not served by it, as it may be older
// than what he wants to know of; one more serves all of them.
func TestAsk_ManyAtOnce_AreServedByOneQuestionMore(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	const waiting = 20
	var others sync.WaitGroup
	var asks atomic.Int32
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/transaction/") || asks.Add(1) > 1 {
			return false
		}
		for range waiting {
			others.Go(func() {
				if answered, err := s.service.confirm(s.ctx, asked, asked.Reference, store.EventPoll); err != nil || !answered {
					t.Errorf("answered %v, %v", answered, err)
				}
			})
		}
		for s.questions(asked.Reference) < waiting+1 {
			runtime.Gosched()
		}
		return false
	})
	if _, err := s.service.confirm(s.ctx, asked, asked.Reference, store.EventPoll); err != nil {
		t.Fatal(err)
	}
	others.Wait()
	if n := asks.Load(); n != 2 {
		t.Errorf("%d questions for %d who asked", n, waiting+1)
	}
}

func TestAsk_AgainAtOnce_IsToldWhatWasAnswered(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	var asks atomic.Int32
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/transaction/") {
			asks.Add(1)
		}
		return false
	})
	for _, c := range []struct {
		passes    time.Duration
		questions int32
	}{{0, 1}, {askPause - time.Millisecond, 1}, {time.Millisecond, 2}} {
		s.clock.pass(c.passes)
		if answered, err := s.service.Ask(s.ctx, asked.ID); err != nil || !answered {
			t.Fatalf("answered %v, %v", answered, err)
		}
		if n := asks.Load(); n != c.questions {
			t.Errorf("after %v: %d questions, want %d", c.passes, n, c.questions)
		}
	}
	if len(s.service.lately.asked) != 1 {
		t.Errorf("%d answers are kept", len(s.service.lately.asked))
	}
}
