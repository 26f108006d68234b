package web

// Files for a spreadsheet, as the reader's own opens them.

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func FuzzSafeCell(f *testing.F) {
	for _, cell := range []string{"", "Pain", "=1+1", "+237677123456", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", " ＝1", "'=1", "a,\"b\"\r\nc", "4.95", "pain;=cmd|' /C calc'!A0", "pain;\t=1", "a,+1|-2", "a;\"=1\""} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		safe := safeCell(cell)
		if strings.ReplaceAll(safe, "'", "") != strings.ReplaceAll(cell, "'", "") {
			t.Fatalf("%q became %q", cell, safe)
		}
		for _, part := range strings.FieldsFunc(safe, func(r rune) bool { return strings.ContainsRune(";,|\t\r\n", r) }) {
			if first := strings.TrimLeft(part, " \u00a0\u3000\""); first != "" && slices.Contains([]rune("=+-@＝＋－＠"), []rune(first)[0]) {
				t.Fatalf("%q is a formula where a line is cut", safe)
			}
		}
		if first := strings.TrimLeft(safe, " \u00a0\u3000"); first != "" && strings.ContainsAny(first[:1], "\t\r\n") {
			t.Fatalf("%q begins a cell or a line", safe)
		}
		var b bytes.Buffer
		out := csv.NewWriter(&b)
		out.UseCRLF = true
		if err := out.Write([]string{safe, "next"}); err != nil {
			t.Fatal(err)
		}
		out.Flush()
		read, err := csv.NewReader(&b).Read()
		if err != nil || len(read) != 2 || read[1] != "next" {
			t.Fatalf("%q read back as %q, %v", safe, read, err)
		}
	})
}
