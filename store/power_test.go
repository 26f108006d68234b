package store

// A Write for a signed-in person is one while his session is open.

import (
	"errors"
	"testing"
	"time"
)

func TestWrite_ForASessionThatHasEnded_KeepsNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	u, other := addUser(t, s, "Awa"), addUser(t, s, "Brice")
	session := Session{TokenHash: []byte("hash"), UserID: u.ID, CreatedAt: noon, SeenAt: noon, ExpiresAt: s.now().Add(time.Hour)}
	write(t, s, func(tx *Tx) error { return tx.AddSession(t.Context(), session) })
	ctx := WithSession(t.Context(), session)
	ran := 0
	act := func(tx *Tx) error { ran++; return tx.SetLocale(ctx, u.ID, "en") }
	mustBe(t, s.Write(ctx, of(act)), nil)
	mustBe(t, s.Write(WithSession(t.Context(), Session{TokenHash: session.TokenHash, UserID: other.ID}), of(act)), ErrSessionOver)
	mustBe(t, s.Write(WithSession(t.Context(), Session{TokenHash: []byte("none"), UserID: u.ID}), of(act)), ErrSessionOver)
	write(t, s, func(tx *Tx) error { return tx.DeleteSessionsOfUser(t.Context(), u.ID) })
	if err := s.Write(ctx, of(act)); !errors.Is(err, ErrSessionOver) || ran != 1 {
		t.Fatalf("%v after %d", err, ran)
	}
	mustBe(t, s.Write(WithoutSession(ctx), of(act)), nil) // the outcome of what had left
}
