// Package access decides who may come in, and as what: people, their passwords and
// second factors, and what is guessed at them. It knows the book and no HTTP; the
// screens and the commands ask it.
package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"comptoir/store"
)

// Config is what access stands on.
type Config struct {
	Store   *store.Store
	Log     *slog.Logger
	Now     func() time.Time
	Guesses *Guesses     // of the product, whatever its settings become
	Cost    PasswordCost // from TunedPasswords; zero: the least
	URL     string       // the product's address, by which authenticators know it
	Shop    string       // its name there
}

// Service lets people in.
type Service struct {
	Config
	Passwords *Passwords
	party     *webauthn.WebAuthn // for passkeys; nil where there can be none
}

// New returns the access to a shop.
func New(c Config) *Service {
	return &Service{c, newPasswords(c.Cost), relyingParty(c.URL, c.Shop)}
}

// Why nobody is let in.
var (
	ErrWrong = errors.New("the secret does not fit")
	// ErrSignInOver says that somebody changed what a sign-in had been proved by,
	// before it came to its end.
	ErrSignInOver = errors.New("the sign-in is over")
)

// WaitError says that a secret was guessed at too often: nothing was looked at.
type WaitError struct{ For time.Duration }

func (e *WaitError) Error() string { return fmt.Sprintf("guessed at too often: %v to wait", e.For) }

// take counts guesses before they are looked at.
func (s *Service) take(by ...Guess) error {
	if wait := s.Guesses.Take(s.Now(), by...); wait > 0 {
		return &WaitError{wait}
	}
	return nil
}

// keepWrong has counts outlive the process. They stand in memory already: a disk
// that fails lets nobody guess on.
func (s *Service) keepWrong(ctx context.Context, by ...Guess) {
	for _, b := range by {
		if err := s.Guesses.wrong(store.WithoutSession(ctx), b); err != nil {
			s.Log.WarnContext(ctx, "a wrong guess is not kept", "error", err)
		}
	}
}

// ForgetRight forgets the guesses that led to what fits. They are forgotten in memory
// already: a disk that fails keeps nobody out.
func (s *Service) ForgetRight(ctx context.Context, by ...Guess) {
	if err := s.Guesses.Right(store.WithoutSession(ctx), by...); err != nil {
		s.Log.WarnContext(ctx, "the guesses before a right one are not forgotten", "error", err)
	}
}

// entry is an act for the audit log.
type entry struct {
	by      int64 // 0: nobody who is signed in
	act     string
	subject string
	id      int64
	detail  any
}

// audit writes an act into the log, in the Write of the act.
func (s *Service) audit(ctx context.Context, tx *store.Tx, e entry) error {
	raw, err := json.Marshal(e.detail)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.act, err)
	}
	return tx.AddAudit(ctx, store.AuditEntry{At: s.Now(), UserID: e.by, Act: e.act, Subject: e.subject, SubjectID: e.id, Detail: raw})
}

// named is whom an act is of; empty for a name that nobody has, which may be a
// password in the wrong field.
type named struct {
	Name string `json:"name"`
}
