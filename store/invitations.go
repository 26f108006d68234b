package store

// One-time links: they let somebody new in, or give somebody a new password.

import (
	"context"
	"fmt"
	"time"
)

// Invitation is a one-time link; only the SHA-256 of its token is kept.
type Invitation struct {
	ID        int64
	TokenHash []byte
	Name      string
	Role      Role
	UserID    int64 // whose password it sets anew; 0 for somebody new
	CreatedBy int64
	CreatedAt time.Time
	ExpiresAt time.Time
}

const invitationColumns = "id, token_hash, name, role, user_id, created_by, created_at, expires_at"

func scanInvitation(r row) (i Invitation, err error) {
	err = r.Scan(&i.ID, &i.TokenHash, &i.Name, &i.Role, maybe(&i.UserID), &i.CreatedBy, timeColumn{&i.CreatedAt}, timeColumn{&i.ExpiresAt})
	return i, err
}

// AddInvitation adds a link and returns it with its ID.
func (tx *Tx) AddInvitation(ctx context.Context, i Invitation) (Invitation, error) {
	added, err := one(ctx, tx.rows, scanInvitation, `
		INSERT INTO invitations (token_hash, name, role, user_id, created_by, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING `+invitationColumns,
		i.TokenHash, i.Name, i.Role, idOrNull(i.UserID), i.CreatedBy, millis(i.CreatedAt), millis(i.ExpiresAt))
	if err != nil {
		return Invitation{}, fmt.Errorf("add invitation: %w", err)
	}
	return added, nil
}

// Invitation returns the link of a token while it is good, or ErrNotFound.
func (r Reader) Invitation(ctx context.Context, tokenHash []byte) (Invitation, error) {
	i, err := one(ctx, r.rows, scanInvitation,
		"SELECT "+invitationColumns+" FROM invitations WHERE token_hash = $1 AND ended_at = 0 AND expires_at > $2", tokenHash, millis(r.now()))
	if err != nil {
		return Invitation{}, fmt.Errorf("invitation: %w", err)
	}
	return i, nil
}

// Invitations returns the links that are good, the newest first, the first 50.
func (r Reader) Invitations(ctx context.Context) ([]Invitation, error) {
	found, err := many(ctx, r.rows, scanInvitation,
		"SELECT "+invitationColumns+" FROM invitations WHERE ended_at = 0 AND expires_at > $1 ORDER BY id DESC LIMIT $2", millis(r.now()), defaultPage)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return found, nil
}

// EndInvitation makes a link good for nothing, used or taken back; ErrNotFound
// when it is so already: of two who use it at once, one is first.
func (tx *Tx) EndInvitation(ctx context.Context, id int64) error {
	now := millis(tx.now())
	if err := tx.change(ctx, "UPDATE invitations SET ended_at = $1 WHERE id = $2 AND ended_at = 0 AND expires_at > $1", now, id); err != nil {
		return fmt.Errorf("end invitation %d: %w", id, err)
	}
	return nil
}

// EndInvitationsOf ends the links that would give a person a new password.
func (tx *Tx) EndInvitationsOf(ctx context.Context, userID int64) error {
	if _, err := tx.savepoint.exec(ctx, "UPDATE invitations SET ended_at = $1 WHERE user_id = $2 AND ended_at = 0", millis(tx.now()), userID); err != nil {
		return fmt.Errorf("end the invitations of user %d: %w", userID, err)
	}
	return nil
}
