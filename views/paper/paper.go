// Package paper makes the PDFs that a shop prints: posters, stickers and
// receipts. It takes plain values and words that are in the reader's language
// already, and draws everything as lines and letters, sharp at any size.
package paper

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-pdf/fpdf"
)

// QR is the modules of a QR code, true for dark, without its quiet zone.
type QR [][]bool

// quiet is the light margin that decoders need, in modules.
const quiet = 4

// colour is red, green, blue.
type colour [3]int

var (
	ink    = colour{20, 33, 30}
	soft   = colour{82, 96, 91}
	line   = colour{217, 221, 211}
	accent = colour{11, 95, 86}
	paid   = colour{13, 116, 67}
	white  = colour{255, 255, 255}
)

// page draws on one PDF. Lengths are millimetres, sizes of letters points.
type page struct {
	pdf   *fpdf.Fpdf
	latin func(string) string
}

func newPage(width, height float64) *page {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCreator("Comptoir", false)
	p := &page{pdf, pdf.UnicodeTranslatorFromDescriptor("cp1252")}
	pdf.AddPage()
	return p
}

// bytes is the whole file.
func (p *page) bytes() ([]byte, error) {
	var made bytes.Buffer
	if err := p.pdf.Output(&made); err != nil {
		return nil, fmt.Errorf("PDF: %w", err)
	}
	return made.Bytes(), nil
}

// letters are those that the PDF's own font has: what it lacks would vanish, so
// it becomes a visible question mark.
func (p *page) letters(text string) string {
	text = strings.NewReplacer("\u202f", "\u00a0", "\n", " ", "\r", " ", "\t", " ").Replace(text)
	return p.latin(strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0xff && !strings.ContainsRune("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ", r) {
			return '?'
		}
		return r
	}, text))
}

func (p *page) font(style string, size float64, c colour) {
	p.pdf.SetFont("Helvetica", style, size)
	p.pdf.SetTextColor(c[0], c[1], c[2])
}

// points in a millimetre.
const points = 72 / 25.4

// text writes one line into a box that begins at x, y, smaller where it would
// not fit, and returns where the next line begins.
func (p *page) text(text, style, align string, size, x, y, width float64, c colour) float64 {
	said := p.letters(text)
	p.font(style, size, c)
	if wide := p.pdf.GetStringWidth(said); wide > width {
		size = max(size*width/wide, 4)
		p.font(style, size, c)
		for p.pdf.GetStringWidth(said) > width && len(said) > 1 {
			said = said[:len(said)-1] // one byte is one letter
		}
	}
	height := size / points * 1.25
	p.pdf.SetXY(x, y)
	p.pdf.CellFormat(width, height, said, "", 0, align+"M", false, 0, "")
	return y + height
}

// paragraph writes text over as many lines as it takes, most at most.
func (p *page) paragraph(text, style, align string, size, x, y, width float64, most int, c colour) float64 {
	p.font(style, size, c)
	height := size / points * 1.3
	lines := p.pdf.SplitLines([]byte(p.letters(text)), width-1)
	for i, l := range lines {
		if i == most {
			break
		}
		p.pdf.SetXY(x, y)
		p.pdf.CellFormat(width, height, string(l), "", 0, align+"M", false, 0, "")
		y += height
	}
	return y
}

// box fills a rectangle.
func (p *page) box(x, y, width, height float64, c colour) {
	p.pdf.SetFillColor(c[0], c[1], c[2])
	p.pdf.Rect(x, y, width, height, "F")
}

// rule draws a dashed line to cut or fold along.
func (p *page) rule(x1, y1, x2, y2 float64) {
	p.pdf.SetDrawColor(line[0], line[1], line[2])
	p.pdf.SetLineWidth(.2)
	p.pdf.SetDashPattern([]float64{2, 2}, 0)
	p.pdf.Line(x1, y1, x2, y2)
	p.pdf.SetDashPattern(nil, 0)
}

// code draws a QR code with its quiet zone, dark on white, each run of dark
// modules as one rectangle.
func (p *page) code(q QR, x, y, side float64) {
	module := side / float64(len(q)+2*quiet)
	p.box(x, y, side, side, white)
	p.pdf.SetFillColor(0, 0, 0)
	for row, modules := range q {
		for from := 0; from < len(modules); from++ {
			if !modules[from] {
				continue
			}
			to := from
			for to < len(modules) && modules[to] {
				to++
			}
			// A hair higher, so that no light shows between two rows.
			p.pdf.Rect(x+module*float64(from+quiet), y+module*float64(row+quiet), module*float64(to-from), module*1.02, "F")
			from = to
		}
	}
}

// logo draws a PNG into a square, as large as it fits.
func (p *page) logo(png []byte, x, y, side float64) {
	if len(png) == 0 {
		return
	}
	options := fpdf.ImageOptions{ImageType: "PNG"}
	about := p.pdf.RegisterImageOptionsReader("logo", options, bytes.NewReader(png))
	if about == nil || about.Width() == 0 || about.Height() == 0 {
		return
	}
	width, height := side, side
	if about.Width() > about.Height() {
		height = side * about.Height() / about.Width()
	} else {
		width = side * about.Width() / about.Height()
	}
	p.pdf.ImageOptions("logo", x+(side-width)/2, y+(side-height)/2, width, height, false, options, 0, "")
}
