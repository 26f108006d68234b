package payments

// Requests that CamPay did not take: what the book says of them, and what comes
// back to whoever asked.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"comptoir/campay"
	"comptoir/campay/refusal"
	"comptoir/store"
)

// ErrNotSent says that CamPay surely never got a request: nothing moved, and
// asking anew is safe.
var ErrNotSent = refusal.New("", "unreachable")

// RefusedError says that CamPay answered no: nothing moved.
type RefusedError struct {
	Of      Part
	Code    string // ER101 …, as it came; may be unknown or empty
	Message string // CamPay's own words, for staff; empty where it said none
	Status  int    // of the answer, which may be a proxy's
	Payout  bool   // what it did not take: a payout, or a collection
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

// refusedWords are the codes of CamPay's no, of a collection and of a payout, by what it
// speaks of; "phone_carrier" and the rest stand on the field that can be mended.
var refusedWords = map[bool]map[Part]refusal.Refusal{
	false: {
		PartPhone: {Code: "refused_number", Field: "phone"}, PartCarrier: {Code: "phone_carrier", Field: "phone"},
		PartOften: {Code: "refused_often", Field: "phone"}, PartKeys: {Code: "refused_keys"}, PartAmount: {Code: "refused", Field: "amount"},
	},
	true: {
		PartPhone: {Code: "refused_phone", Field: "phone"}, PartCarrier: {Code: "refused_carrier", Field: "phone"},
		PartOften: {Code: "refused_often", Field: "phone"}, PartKeys: {Code: "refused_keys"}, PartAmount: {Code: "not_sent", Field: "amount"},
		PartBalance: {Code: "no_balance", Field: "amount"}, PartForbidden: {Code: "forbidden"},
	},
}

// Refusal says what CamPay's no is about, in its own words where it has some: of an
// unknown one they come through whole.
func (e *RefusedError) Refusal() *refusal.Refusal {
	said := cmp.Or(e.Message, e.Code, "HTTP "+strconv.Itoa(e.Status))
	if r, isKnown := refusedWords[e.Payout][e.Of]; isKnown {
		r.Figures = []any{"Detail", said}
		return &r
	}
	code := map[bool]string{false: "refused", true: "not_sent"}[e.Payout]
	if e.Message == "" && e.Code == "" {
		code += "_silently"
	} else if e.Payout {
		said = strings.TrimSpace(e.Message + " " + e.Code)
	}
	return refusal.New("", code, "Detail", said)
}

// refusedBy turns a call's failure into what a caller decides by; a lost answer
// is none, since nobody knows yet.
func refusedBy(callErr error, isPayout bool) error {
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
		return refusedOf(failure, isPayout)
	default:
		return nil
	}
}

// refusedOf says what a refusal is about.
func refusedOf(failure *campay.Error, isPayout bool) *RefusedError {
	e := &RefusedError{Payout: isPayout, Code: failure.Code, Message: failure.Message, Status: failure.HTTPStatus}
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
func (s *core) notTaken(ctx context.Context, tx *store.Tx, t *store.Transaction, callErr error) error {
	var failure *campay.Error
	isFailure := errors.As(callErr, &failure)
	switch {
	case isFailure && failure.Effect == campay.NotSent:
		t.Status, t.SettledAt, t.SentAt, t.PollAt = store.StatusFailed, s.now(), time.Time{}, time.Time{}
		return s.record(ctx, tx, *t, store.EventRequest, "not_sent", "", trace(callErr))
	case isFailure && campay.IsDuplicate(failure): // of a reference that only we know
		t.Status = store.StatusInDoubt
		s.schedule(t)
		return s.record(ctx, tx, *t, store.EventAnswer, "duplicate", failure.Message, failure.Raw)
	case isFailure && failure.Effect == campay.Refused:
		s.refuse(t, failure)
		return s.record(ctx, tx, *t, store.EventAnswer, "refused", failure.Message, failure.Raw)
	default:
		t.Status = store.StatusInDoubt
		s.schedule(t)
		return s.record(ctx, tx, *t, store.EventRequest, "answer_lost", "", trace(callErr))
	}
}

// refuse ends a transaction that CamPay did not take: no money has moved.
func (s *core) refuse(t *store.Transaction, failure *campay.Error) {
	t.Status, t.ErrorCode, t.Reason = store.StatusFailed, failure.Code, failure.Message
	t.SettledAt, t.PollAt = s.now(), time.Time{}
}
