// Package paper makes the PDFs that a shop prints: posters, stickers and
// receipts. It takes plain values and words that are in the reader's language
// already, and draws everything as lines and letters, sharp at any size.
package paper

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
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

// face is the font of all paper: it has the letters of Cameroon's languages (Ŋ, Ɓ,
// ɔ, ɛ), which a PDF's own fonts lack.
const face = "Liberation Sans"

// page draws on one PDF. Lengths are millimetres, sizes of letters points.
type page struct{ pdf *fpdf.Fpdf }

func newPage(width, height float64) *page {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})
	pdf.SetMargins(0, 0, 0)
	pdf.SetCellMargin(0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCreator("Comptoir", false)
	pdf.AddUTF8FontFromBytes(face, "", liberationsansregular.TTF)
	pdf.AddUTF8FontFromBytes(face, "B", liberationsansbold.TTF)
	pdf.AddPage()
	return &page{pdf}
}

// bytes is the whole file.
func (p *page) bytes() ([]byte, error) {
	var made bytes.Buffer
	if err := p.pdf.Output(&made); err != nil {
		return nil, fmt.Errorf("PDF: %w", err)
	}
	return made.Bytes(), nil
}

// letters are those that the font has, on one line: what it lacks would vanish,
// so it becomes a visible question mark.
func letters(text string) string {
	var buf sfnt.Buffer
	return strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\r', '\t':
			return ' '
		case '\u202f':
			return '\u00a0'
		}
		if glyph, err := coverage().GlyphIndex(&buf, r); r < 0x20 || err != nil || glyph == 0 {
			return '?'
		}
		return r
	}, norm.NFC.String(text))
}

// coverage is the font, to be asked which letters it has.
var coverage = sync.OnceValue(func() *sfnt.Font {
	font, err := sfnt.Parse(liberationsansregular.TTF)
	if err != nil {
		panic("the font of the program: " + err.Error())
	}
	return font
})

func (p *page) font(style string, size float64, c colour) {
	p.pdf.SetFont(face, style, size)
	p.pdf.SetTextColor(c[0], c[1], c[2])
}

// points in a millimetre.
const points = 72 / 25.4

// smallest is how far letters shrink to fit, as a share of their size: smaller
// ones are not read, so what still does not fit ends in "…".
const smallest = .6

// text writes one line into a box that begins at x, y, smaller where it would
// not fit, and returns where the next line begins.
func (p *page) text(text, style, align string, size, x, y, width float64, c colour) float64 {
	said := letters(text)
	p.font(style, size, c)
	if wide := p.pdf.GetStringWidth(said); wide > width {
		size *= max(width/wide, smallest)
		p.font(style, size, c)
	}
	return p.put(p.cut(said, width), align, x, y, width, size/points*1.25)
}

// paragraph writes text over as many lines as it takes, most at most; the last one
// ends in "…" where there would be more.
func (p *page) paragraph(text, style, align string, size, x, y, width float64, most int, c colour) float64 {
	p.font(style, size, c)
	lines := p.wrap(letters(text), width)
	if len(lines) > most {
		lines[most-1] = p.cut(strings.Join(lines[most-1:], " "), width)
		lines = lines[:most]
	}
	for _, l := range lines {
		y = p.put(l, align, x, y, width, size/points*1.3)
	}
	return y
}

// put writes one line in the font that is set.
func (p *page) put(said, align string, x, y, width, height float64) float64 {
	p.pdf.SetXY(x, y)
	p.pdf.CellFormat(width, height, said, "", 0, align+"M", false, 0, "")
	return y + height
}

func (p *page) fits(said string, width float64) bool { return p.pdf.GetStringWidth(said) <= width }

// cut is a line, ended by "…" where it does not fit.
func (p *page) cut(said string, width float64) string {
	if p.fits(said, width) {
		return said
	}
	for said != "" && !p.fits(said+"…", width) {
		_, last := utf8.DecodeLastRuneInString(said)
		said = said[:len(said)-last]
	}
	return strings.TrimRight(said, " ") + "…"
}

// wrap cuts a text into lines between its words, and inside a word only where it
// is longer than a line.
func (p *page) wrap(said string, width float64) (lines []string) {
	line := ""
	for word := range strings.SplitSeq(said, " ") {
		if word == "" {
			continue
		}
		if line != "" && p.fits(line+" "+word, width) {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for !p.fits(word, width) {
			begin, rest := p.head(word, width)
			lines, word = append(lines, begin), rest
		}
		line = word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// head is as much of a word as fits, one letter at least, and the rest.
func (p *page) head(word string, width float64) (begin, rest string) {
	_, end := utf8.DecodeRuneInString(word)
	for end < len(word) {
		_, next := utf8.DecodeRuneInString(word[end:])
		if !p.fits(word[:end+next], width) {
			break
		}
		end += next
	}
	return word[:end], word[end:]
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
