package store

// Conditions of the lists: every value is a placeholder, and what people type
// into a search field matches as they mean it.

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// filter collects the conditions of one query and their values.
type filter struct {
	conditions []string
	args       []any
}

// add adds a condition in which each ? stands for the next of the values.
func (f *filter) add(condition string, values ...any) {
	for _, value := range values {
		condition = strings.Replace(condition, "?", f.value(value), 1)
	}
	f.conditions = append(f.conditions, condition)
}

// value returns the placeholder of a further value.
func (f *filter) value(value any) string {
	f.args = append(f.args, value)
	return fmt.Sprintf("$%d", len(f.args))
}

// among limits a list to rows whose column holds one of the values; none for none.
func among[T any](f *filter, column string, values []T) {
	if len(values) == 0 {
		f.add("1 = 0")
		return
	}
	marks := make([]string, len(values))
	for i, value := range values {
		marks[i] = f.value(value)
	}
	f.add(column + " IN (" + strings.Join(marks, ", ") + ")")
}

// before limits a list to rows older than the row with this ID; 0 is no limit.
func (f *filter) before(id int64) {
	if id > 0 {
		f.add("id < ?", id)
	}
}

// search limits a list to the rows whose folded search column holds the text,
// as it is or as the phone number that it may be.
func (f *filter) search(column, text string) {
	text = strings.TrimSpace(fold(text))
	if text == "" {
		return
	}
	condition := column + ` LIKE ? ESCAPE '\'`
	if digits := phoneDigits(text); digits != "" && digits != text {
		f.add("("+condition+" OR "+condition+")", contains(text), contains(digits))
		return
	}
	f.add(condition, contains(text))
}

func (f *filter) where() string { return strings.Join(f.conditions, " AND ") }

// contains is the LIKE pattern of a text in which nothing is a wildcard.
func contains(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// alike writes what people type in more than one way in one: apostrophes,
// hyphens and joined letters. The migration search_alike does the same in SQL.
var alike = strings.NewReplacer(
	"’", "'", "‘", "'", "ʼ", "'", "-", " ", "–", " ", "‑", " ", "œ", "oe", "æ", "ae",
)

// fold joins texts into what a search compares: lower case, without accents,
// so that "epicerie" finds "Épicerie" on every engine, "sainte anne"
// "Sainte-Anne" and "oeuvre" "Œuvre".
func fold(texts ...string) string {
	decomposed := norm.NFD.String(strings.ToValidUTF8(strings.Join(texts, "\n"), "\uFFFD"))
	return alike.Replace(strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Cf) || r == 0: // at a zero byte LIKE would end
			return -1
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return unicode.ToLower(r)
	}, decomposed))
}

// phoneDigits returns the digits of a folded text that is typed as a phone number
// is ("6 77 12 34", "(+237) 677-12", a spreadsheet's '677123456), and nothing for
// another text.
func phoneDigits(text string) string {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "'"), ".0")
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("+.()/", r) {
			return -1
		}
		return r
	}, text)
	if strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return strings.TrimPrefix(digits, "00")
}

// The lengths of lists: what a caller gets that names none, and the most that
// anyone gets at once.
const (
	defaultPage = 50
	longestPage = 500
)

func pageLength(asked int) int {
	if asked <= 0 {
		return defaultPage
	}
	return min(asked, longestPage)
}
