package payments

// Requests that CamPay did not take: what the book says of them, and what comes
// back to whoever asked.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"comptoir/campay"
	"comptoir/store"
)

// ErrNotSent says that CamPay surely never got a request: nothing moved, and
// asking anew is safe.
var ErrNotSent = errors.New("CamPay could not be reached")

// RefusedError says that CamPay answered no: nothing moved.
type RefusedError struct {
	Of      Part
	Code    string // ER101 …, as it came; may be unknown or empty
	Message string // CamPay's own words, for staff; empty where it said none
	Status  int    // of the answer, which may be a proxy's
}

// Part is the part of an order that a refusal speaks of.
type Part string

// The parts of an order.
const (
	PartPhone     Part = "phone"     // ER101
	PartCarrier   Part = "carrier"   // ER102
	PartAmount    Part = "amount"    // ER201
	PartBalance   Part = "balance"   // ER301
	PartKeys      Part = "keys"      // 401: CamPay does not take our keys
	PartOften     Part = "often"     // the same number was asked too often: later it may be taken
	PartForbidden Part = "forbidden" // 403: nothing that this app may do
	PartOrder     Part = ""          // any other code
)

func (e *RefusedError) Error() string { return fmt.Sprintf("CamPay refused: %s %s", e.Code, e.Message) }

// refusal turns a call's failure into what a caller decides by; a lost answer
// is none, since nobody knows yet.
func refusal(callErr error) error {
	var failure *campay.Error
	if !errors.As(callErr, &failure) {
		return nil
	}
	switch failure.Effect {
	case campay.NotSent:
		return fmt.Errorf("%w: %w", ErrNotSent, failure)
	case campay.Refused:
		if campay.IsDuplicate(failure) {
			return nil // CamPay has it: it is in doubt, and no refusal
		}
		return refusedOf(failure)
	default:
		return nil
	}
}

// refusedOf says what a refusal is about.
func refusedOf(failure *campay.Error) *RefusedError {
	e := &RefusedError{Code: failure.Code, Message: failure.Message, Status: failure.HTTPStatus}
	switch failure.Code {
	case campay.CodePhone:
		e.Of = PartPhone
	case campay.CodeCarrier:
		e.Of = PartCarrier
	case campay.CodeAmount:
		e.Of = PartAmount
	case campay.CodeBalance:
		e.Of = PartBalance
	default:
		switch {
		case failure.HTTPStatus == http.StatusUnauthorized:
			e.Of = PartKeys
		case campay.IsTooOften(failure):
			e.Of = PartOften
		case failure.HTTPStatus == http.StatusForbidden && failure.Message != "": // else a firewall's, perhaps
			e.Of = PartForbidden
		}
	}
	return e
}

// notTaken writes down that a request failed: it surely moved nothing, or
// nobody knows whether it did, and then it is in doubt (invariant 2).
func (s *Service) notTaken(ctx context.Context, tx *store.Tx, t *store.Transaction, callErr error) error {
	var failure *campay.Error
	isFailure := errors.As(callErr, &failure)
	switch {
	case isFailure && failure.Effect == campay.NotSent:
		t.Status, t.SettledAt, t.SentAt, t.PollAt = store.StatusFailed, s.now(), time.Time{}, time.Time{}
		return s.tell(ctx, tx, *t, store.EventRequest, "not_sent", "", trace(callErr))
	case isFailure && campay.IsDuplicate(failure): // of a reference that only we know
		t.Status = store.StatusInDoubt
		s.schedule(t)
		return s.tell(ctx, tx, *t, store.EventAnswer, "duplicate", failure.Message, failure.Raw)
	case isFailure && failure.Effect == campay.Refused:
		s.refuse(t, failure)
		return s.tell(ctx, tx, *t, store.EventAnswer, "refused", failure.Message, failure.Raw)
	default:
		t.Status = store.StatusInDoubt
		s.schedule(t)
		return s.tell(ctx, tx, *t, store.EventRequest, "answer_lost", "", trace(callErr))
	}
}

// refuse ends a transaction that CamPay did not take: no money has moved.
func (s *Service) refuse(t *store.Transaction, failure *campay.Error) {
	t.Status, t.ErrorCode, t.Reason = store.StatusFailed, failure.Code, failure.Message
	t.SettledAt, t.PollAt = s.now(), time.Time{}
}
