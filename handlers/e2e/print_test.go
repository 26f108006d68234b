package e2e

// Receipts as a browser prints them: as wide as the roll, nothing cut.

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

func TestReceipt_PrintedByTheBrowser_IsAsWideAsItsRollAndWhole(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	m := merchant(t, p)
	const purpose = "Loyer du mois de novembre, appartement 3 du deuxième étage, charges d’eau et d’électricité comprises, sauf gardien"
	m.open(p.url + "/checkout")
	m.fill("amount", "99999999")
	m.fill("description", purpose)
	m.click("[data-till] button[formaction='/checkout/phone']")
	m.fill("phone", "677123456")
	m.click("form[data-number] button[type=submit]")
	m.see(".counter")
	p.enter(t, "1234")
	m.see(".counter .good")
	receipt := m.eval("document.querySelector('a[href$=\"/receipt\"]').href")
	for paper, want := range map[string]string{"58": "163.92 x", "80": "227.", "a5": "420 x 59"} { // points
		m.open(receipt)
		m.open(m.eval("location.origin + location.pathname") + "?paper=" + paper)
		m.see(".receipt")
		printed, err := chromedp.Call(m.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
		if err != nil {
			t.Fatal(err)
		}
		if size := about(t, "pdfinfo", printed.Data); !strings.Contains(size, "Page size:       "+want) {
			t.Errorf("%s mm: %s", paper, size)
		}
		said := strings.Join(strings.Fields(about(t, "pdftotext", printed.Data)), " ")
		for _, whole := range append(strings.Fields(purpose), "99 999 999", m.eval("[...document.querySelectorAll('.receipt dd')].map(d => d.innerText).find(t => /^[CD]P?\\d/.test(t))")) {
			if !strings.Contains(strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(said), whole) {
				t.Errorf("%s mm: no %q in %s", paper, whole, said)
			}
		}
	}
}

// about is what a program of poppler says of a PDF.
func about(t *testing.T, program string, pdf []byte) string {
	t.Helper()
	args := []string{"-"}
	if program == "pdftotext" {
		args = append(args, "-")
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	return string(out)
}
