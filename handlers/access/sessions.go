package access

// Sessions: a browser's token opens one, of which the book keeps only the SHA-256, so
// that neither a stolen database nor a forged cookie opens any, and ending one takes
// effect at once.

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"comptoir/store"
)

// How long a session lives: until it was not used for a while, and never longer than a
// week. sessionTouch is how stale its last use may be in the book: a page view is not
// worth a write to the disk.
const (
	SessionIdle     = 12 * time.Hour
	SessionAbsolute = 7 * 24 * time.Hour
	sessionTouch    = 5 * time.Minute
)

// NewSession is a session that begins now, as the book keeps it.
func NewSession(token string, user int64, now time.Time) store.Session {
	return store.Session{TokenHash: HashToken(token), UserID: user, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(SessionIdle)}
}

// Prolonged is until when a session lives that is used now; isDue says that it is worth
// writing down.
func Prolonged(kept store.Session, now time.Time) (until time.Time, isDue bool) {
	until = now.Add(SessionIdle)
	if last := kept.CreatedAt.Add(SessionAbsolute); last.Before(until) {
		until = last
	}
	return until, now.Sub(kept.SeenAt) >= sessionTouch
}

// Stands reports ErrSignInOver unless a person is as he was when he proved who he is.
func Stands(ctx context.Context, tx *store.Tx, proved store.User) error {
	now, err := tx.User(ctx, proved.ID)
	if err == nil && (!now.Active() || now.PasswordHash != proved.PasswordHash || now.HasTOTP != proved.HasTOTP) {
		err = ErrSignInOver
	}
	return err
}

// Settle is what belongs to the opening of a session: the person takes over the language
// that was chosen before, where one was; sessions that have ended are swept out; the till
// whose token is given forgets wrong PINs; and the audit log has it.
func (s *Service) Settle(ctx context.Context, tx *store.Tx, u store.User, language, till string) error {
	if language != "" && language != u.Locale {
		if err := tx.SetLocale(ctx, u.ID, language); err != nil {
			return err
		}
	}
	if err := tx.DeleteExpiredSessions(ctx); err != nil {
		return err
	}
	if till != "" {
		if err := tx.ForgiveTill(ctx, HashToken(till), s.Now()); err != nil {
			return err
		}
	}
	return s.audit(ctx, tx, entry{u.ID, "session.opened", "person", u.ID, named{u.Name}})
}

// TokenBytes is how long a token is, before it is written in base64.
const TokenBytes = 32

// NewToken is a new random token, for an address or a cookie.
func NewToken(random io.Reader) (string, error) {
	b := make([]byte, TokenBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// HashToken is what the book keeps of a token.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// EndSessions ends the session of u's that which names, or with store.AllSessions all but
// the one whose hash is given, as by wants.
func (s *Service) EndSessions(ctx context.Context, by int64, u store.User, which string, but []byte) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return s.endSessions(ctx, tx, by, u, which, but) })
}

func (s *Service) endSessions(ctx context.Context, tx *store.Tx, by int64, u store.User, which string, but []byte) error {
	ended, err := tx.EndSessions(ctx, u.ID, which, but)
	if err != nil {
		return err
	}
	if which == store.AllSessions { // those whose session has lapsed too
		if err := tx.RestPushSubscriptions(ctx, u.ID, but); err != nil {
			return err
		}
	}
	if ended == 0 {
		return nil
	}
	return s.audit(ctx, tx, entry{by, "session.ended", "person", u.ID, map[string]any{"name": u.Name, "sessions": ended}})
}
