package access

// The second factor: a code from an authenticator (TOTP), or a recovery code.

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"comptoir/store"
)

// What an authenticator and a person are given.
const (
	TOTPPeriod = 30 // seconds for which a code is good
	Recoveries = 10 // recovery codes, of which each opens once

	totpSkew = 1 // periods by which a phone's clock may be off
)

// sealedSetup seals a secret that is being set up: the session's row lies in the
// book, and in its log, in the clear.
const sealedSetup = "totp set-up"

// NewTOTP is a new secret of a person's for an authenticator, and the same as a
// session keeps it. It is nothing until a code of it is shown.
func (s *Service) NewTOTP(shop string, u store.User) (secret, sealed string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: shop, AccountName: u.Name, Period: TOTPPeriod})
	if err != nil {
		return "", "", fmt.Errorf("new second factor: %w", err)
	}
	return key.Secret(), string(s.Store.Keys.Seal(sealedSetup, []byte(key.Secret()))), nil
}

// TOTPSecret is the secret that a session keeps; empty for none.
func (s *Service) TOTPSecret(sealed string) string {
	secret, err := s.Store.Keys.Unseal(sealedSetup, []byte(sealed))
	if err != nil {
		return ""
	}
	return string(secret)
}

// TOTPStep is the step of a code that is typed to show that an authenticator has the
// secret; ErrWrong when it is none of it.
func (s *Service) TOTPStep(secret, code string) (step int64, err error) {
	step, fits, err := stepOf(secret, TypedCode(code), s.Now())
	if err == nil && !fits {
		err = ErrWrong
	}
	return step, err
}

// TurnTOTPOn begins to ask for codes of a secret after the one of a step, ends the
// sessions that were opened without it but the one whose hash is given, and returns
// the recovery codes: only their hashes are kept.
func (s *Service) TurnTOTPOn(ctx context.Context, u store.User, secret string, step int64, but []byte) (codes []string, err error) {
	codes = newRecoveryCodes()
	return codes, s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.SetTOTP(ctx, u.ID, secret); err != nil {
			return err
		}
		if err := tx.UseTOTPStep(ctx, u.ID, step); err != nil {
			return err
		}
		if err := tx.SetRecoveryCodes(ctx, u.ID, codes); err != nil {
			return err
		}
		if err := s.audit(ctx, tx, entry{u.ID, "totp.on", "person", u.ID, nil}); err != nil {
			return err
		}
		return s.endSessions(ctx, tx, u.ID, u, store.AllSessions, but)
	})
}

// TurnTOTPOff asks for codes no more.
func (s *Service) TurnTOTPOff(ctx context.Context, u store.User) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.SetTOTP(ctx, u.ID, ""); err != nil {
			return err
		}
		return s.audit(ctx, tx, entry{u.ID, "totp.off", "person", u.ID, nil})
	})
}

// RenewRecovery puts new recovery codes in the place of those there are, and ends the
// sessions of whoever had an old one.
func (s *Service) RenewRecovery(ctx context.Context, u store.User, but []byte) (codes []string, err error) {
	codes = newRecoveryCodes()
	return codes, s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.SetRecoveryCodes(ctx, u.ID, codes); err != nil {
			return err
		}
		if err := s.audit(ctx, tx, entry{u.ID, "recovery.renewed", "person", u.ID, nil}); err != nil {
			return err
		}
		return s.endSessions(ctx, tx, u.ID, u, store.AllSessions, but)
	})
}

// newRecoveryCodes are 50 random bits each.
func newRecoveryCodes() []string {
	codes := make([]string, Recoveries)
	for i := range codes {
		codes[i] = rand.Text()[:10]
	}
	return codes
}

// Code uses up a code of u's, or one of his recovery codes; ErrWrong when it is
// neither, or was used before, *WaitError when it was not looked at.
func (s *Service) Code(ctx context.Context, u store.User, code string, from Asker) error {
	by := s.codeGuesses(u, from)
	if err := s.take(by...); err != nil {
		return err
	}
	switch err := s.useCode(ctx, u, TypedCode(code)); {
	case errors.Is(err, store.ErrNotFound):
		s.keepWrong(ctx, by...)
		return ErrWrong
	case err != nil:
		s.Guesses.unseen(by...)
		return err
	}
	s.ForgetRight(ctx, by...)
	return nil
}

func (s *Service) useCode(ctx context.Context, u store.User, code string) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		secret, _, err := tx.TOTP(ctx, u.ID)
		if err != nil {
			return err
		}
		step, fits, err := stepOf(secret, code, s.Now())
		if err != nil {
			return err
		}
		if fits {
			return tx.UseTOTPStep(ctx, u.ID, step)
		}
		if err := tx.UseRecoveryCode(ctx, u.ID, code); err != nil {
			return err
		}
		return s.audit(ctx, tx, entry{u.ID, "recovery.used", "person", u.ID, nil})
	})
}

// TypedCode is a code without what people, messengers and keyboards put in it: spaces
// and dashes of every kind, marks that nobody sees, small letters.
func TypedCode(text string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf, unicode.Zs) {
			return -1
		}
		return r
	}, text))
}

// stepOf is the step whose code this is, about now.
func stepOf(secret, code string, now time.Time) (step int64, fits bool, err error) {
	for skew := int64(-totpSkew); skew <= totpSkew; skew++ {
		at := now.Add(time.Duration(skew) * TOTPPeriod * time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: TOTPPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false, fmt.Errorf("code of the second factor: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, fits = at.Unix()/TOTPPeriod, true
		}
	}
	return step, fits, nil
}
