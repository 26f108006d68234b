package store

// Power: what a person has set going ends with his right to it. A Write that is
// made for a signed-in person begins with a look at his session, and whatever
// takes his right ends his session, and what he has handed out, in one Write.

import (
	"context"
	"errors"
	"fmt"
)

// ErrSessionOver says that the session for which something was to be written has
// ended meanwhile: by a sign-out, from afar, or because its person was switched
// off or got another role or password. Nothing was written.
var ErrSessionOver = errors.New("the session has ended")

type actorKey struct{}

// WithSession has each Write under ctx made for who is signed in by this session:
// it comes back with ErrSessionOver once that has ended.
func WithSession(ctx context.Context, session Session) context.Context {
	return context.WithValue(ctx, actorKey{}, session)
}

// WithoutSession is for what has to be written whatever becomes of the session:
// the outcome of what has left, and a session that takes the other's place.
func WithoutSession(ctx context.Context) context.Context {
	return context.WithValue(ctx, actorKey{}, Session{})
}

// stands says whether the session of WithSession, if there is one, is still open.
func (tx *Tx) stands(ctx context.Context) error {
	actor, _ := ctx.Value(actorKey{}).(Session)
	if actor.UserID == 0 {
		return nil
	}
	kept, err := tx.Session(ctx, actor.TokenHash)
	if errors.Is(err, ErrNotFound) || err == nil && kept.UserID != actor.UserID {
		return ErrSessionOver
	}
	return err
}

// endPower ends what a person has set going: his sessions, the one-time links that
// he made and those that would give him a password, and the payouts that he asked
// a second owner for.
func (tx *Tx) endPower(ctx context.Context, userID int64) error {
	if err := tx.DeleteSessionsOfUser(ctx, userID); err != nil {
		return err
	}
	now := millis(tx.now())
	if _, err := tx.savepoint.exec(ctx, "UPDATE invitations SET ended_at = $1 WHERE (created_by = $2 OR user_id = $2) AND ended_at = 0", now, userID); err != nil {
		return fmt.Errorf("end the invitations of user %d: %w", userID, err)
	}
	if err := tx.endApprovals(ctx, userID, now); err != nil {
		return fmt.Errorf("end the payouts that user %d asked for: %w", userID, err)
	}
	return nil
}

// endApprovals ends the payouts of all books that a person asked a second owner for,
// and has it in the audit log.
func (tx *Tx) endApprovals(ctx context.Context, userID, now int64) error {
	type approval struct {
		id   int64
		book Book
	}
	waiting, err := many(ctx, tx.rows, func(r row) (a approval, err error) {
		err = r.Scan(&a.id, &a.book)
		return a, err
	}, "SELECT id, book FROM approvals WHERE requested_by = $1 AND state = 'waiting'", userID)
	if err != nil {
		return err
	}
	for _, a := range waiting {
		if _, err := tx.savepoint.exec(ctx, "UPDATE approvals SET state = 'expired', decided_at = $1 WHERE id = $2", now, a.id); err != nil {
			return err
		}
		if err := tx.chain(ctx, AuditEntry{
			At: tx.now(), Book: a.book, Act: "payout.expired", Subject: "approval", SubjectID: a.id, Detail: []byte(`{"transaction":0}`), Address: AddressOf(ctx),
		}); err != nil {
			return err
		}
	}
	return nil
}

// endRole is endPower for who has another role or none: the devices that he trusted
// go too, and all by which he gets in but his password.
func (tx *Tx) endRole(ctx context.Context, userID int64) error {
	if err := tx.endKeys(ctx, userID); err != nil {
		return err
	}
	if _, err := tx.savepoint.exec(ctx, "DELETE FROM tills WHERE trusted_by = $1", userID); err != nil {
		return fmt.Errorf("end the tills of user %d: %w", userID, err)
	}
	return tx.endTillSessions(ctx)
}

// endKeys is endPower for who gets his password from somebody else: whoever had the
// old one may have set a PIN or added a passkey.
func (tx *Tx) endKeys(ctx context.Context, userID int64) error {
	if err := tx.endPower(ctx, userID); err != nil {
		return err
	}
	if err := tx.SetPIN(ctx, userID, ""); err != nil {
		return err
	}
	return tx.DeletePasskeysOf(ctx, userID)
}
