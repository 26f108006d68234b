package links

// A list as people have it: pasted from a spreadsheet or saved by one, with the
// titles, headings and quotes that come with it. Every line of it is a row or is
// named as skipped; nothing of one line is ever read into another.

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/views"
)

// listColumn is what a column of a list is for.
type listColumn int

const (
	columnUnread listColumn = iota
	columnName
	columnPhone
	columnAmount
	columnPurpose
)

// plainColumns are those of a list without a heading.
var plainColumns = []listColumn{columnName, columnPhone, columnAmount, columnPurpose}

// columnWords are the words, folded, with which a heading names a column.
var columnWords = map[listColumn][]string{
	columnName:    {"nom", "noms", "prenom", "prenoms", "client", "cliente", "clients", "payeur", "eleve", "locataire", "name", "names", "customer", "payer", "student", "tenant"},
	columnPhone:   {"tel", "telephone", "telephones", "phone", "phones", "mobile", "numero", "number", "contact", "gsm", "whatsapp", "momo"},
	columnAmount:  {"montant", "montants", "somme", "prix", "amount", "amounts", "price", "sum"},
	columnPurpose: {"motif", "motifs", "objet", "libelle", "description", "designation", "pour", "raison", "what", "purpose", "label", "reason", "for"},
	columnUnread:  {"statut", "etat", "status", "state", "adresse", "lien", "link", "address", "url", "date", "ligne", "line", "email", "reference"},
}

// listRow is one line of a list that is to be a link.
type listRow struct {
	line  int // from 1
	cells []string
}

// list is a list as it was read.
type list struct {
	rows    []listRow
	columns []listColumn // what each column is for
	named   bool         // by a heading
	comma   bool         // stands between the cells
	skipped []views.SkippedLine
}

// decodeList reads the bytes of a list in whichever way a spreadsheet saves text:
// UTF-8, UTF-16 with or without a mark, or Windows-1252.
func decodeList(raw []byte) (text string, ok bool) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		text, ok = fromUTF16(raw[2:], false)
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		text, ok = fromUTF16(raw[2:], true)
	case utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0:
		text, ok = string(raw), true
	case bytes.Count(raw, []byte{0}) > len(raw)/4: // every other byte of plain text in UTF-16 is zero
		text, ok = fromUTF16(raw, raw[0] == 0)
	case bytes.IndexByte(raw, 0) < 0:
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(raw)
		text, ok = string(decoded), err == nil && !bytes.ContainsRune(decoded, utf8.RuneError)
	}
	text = strings.TrimLeft(text, web.ByteOrderMark)
	isControl := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) }
	if !ok || strings.ContainsFunc(text, isControl) {
		return "", false
	}
	return text, true
}

func fromUTF16(raw []byte, bigEndian bool) (string, bool) {
	if len(raw)%2 != 0 {
		return "", false
	}
	units := make([]uint16, 0, len(raw)/2)
	for pair := range slices.Chunk(raw, 2) {
		low, high := pair[0], pair[1]
		if bigEndian {
			low, high = high, low
		}
		units = append(units, uint16(high)<<8|uint16(low))
	}
	text := string(utf16.Decode(units))
	return text, !strings.ContainsRune(text, utf8.RuneError)
}

// readList tells the rows of a list from what stands around them.
func readList(text string) list {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1] // the end of the file
	}
	separator := separatorOf(lines)
	l := list{columns: plainColumns, comma: separator == ','}
	tops := separator != 0 // titles stand above rows of several cells
	for i, line := range lines {
		cells := cellsOf(line, separator)
		filled := slices.DeleteFunc(slices.Clone(cells), func(cell string) bool { return cell == "" })
		switch row := (listRow{i + 1, cells}); {
		case len(filled) == 0:
			l.skip(row, views.SkippedEmpty)
		case len(l.rows) == 0 && isSeparatorLine(line):
			l.skip(row, views.SkippedSeparator)
		case len(l.rows) == 0 && !l.named && tops && len(filled) == 1 && isTitle(filled[0]):
			l.skip(row, views.SkippedTitle)
		case len(l.rows) == 0 && !l.named && isHeading(cells):
			l.columns, l.named = columnsOf(cells), true
			l.skip(row, views.SkippedHeading)
		default:
			l.rows = append(l.rows, row)
		}
	}
	return l
}

func (l *list) skip(row listRow, as views.Skipped) {
	text := strings.Join(row.cells, " ")
	l.skipped = append(l.skipped, views.SkippedLine{Line: row.line, As: as, Text: strings.TrimSpace(text)})
}

// of is what a row has in the columns that are for one thing.
func (l list) of(row listRow, wanted listColumn) string {
	var parts []string
	for i, cell := range row.cells {
		if i < len(l.columns) && l.columns[i] == wanted && cell != "" {
			parts = append(parts, cell)
		}
	}
	return strings.Join(parts, " ")
}

// hasMore reports whether a row has more cells than a list without a heading has
// columns.
func (l list) hasMore(row listRow) bool {
	if l.named || len(row.cells) <= len(l.columns) {
		return false
	}
	return strings.Join(row.cells[len(l.columns):], "") != ""
}

// cutsAmount reports whether a comma that groups an amount was taken for the end
// of its cell: "Awa,677123456,5,000" is not 5 francs for "000".
func (l list) cutsAmount(row listRow) bool {
	at := slices.Index(l.columns, columnAmount)
	if !l.comma || at < 0 || at+1 >= len(row.cells) {
		return false
	}
	return thousands.MatchString(row.cells[at] + "," + row.cells[at+1])
}

var thousands = regexp.MustCompile(`^[0-9]{1,3},[0-9]{3}$`)

// separators are what stands between the cells of a list: a spreadsheet copies
// tabs, saves semicolons in French and commas in English.
var separators = []rune{'\t', ';', ','}

// mostLooked is how many lines the separator is told by.
const mostLooked = 100

// separatorOf is the separator by which most lines have an amount where one is
// expected, or that the first line names; 0 where none stands in them.
func separatorOf(lines []string) rune {
	for _, r := range separators {
		if len(lines) > 0 && strings.EqualFold(strings.Trim(lines[0], `" `), "sep="+string(r)) {
			return r
		}
	}
	best, most := rune(0), -1
	for _, r := range separators {
		score, columns := 0, plainColumns
		stands := false
		for _, line := range lines[:min(len(lines), mostLooked)] {
			cells := cellsOf(line, r)
			stands = stands || len(cells) > 1
			if isHeading(cells) {
				columns = columnsOf(cells)
				score++
			}
			at := slices.Index(columns, columnAmount)
			if at >= 0 && at < len(cells) && isAmount(cells[at]) {
				score++
			}
		}
		if stands && score > most {
			best, most = r, score
		}
	}
	return best
}

// isSeparatorLine is the line with which a file names its separator to Excel.
func isSeparatorLine(line string) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(strings.Trim(line, `" `)), "sep=")
	return ok && utf8.RuneCountInString(rest) <= 1
}

// cellsOf cuts one line at the separator. A cell may stand in quotes that end in
// the same line; any other quote is a letter as others are.
func cellsOf(line string, separator rune) (cells []string) {
	for {
		cell, rest, more := quotedCell(line, separator)
		if cell == nil {
			var plain string
			if plain, rest, more = strings.Cut(line, string(separator)); separator == 0 {
				plain, rest, more = line, "", false
			}
			plain = strings.TrimSpace(plain)
			cell = &plain
		}
		cells = append(cells, *cell)
		if !more {
			return cells
		}
		line = rest
	}
}

// quotedCell reads a cell in quotes, in which a quote is written twice; nil where
// the line does not begin with a whole one.
func quotedCell(line string, separator rune) (cell *string, rest string, more bool) {
	inner, ok := strings.CutPrefix(strings.TrimLeft(line, " "), `"`)
	if !ok {
		return nil, "", false
	}
	var text strings.Builder
	for {
		before, after, found := strings.Cut(inner, `"`)
		if !found {
			return nil, "", false
		}
		text.WriteString(before)
		if next, doubled := strings.CutPrefix(after, `"`); doubled {
			text.WriteByte('"')
			inner = next
			continue
		}
		read := strings.TrimSpace(text.String())
		after = strings.TrimLeft(after, " ")
		if after == "" {
			return &read, "", false
		}
		if rest, ok := strings.CutPrefix(after, string(separator)); ok && separator != 0 {
			return &read, rest, true
		}
		return nil, "", false
	}
}

// isHeading reports whether a line names columns: two of its cells or more begin
// with a column's word, and none is an amount.
func isHeading(cells []string) bool {
	names := 0
	for _, cell := range cells {
		if isAmount(cell) {
			return false
		}
		if _, ok := columnOf(cell); ok {
			names++
		}
	}
	return names > 1
}

// columnsOf are what a heading's columns are for; of two for one thing, the first
// counts, but for names: a list may have one column for each of them.
func columnsOf(heading []string) []listColumn {
	columns, known := make([]listColumn, len(heading)), map[listColumn]bool{}
	for i, cell := range heading {
		column, _ := columnOf(cell)
		if column == columnName || !known[column] {
			columns[i], known[column] = column, true
		}
	}
	return columns
}

// columnOf tells what a column is for by the first word of its heading.
func columnOf(cell string) (listColumn, bool) {
	words := strings.FieldsFunc(norm.NFD.String(strings.ToLower(cell)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r)
	})
	if len(words) == 0 {
		return columnUnread, false
	}
	first := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, words[0])
	for column, names := range columnWords {
		if slices.Contains(names, first) {
			return column, true
		}
	}
	return columnUnread, false
}

// isTitle tells a line of one cell above a list from a row of it: it is neither
// somebody's number nor an amount.
func isTitle(cell string) bool {
	_, err := payments.ParsePhone(cell)
	return err != nil && !isAmount(cell)
}

func isAmount(cell string) bool {
	_, err := payments.ParseAmount(cell)
	return err == nil
}
