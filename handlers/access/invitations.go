package access

// One-time links: somebody new chooses a password, or somebody known a new one.

import (
	"context"
	"crypto/rand"
	"time"

	"comptoir/store"
)

// InvitationLife is how long a one-time link is good.
const InvitationLife = 48 * time.Hour

// Invite makes a one-time link that lets somebody new in, as the owner by wants, and
// returns its token: only its hash is kept.
func (s *Service) Invite(ctx context.Context, by int64, name string, role store.Role) (store.Invitation, string, error) {
	return s.invite(ctx, "person.invited", store.Invitation{Name: name, Role: role, CreatedBy: by})
}

// InviteAnew is Invite to a new password for somebody who is known; the links before
// are good for nothing.
func (s *Service) InviteAnew(ctx context.Context, by int64, u store.User) (store.Invitation, string, error) {
	return s.invite(ctx, "person.reset", store.Invitation{Name: u.Name, Role: u.Role, UserID: u.ID, CreatedBy: by})
}

func (s *Service) invite(ctx context.Context, act string, i store.Invitation) (store.Invitation, string, error) {
	token, err := NewToken(rand.Reader)
	if err != nil {
		return i, "", err
	}
	i.TokenHash, i.CreatedAt, i.ExpiresAt = HashToken(token), s.Now(), s.Now().Add(InvitationLife)
	err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if i.UserID != 0 {
			if err := tx.EndInvitationsOf(ctx, i.UserID); err != nil {
				return err
			}
		}
		if i, err = tx.AddInvitation(ctx, i); err != nil {
			return err
		}
		return s.audit(ctx, tx, entry{i.CreatedBy, act, "person", i.UserID, asRole{i.Name, i.Role}})
	})
	return i, token, err
}

// Revoke takes a link back, as the owner by wants; store.ErrNotFound when it is good
// for nothing already.
func (s *Service) Revoke(ctx context.Context, by, id int64) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.EndInvitation(ctx, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, entry{by, "person.invitation_revoked", "invitation", id, nil})
	})
}

// Invitation is what a link's token stands for; store.ErrNotFound for one that is
// unknown, used, taken back or too old, which is nobody's business to tell apart.
func (s *Service) Invitation(ctx context.Context, token string) (store.Invitation, error) {
	return s.Store.Invitation(ctx, HashToken(token))
}

// Join uses a link up with the password that was chosen, and returns who it lets in;
// store.ErrNotFound when it is good for nothing any more, store.ErrTaken when somebody
// has the name meanwhile. A link is worth what its maker is when it is used.
func (s *Service) Join(ctx context.Context, i store.Invitation, password, locale string) (u store.User, err error) {
	hash, err := s.Passwords.Cost.Hash(password)
	if err != nil {
		return u, err
	}
	return u, s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.EndInvitation(ctx, i.ID); err != nil {
			return err
		}
		maker, err := tx.User(ctx, i.CreatedBy)
		if err != nil {
			return err
		}
		if !maker.Active() || !maker.Role.Owns() {
			return store.ErrNotFound
		}
		if i.UserID == 0 {
			u, err = s.add(ctx, tx, change{act: "person.joined", self: true}, Newcomer{Name: i.Name, Locale: locale}, i.Role, hash)
			return err
		}
		if u, err = tx.User(ctx, i.UserID); err != nil {
			return err
		}
		if !u.Active() {
			return store.ErrNotFound
		}
		u, err = s.givePassword(ctx, tx, change{act: "person.password_changed", self: true}, u, hash)
		return err
	})
}

// givePassword gives u a password that comes from somebody else.
func (s *Service) givePassword(ctx context.Context, tx *store.Tx, c change, u store.User, hash string) (store.User, error) {
	c.letIn, c.detail = true, named{u.Name}
	return s.put(ctx, tx, c, func() (store.User, error) {
		u.PasswordHash = hash
		return u, tx.GivePassword(ctx, u.ID, hash)
	})
}
