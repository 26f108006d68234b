package money

// What people paste: text that looks like "677123456" and holds more.

import (
	"strings"
	"unicode"
)

// Visible returns a text without the characters that nobody sees (direction
// marks, zero widths, byte order marks, variation selectors), which messengers
// and spreadsheets put around what is copied from them, and with each kind of
// space within a line as the plain one. Tabs and line breaks stay.
func Visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
			return -1
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, s)
}

// bareCell is a spreadsheet's cell of digits kept as text, without what keeps it
// so: '677123456, ="677123456" and, read as a number once, 677123456.0.
func bareCell(s string) string {
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) {
		s = strings.TrimSuffix(inner, `"`)
	}
	s = strings.TrimPrefix(s, "'")
	if whole, ok := strings.CutSuffix(s, ".0"); ok && allDigits(whole) {
		s = whole
	}
	return strings.TrimSpace(s)
}
