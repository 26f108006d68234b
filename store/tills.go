package store

// Tills: devices on which cashiers take turns by a PIN.

import (
	"context"
	"fmt"
	"time"
)

// Till is a trusted device; its cookie holds a token of which only the SHA-256
// is kept.
type Till struct {
	ID        int64
	TokenHash []byte
	Name      string
	TrustedBy int64
	CreatedAt time.Time
	UsedAt    time.Time // by a PIN; zero for never
	Failures  int       // wrong PINs in a row
}

const tillColumns = "id, token_hash, name, trusted_by, created_at, used_at, failures"

func scanTill(r row) (t Till, err error) {
	err = r.Scan(&t.ID, &t.TokenHash, &t.Name, &t.TrustedBy, timeColumn{&t.CreatedAt}, timeColumn{&t.UsedAt}, &t.Failures)
	return t, err
}

// AddTill adds a device and returns it with its ID.
func (tx *Tx) AddTill(ctx context.Context, t Till) (Till, error) {
	added, err := one(ctx, tx.rows, scanTill, `
		INSERT INTO tills (token_hash, name, trusted_by, created_at) VALUES ($1, $2, $3, $4) RETURNING `+tillColumns,
		t.TokenHash, t.Name, t.TrustedBy, millis(t.CreatedAt))
	if err != nil {
		return Till{}, fmt.Errorf("add till: %w", err)
	}
	return added, nil
}

// Till returns the device of a token, or ErrNotFound.
func (r Reader) Till(ctx context.Context, tokenHash []byte) (Till, error) {
	t, err := one(ctx, r.rows, scanTill, "SELECT "+tillColumns+" FROM tills WHERE token_hash = $1", tokenHash)
	if err != nil {
		return Till{}, fmt.Errorf("till: %w", err)
	}
	return t, nil
}

// Tills returns the devices, the newest first, the first 50.
func (r Reader) Tills(ctx context.Context) ([]Till, error) {
	found, err := many(ctx, r.rows, scanTill, "SELECT "+tillColumns+" FROM tills ORDER BY id DESC LIMIT $1", defaultPage)
	if err != nil {
		return nil, fmt.Errorf("list tills: %w", err)
	}
	return found, nil
}

// DeleteTill trusts a device no more; ErrNotFound when it is none.
func (tx *Tx) DeleteTill(ctx context.Context, id int64) error {
	if err := tx.change(ctx, "DELETE FROM tills WHERE id = $1", id); err != nil {
		return fmt.Errorf("delete till %d: %w", id, err)
	}
	return tx.endTillSessions(ctx)
}

// EndPINSessions ends the sessions that a PIN of a person's opened, but one.
func (tx *Tx) EndPINSessions(ctx context.Context, userID int64, but []byte) error {
	hashes, err := many(ctx, tx.rows, scanTokenHash, "SELECT token_hash FROM sessions WHERE user_id = $1 AND till_id IS NOT NULL AND token_hash <> $2", userID, orEmpty(but))
	if err != nil {
		return fmt.Errorf("sessions of the PIN of user %d: %w", userID, err)
	}
	return tx.deleteSessions(ctx, hashes)
}

// endTillSessions ends the sessions that a PIN opened on a device that is no till.
func (tx *Tx) endTillSessions(ctx context.Context) error {
	hashes, err := many(ctx, tx.rows, scanTokenHash, "SELECT token_hash FROM sessions WHERE till_id IS NOT NULL AND till_id NOT IN (SELECT id FROM tills)")
	if err != nil {
		return fmt.Errorf("sessions of tills: %w", err)
	}
	return tx.deleteSessions(ctx, hashes)
}

func (tx *Tx) deleteSessions(ctx context.Context, hashes [][]byte) error {
	for _, hash := range hashes {
		if err := tx.DeleteSession(ctx, hash); err != nil {
			return err
		}
	}
	return nil
}

// CountTillFailure counts a PIN before it is looked at: many at once are many.
// ErrNotFound when there were most in a row already, or the device is none.
func (tx *Tx) CountTillFailure(ctx context.Context, id int64, most int) error {
	if err := tx.change(ctx, "UPDATE tills SET failures = failures + 1 WHERE id = $1 AND failures < $2", id, most); err != nil {
		return fmt.Errorf("count a PIN on till %d: %w", id, err)
	}
	return nil
}

// UncountTillFailure takes back a PIN that was counted, and that nobody has looked at.
func (tx *Tx) UncountTillFailure(ctx context.Context, id int64) error {
	if _, err := tx.savepoint.exec(ctx, "UPDATE tills SET failures = failures - 1 WHERE id = $1 AND failures > 0", id); err != nil {
		return fmt.Errorf("take a PIN on till %d back: %w", id, err)
	}
	return nil
}

// ForgiveTill forgets a device's wrong PINs, after a right PIN or a password.
func (tx *Tx) ForgiveTill(ctx context.Context, tokenHash []byte, at time.Time) error {
	if _, err := tx.savepoint.exec(ctx, "UPDATE tills SET failures = 0, used_at = $1 WHERE token_hash = $2", millis(at), tokenHash); err != nil {
		return fmt.Errorf("forgive a till: %w", err)
	}
	return nil
}

// SetPIN keeps a person's PIN's hash; an empty one takes the PIN away.
func (tx *Tx) SetPIN(ctx context.Context, userID int64, hash string) error {
	if err := tx.change(ctx, "UPDATE users SET pin_hash = $1 WHERE id = $2", hash, userID); err != nil {
		return fmt.Errorf("set PIN of user %d: %w", userID, err)
	}
	return nil
}

// PINHash returns a person's PIN's hash; empty for none.
func (r Reader) PINHash(ctx context.Context, userID int64) (string, error) {
	hash, err := one(ctx, r.rows, func(r row) (hash string, err error) {
		err = r.Scan(&hash)
		return hash, err
	}, "SELECT pin_hash FROM users WHERE id = $1", userID)
	if err != nil {
		return "", fmt.Errorf("PIN of user %d: %w", userID, err)
	}
	return hash, nil
}

// PINHolders returns the cashiers who may sign in by a PIN, by their names.
func (r Reader) PINHolders(ctx context.Context) ([]User, error) {
	found, err := many(ctx, r.rows, scanUser, `
		SELECT `+userColumns+` FROM users
		WHERE role = 'cashier' AND pin_hash <> '' AND disabled_at = 0 ORDER BY name_key LIMIT $1`, defaultPage)
	if err != nil {
		return nil, fmt.Errorf("list PIN holders: %w", err)
	}
	return found, nil
}
