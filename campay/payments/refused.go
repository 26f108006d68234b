package payments

// What strangers send to the webhook costs the till nothing: what is refused is
// counted in memory and written now and then, a sample of it; what is rightly
// signed and fits nothing in the book is kept up to a bound.

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"comptoir/store"
)

const (
	refusedKept   = 2000            // refused deliveries that stay in the book: enough to see what is being tried
	refusedSample = 32              // of them, how many are written at a time
	refusedOfOne  = 4               // and how many of one network
	refusedBytes  = 2 << 10         // of the body of each
	refusedEvery  = 5 * time.Second // how often they are written
	nobodysKept   = 2000            // those of which CamPay said that it knows none
)

// ErrWebhooksFull says that a rightly signed delivery was not kept, because as many
// like it are: a signature fits anything for an hour. CamPay may send it again, and
// without it the payment is found by polling (invariant 5).
var ErrWebhooksFull = errors.New("too many webhooks of this kind are kept")

// refusals are the refused deliveries that are not in the book yet.
type refusals struct {
	mu     sync.Mutex
	sample []store.Delivery
	from   map[string]int
	counts map[store.Why]int64
	keepAt time.Time // zero while there are none
}

// add counts a refused delivery. It reports whether it is in the sample, and
// whether it is the first since they were written.
func (r *refusals) add(d store.Delivery, now time.Time) (sampled, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if first = r.keepAt.IsZero(); first {
		r.keepAt, r.from, r.counts = now.Add(refusedEvery), map[string]int{}, map[store.Why]int64{}
	}
	r.counts[d.Why]++
	network := Network(d.RemoteAddr)
	if len(r.sample) >= refusedSample || r.from[network] >= refusedOfOne {
		return false, first
	}
	r.from[network]++
	d.Body = append([]byte(nil), d.Body[:min(len(d.Body), refusedBytes)]...)
	r.sample = append(r.sample, d)
	return true, first
}

// at is when they are to be written; zero for never.
func (r *refusals) at() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keepAt
}

// due goes by a clock that may have been set back.
func (r *refusals) due(now time.Time) bool {
	at := r.at()
	return !at.IsZero() && (!now.Before(at) || at.Sub(now) > refusedEvery)
}

func (r *refusals) take() (sample []store.Delivery, counts map[store.Why]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sample, counts = r.sample, r.counts
	r.sample, r.from, r.counts, r.keepAt = nil, nil, nil, time.Time{}
	return sample, counts
}

// sampled counts a refused delivery and reports whether it is in the sample.
func (s *Service) sampled(d store.Delivery) bool {
	kept, first := s.refusals.add(d, s.now())
	if first {
		s.poke()
	}
	return kept
}

// KeepRefused writes down how many deliveries were refused since it was called
// last, and a sample of them. Run calls it now and then, and whoever wants to
// look at them.
func (s *Service) KeepRefused(ctx context.Context) error {
	ctx = onItsOwn(ctx) // of whoever looks: they are out of memory once taken
	sample, counts := s.refusals.take()
	if len(counts) == 0 {
		return nil
	}
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, d := range sample {
			if _, err := tx.AddDelivery(ctx, d); err != nil {
				return err
			}
		}
		for why, n := range counts {
			if err := tx.CountRefused(ctx, why, n, s.now()); err != nil {
				return err
			}
		}
		return tx.PruneRefused(ctx, refusedKept)
	})
	if err != nil {
		return fmt.Errorf("keep a sample of refused webhooks: %w", err)
	}
	return nil
}
