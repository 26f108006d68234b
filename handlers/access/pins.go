package access

// PINs: on a device that an owner trusts, cashiers take turns by a short one. It
// opens nothing else: owners and accountants have none.

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"

	"comptoir/store"
)

// MostPINs is how many may be wrong in a row; then a password is needed on that device.
const MostPINs = 5

// ErrTillLocked says that a device has had too many wrong PINs.
var ErrTillLocked = errors.New("too many wrong PINs on this device")

// PIN counts a PIN, then looks at it, and returns whose it is and the hash that it
// fits; ErrWrong for none, ErrTillLocked, *WaitError and ErrTooBusy when it was not
// looked at.
func (s *Service) PIN(ctx context.Context, till store.Till, person int64, pin string) (u store.User, hash string, err error) {
	by := pinGuess(person)
	if err := s.take(by); err != nil {
		return u, "", err
	}
	err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.CountTillFailure(ctx, till.ID, MostPINs) })
	if err != nil { // nor is it counted against the cashier, who may stand at another till
		s.Guesses.unseen(by)
		if errors.Is(err, store.ErrNotFound) {
			err = ErrTillLocked
		}
		return u, "", err
	}
	if u, err = s.Store.User(ctx, person); err == nil && u.Active() && u.Role.WorksATill() {
		hash, err = s.Store.PINHash(ctx, u.ID)
	}
	ok := false
	if err == nil || errors.Is(err, store.ErrNotFound) {
		ok, err = s.Passwords.matchOwn(ctx, s.keyedPIN(person, pin), hash)
	}
	if err != nil {
		s.Guesses.unseen(by)
		return u, "", errors.Join(err, s.Store.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error { return tx.UncountTillFailure(ctx, till.ID) }))
	}
	if !ok {
		s.keepWrong(ctx, by)
		return u, "", ErrWrong
	}
	s.ForgetRight(ctx, by)
	return u, hash, nil
}

// keyedPIN is what is hashed of a PIN: without the key a stolen database does not
// give it away, short as it is.
func (s *Service) keyedPIN(person int64, pin string) string {
	mac := s.Store.Keys.MAC("pin")
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(person))) //nolint:gosec // ids are positive
	mac.Write([]byte(pin))
	return hex.EncodeToString(mac.Sum(nil))
}

// SetPIN gives a cashier a PIN, or takes it away where there is none, and ends the
// sessions that the one before opened but the one whose hash is given.
func (s *Service) SetPIN(ctx context.Context, u store.User, pin string, but []byte) (err error) {
	hash, act := "", "pin.removed"
	if pin != "" {
		if hash, err = s.Passwords.Cost.Hash(s.keyedPIN(u.ID, pin)); err != nil {
			return err
		}
		act = "pin.set"
	}
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.SetPIN(ctx, u.ID, hash); err != nil {
			return err
		}
		if err := tx.EndPINSessions(ctx, u.ID, but); err != nil {
			return err
		}
		return s.audit(ctx, tx, entry{u.ID, act, "person", u.ID, nil})
	})
}

// IsPIN holds what a PIN is: 4 to 6 digits, and not what everybody tries.
func IsPIN(pin string) bool {
	if len(pin) < 4 || len(pin) > 6 || strings.Trim(pin, "0123456789") != "" {
		return false
	}
	const up, down = "0123456789", "9876543210"
	return strings.Trim(pin, pin[:1]) != "" && !strings.Contains(up, pin) && !strings.Contains(down, pin)
}
