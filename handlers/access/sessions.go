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

	"comptoir/store"
)

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
