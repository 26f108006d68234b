package campay

// What can go wrong with a call, and what that means for the money.

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Effect is what is known of a failed call's effect at CamPay.
type Effect int

// The effects. The zero value is Lost, the one with which nobody does harm.
const (
	// Lost: it was sent, and no usable answer came back. It may have been done.
	Lost Effect = iota
	// NotSent: not a byte of it reached CamPay. It was surely not done.
	NotSent
	// Refused: CamPay answered no. It was not done.
	Refused
)

// String names the effect.
func (e Effect) String() string {
	switch e {
	case NotSent:
		return "not sent"
	case Refused:
		return "refused"
	}
	return "answer lost"
}

// The error codes CamPay documents. Any other comes through as it came.
const (
	CodePhone   = "ER101" // invalid phone number
	CodeCarrier = "ER102" // carrier not served
	CodeAmount  = "ER201" // invalid amount, or one above a limit
	CodeBalance = "ER301" // insufficient balance for the carrier
)

// Error is why a call failed.
type Error struct {
	Op         string // the call: "collect"
	HTTPStatus int    // 0 when no answer came
	Code       string // CamPay's error_code as it came, often empty
	Message    string // CamPay's own words: for staff, never for the public
	Effect     Effect
	Err        error  // the cause, where it was not CamPay's answer
	Raw        []byte // the answer's first bytes, for the record of events
}

// Error says what happened. It holds CamPay's message, and never the raw answer.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "campay %s: %s", e.Op, e.Effect)
	if e.HTTPStatus != 0 {
		fmt.Fprintf(&b, ": HTTP %d", e.HTTPStatus)
	}
	if e.Code != "" {
		fmt.Fprintf(&b, " %s", e.Code)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause, so that errors.Is finds context.Canceled, ErrPhone…
func (e *Error) Unwrap() error { return e.Err }

// Causes that a caller may want to tell apart.
var (
	// ErrRedirect: CamPay, or something before it, answered with a redirect.
	// None is followed: a POST would lose its body on the way.
	ErrRedirect = errors.New("redirects are not followed")
	// ErrAnswer: the answer cannot be read, or lacks what it is for.
	ErrAnswer = errors.New("unusable answer")
	// ErrToken: no token could be had, so the call that needed one was not
	// carried out.
	ErrToken = errors.New("no access token")
	// ErrReference: not what a CamPay reference looks like.
	ErrReference = errors.New("not a reference")
)

// IsLost reports whether the call may have been carried out although no usable
// answer came. An error that is not from this package counts as lost: nothing
// is known of it.
func IsLost(err error) bool {
	if err == nil {
		return false
	}
	var e *Error
	return !errors.As(err, &e) || e.Effect == Lost
}

// IsNotFound reports whether CamPay knows no transaction of the reference that
// was asked for: a 404 in JSON (a proxy's page knows nothing of transactions), or
// a 400 whose message says so. A link's reference is not found until a payer has
// begun. A 404 of any other call means a wrong address and is not meant here.
func IsNotFound(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Effect != Refused {
		return false
	}
	if e.Op != opTransaction && e.Op != opUtilityTransaction {
		return false
	}
	if e.HTTPStatus != http.StatusBadRequest {
		return e.HTTPStatus == http.StatusNotFound && json.Valid(e.Raw)
	}
	return says(e.Message, "not exist", "not found", "n't exist", "no transaction", "unknown transaction")
}

// IsDuplicate reports whether CamPay refused a call because it has had its reference
// before. On the first call with a reference that only we know this says that CamPay
// has it all the same: nobody can tell what became of it but CamPay itself.
func IsDuplicate(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Effect == Refused && says(e.Message, "duplicate", "already exist", "already been used", "already used", "must be unique", "not unique", "already processed")
}

// IsTooOften reports whether CamPay refused a call because the same number, or the
// app, has asked too often: later it may be taken.
func IsTooOften(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Effect == Refused && (e.HTTPStatus == http.StatusTooManyRequests || says(e.Message, "rate limit", "too many requests", "throttled"))
}

// says reports whether a message has one of the words, in any case.
func says(message string, words ...string) bool {
	message = strings.ToLower(message)
	for _, word := range words {
		if strings.Contains(message, word) {
			return true
		}
	}
	return false
}

// ErrorCode is CamPay's error_code in err, "" when there is none.
func ErrorCode(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
