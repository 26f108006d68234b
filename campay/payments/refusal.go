package payments

// What comes back to whoever asked for an operation that did not begin.

import (
	"errors"
	"fmt"
	"net/http"

	"comptoir/campay"
)

// ErrNotSent says that CamPay surely never got a request: nothing moved, and
// asking anew is safe.
var ErrNotSent = errors.New("CamPay could not be reached")

// RefusedError says that CamPay answered no: nothing moved.
type RefusedError struct {
	Of      Part
	Code    string // ER101 …, as it came; may be unknown or empty
	Message string // CamPay's own words, for staff
}

// Part is the part of an order that a refusal speaks of.
type Part string

// The parts of an order.
const (
	PartPhone     Part = "phone"     // ER101
	PartCarrier   Part = "carrier"   // ER102
	PartAmount    Part = "amount"    // ER201
	PartBalance   Part = "balance"   // ER301
	PartForbidden Part = "forbidden" // 403: nothing that this app may do
	PartOrder     Part = ""          // any other code
)

func (e *RefusedError) Error() string { return fmt.Sprintf("CamPay refused: %s %s", e.Code, e.Message) }

// refusal turns a call's failure into what a caller decides by; a lost answer
// is none, since nobody knows yet.
func refusal(failure *campay.Error) error {
	switch failure.Effect {
	case campay.NotSent:
		return fmt.Errorf("%w: %w", ErrNotSent, failure)
	case campay.Refused:
		e := &RefusedError{Code: failure.Code, Message: failure.Message}
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
			if failure.HTTPStatus == http.StatusForbidden {
				e.Of = PartForbidden
			}
		}
		return e
	default:
		return nil
	}
}
