// Package money is the words that all floors speak: amounts of CFA francs, phone
// numbers of Cameroon and whose they are. It knows nobody above it.
package money

// Amounts of money: whole hundredths of a franc, read from every form in which
// CamPay writes them. There is no float anywhere.

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// XAF is an amount in hundredths of a CFA franc.
type XAF int64

// hundredths in one franc.
const hundredths = 100

// maxFrancs bounds what is read: far above any real amount, far below where
// sums of many amounts would overflow.
const maxFrancs = 1_000_000_000_000_000

// maxAmountText bounds the text of an amount, zeros included.
const maxAmountText = 64

// ErrAmount is wrapped by every error about an amount that cannot be read, or
// that is not what the call may send.
var ErrAmount = errors.New("not an amount")

// Francs is the amount of n whole francs.
func Francs(n int64) XAF { return XAF(n * hundredths) }

// ParseXAF reads the machine form: digits, perhaps a minus before and decimals
// after a point. More than two decimals are refused unless the rest are zeros:
// nothing is rounded. What a person typed ("12 500") is not read here.
func ParseXAF(s string) (XAF, error) {
	if len(s) > maxAmountText {
		return 0, fmt.Errorf("%w: %d characters", ErrAmount, len(s))
	}
	digits, negative := strings.CutPrefix(s, "-")
	whole, decimals, point := strings.Cut(digits, ".")
	if !allDigits(whole) || point && !allDigits(decimals) {
		return 0, fmt.Errorf("%w: %q", ErrAmount, s)
	}
	cents, extra := decimals, ""
	if len(decimals) > 2 {
		cents, extra = decimals[:2], decimals[2:]
	}
	if strings.Trim(extra, "0") != "" {
		return 0, fmt.Errorf("%w: %q has more than two decimals", ErrAmount, s)
	}
	francs, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || francs > maxFrancs {
		return 0, fmt.Errorf("%w: %q is too large", ErrAmount, s)
	}
	// Two digits always parse.
	part, _ := strconv.ParseInt((cents + "00")[:2], 10, 64)
	if francs == maxFrancs && part > 0 {
		return 0, fmt.Errorf("%w: %q is too large", ErrAmount, s)
	}
	a := XAF(francs*hundredths + part)
	if negative {
		a = -a
	}
	return a, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Whole gives the francs of an amount without decimals; ok is false when there
// are some, and francs is then cut towards zero.
func (a XAF) Whole() (francs int64, ok bool) {
	return int64(a / hundredths), a%hundredths == 0
}

// String is the machine form, "12500" or "4.95": ParseXAF reads it back to the
// same amount. What a person sees is formatted by the views.
func (a XAF) String() string {
	sign, francs, part := "", int64(a/hundredths), int64(a%hundredths)
	if a < 0 {
		sign, francs, part = "-", -francs, -part
	}
	if part == 0 {
		return sign + strconv.FormatInt(francs, 10)
	}
	return fmt.Sprintf("%s%d.%02d", sign, francs, part)
}

// MarshalJSON writes a number, without decimals when there are none.
func (a XAF) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalJSON reads a number or a string of one, and refuses everything else:
// an amount that may be left out is a Told.
func (a *XAF) UnmarshalJSON(b []byte) error {
	s, err := Scalar(b)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAmount, err)
	}
	v, err := ParseReckoned(strings.TrimSpace(s))
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// Told is an amount that CamPay may not tell. One that is absent, null, "",
// "None" or unreadable is unknown, which is not zero.
type Told struct {
	XAF   XAF // 0 when it is not Known
	Known bool
}

// Tell is a known amount.
func Tell(a XAF) Told { return Told{a, true} }

// UnmarshalJSON reads a number or a string of one; whatever else comes is an
// amount that was not told.
func (t *Told) UnmarshalJSON(b []byte) error {
	*t = Told{}
	var a XAF
	if a.UnmarshalJSON(b) == nil {
		*t = Tell(a)
	}
	return nil
}

// MostMoved is far above what any mobile money account may hold: an answer that
// says that more was moved at once tells no amount.
const MostMoved = XAF(1_000_000_000 * hundredths)

// Moved is t as money that moved in one transaction: less than nothing, or more
// than MostMoved, was not told.
func (t Told) Moved() Told {
	if t.XAF < 0 || t.XAF > MostMoved {
		return Told{}
	}
	return t
}

// String is the amount, or a question mark.
func (t Told) String() string {
	if !t.Known {
		return "?"
	}
	return t.XAF.String()
}

// ParseReckoned reads an amount that CamPay reckoned. It reckons fees, credits and
// balances in floats, so 0.57 may come as 0.5700000000000001 and an empty
// balance as 7.1e-15: what is finer than a hundredth is rounded, halves away
// from zero.
func ParseReckoned(s string) (XAF, error) {
	a, err := ParseXAF(s)
	if err == nil || len(s) > maxAmountText {
		return a, err
	}
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	whole, decimals, point := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	if !allDigits(whole) || point && !allDigits(decimals) {
		return 0, err
	}
	// The exponent is bounded: a number of a few bytes must not unfold into
	// gigabytes of digits.
	if e, bad := strconv.Atoi(exponent); scientific && (bad != nil || e < -maxAmountText || e > maxAmountText) {
		return 0, err
	}
	exact, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, err
	}
	return ParseXAF(exact.FloatString(2))
}

// Payable is the text in which an amount is asked for or paid out.
func (a XAF) Payable() (string, error) {
	francs, ok := a.Whole()
	if !ok || francs <= 0 || francs > maxFrancs {
		return "", fmt.Errorf("%w: %s is not a positive number of whole francs", ErrAmount, a)
	}
	return strconv.FormatInt(francs, 10), nil
}
