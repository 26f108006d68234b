package payments

// Whose number it is, as CamPay says: asked while an order is looked at, and
// remembered until it is given. Without an answer nothing is held up.

import (
	"context"
	"sync"
	"time"

	"comptoir/campay/money"
)

const (
	holderLimit  = 5 * time.Second
	holdersKnown = 500
)

type holders struct {
	mu    sync.Mutex
	names map[money.Phone]string
}

// known is the name that was found before; empty for none.
func (h *holders) known(phone money.Phone) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.names[phone]
}

func (h *holders) learn(phone money.Phone, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.names == nil || len(h.names) >= holdersKnown {
		h.names = map[money.Phone]string{}
	}
	h.names[phone] = name
}

// holderOf is the name under which a number is registered; empty when CamPay
// does not say.
func (s *Payouts) holderOf(ctx context.Context, phone money.Phone) string {
	if name := s.holders.known(phone); name != "" {
		return name
	}
	ctx, cancel := context.WithTimeout(ctx, holderLimit)
	defer cancel()
	name, err := s.campay.HolderInfo(ctx, phone)
	if err != nil {
		return "" // beyond CamPay's documentation: many apps have no such call
	}
	s.holders.learn(phone, name)
	return name
}

// knownHolder is the same without asking.
func (s *Payouts) knownHolder(_ context.Context, phone money.Phone) string {
	return s.holders.known(phone)
}
