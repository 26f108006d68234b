package paper

// Receipts: on the paper of a till's printer, or on A5.

import "strings"

// Receipt is what a receipt says: words in one language, facts in their order.
type Receipt struct {
	Shop    string
	Logo    []byte // PNG; nil for none
	Address []string
	Status  string // as it is proved now
	IsPaid  bool
	Amount  string
	Facts   [][2]string // what, and its value
	Notes   []string    // what has become of it since
	Footer  string
	Check   string // beside the code: scan to see the live receipt
	QR      QR     // of the live receipt; empty where no one could reach it
}

// Roll is what a receipt is printed on.
type Roll string

// The rolls; A5Sheet is a sheet.
const (
	Roll58  Roll = "58"
	Roll80  Roll = "80"
	A5Sheet Roll = "a5"
)

// Rolls are all of them.
var Rolls = []Roll{Roll58, Roll80, A5Sheet}

// Draw makes the PDF of a receipt; an unknown roll is that of 80 mm. A roll is
// as long as the receipt is.
func (r Receipt) Draw(roll Roll) ([]byte, error) {
	width, scale := 80.0, 1.0
	switch roll {
	case Roll58:
		width, scale = 58, .82
	case A5Sheet:
		width, scale = 148, 1.5
	}
	height := 210.0
	if roll != A5Sheet {
		height = r.print(newPage(width, 1000), width, scale) + 6
	}
	p := newPage(width, height)
	r.print(p, width, scale)
	return p.bytes()
}

// print draws the receipt from the top, and returns where it ends.
func (r Receipt) print(p *page, width, k float64) float64 {
	edge := 4 * k
	room := width - 2*edge
	y := 5 * k
	if len(r.Logo) > 0 {
		p.logo(r.Logo, (width-16*k)/2, y, 16*k)
		y += 18 * k
	}
	y = p.paragraph(r.Shop, "B", "C", 13*k, edge, y, room, 3, ink)
	for _, l := range r.Address {
		y = p.paragraph(l, "", "C", 8*k, edge, y, room, 2, soft)
	}
	y += 3 * k
	tone := ink
	if r.IsPaid {
		tone = paid
	}
	y = p.paragraph(r.Status, "B", "C", 12*k, edge, y, room, 3, tone)
	y = p.text(r.Amount, "B", "C", 22*k, edge, y, room, ink) + 2*k
	p.rule(edge, y, width-edge, y)
	y += 2 * k
	for _, f := range r.Facts {
		y = max(p.paragraph(f[0], "", "L", 8*k, edge, y, room*.36, 3, soft), p.fact(f[1], 8.5*k, edge+room*.38, y, room*.62)) + .6*k
	}
	for _, n := range r.Notes {
		y = p.paragraph(n, "B", "L", 9*k, edge, y+1*k, room, 4, ink)
	}
	if len(r.QR) > 0 {
		side := min(room, 38*k)
		y += 1 * k
		p.code(r.QR, (width-side)/2, y, side)
		y = p.paragraph(r.Check, "", "C", 7.5*k, edge, y+side, room, 3, soft)
	}
	return p.paragraph(r.Footer, "", "C", 8*k, edge, y+2*k, room, 6, ink)
}

// fact writes the value of a fact: a text over several lines, and a code, which
// has no spaces, on one of its own.
func (p *page) fact(value string, size, x, y, width float64) float64 {
	if !strings.ContainsAny(value, " \u00a0") {
		return p.text(value, "B", "R", size, x, y, width, ink)
	}
	return p.paragraph(value, "B", "R", size, x, y, width, 6, ink)
}
