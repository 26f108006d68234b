package access

// What whoever may give commands on the server does to people. It is in the audit
// log as nobody's act.

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"comptoir/store"
)

// Role is what a person may do.
type Role = store.Role

// InFolder does something to the people of a data folder, whether or not the product
// is served from it meanwhile.
func InFolder(ctx context.Context, dir string, do func(*Service) error) (err error) {
	s, err := store.Open(ctx, dir, store.Options{Book: store.Sandbox}) // people belong to no book
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	cost, err := TunedPasswords(ctx, s)
	if err != nil {
		return err
	}
	return do(New(Config{Store: s, Log: slog.New(slog.DiscardHandler), Now: time.Now, Guesses: &Guesses{}, Cost: cost}))
}

// AddByCommand lets somebody in and returns who, and the first password.
func (s *Service) AddByCommand(ctx context.Context, name string, role Role) (u store.User, password string, err error) {
	n := Newcomer{Name: strings.TrimSpace(name), Password: newPassword(), Locale: "fr"}
	if n.Name == "" || utf8.RuneCountInString(n.Name) > store.MaxPersonName {
		return u, "", fmt.Errorf("the name has to have 1 to %d letters", store.MaxPersonName)
	}
	hash, err := s.Passwords.Cost.Hash(n.Password)
	if err != nil {
		return u, "", err
	}
	err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		u, err = s.add(ctx, tx, change{act: "person.added_by_command"}, n, role, hash)
		return err
	})
	if errors.Is(err, store.ErrTaken) {
		return u, "", fmt.Errorf("someone signs in as %q already", n.Name)
	}
	return u, n.Password, err
}

// GivePassword gives the person of a name a new password, which it returns, and ends
// their sessions and links.
func (s *Service) GivePassword(ctx context.Context, name string) (u store.User, password string, err error) {
	return s.giveByCommand(ctx, name, "person.password_changed", func(*store.Tx, store.User) error { return nil })
}

// Reset opens the door to somebody who is locked out: a new password, no code at
// sign-in, and not disabled.
func (s *Service) Reset(ctx context.Context, name string) (u store.User, password string, err error) {
	return s.giveByCommand(ctx, name, "person.reset_by_command", func(tx *store.Tx, u store.User) error {
		if err := tx.SetTOTP(ctx, u.ID, ""); err != nil {
			return err
		}
		return tx.SetDisabled(ctx, u.ID, time.Time{})
	})
}

func (s *Service) giveByCommand(ctx context.Context, name, act string, also func(*store.Tx, store.User) error) (u store.User, password string, err error) {
	u, err = s.Store.UserByName(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return u, "", fmt.Errorf("nobody signs in as %q", name)
	}
	if err != nil {
		return u, "", err
	}
	password = newPassword()
	hash, err := s.Passwords.Cost.Hash(password)
	if err != nil {
		return u, "", err
	}
	return u, password, s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := s.givePassword(ctx, tx, change{act: act}, u, hash); err != nil {
			return err
		}
		return also(tx, u)
	})
}

// newPassword returns 80 random bits that are easy to type on a phone.
func newPassword() string {
	t := strings.ToLower(rand.Text())
	return t[0:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:16]
}
