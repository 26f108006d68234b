package store

// Notices by web push: the shop's key pair, and the devices that want notices.

import (
	"context"
	"fmt"
	"time"
)

// PushResult is what became of the last notice to a device, as the last part of a
// locale key.
type PushResult string

// The results.
const (
	PushNever       PushResult = ""
	PushSent        PushResult = "sent"
	PushRefused     PushResult = "refused" // the push service said no
	PushUnreachable PushResult = "unreachable"
)

// PushSubscription is a device that wants notices; its endpoint and keys are the
// browser's.
type PushSubscription struct {
	ID          int64
	UserID      int64
	Endpoint    string
	P256dh      string
	Auth        string
	Device      string
	SessionHash []byte
	CreatedAt   time.Time
	LastAt      time.Time
	LastResult  PushResult
	Resting     bool   // it is told nothing: its person was signed out there, or its service refused too often
	Person      string // whose device it is
	Locale      string // of that person
}

// mostDevices is how many devices of one person get notices: the newest.
const mostDevices = 10

// mostRefusals is how often in a row a push service may refuse before a device
// rests.
const mostRefusals = 5

const pushColumns = `push_subscriptions.id, push_subscriptions.user_id, push_subscriptions.endpoint, push_subscriptions.p256dh,
	push_subscriptions.auth, push_subscriptions.device, push_subscriptions.session_hash, push_subscriptions.created_at,
	push_subscriptions.last_at, push_subscriptions.last_result, push_subscriptions.resting, users.name, users.locale`

func scanPush(r row) (p PushSubscription, err error) {
	err = r.Scan(&p.ID, &p.UserID, &p.Endpoint, &p.P256dh, &p.Auth, &p.Device, &p.SessionHash, timeColumn{&p.CreatedAt}, timeColumn{&p.LastAt}, &p.LastResult, &p.Resting, &p.Person, &p.Locale)
	return p, err
}

// AddPushSubscription keeps a device; one that is there belongs to who asks now.
func (tx *Tx) AddPushSubscription(ctx context.Context, p PushSubscription) error {
	if _, err := tx.savepoint.exec(ctx, `
		INSERT INTO push_subscriptions (user_id, endpoint, p256dh, auth, device, session_hash, created_at, last_at, last_result)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '')
		ON CONFLICT (endpoint) DO UPDATE SET user_id = $1, p256dh = $3, auth = $4, device = $5, session_hash = $6, resting = 0, refusals = 0`,
		p.UserID, p.Endpoint, p.P256dh, p.Auth, p.Device, p.SessionHash, millis(p.CreatedAt)); err != nil {
		return fmt.Errorf("add push subscription: %w", err)
	}
	if _, err := tx.savepoint.exec(ctx, `
		DELETE FROM push_subscriptions WHERE user_id = $1 AND id NOT IN (
			SELECT id FROM push_subscriptions WHERE user_id = $1 ORDER BY id DESC LIMIT $2)`, p.UserID, mostDevices); err != nil {
		return fmt.Errorf("drop old push subscriptions: %w", err)
	}
	return nil
}

// PushSubscriptions returns a person's devices, the newest first.
func (r Reader) PushSubscriptions(ctx context.Context, userID int64) ([]PushSubscription, error) {
	found, err := many(ctx, r.rows, scanPush, `
		SELECT `+pushColumns+` FROM push_subscriptions JOIN users ON users.id = push_subscriptions.user_id
		WHERE push_subscriptions.user_id = $1 ORDER BY push_subscriptions.id DESC LIMIT $2`, userID, mostDevices)
	if err != nil {
		return nil, fmt.Errorf("push subscriptions of user %d: %w", userID, err)
	}
	return found, nil
}

// PushSubscriptionAt returns a person's device by its endpoint, or ErrNotFound.
func (r Reader) PushSubscriptionAt(ctx context.Context, endpoint string, userID int64) (PushSubscription, error) {
	p, err := one(ctx, r.rows, scanPush, `
		SELECT `+pushColumns+` FROM push_subscriptions JOIN users ON users.id = push_subscriptions.user_id
		WHERE push_subscriptions.endpoint = $1 AND push_subscriptions.user_id = $2`, endpoint, userID)
	if err != nil {
		return p, fmt.Errorf("push subscription: %w", err)
	}
	return p, nil
}

// PushDevices returns everybody's devices, the last told first, the first 500.
func (r Reader) PushDevices(ctx context.Context) ([]PushSubscription, error) {
	found, err := many(ctx, r.rows, scanPush, `
		SELECT `+pushColumns+` FROM push_subscriptions JOIN users ON users.id = push_subscriptions.user_id
		ORDER BY push_subscriptions.last_at DESC, push_subscriptions.id DESC LIMIT $1`, longestPage)
	if err != nil {
		return nil, fmt.Errorf("push devices: %w", err)
	}
	return found, nil
}

// PushTargets returns the devices of everybody who may sign in, but for those
// that rest: the first 500.
func (r Reader) PushTargets(ctx context.Context) ([]PushSubscription, error) {
	found, err := many(ctx, r.rows, scanPush, `
		SELECT `+pushColumns+` FROM users JOIN push_subscriptions ON push_subscriptions.user_id = users.id
		WHERE users.disabled_at = 0 AND push_subscriptions.resting = 0 ORDER BY push_subscriptions.id LIMIT $1`, longestPage)
	if err != nil {
		return nil, fmt.Errorf("push targets: %w", err)
	}
	return found, nil
}

// SetPushResult keeps what became of a notice. A device that is refused
// mostRefusals times in a row rests.
func (tx *Tx) SetPushResult(ctx context.Context, id int64, result PushResult, at time.Time) error {
	err := tx.change(ctx, `
		UPDATE push_subscriptions SET last_result = $1, last_at = $2,
			refusals = CASE $1 WHEN 'refused' THEN refusals + 1 WHEN 'sent' THEN 0 ELSE refusals END,
			resting = CASE WHEN $1 = 'refused' AND refusals + 1 >= $3 THEN 1 ELSE resting END
		WHERE id = $4`, result, millis(at), mostRefusals, id)
	if err != nil {
		return fmt.Errorf("push result of %d: %w", id, err)
	}
	return nil
}

// WakePushSubscription has a device of a person told again, as she is signed in
// there now; ErrNotFound when it is none of hers.
func (tx *Tx) WakePushSubscription(ctx context.Context, id, userID int64, sessionHash []byte) error {
	err := tx.change(ctx, "UPDATE push_subscriptions SET session_hash = $1, resting = 0, refusals = 0 WHERE id = $2 AND user_id = $3", sessionHash, id, userID)
	if err != nil {
		return fmt.Errorf("wake push subscription %d: %w", id, err)
	}
	return nil
}

// RestPushSubscriptions has all devices of a person rest, but for the one of a
// session; nil means none.
func (tx *Tx) RestPushSubscriptions(ctx context.Context, userID int64, but []byte) error {
	_, err := tx.savepoint.exec(ctx, "UPDATE push_subscriptions SET resting = 1 WHERE user_id = $1 AND session_hash <> $2", userID, orEmpty(but))
	if err != nil {
		return fmt.Errorf("rest the push subscriptions of user %d: %w", userID, err)
	}
	return nil
}

// DeletePushSubscription forgets a device of a person; ErrNotFound when it is
// none of hers.
func (tx *Tx) DeletePushSubscription(ctx context.Context, id, userID int64) error {
	if err := tx.change(ctx, "DELETE FROM push_subscriptions WHERE id = $1 AND user_id = $2", id, userID); err != nil {
		return fmt.Errorf("delete push subscription %d: %w", id, err)
	}
	return nil
}

// PushKeys are the pair that signs the shop's notices (VAPID), as base64url.
type PushKeys struct{ Public, Private string }

const sealedPush = "push keys"

// PushKeys returns the pair, or ErrNotFound before it was made; ErrSealed when
// the key file is another.
func (s *Store) PushKeys(ctx context.Context) (PushKeys, error) {
	var sealed []byte
	keys, err := one(ctx, s.rows, func(r row) (k PushKeys, err error) {
		err = r.Scan(&k.Public, &sealed)
		return k, err
	}, "SELECT public_key, sealed FROM push_keys WHERE id = 1")
	if err == nil {
		var plain []byte
		plain, err = s.Keys.Unseal(sealedPush, sealed)
		keys.Private = string(plain)
	}
	if err != nil {
		return PushKeys{}, fmt.Errorf("push keys: %w", err)
	}
	return keys, nil
}

// AddPushKeys keeps a pair; the first one stays.
func (s *Store) AddPushKeys(ctx context.Context, k PushKeys, at time.Time) error {
	return s.Write(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.savepoint.exec(ctx, `
			INSERT INTO push_keys (id, public_key, sealed, created_at) VALUES (1, $1, $2, $3) ON CONFLICT (id) DO NOTHING`,
			k.Public, s.Keys.Seal(sealedPush, []byte(k.Private)), millis(at))
		if err != nil {
			return fmt.Errorf("add push keys: %w", err)
		}
		return nil
	})
}
