package payments

// What people type: amounts and phone numbers, read as they are written at a
// counter and refused with a reason that a form can show.

import (
	"errors"
	"strconv"
	"strings"

	"comptoir/campay/money"
	"comptoir/campay/refusal"
)

// MaxAmount is the largest amount one operation may carry: far above any
// mobile money account's limit, far below what overflows.
var MaxAmount = money.Francs(99_999_999)

// The reasons for which a typed amount is refused.
var (
	ErrAmountMissing  = refusal.New("amount", "amount_missing")
	ErrAmountDecimals = refusal.New("amount", "amount_decimals")
	ErrAmountSign     = refusal.New("amount", "amount_sign")
	ErrAmountZero     = refusal.New("amount", "amount_zero")
	ErrAmountTooLarge = refusal.New("amount", "amount_large", "Detail", MaxAmount)
	ErrAmountGroups   = refusal.New("amount", "amount_groups") // more than one number
	ErrAmountLetters  = refusal.New("amount", "amount_letters")
)

// ParseAmount reads whole francs as people write them: "2500", "2 500",
// "2.500" and "2,500" with groups of three, "2 500 FCFA", "FCFA 2 500". Decimals
// are read where they are nought ("2 500,00", as spreadsheets write it) and else
// refused, as CamPay does (ER201). What is not surely one amount is refused:
// nothing is dropped, rounded or joined into another number.
func ParseAmount(typed string) (money.XAF, error) {
	s := withoutUnit(strings.TrimSpace(money.Visible(typed)))
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
	if a := money.Francs(n); a <= MaxAmount {
		return a, nil
	}
	return 0, ErrAmountTooLarge
}

// ErrCount says that a typed count is no whole number from 1 to the most.
var ErrCount = refusal.New("most_payments", "number")

// ParseCount reads how many, written in groups as an amount is, up to most.
func ParseCount(typed string, most int64) (int64, error) {
	whole, err := ungroup(strings.TrimSpace(money.Visible(typed)))
	if err != nil {
		return 0, ErrCount
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 1 || n > most {
		return 0, ErrCount
	}
	return n, nil
}

// maxItems bounds how many items one sale adds up.
const maxItems = 50

// ParseItems reads one amount or several with "+" between them, each as
// ParseAmount does, and adds them up. A "+" at the end, typed before the next
// item, adds nothing.
func ParseItems(typed string) (money.XAF, error) {
	items := strings.Split(strings.TrimSuffix(strings.TrimSpace(typed), "+"), "+")
	if len(items) > maxItems {
		return 0, ErrAmountTooLarge
	}
	var total money.XAF
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

// units are the words for francs, before an amount or behind it. A longer one
// stands before the one that it ends with.
var units = []string{"FRANCS CFA", "FRANC CFA", "F CFA", "FCFA", "XAF", "CFA", "FRANCS", "FRANC", "FRS", "FR", "F"}

// withoutUnit takes the unit off one end of an amount.
func withoutUnit(s string) string {
	upper := strings.ToUpper(s)
	for _, unit := range units {
		if rest, ok := strings.CutSuffix(upper, unit); ok {
			return strings.TrimSpace(rest)
		}
	}
	for _, unit := range units {
		if rest, ok := strings.CutPrefix(upper, unit); ok {
			return strings.TrimSpace(rest)
		}
	}
	return s
}

// ungroup returns the digits of a whole number that may be written in groups
// of three, with one kind of mark between them, and decimals that are nought.
func ungroup(s string) (string, error) {
	if strings.Trim(s, "0123456789 .,\t\r\n") != "" {
		return "", ErrAmountLetters
	}
	for _, mark := range []string{" ", ".", ","} {
		if groups := strings.Split(s, mark); areThousands(groups) {
			return strings.Join(groups, ""), nil
		}
	}
	cut := strings.LastIndexAny(s, ".,")
	if cut < 0 || strings.ContainsAny(s[cut:], " \t\r\n") {
		return "", ErrAmountGroups
	}
	whole, decimals := s[:cut], s[cut+1:]
	if len(decimals) == 1 || len(decimals) == 2 {
		for _, mark := range []string{" ", ".", ","} {
			groups := strings.Split(whole, mark)
			if mark != s[cut:cut+1] && areThousands(groups) && strings.Trim(decimals, "0") == "" {
				return strings.Join(groups, ""), nil
			}
		}
	}
	return "", ErrAmountDecimals
}

// areThousands reports whether the parts of a number are its groups of three,
// or the one part that it has.
func areThousands(groups []string) bool {
	for i, g := range groups {
		if strings.Trim(g, "0123456789") != "" || g == "" {
			return false
		}
		if len(groups) > 1 && (i > 0 && len(g) != 3 || i == 0 && (len(g) > 3 || strings.Trim(g, "0") == "")) {
			return false
		}
	}
	return true
}

// The reasons for which a typed phone number is refused.
var (
	ErrPhoneMissing = refusal.New("phone", "phone_missing")
	ErrPhone        = refusal.New("phone", "phone")
	ErrPhoneCarrier = refusal.New("phone", "phone_carrier")
)

// ParsePhone reads a payer's number as people type it and refuses what
// CamPay would (ER101, ER102) before anything is sent.
func ParsePhone(typed string) (money.Phone, error) {
	if strings.TrimSpace(typed) == "" {
		return "", ErrPhoneMissing
	}
	phone, err := money.ParsePhone(typed)
	if err != nil {
		return "", ErrPhone
	}
	if phone.Operator() == money.OtherOperator {
		return "", ErrPhoneCarrier
	}
	return phone, nil
}

// ErrPaymentOptions says that a way to pay is none that CamPay offers.
var ErrPaymentOptions = refusal.New("payment_options", "choice")

// ParsePaymentOptions reads the ways to pay that a form offers; none is mobile
// money.
func ParsePaymentOptions(typed string) (money.PaymentOptions, error) {
	switch o := money.PaymentOptions(typed); o {
	case "":
		return money.MobileMoney, nil
	case money.MobileMoney, money.Card, money.MobileMoneyCard:
		return o, nil
	default:
		return "", ErrPaymentOptions
	}
}
