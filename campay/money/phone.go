package money

// Cameroon phone numbers, as people type them, and whose they are.

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a valid Cameroon mobile number in the form CamPay takes:
// "237677123456". Make one with ParsePhone.
type Phone string

// ErrPhone is wrapped by every error about a number that is not a Cameroon
// mobile number.
var ErrPhone = errors.New("not a Cameroon mobile number")

const (
	country        = "237"
	nationalDigits = 9
	maxPhoneText   = 40 // characters, of what is seen
)

// ParsePhone reads a number as people type it: with or without the country's
// code, with "+" or "00", with spaces, dots, dashes or brackets between the
// digits, and as a spreadsheet or a messenger hands it on (Visible, bareCell). It
// takes any mobile number of Cameroon; whether CamPay serves its carrier is
// Operator's to say. The error does not repeat the number.
func ParsePhone(s string) (Phone, error) {
	digits, err := dialled(s)
	if err != nil {
		return "", err
	}
	national := strings.TrimPrefix(digits, country)
	if len(digits) == nationalDigits {
		national = digits
	}
	if len(national) != nationalDigits {
		return "", fmt.Errorf("%w: %d digits", ErrPhone, len(digits))
	}
	p := Phone(country + national)
	n, err := p.number()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrPhone, err)
	}
	if kind := phonenumbers.GetNumberType(n); kind != phonenumbers.MOBILE {
		return "", fmt.Errorf("%w: no mobile number begins like this", ErrPhone)
	}
	return p, nil
}

// Check refuses a Phone that did not come from ParsePhone.
func (p Phone) Check() error {
	if parsed, err := ParsePhone(string(p)); err != nil || parsed != p {
		return fmt.Errorf("%w: it must be in the form 237…", ErrPhone)
	}
	return nil
}

// dialled takes away what people put between digits, and the sign of a number
// with a country code ("+" or "00"), which must then be Cameroon's.
func dialled(s string) (string, error) {
	if len(s) > maxPhoneText*utf8.UTFMax {
		return "", fmt.Errorf("%w: %d bytes", ErrPhone, len(s))
	}
	s = bareCell(strings.TrimSpace(strings.TrimPrefix(Visible(s), "tel:")))
	if n := utf8.RuneCountInString(s); n > maxPhoneText {
		return "", fmt.Errorf("%w: %d characters", ErrPhone, n)
	}
	var digits strings.Builder
	international := false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case r == '+' && !international && digits.Len() == 0:
			international = true
		case strings.ContainsRune(" \t.-‐‑–()/", r):
		default:
			return "", fmt.Errorf("%w: %q in it", ErrPhone, r)
		}
	}
	number := digits.String()
	if !international {
		number, international = strings.CutPrefix(number, "00")
	}
	if international && !strings.HasPrefix(number, country) {
		return "", fmt.Errorf("%w: another country's", ErrPhone)
	}
	if international && len(number) != len(country)+nationalDigits {
		return "", fmt.Errorf("%w: %d digits", ErrPhone, len(number))
	}
	return number, nil
}

func (p Phone) number() (*phonenumbers.PhoneNumber, error) {
	return phonenumbers.Parse("+"+string(p), "CM")
}

// Operator is whose number it is by libphonenumber's carrier table.
func (p Phone) Operator() Operator {
	n, err := p.number()
	if err != nil {
		return OtherOperator
	}
	carrier, err := phonenumbers.GetCarrierForNumber(n, "en")
	if err != nil {
		return OtherOperator
	}
	return ParseOperator(carrier)
}

// Operator is a mobile money operator.
type Operator string

// The operators CamPay serves; every other one is OtherOperator.
const (
	MTN           Operator = "MTN"
	Orange        Operator = "ORANGE"
	OtherOperator Operator = ""
)

// ParseOperator reads an operator in any case and with what CamPay adds to it
// ("mtn", "Orange", "ORANGE_CM", "MTN Cameroon").
func ParseOperator(s string) Operator {
	s = strings.ToUpper(strings.TrimSpace(s))
	for _, o := range []Operator{MTN, Orange} {
		if strings.HasPrefix(s, string(o)) {
			return o
		}
	}
	return OtherOperator
}

// USSD is what the payer dials to confirm when the prompt did not arrive.
func (o Operator) USSD() string {
	switch o {
	case MTN:
		return "*126#"
	case Orange:
		return "#150*50#"
	}
	return ""
}
