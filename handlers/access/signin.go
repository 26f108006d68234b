package access

// Who somebody is: by name and password, and once more before money.

import (
	"context"
	"errors"

	"comptoir/store"
)

// SignIn returns whose name and password these are. A name that nobody has, and who
// may not sign in, get ErrWrong after the same work as a wrong password does; the
// person of the name, if any, comes with it. *WaitError and ErrTooBusy say that
// nothing was looked at.
func (s *Service) SignIn(ctx context.Context, name, password string, from Asker) (store.User, error) {
	u, err := s.Store.UserByName(ctx, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return u, err
	}
	by := s.passwordGuesses(name, u, from)
	if err := s.take(by...); err != nil {
		return u, err
	}
	hash := u.PasswordHash
	if !u.Active() {
		hash = ""
	}
	ok, err := s.Passwords.match(ctx, password, hash)
	if err != nil {
		s.Guesses.unseen(by...)
		return u, err
	}
	if !ok {
		return u, ErrWrong // what counts it outlives no restart, or its time would tell which names there are
	}
	s.ForgetRight(ctx, by...)
	return u, s.hashAnew(ctx, &u, password)
}

// hashAnew keeps a password that was hashed at another cost at this shop's.
func (s *Service) hashAnew(ctx context.Context, u *store.User, password string) error {
	if s.Passwords.Cost.isOf(u.PasswordHash) {
		return nil
	}
	hash, err := s.Passwords.Cost.Hash(password)
	if err != nil {
		return err
	}
	err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		now, err := tx.User(ctx, u.ID)
		if err == nil && now.PasswordHash != u.PasswordHash {
			err = ErrSignInOver // he has just chosen another one
		}
		if err != nil {
			return err
		}
		return tx.SetPasswordHash(ctx, u.ID, hash)
	})
	if err == nil {
		u.PasswordHash = hash
	}
	return err
}

// Confirm looks at the password of who is signed in once more: money, and the rules
// about it, want more than an open session. Errors as SignIn's.
func (s *Service) Confirm(ctx context.Context, u store.User, password string) error {
	by := againGuess(u)
	leave, err := s.Guesses.turn(ctx, by)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.take(by); err != nil {
		return err
	}
	ok, err := s.Passwords.matchOwn(ctx, password, u.PasswordHash)
	if err != nil {
		s.Guesses.unseen(by)
		return err
	}
	if !ok {
		s.keepWrong(ctx, by)
		return ErrWrong
	}
	s.ForgetRight(ctx, by)
	return nil
}
