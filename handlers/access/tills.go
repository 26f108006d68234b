package access

// Tills: on a device that an owner trusts, cashiers take turns by a short PIN. The
// device has a token of which the book keeps only the hash.

import (
	"context"
	"crypto/rand"
	"errors"

	"comptoir/store"
)

// Till is the device that has a token; zero for one that nobody trusts.
func (s *Service) Till(ctx context.Context, token string) (store.Till, error) {
	if token == "" {
		return store.Till{}, nil
	}
	till, err := s.Store.Till(ctx, HashToken(token))
	if errors.Is(err, store.ErrNotFound) {
		return store.Till{}, nil
	}
	return till, err
}

// TrustTill makes a device a till, as the owner by wants, and returns its token. What it
// was before, and what copies of its token there are, ends with that.
func (s *Service) TrustTill(ctx context.Context, by int64, name string, before store.Till) (token string, err error) {
	if token, err = NewToken(rand.Reader); err != nil {
		return "", err
	}
	return token, s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.endTill(ctx, tx, by, before.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		till, err := tx.AddTill(ctx, store.Till{TokenHash: HashToken(token), Name: name, TrustedBy: by, CreatedAt: s.Now()})
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, entry{by, "till.trusted", "till", till.ID, named{name}})
	})
}

// RemoveTill trusts a device no more; store.ErrNotFound when it is no till.
func (s *Service) RemoveTill(ctx context.Context, by, id int64) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return s.endTill(ctx, tx, by, id) })
}

func (s *Service) endTill(ctx context.Context, tx *store.Tx, by, id int64) error {
	if err := tx.DeleteTill(ctx, id); err != nil {
		return err
	}
	return s.audit(ctx, tx, entry{by, "till.removed", "till", id, nil})
}

// StandsAt reports ErrSignInOver unless a till is trusted yet, and a cashier has the PIN
// of this hash, by which he came in at it.
func StandsAt(ctx context.Context, tx *store.Tx, till store.Till, cashier int64, pin string) error {
	if _, err := tx.Till(ctx, till.TokenHash); errors.Is(err, store.ErrNotFound) {
		return ErrSignInOver
	} else if err != nil {
		return err
	}
	now, err := tx.PINHash(ctx, cashier)
	if err == nil && now != pin {
		err = ErrSignInOver
	}
	return err
}
