package payments

// Invariant 1: no call that moves money leaves before it is durable.

import (
	"net/http"
	"testing"

	"comptoir/store"
)

func TestInvariant1_WrittenBeforeSent(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	seen := 0
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		seen++
		all := s.all()
		if len(all) != seen || all[0].Status != store.StatusUnsent {
			t.Errorf("%s left while the book has %d transactions", r.URL.Path, len(all))
		}
		return false
	})
	s.push(2500, mtnPhone)
	s.link(2500)
	if seen != 2 {
		t.Fatalf("%d calls seen", seen)
	}
}
