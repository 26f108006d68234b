package payments

import (
	"context"

	"comptoir/campay"
	"comptoir/store"
)

// Refundable is what may still be given back of t: nothing of what is no proved
// collection, or came from no phone.
func (s *Service) Refundable(ctx context.Context, t store.Transaction) (campay.XAF, error) {
	if t.Phone == "" {
		return 0, nil
	}
	refunded, err := s.store.Refunded(ctx, t.ID)
	return max(taken(t)-campay.XAF(refunded), 0), err
}
