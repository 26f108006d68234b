package payments

// Questions about one CamPay reference wait for each other.

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"comptoir/campay"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// questions is how many ask about a reference now, or wait to ask.
func (s *shop) questions(reference string) int {
	asking := &s.service.asking
	asking.mu.Lock()
	defer asking.mu.Unlock()
	if k := asking.held[reference]; k != nil {
		return k.waiting
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

func TestLocks_OneName_IsHeldByOneAtATime(t *testing.T) {
	t.Parallel()
	var l locks
	var all sync.WaitGroup
	held := map[string]*atomic.Int32{"a": {}, "b": {}}
	for name, n := range held {
		for range 16 {
			all.Go(func() {
				for range 100 {
					free := l.hold(name)
					if n.Add(1) != 1 {
						t.Errorf("%s is held twice", name)
					}
					runtime.Gosched()
					n.Add(-1)
					free()
				}
			})
		}
	}
	all.Wait()
	if len(l.held) != 0 {
		t.Errorf("%d locks are kept that nobody holds", len(l.held))
	}
}
