package sandbox

// The push prompts on payers' phones, and what a PIN does.

import (
	"errors"
	"fmt"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
)

// Prompt asks one payer for one payment. There is one for each collection.
type Prompt struct {
	Reference   string // of the transaction it asks for; what Enter and Refuse take
	Phone       money.Phone
	Amount      money.XAF
	App         string // the shop
	Description string
	Expires     time.Time
}

// The PINs with a meaning of their own; every other one of 4 to 6 digits is
// right.
const (
	WrongPIN   = "0000" // FAILED
	NoFundsPIN = "1111" // FAILED: the payer's account is empty
)

// ErrAnswered is wrapped where a prompt was answered before, or timed out.
var ErrAnswered = errors.New("the prompt is gone")

// ErrPIN is wrapped where a PIN is not 4 to 6 digits: the prompt still waits.
var ErrPIN = errors.New("a PIN has 4 to 6 digits")

// Prompts returns those that wait for an answer, oldest first.
func (s *Sandbox) Prompts() []Prompt {
	var waiting []Prompt
	s.look(func(st *state) {
		for _, e := range st.pending {
			if e.Endpoint == EndpointCollect {
				waiting = append(waiting, st.prompt(e))
			}
		}
	})
	return waiting
}

// Enter answers a prompt with a PIN. The error is about the prompt or the form
// of the PIN; whether money moved is in the ledger.
func (s *Sandbox) Enter(reference, pin string) error {
	if !wellFormedPIN(pin) {
		return ErrPIN
	}
	return s.answerPrompt(reference, func(st *state, e *Entry) {
		switch {
		case pin == WrongPIN:
			st.settle(e, campay.Failed, ReasonWrongPIN)
		case pin == NoFundsPIN:
			st.settle(e, campay.Failed, ReasonNoFunds)
		case e.FailsAtSource:
			st.settle(e, campay.Failed, ReasonAtCarrier)
		default:
			st.settle(e, campay.Successful, "")
		}
	})
}

// Refuse answers a prompt with no.
func (s *Sandbox) Refuse(reference string) error {
	return s.answerPrompt(reference, func(st *state, e *Entry) {
		st.settle(e, campay.Failed, ReasonRefused)
	})
}

func (s *Sandbox) answerPrompt(reference string, answer func(*state, *Entry)) error {
	return s.change(func(st *state) error {
		e, ok := st.byReference[reference]
		if !ok || e.Endpoint != EndpointCollect {
			return fmt.Errorf("prompt %s: %w", reference, ErrUnknown)
		}
		if e.Status != campay.Pending {
			return fmt.Errorf("prompt %s: %w", reference, ErrAnswered)
		}
		answer(st, e)
		return nil
	})
}

func (st *state) prompt(e *Entry) Prompt {
	return Prompt{
		Reference:   e.Reference,
		Phone:       e.Phone,
		Amount:      e.Asked,
		App:         st.cfg.appName(),
		Description: e.Description,
		Expires:     e.Due,
	}
}

func wellFormedPIN(pin string) bool {
	if len(pin) < 4 || len(pin) > 6 {
		return false
	}
	for i := range len(pin) {
		if pin[i] < '0' || pin[i] > '9' {
			return false
		}
	}
	return true
}
