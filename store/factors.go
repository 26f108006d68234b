package store

// The second factor: codes of an authenticator (TOTP, RFC 6238), and the
// recovery codes for who lost it.

import (
	"context"
	"fmt"
)

const (
	sealedTOTP    = "totp"
	recoveryCodes = "recovery codes"
)

// TOTP returns a person's secret and the step of the code that was used last;
// ErrNotFound when there is none, ErrSealed with another key.
func (tx *Tx) TOTP(ctx context.Context, userID int64) (secret string, step int64, err error) {
	var sealed []byte
	_, err = one(ctx, tx.rows, func(r row) (struct{}, error) {
		return struct{}{}, r.Scan(&sealed, &step)
	}, "SELECT totp, totp_step FROM users WHERE id = $1 AND totp IS NOT NULL", userID)
	if err == nil {
		sealed, err = tx.keys.Unseal(sealedTOTP, sealed)
	}
	if err != nil {
		return "", 0, fmt.Errorf("second factor of user %d: %w", userID, err)
	}
	return string(sealed), step, nil
}

// SetTOTP keeps a person's secret, sealed; an empty one turns the second factor
// off, recovery codes included.
func (tx *Tx) SetTOTP(ctx context.Context, userID int64, secret string) error {
	var sealed any
	if secret != "" {
		sealed = tx.keys.Seal(sealedTOTP, []byte(secret))
	}
	err := tx.change(ctx, "UPDATE users SET totp = $1, totp_step = 0 WHERE id = $2", sealed, userID)
	if err == nil && secret == "" {
		err = tx.SetRecoveryCodes(ctx, userID, nil)
	}
	if err != nil {
		return fmt.Errorf("set second factor of user %d: %w", userID, err)
	}
	return nil
}

// UseTOTPStep keeps that the code of a step was used; ErrNotFound when it, or a
// later one, was used before.
func (tx *Tx) UseTOTPStep(ctx context.Context, userID, step int64) error {
	if err := tx.change(ctx, "UPDATE users SET totp_step = $1 WHERE id = $2 AND totp_step < $1", step, userID); err != nil {
		return fmt.Errorf("use a code of user %d: %w", userID, err)
	}
	return nil
}

// SetRecoveryCodes keeps new codes, hashed, in place of those there are.
func (tx *Tx) SetRecoveryCodes(ctx context.Context, userID int64, codes []string) error {
	if _, err := tx.savepoint.exec(ctx, "DELETE FROM recovery_codes WHERE user_id = $1", userID); err != nil {
		return fmt.Errorf("set recovery codes of user %d: %w", userID, err)
	}
	for _, code := range codes { // ten of them
		if _, err := tx.savepoint.exec(ctx, "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)", userID, tx.codeHash(userID, code)); err != nil {
			return fmt.Errorf("set recovery codes of user %d: %w", userID, err)
		}
	}
	return nil
}

// UseRecoveryCode takes a code away; ErrNotFound when it is not one.
func (tx *Tx) UseRecoveryCode(ctx context.Context, userID int64, code string) error {
	if err := tx.change(ctx, "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2", userID, tx.codeHash(userID, code)); err != nil {
		return fmt.Errorf("use a recovery code of user %d: %w", userID, err)
	}
	return nil
}

// CountRecoveryCodes returns how many codes a person has left.
func (r Reader) CountRecoveryCodes(ctx context.Context, userID int64) (int, error) {
	n, err := one(ctx, r.rows, scanCount, "SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1", userID)
	if err != nil {
		return 0, fmt.Errorf("count recovery codes of user %d: %w", userID, err)
	}
	return n, nil
}

func (tx *Tx) codeHash(userID int64, code string) []byte {
	mac := tx.keys.MAC(recoveryCodes)
	addFields(mac, number(userID), []byte(code))
	return mac.Sum(nil)
}
