// Package refusal is how the shop says no to a person: why, to which field of his form,
// and with which figures. The screens turn it into a sentence of his language by its
// code; a new one is a line beside the rule that it speaks for, and its words.
package refusal

import "errors"

// Refusal is a no that whoever asked can do something about. Nothing moved.
type Refusal struct {
	Code    string // the words are "problem." and Code in the locales
	Field   string // of the form; "" for no single one
	Figures []any  // names of the words' placeholders and what they stand for, in turn: money.XAF, money.Operator, time.Time, a number, text
}

// New returns a refusal, as a value to compare with: errors.Is goes by the code.
func New(field, code string, figures ...any) *Refusal {
	return &Refusal{Code: code, Field: field, Figures: figures}
}

func (r *Refusal) Error() string { return "refused: " + r.Code }

// Is reports whether another error says the same no, of whatever field and figures.
func (r *Refusal) Is(other error) bool {
	o, isRefusal := other.(*Refusal) //nolint:errorlint // errors.Is unwraps it
	return isRefusal && o.Code == r.Code
}

// Error is an error with facts of its own that a caller decides by, and the no that its
// person reads.
type Error interface {
	error
	Refusal() *Refusal
}

// Of is the no that err says, if it is one for a person.
func Of(err error) (*Refusal, bool) {
	var withFacts Error
	if errors.As(err, &withFacts) {
		return withFacts.Refusal(), true
	}
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}
