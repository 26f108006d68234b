package store

// What is typed into the search of transactions, read as people mean it: every
// word has to be in the row, and what may be a phone number is looked for as one.

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// shortestIndexed is the length of the runs of characters that the index knows.
const shortestIndexed = 3

// shortestReference is how much of a reference of CamPay's or of ours has to be
// typed; fewer letters are words.
const shortestReference = 8

var reference = regexp.MustCompile(`^[0-9A-Za-z-]+$`)

// searchText is what a row is searched by. References of CamPay's and ours are not
// in it: they have indexes of their own.
func (t Transaction) searchText() string {
	return fold(string(t.Phone), t.RecipientName, t.Description, t.Code, t.OperationCode, t.OperatorReference)
}

// sought is what a search looks for: the words of any of its readings.
type sought struct {
	readings   [][]string
	references []string // what may be the beginning of one, as it was typed and in lower case
}

func soughtBy(typed string) sought {
	text := strings.TrimSpace(fold(typed))
	if text == "" {
		return sought{}
	}
	var s sought
	switch digits := phoneDigits(text); digits {
	case "":
		s.readings = [][]string{strings.Fields(text)}
	case text:
		s.readings = [][]string{{text}}
	default:
		s.readings = [][]string{{text}, {digits}}
	}
	if r := strings.TrimSpace(typed); len(r) >= shortestReference && reference.MatchString(r) {
		s.references = []string{r}
		if lower := strings.ToLower(r); lower != r {
			s.references = append(s.references, lower)
		}
	}
	return s
}

// matches is the condition that a row's text has all words of a reading.
func (s sought) matches(f *filter) {
	readings := make([]string, len(s.readings))
	for i, words := range s.readings {
		has := make([]string, len(words))
		for j, word := range words {
			has[j] = `transactions.search LIKE ` + f.value(contains(word)) + ` ESCAPE '\'`
		}
		readings[i] = "(" + strings.Join(has, " AND ") + ")"
	}
	f.conditions = append(f.conditions, "("+strings.Join(readings, " OR ")+")")
}

// trigrams is the index's query for all rows that may match, and some more; empty
// where a reading has no word that is long enough for the index, which would find
// nothing for it, or anything.
func (s sought) trigrams() string {
	readings := make([]string, len(s.readings))
	for i, words := range s.readings {
		var all []string
		for _, word := range words {
			all = append(all, trigramsOf(word)...)
		}
		if len(all) == 0 {
			return ""
		}
		readings[i] = "(" + strings.Join(all, " AND ") + ")"
	}
	return strings.Join(readings, " OR ")
}

// trigramsOf are a word's runs of three characters, each once, quoted.
func trigramsOf(word string) []string {
	runes := []rune(word)
	var all []string
	known := map[string]bool{}
	for i := 0; i+shortestIndexed <= len(runes); i++ {
		run := string(runes[i : i+shortestIndexed])
		if !known[run] && utf8.ValidString(run) {
			known[run] = true
			all = append(all, `"`+strings.ReplaceAll(run, `"`, `""`)+`"`)
		}
	}
	return all
}
