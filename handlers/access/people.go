package access

// People: who may come in, as what, and by which password.

import (
	"context"
	"errors"
	"time"

	"comptoir/store"
)

// ErrClaimed says that somebody owns the product already.
var ErrClaimed = errors.New("it is set up already")

// Newcomer is somebody who is to be let in.
type Newcomer struct {
	Name     string
	Password string
	Locale   string
}

// change is what becomes of a person.
type change struct {
	act    string // in the audit log
	by     int64  // 0: whoever may give commands on the server
	self   bool   // by is the person
	letIn  bool   // somebody else had a hand in who signs in by this name, or as what
	detail any
}

// put is the one way in which a person is written: by write, which returns them as
// they are then; with the entry in the audit log; and with the wait before an owner
// whom somebody else let in may approve payouts, so that nobody is their own second
// owner by way of a new name, another's role or another's password. The very first
// owner has nobody to wait for.
func (s *Service) put(ctx context.Context, tx *store.Tx, c change, write func() (store.User, error)) (store.User, error) {
	owners, err := tx.CountOwners(ctx)
	if err != nil {
		return store.User{}, err
	}
	u, err := write()
	if err != nil {
		return u, err
	}
	if c.letIn && owners > 0 {
		u.ApprovesFrom = s.Now().Add(store.SecondOwnerWait)
		if err := tx.SetApprovesFrom(ctx, u.ID, u.ApprovesFrom); err != nil {
			return u, err
		}
	}
	if c.self {
		c.by = u.ID
	}
	return u, s.audit(ctx, tx, entry{c.by, c.act, "person", u.ID, c.detail})
}

// asRole is whom, and as what, somebody was let in.
type asRole struct {
	Name string     `json:"name"`
	Role store.Role `json:"role"`
}

// add writes a new person.
func (s *Service) add(ctx context.Context, tx *store.Tx, c change, n Newcomer, role store.Role, hash string) (store.User, error) {
	c.letIn, c.detail = true, asRole{n.Name, role}
	return s.put(ctx, tx, c, func() (store.User, error) {
		return tx.CreateUser(ctx, store.User{Name: n.Name, PasswordHash: hash, Role: role, Locale: n.Locale, CreatedAt: s.Now()})
	})
}

// Claim makes the first person the owner, and does what else belongs to it in the same
// Write; ErrClaimed when there is somebody.
func (s *Service) Claim(ctx context.Context, n Newcomer, also func(*store.Tx, store.User) error) (u store.User, err error) {
	hash, err := s.Passwords.Cost.Hash(n.Password)
	if err != nil {
		return u, err
	}
	return u, s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		people, err := tx.CountUsers(ctx)
		if err != nil {
			return err
		}
		if people > 0 {
			return ErrClaimed
		}
		if u, err = s.add(ctx, tx, change{act: "person.joined", self: true}, n, store.RoleOwner, hash); err != nil {
			return err
		}
		return also(tx, u)
	})
}

// SetRole gives u another role, as the owner by wants; store.ErrLastOwner when nobody
// else would own the shop.
func (s *Service) SetRole(ctx context.Context, by int64, u store.User, role store.Role) error {
	if role == u.Role {
		return nil
	}
	c := change{act: "person.role_changed", by: by, letIn: true, detail: struct {
		After  store.Role `json:"after"`
		Before store.Role `json:"before"`
		Name   string     `json:"name"`
	}{role, u.Role, u.Name}}
	return s.change(ctx, u, c, func(tx *store.Tx) error { return tx.SetRole(ctx, u.ID, role) })
}

// Disable lets u sign in no more, as the owner by wants; errors as SetRole's.
func (s *Service) Disable(ctx context.Context, by int64, u store.User) error {
	return s.change(ctx, u, change{act: "person.disabled", by: by, detail: named{u.Name}}, func(tx *store.Tx) error {
		return tx.SetDisabled(ctx, u.ID, s.Now())
	})
}

// Enable lets u sign in again, as the owner by wants.
func (s *Service) Enable(ctx context.Context, by int64, u store.User) error {
	return s.change(ctx, u, change{act: "person.enabled", by: by, detail: named{u.Name}}, func(tx *store.Tx) error {
		return tx.SetDisabled(ctx, u.ID, time.Time{})
	})
}

// ChangePassword keeps the password that u has chosen anew, which ends what was set
// going with the old one, and returns u as they sign in with it.
func (s *Service) ChangePassword(ctx context.Context, u store.User, password string) (store.User, error) {
	hash, err := s.Passwords.Cost.Hash(password)
	if err != nil {
		return u, err
	}
	u.PasswordHash = hash
	return u, s.change(ctx, u, change{act: "person.password_changed", self: true, detail: named{u.Name}}, func(tx *store.Tx) error {
		return tx.SetPassword(ctx, u.ID, hash)
	})
}

// change is put in a Write of its own, for somebody who is known.
func (s *Service) change(ctx context.Context, u store.User, c change, write func(*store.Tx) error) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := s.put(ctx, tx, c, func() (store.User, error) { return u, write(tx) })
		return err
	})
}
