package store

// Passkeys: the public halves, as the authenticators gave them.

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Passkey is one authenticator of a person. Data is its credential as the
// handlers read it: a public key, no secret.
type Passkey struct {
	ID           int64
	UserID       int64
	CredentialID []byte
	Data         json.RawMessage
	Name         string
	CreatedAt    time.Time
	UsedAt       time.Time // zero for never
}

const passkeyColumns = "id, user_id, credential_id, data, name, created_at, used_at" //nolint:gosec // names of columns

func scanPasskey(r row) (p Passkey, err error) {
	err = r.Scan(&p.ID, &p.UserID, &p.CredentialID, (*[]byte)(&p.Data), &p.Name, timeColumn{&p.CreatedAt}, timeColumn{&p.UsedAt})
	return p, err
}

// AddPasskey keeps a new one; ErrDuplicate when the authenticator is known.
func (tx *Tx) AddPasskey(ctx context.Context, p Passkey) error {
	_, err := tx.savepoint.exec(ctx, `
		INSERT INTO passkeys (user_id, credential_id, data, name, created_at) VALUES ($1, $2, $3, $4, $5)`,
		p.UserID, p.CredentialID, []byte(p.Data), p.Name, millis(p.CreatedAt))
	if isTaken(err) {
		err = ErrDuplicate
	}
	if err != nil {
		return fmt.Errorf("add passkey: %w", err)
	}
	return nil
}

// Passkeys returns a person's, the oldest first, the first 50.
func (r Reader) Passkeys(ctx context.Context, userID int64) ([]Passkey, error) {
	found, err := many(ctx, r.rows, scanPasskey,
		"SELECT "+passkeyColumns+" FROM passkeys WHERE user_id = $1 ORDER BY id LIMIT $2", userID, defaultPage)
	if err != nil {
		return nil, fmt.Errorf("passkeys of user %d: %w", userID, err)
	}
	return found, nil
}

// Passkey returns the one of an authenticator, or ErrNotFound.
func (r Reader) Passkey(ctx context.Context, credentialID []byte) (Passkey, error) {
	p, err := one(ctx, r.rows, scanPasskey, "SELECT "+passkeyColumns+" FROM passkeys WHERE credential_id = $1", credentialID)
	if err != nil {
		return Passkey{}, fmt.Errorf("passkey: %w", err)
	}
	return p, nil
}

// UsePasskey keeps what an authenticator said when it signed somebody in.
func (tx *Tx) UsePasskey(ctx context.Context, id int64, data json.RawMessage, at time.Time) error {
	if err := tx.change(ctx, "UPDATE passkeys SET data = $1, used_at = $2 WHERE id = $3", []byte(data), millis(at), id); err != nil {
		return fmt.Errorf("use passkey %d: %w", id, err)
	}
	return nil
}

// DeletePasskey takes one of a person's away; ErrNotFound when it is not his.
func (tx *Tx) DeletePasskey(ctx context.Context, userID, id int64) error {
	if err := tx.change(ctx, "DELETE FROM passkeys WHERE id = $1 AND user_id = $2", id, userID); err != nil {
		return fmt.Errorf("delete passkey %d: %w", id, err)
	}
	return nil
}

// DeletePasskeysOf takes all of a person's away.
func (tx *Tx) DeletePasskeysOf(ctx context.Context, userID int64) error {
	if _, err := tx.savepoint.exec(ctx, "DELETE FROM passkeys WHERE user_id = $1", userID); err != nil {
		return fmt.Errorf("delete the passkeys of user %d: %w", userID, err)
	}
	return nil
}
