package payments

// What people type: amounts and phone numbers, read as they are written at a
// counter and refused with a reason that a form can show.

import (
	"errors"
	"strings"
	"unicode"

	"comptoir/campay"
)

// MaxAmount is the largest amount one operation may carry: far above any
// mobile money account's limit, far below what overflows.
var MaxAmount = campay.Francs(99_999_999)

// The reasons for which a typed amount is refused.
var (
	ErrAmountMissing  = errors.New("amount missing")
	ErrAmountDecimals = errors.New("amount has decimals")
	ErrAmountSign     = errors.New("amount has a sign")
	ErrAmountZero     = errors.New("amount is zero")
	ErrAmountTooLarge = errors.New("amount is too large")
	ErrAmountLetters  = errors.New("amount is not a number")
)

// ParseAmount reads whole francs as people write them: "2500", "2 500",
// "2.500" and "2,500" with groups of three, "2 500 FCFA". "25,5" and "2500.00"
// have decimals and are refused, as CamPay does (ER201): whoever types
// decimals may mean another amount than we would read.
func ParseAmount(typed string) (campay.XAF, error) {
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u202f' || r == '\u00a0' {
			return -1
		}
		return r
	}, typed)
	s = trimCurrency(s)
	if s == "" {
		return 0, ErrAmountMissing
	}
	if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "−") {
		return 0, ErrAmountSign
	}
	whole, err := ungroup(s)
	if err != nil {
		return 0, err
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		return 0, ErrAmountZero
	}
	if len(whole) > 12 {
		return 0, ErrAmountTooLarge
	}
	var n int64
	for _, d := range whole {
		n = n*10 + int64(d-'0')
	}
	if a := campay.Francs(n); a <= MaxAmount {
		return a, nil
	}
	return 0, ErrAmountTooLarge
}

// maxItems bounds how many items one sale adds up.
const maxItems = 50

// ParseItems reads one amount or several with "+" between them, each as
// ParseAmount does, and adds them up. A "+" at the end, typed before the next
// item, adds nothing.
func ParseItems(typed string) (campay.XAF, error) {
	items := strings.Split(strings.TrimSuffix(strings.TrimSpace(typed), "+"), "+")
	if len(items) > maxItems {
		return 0, ErrAmountTooLarge
	}
	var total campay.XAF
	for i, item := range items {
		amount, err := ParseAmount(item)
		if errors.Is(err, ErrAmountMissing) && len(items) > 1 && i == 0 {
			err = ErrAmountSign
		} else if errors.Is(err, ErrAmountMissing) && len(items) > 1 {
			err = ErrAmountLetters
		}
		if err != nil {
			return 0, err
		}
		if total += amount; total > MaxAmount {
			return 0, ErrAmountTooLarge
		}
	}
	return total, nil
}

// trimCurrency takes the unit off the end: 2500F, 2500 FCFA, 2500 XAF.
func trimCurrency(s string) string {
	upper := strings.ToUpper(s)
	for _, unit := range []string{"FCFA", "XAF", "CFA", "F"} {
		if rest, ok := strings.CutSuffix(upper, unit); ok {
			return rest
		}
	}
	return upper
}

// ungroup returns the digits of a whole number that may be written in groups
// of three, with one kind of mark between them.
func ungroup(s string) (string, error) {
	marks := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
	if marks == "" {
		return s, nil
	}
	mark := marks[:1]
	if strings.Trim(marks, ".,") != "" {
		return "", ErrAmountLetters
	}
	if strings.Trim(marks, mark) != "" {
		return "", ErrAmountDecimals
	}
	groups := strings.Split(s, mark)
	if first := len(groups[0]); first < 1 || first > 3 || strings.Trim(groups[0], "0") == "" {
		return "", ErrAmountDecimals
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return "", ErrAmountDecimals
		}
	}
	return strings.Join(groups, ""), nil
}

// The reasons for which a typed phone number is refused.
var (
	ErrPhoneMissing = errors.New("phone number missing")
	ErrPhone        = errors.New("not a Cameroon mobile number")
	ErrPhoneCarrier = errors.New("neither an MTN nor an Orange number")
)

// ParsePhone reads a payer's number as people type it and refuses what
// CamPay would (ER101, ER102) before anything is sent.
func ParsePhone(typed string) (campay.Phone, error) {
	if strings.TrimSpace(typed) == "" {
		return "", ErrPhoneMissing
	}
	phone, err := campay.ParsePhone(typed)
	if err != nil {
		return "", ErrPhone
	}
	if phone.Operator() == campay.OtherOperator {
		return "", ErrPhoneCarrier
	}
	return phone, nil
}

// ErrPaymentOptions says that a way to pay is none that CamPay offers.
var ErrPaymentOptions = errors.New("no such way to pay")

// ParsePaymentOptions reads the ways to pay that a form offers; none is mobile
// money.
func ParsePaymentOptions(typed string) (campay.PaymentOptions, error) {
	switch o := campay.PaymentOptions(typed); o {
	case "":
		return campay.MobileMoney, nil
	case campay.MobileMoney, campay.Card, campay.MobileMoneyCard:
		return o, nil
	default:
		return "", ErrPaymentOptions
	}
}
