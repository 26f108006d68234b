package access

// How much work the hash of a password is: as much as this machine does in a
// blink, and never less than OWASP wants.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"comptoir/store"
)

// PasswordCost is how many passes of argon2id over 19 MiB a password's hash
// makes. The same for every password of a shop, so that no answer's time tells
// one name from another.
type PasswordCost int

const (
	leastCost  PasswordCost = 2  // OWASP's first choice for argon2id
	mostCost   PasswordCost = 12 // a fast machine's queue at the till waits too
	blink                   = 100 * time.Millisecond
	costTrials              = 3
)

// TunedPasswords returns the cost that was measured at the first start on this
// data folder, or measures it now.
func TunedPasswords(ctx context.Context, s *store.Store) (PasswordCost, error) {
	n, err := s.PasswordIterations(ctx)
	if errors.Is(err, store.ErrNotFound) {
		var measured PasswordCost
		if measured, err = measureCost(); err != nil {
			return 0, err
		}
		if err = s.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.SetPasswordIterations(ctx, int(measured)) }); err != nil {
			return 0, err
		}
		n, err = s.PasswordIterations(ctx) // another process may have been quicker
	}
	if err != nil {
		return 0, fmt.Errorf("cost of passwords: %w", err)
	}
	return PasswordCost(n), nil
}

// measureCost takes the quickest of a few trials: others may want the processor.
func measureCost() (PasswordCost, error) {
	quickest := time.Duration(0)
	for range costTrials {
		begun := time.Now()
		if _, err := leastCost.Hash("a password"); err != nil {
			return 0, err
		}
		if took := time.Since(begun); quickest == 0 || took < quickest {
			quickest = took
		}
	}
	return costOf(quickest), nil
}

// costOf is the cost whose hash takes a blink where one of the least takes so long.
func costOf(least time.Duration) PasswordCost {
	passes := PasswordCost(blink * time.Duration(leastCost) / max(least, 1))
	return min(max(passes, leastCost), mostCost)
}

func (p PasswordCost) params() *argon2id.Params {
	passes := uint32(max(p, leastCost))                                                                           //nolint:gosec // at most mostCost
	return &argon2id.Params{Memory: 19 * 1024, Iterations: passes, Parallelism: 1, SaltLength: 16, KeyLength: 32} // memory in KiB
}

// Hash returns the argon2id hash of a password in its standard encoding.
func (p PasswordCost) Hash(password string) (string, error) {
	hash, err := argon2id.CreateHash(norm.NFC.String(password), p.params())
	if err != nil {
		return "", fmt.Errorf("hash the password: %w", err)
	}
	return hash, nil
}

// dummyHash is a hash that no password has: what is compared with when there is no
// such name.
func (p PasswordCost) dummyHash() string {
	of := p.params()
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$s6yYkOv6CT2no09sM1/pig$EC77BeD11+CKV6TByBuitIXnkhITDfOq8TGACeEl0Wg", of.Memory, of.Iterations, of.Parallelism)
}

// isOf reports whether a hash was made at this cost; no measured cost is content with
// whatever hashes there are.
func (p PasswordCost) isOf(hash string) bool {
	if p == 0 {
		return true
	}
	is, _, _, err := argon2id.DecodeHash(hash)
	return err == nil && *is == *p.params()
}
