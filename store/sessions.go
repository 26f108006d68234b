package store

// Signed-in browsers.

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"time"
)

// Session is one signed-in browser; its cookie holds a token of which only
// the SHA-256 is kept.
type Session struct {
	TokenHash []byte
	UserID    int64  // 0 before anybody signed in
	Data      []byte // what gorilla/sessions keeps, encoded
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	Device    string // browser and system, in short
	Address   string
	TillID    int64 // on which it was opened by a PIN: it ends with that; 0 for none
}

// ID names a session on a page: the hash of a token opens nothing.
func (s Session) ID() string { return hex.EncodeToString(s.TokenHash) }

const sessionColumns = "token_hash, user_id, data, created_at, seen_at, expires_at, device, address"

func scanSession(r row) (s Session, err error) {
	err = r.Scan(&s.TokenHash, maybe(&s.UserID), &s.Data,
		timeColumn{&s.CreatedAt}, timeColumn{&s.SeenAt}, timeColumn{&s.ExpiresAt}, &s.Device, &s.Address)
	return s, err
}

// AddSession adds a session.
func (tx *Tx) AddSession(ctx context.Context, s Session) error {
	_, err := tx.savepoint.exec(ctx, `
		INSERT INTO sessions (token_hash, user_id, data, created_at, seen_at, expires_at, device, address, till_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.TokenHash, idOrNull(s.UserID), orEmpty(s.Data), millis(s.CreatedAt), millis(s.SeenAt), millis(s.ExpiresAt), s.Device, s.Address, idOrNull(s.TillID))
	if err != nil {
		return fmt.Errorf("add session: %w", err)
	}
	return nil
}

// UpdateSession keeps what a session holds; how long it is good does not
// change. ErrNotFound when it was ended: it does not come back.
func (tx *Tx) UpdateSession(ctx context.Context, tokenHash []byte, userID int64, data []byte) error {
	err := tx.change(ctx, "UPDATE sessions SET user_id = $1, data = $2 WHERE token_hash = $3",
		idOrNull(userID), orEmpty(data), tokenHash)
	if err != nil {
		return fmt.Errorf("update session: %w", err)
	}
	return nil
}

func orEmpty(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}

// Session returns a session that has not expired, or ErrNotFound.
func (r Reader) Session(ctx context.Context, tokenHash []byte) (Session, error) {
	s, err := one(ctx, r.rows, scanSession, `
		SELECT `+sessionColumns+` FROM sessions WHERE token_hash = $1 AND expires_at > $2`,
		tokenHash, millis(r.now()))
	if err != nil {
		return Session{}, fmt.Errorf("session: %w", err)
	}
	return s, nil
}

// TouchSession keeps when a session was seen and until when it is good now;
// ErrNotFound when it is gone.
func (tx *Tx) TouchSession(ctx context.Context, tokenHash []byte, seenAt, expiresAt time.Time) error {
	err := tx.change(ctx, "UPDATE sessions SET seen_at = $1, expires_at = $2 WHERE token_hash = $3",
		millis(seenAt), millis(expiresAt), tokenHash)
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// DeleteSession ends a session, which its watchers are told after the commit;
// ending one that is gone is fine.
func (tx *Tx) DeleteSession(ctx context.Context, tokenHash []byte) error {
	if _, err := tx.savepoint.exec(ctx, "DELETE FROM sessions WHERE token_hash = $1", tokenHash); err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	tx.ended = append(tx.ended, endedSessions{hash: string(tokenHash)})
	return nil
}

func scanTokenHash(r row) (hash []byte, err error) {
	err = r.Scan(&hash)
	return hash, err
}

// AllSessions is what EndSessions takes for an ID to end all.
const AllSessions = "all"

// EndSessions ends the session of a person that has an ID, or AllSessions but one,
// as they are now, and returns how many.
func (tx *Tx) EndSessions(ctx context.Context, userID int64, id string, but []byte) (ended int, err error) {
	hashes, err := many(ctx, tx.rows, scanTokenHash, "SELECT token_hash FROM sessions WHERE user_id = $1", userID)
	if err != nil {
		return 0, fmt.Errorf("sessions of user %d: %w", userID, err)
	}
	for _, hash := range hashes {
		if (Session{TokenHash: hash}).ID() != id && (id != AllSessions || bytes.Equal(hash, but)) {
			continue
		}
		if err := tx.DeleteSession(ctx, hash); err != nil {
			return 0, err
		}
		ended++
	}
	return ended, nil
}

// DeleteExpiredSessions removes the sessions that no browser can use any more.
// Nobody ended them, so their devices get notices on.
func (tx *Tx) DeleteExpiredSessions(ctx context.Context) error {
	if _, err := tx.savepoint.exec(ctx, `
		UPDATE push_subscriptions SET session_hash = $1
		WHERE session_hash IN (SELECT token_hash FROM sessions WHERE expires_at <= $2)`, lapsed, millis(tx.now())); err != nil {
		return fmt.Errorf("part devices from expired sessions: %w", err)
	}
	if _, err := tx.savepoint.exec(ctx, "DELETE FROM sessions WHERE expires_at <= $1", millis(tx.now())); err != nil {
		return fmt.Errorf("delete expired sessions: %w", err)
	}
	return nil
}

// SessionsOfUser returns where a person is signed in, the last used first, the
// first 50.
func (r Reader) SessionsOfUser(ctx context.Context, userID int64) ([]Session, error) {
	found, err := many(ctx, r.rows, scanSession, `
		SELECT `+sessionColumns+` FROM sessions WHERE user_id = $1 AND expires_at > $2
		ORDER BY seen_at DESC LIMIT $3`, userID, millis(r.now()), defaultPage)
	if err != nil {
		return nil, fmt.Errorf("sessions of user %d: %w", userID, err)
	}
	return found, nil
}

// LastSeen returns when each person was last seen, of those who are signed in.
func (r Reader) LastSeen(ctx context.Context) (map[int64]time.Time, error) {
	seen := map[int64]time.Time{}
	err := r.rows.query(ctx, func(r row) error {
		var id int64
		var at time.Time
		err := r.Scan(&id, timeColumn{&at})
		seen[id] = at
		return err
	}, "SELECT user_id, MAX(seen_at) FROM sessions WHERE user_id IS NOT NULL AND expires_at > $1 GROUP BY user_id", millis(r.now()))
	if err != nil {
		return nil, fmt.Errorf("last seen: %w", err)
	}
	return seen, nil
}

// lapsed stands for the session of a device whose own has lapsed.
var lapsed = []byte("lapsed")

// DeleteSessionsOfUser signs a user out everywhere, which is told as
// DeleteSession's; all her devices rest.
func (tx *Tx) DeleteSessionsOfUser(ctx context.Context, userID int64) error {
	if _, err := tx.savepoint.exec(ctx, "DELETE FROM sessions WHERE user_id = $1", userID); err != nil {
		return fmt.Errorf("delete the sessions of user %d: %w", userID, err)
	}
	tx.ended = append(tx.ended, endedSessions{user: userID})
	return tx.RestPushSubscriptions(ctx, userID, nil)
}
