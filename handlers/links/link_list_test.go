package links

// Lists as people have them: every line is a row or named as skipped.

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/views"
)

// looked is what is read of a list: its rows as "line|name|phone|francs|purpose"
// with "!" and the wrong fields behind it, and what is skipped as "line heading".
func looked(t *testing.T, text string) (rows, skipped []string) {
	t.Helper()
	in := views.BatchForm{Text: text}
	readBatch(&in, &web.Form{Ctx: t.Context(), Errors: views.Errors{}})
	for _, row := range in.Rows {
		said := fmt.Sprintf("%d|%s|%s|%d|%s", row.Line, row.Name, row.Payer, row.Asked/100, row.Description)
		for _, field := range []string{"phone", "amount", "description", views.WholeForm} {
			if _, ok := row.Errors[field]; ok {
				said += "!" + field
			}
		}
		rows = append(rows, said)
	}
	for _, line := range in.Skipped {
		skipped = append(skipped, fmt.Sprint(line.Line, " ", line.As))
	}
	return rows, skipped
}

func TestList_EveryLine_IsARowOrNamedAsSkipped(t *testing.T) {
	const awa, brice = "Awa Mbarga;677123456;5000;Loyer", "Brice;699123456;7 000;Loyer"
	for name, c := range map[string]struct {
		list    string
		rows    []string
		skipped []string
	}{
		"a quote that is not closed":          {"\"Awa;677123456;5000;Loyer\n" + brice, []string{`1|"Awa|237677123456|5000|Loyer`, "2|Brice|237699123456|7000|Loyer"}, nil},
		"a quote that is closed":              {`"Awa; la grande";677123456;5000;"Riz ""long"""` + "\n" + brice, []string{`1|Awa; la grande|237677123456|5000|Riz "long"`, "2|Brice|237699123456|7000|Loyer"}, nil},
		"a quoted first word":                 {`"Awa" Mbarga;677123456;5000;Loyer`, []string{`1|"Awa" Mbarga|237677123456|5000|Loyer`}, nil},
		"a line break in a purpose":           {"Awa;677123456;5000;\"Loyer\nmars\"\n" + brice, []string{`1|Awa|237677123456|5000|"Loyer`, `2|mars"||0|!amount!description`, "3|Brice|237699123456|7000|Loyer"}, nil},
		"no digit in the first row":           {"Awa Mbarga;;cinq mille;Loyer mars\n" + brice, []string{"1|Awa Mbarga||0|Loyer mars!amount", "2|Brice|237699123456|7000|Loyer"}, nil},
		"a heading":                           {"Nom;Téléphone;Montant;Motif\n" + awa, []string{"2|Awa Mbarga|237677123456|5000|Loyer"}, []string{"1 heading"}},
		"a heading with digits":               {"Nom;Tél. 1;Montant 2026;Motif\n" + awa, []string{"2|Awa Mbarga|237677123456|5000|Loyer"}, []string{"1 heading"}},
		"a heading in another order":          {"Montant (FCFA);Nom;Prénom;Numéro de téléphone;Motif\n5 000;Mbarga;Awa;677123456;Loyer", []string{"2|Mbarga Awa|237677123456|5000|Loyer"}, []string{"1 heading"}},
		"a heading with columns of its own":   {"Name;Phone;Amount;What for;Status;Address of the link\nAwa;677123456;5000;Rent;Paid;https://x.example", []string{"2|Awa|237677123456|5000|Rent"}, []string{"1 heading"}},
		"a heading without amounts":           {"Nom;Téléphone\nAwa;677123456", []string{"2|Awa|237677123456|0|!amount!description"}, []string{"1 heading"}},
		"tabs with empty cells":               {"Brice\t\t7000\tLoyer", []string{"1|Brice||7000|Loyer"}, nil},
		"more commas than semicolons":         {"Awa Mbarga;677123456;5 000;Riz, huile, sel, sucre, savon", []string{"1|Awa Mbarga|237677123456|5000|Riz, huile, sel, sucre, savon"}, nil},
		"semicolons among commas":             {"Awa,677123456,5000,Riz; huile; sel; sucre; savon", []string{"1|Awa|237677123456|5000|Riz; huile; sel; sucre; savon"}, nil},
		"a title, a blank line and a heading": {"Loyers de mars 2026\n\nNom;Tél;Montant;Motif\n" + awa, []string{"4|Awa Mbarga|237677123456|5000|Loyer"}, []string{"1 title", "2 empty", "3 heading"}},
		"its separator named":                 {"sep=;\n" + awa, []string{"2|Awa Mbarga|237677123456|5000|Loyer"}, []string{"1 separator"}},
		"a blank line between":                {awa + "\n;;;\n" + brice + "\n\n\n", []string{"1|Awa Mbarga|237677123456|5000|Loyer", "3|Brice|237699123456|7000|Loyer"}, []string{"2 empty"}},
		"an empty cell at the end":            {awa + ";", []string{"1|Awa Mbarga|237677123456|5000|Loyer"}, nil},
		"a fifth column":                      {awa + ";x", []string{"1|Awa Mbarga|237677123456|5000|Loyer!" + views.WholeForm}, nil},
		"one name alone below":                {awa + "\nBrice", []string{"1|Awa Mbarga|237677123456|5000|Loyer", "2|Brice||0|!amount!description"}, nil},
		"one name alone":                      {"Brice", []string{"1|Brice||0|!amount!description"}, nil},
		"lines that end in CR":                {awa + "\r" + brice + "\r", []string{"1|Awa Mbarga|237677123456|5000|Loyer", "2|Brice|237699123456|7000|Loyer"}, nil},
		"a number kept as text":               {`Awa;="677123456";"5 000,00";Loyer`, []string{"1|Awa|237677123456|5000|Loyer"}, nil},
		"a comma that groups":                 {"Awa,677123456,5,000", []string{"1|Awa|237677123456|5|000!amount"}, nil},
		"a total at the end":                  {awa + "\nTotal;;5000;", []string{"1|Awa Mbarga|237677123456|5000|Loyer", "2|Total||5000|!description"}, nil},
	} {
		rows, skipped := looked(t, c.list)
		if strings.Join(rows, "\n") != strings.Join(c.rows, "\n") || strings.Join(skipped, ",") != strings.Join(c.skipped, ",") {
			t.Errorf("%s:\n%q\nskipped %q, want\n%q\nskipped %q", name, rows, skipped, c.rows, c.skipped)
		}
	}
}

func TestList_SavedBySpreadsheets_IsRead(t *testing.T) {
	const text = "Élève Ŋgono;677123456;25 000;Scolarité été"
	inUTF16 := func(bigEndian bool) string {
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune(text + "\r\n")) {
			if bigEndian {
				b.Write([]byte{byte(unit >> 8), byte(unit)})
			} else {
				b.Write([]byte{byte(unit), byte(unit >> 8)})
			}
		}
		return b.String()
	}
	western, err := charmap.Windows1252.NewEncoder().String(strings.ReplaceAll(text, "Ŋ", "N"))
	if err != nil {
		t.Fatal(err)
	}
	for name, saved := range map[string]string{
		"UTF-8": text, "with a mark": web.ByteOrderMark + text, "with two": web.ByteOrderMark + web.ByteOrderMark + text,
		"UTF-16": "\xff\xfe" + inUTF16(false), "UTF-16, big end first": "\xfe\xff" + inUTF16(true),
		"UTF-16 without a mark": inUTF16(false), "big end first, without a mark": inUTF16(true), "Windows-1252": western,
	} {
		got, ok := decodeList([]byte(saved))
		want := text
		if name == "Windows-1252" {
			want = strings.ReplaceAll(text, "Ŋ", "N")
		}
		if !ok || strings.TrimSpace(got) != want {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
	for name, saved := range map[string]string{
		"half a letter of UTF-16": "\xff\xfeA", "half a pair of UTF-16": "\xff\xfe\x00\xd8", "a picture": "\x89PNG\r\n\x1a\n\x00\x00", "a zero byte": "Awa;\x00", "no letter of Windows-1252": "Awa\x81",
	} {
		if got, ok := decodeList([]byte(saved)); ok {
			t.Errorf("%s is read as %q", name, got)
		}
	}
}

func TestList_TooLong_IsRefusedWhole(t *testing.T) {
	in, f := views.BatchForm{Text: strings.Repeat("A;677123456;500;Pain\n", payments.MaxBatch+1)}, &web.Form{Ctx: t.Context(), Errors: views.Errors{}}
	if orders := readBatch(&in, f); len(orders) != 0 || f.OK() {
		t.Errorf("%d orders, %v", len(orders), f.Errors)
	}
}
