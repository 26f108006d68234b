package sandbox

// What a call asks for: reading it, and the rules it has to keep.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"comptoir/campay"
	"comptoir/campay/money"
)

const (
	maxDigits     = 12 // of an amount
	orangeMinimum = 10 // francs
	demoAirtime   = 100
	maxText       = 1000 // characters of a description or a name
)

// plain is a field that comes as a string or as a number.
type plain string

// UnmarshalJSON reads a string, the digits of a number as they came, or null.
func (p *plain) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.Equal(b, []byte("null")):
		return nil
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*p = plain(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return fmt.Errorf("neither a string nor a number: %w", err)
	}
	*p = plain(n)
	return nil
}

// readAmount takes digits alone, as text or as a JSON integer.
func readAmount(p plain) (money.XAF, error) {
	text := string(p)
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, refuse(campay.CodeAmount, "Invalid amount. Decimal numbers are NOT allowed")
		}
	}
	if text == "" || len(text) > maxDigits {
		return 0, refuse(campay.CodeAmount, "Invalid amount")
	}
	francs, err := strconv.ParseInt(text, 10, 64)
	if err != nil || francs == 0 {
		return 0, refuse(campay.CodeAmount, "Invalid amount")
	}
	return money.Francs(francs), nil
}

// belowCeiling holds the demo site's limit.
func (c *Config) belowCeiling(amount money.XAF) error {
	if c.Ceiling == 0 || amount <= c.Ceiling {
		return nil
	}
	return refuse(campay.CodeAmount, fmt.Sprintf("This is a demo system. Maximum amount is %s XAF", twoDecimals(c.Ceiling)))
}

// readPhone takes a whole number with its country code, of a carrier that
// CamPay serves.
func readPhone(p plain) (money.Phone, error) {
	phone, err := money.ParsePhone(string(p))
	if err != nil || string(phone) != string(p) {
		return "", refuse(campay.CodePhone, "Invalid phone number. Ensure the number starts with the country code. e.g 237xxxxxxxxx")
	}
	return phone, servedCarrier(phone)
}

func servedCarrier(phone money.Phone) error {
	if phone.Operator() != money.OtherOperator {
		return nil
	}
	return refuse(campay.CodeCarrier, "Unsupported Carrier phone number. "+
		"Currently, only MTN and Orange phone numbers are accepted for mobile money")
}

// carrierMinimum is the carrier's own least amount.
func carrierMinimum(phone money.Phone, amount money.XAF) error {
	if phone.Operator() == money.Orange && amount < money.Francs(orangeMinimum) {
		return refuse(campay.CodeAmount, "Minimum amount for Orange is 10.00")
	}
	return nil
}

// readCurrency takes what is often left out.
func readCurrency(p plain) error {
	if p != "" && p != currency {
		return refuse("", "Unsupported currency. Only XAF is accepted")
	}
	return nil
}

// readTexts bounds what people will read.
func readTexts(texts ...plain) error {
	for _, t := range texts {
		if len(t) > maxText {
			return refuse("", fmt.Sprintf("A text has more than %d characters", maxText))
		}
	}
	return nil
}

// readReference takes a version 4 UUID, or nothing.
func readReference(p plain) (string, error) {
	if p == "" {
		return "", nil
	}
	id, err := uuid.Parse(string(p))
	if err != nil || id.Version() != 4 || !strings.EqualFold(id.String(), string(p)) {
		return "", refuse("", "external_reference must be a valid UUID4")
	}
	return id.String(), nil
}

func readRedirect(p plain) (string, error) {
	if p == "" {
		return "", nil
	}
	u, err := url.Parse(string(p))
	if err != nil || !webAddress(u) || strings.ContainsAny(u.Host, " ;,'\"") || len(p) > maxText {
		return "", refuse("", "redirect_url is not a valid URL")
	}
	return string(p), nil
}

func duplicate() *Refusal {
	return refuse("", "A transaction with this external_reference already exists")
}

// identity is what makes a request the same as another: its external_reference, any
// text, and the UUID that some clients send beside it, which CamPay takes once.
type identity struct {
	external string
	uuid     string
}

func readIdentity(external, unique plain) (identity, error) {
	id, err := readReference(unique)
	if err != nil {
		return identity{}, refuse("", "uuid must be a valid UUID4")
	}
	return identity{external: string(external), uuid: id}, readTexts(external)
}

// kept is the first answer to an external_reference.
type kept struct {
	Endpoint Endpoint        `json:"endpoint"`
	Answer   json.RawMessage `json:"answer"`
}

// once answers a request with an external reference at most once in effect: a
// repetition gets the first answer or a refusal, as the sandbox is set up. do
// changes nothing when it returns an error.
func (s *Sandbox) once(e Endpoint, k identity, do func(*state) (any, error)) (any, error) {
	var answer any
	external := k.external
	err := s.change(func(st *state) error {
		if k.uuid != "" && st.UUIDs[k.uuid] {
			return refuse("", "A transaction with this uuid already exists")
		}
		if first, ok := st.Answers[external]; ok && external != "" {
			if st.cfg.Duplicates == Reject || first.Endpoint != e {
				return duplicate()
			}
			answer = first.Answer
			return nil
		}
		var err error
		if answer, err = do(st); err != nil {
			return err
		}
		if k.uuid != "" {
			st.UUIDs[k.uuid] = true
		}
		if external == "" {
			return nil
		}
		text, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		st.Answers[external] = kept{Endpoint: e, Answer: text}
		return nil
	})
	return answer, err
}
