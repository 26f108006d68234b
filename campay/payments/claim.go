package payments

// What a customer shows who says that he paid: his operator's message, or the
// number in it. It is read for what to look up in the book; nothing in it is
// believed.

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"comptoir/campay/money"
)

// maxClaim bounds what is read of a text, in characters.
const maxClaim = 1000

// mostClaimed bounds how many things of a kind are looked for.
const mostClaimed = 8

// Claim is what a text may tell of a payment.
type Claim struct {
	References []string // as CamPay, MTN or Orange write them, in capitals
	Phones     []money.Phone
	Amounts    []money.XAF
}

// Empty reports whether there is nothing to look for.
func (c Claim) Empty() bool {
	return len(c.References) == 0 && (len(c.Phones) == 0 || len(c.Amounts) == 0)
}

// figure is a whole number, in groups of three or not, that may end in decimals.
const figure = `(\d{1,3}(?:[ .,]\d{3})+(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?)`

var (
	// Amounts have their unit beside them, before or behind.
	unitBehind = regexp.MustCompile(`(?i)(?:^|[^\pL\d.,])` + figure + `\s?(?:FCFA|XAF|CFA|francs?|F)(?:[^\pL\d]|$)`)
	unitBefore = regexp.MustCompile(`(?i)(?:^|[^\pL\d])(?:FCFA|XAF|CFA)\s?` + figure + `(?:[^\pL\d]|$)`)
	cents      = regexp.MustCompile(`[.,]0{1,2}$`)

	// Numbers of phones stand alone, with or without the country's code.
	phoneLike = regexp.MustCompile(`(?:^|[^\d+])((?:(?:\+|00)?237[ .-]?)?6(?:[ .-]?\d){8})(?:[^\d]|$)`)

	// References are words of letters, digits, dots and dashes with digits in them:
	// MP260304.1207.A12345, CP260304T00005, 9876543210, a UUID.
	referenceLike = regexp.MustCompile(`[0-9A-Za-z][0-9A-Za-z.\-]{4,60}[0-9A-Za-z]`)
)

// ParseClaim reads an operator's message in French or English, or a bare
// reference.
func ParseClaim(text string) Claim {
	text = plain(text)
	var c Claim
	for _, m := range append(unitBehind.FindAllStringSubmatch(text, -1), unitBefore.FindAllStringSubmatch(text, -1)...) {
		if amount, err := ParseAmount(cents.ReplaceAllString(m[1], "")); err == nil {
			c.Amounts = distinct(c.Amounts, amount)
		}
	}
	for _, m := range phoneLike.FindAllStringSubmatch(text, -1) {
		if phone, err := money.ParsePhone(m[1]); err == nil {
			c.Phones = distinct(c.Phones, phone)
		}
	}
	for _, word := range referenceLike.FindAllString(text, -1) {
		if isReference(word) {
			c.References = distinct(c.References, strings.ToUpper(word))
		}
	}
	return c
}

// plain bounds a text and makes each kind of space one of the plain kind.
func plain(text string) string {
	runes := []rune(strings.ToValidUTF8(text, " "))
	for i, r := range runes {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			runes[i] = ' '
		}
	}
	return string(runes[:min(len(runes), maxClaim)])
}

// isReference tells a reference from a word, a date and a phone number.
func isReference(word string) bool {
	digits := strings.Count(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '0'
		}
		return r
	}, word), "0")
	if digits < 4 {
		return false
	}
	if _, err := money.ParsePhone(word); err == nil {
		return false
	}
	return strings.ContainsFunc(word, unicode.IsLetter) || digits >= 7 && digits == len(word)
}

// distinct adds what a list does not have yet, up to its bound.
func distinct[T comparable](all []T, one T) []T {
	if len(all) >= mostClaimed || slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}
