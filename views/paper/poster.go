package paper

// Posters of a link: a sheet for the wall or the counter, a tent for the table,
// stickers for the till, and the sheet of many links.

// Poster is what a poster says. Both languages stand on it, whoever prints it.
type Poster struct {
	Shop        string
	Logo        []byte // PNG; nil for none
	Amount      string // "2 500 FCFA"; empty for the customer's own
	Description string
	Carriers    string       // MTN Mobile Money · Orange Money
	Scan        [2]string    // "Scannez pour payer", "Scan to pay"
	Steps       [2][3]string // three steps in each language
	Address     string       // where the code leads, for who has no camera
	QR          QR
}

// Size is what a poster is printed on.
type Size string

// The sizes of posters.
const (
	A4       Size = "a4"
	A5       Size = "a5"
	Tent     Size = "tent"     // A4, folded in the middle: a face to either side
	Stickers Size = "stickers" // A4 with eight of them
)

// Sizes are all of them.
var Sizes = []Size{A4, A5, Tent, Stickers}

// Draw makes the PDF of a poster; an unknown size is A4.
func (s Poster) Draw(size Size) ([]byte, error) {
	switch size {
	case A5:
		p := newPage(148, 210)
		s.sheet(p, 148, 210)
		return p.bytes()
	case Tent:
		return s.tent()
	case Stickers:
		return s.stickers()
	default:
		p := newPage(210, 297)
		s.sheet(p, 210, 297)
		return p.bytes()
	}
}

// sheet fills a page that is higher than wide.
func (s Poster) sheet(p *page, width, height float64) {
	k := width / 210
	p.box(0, 0, width, 52*k, accent)
	left := 15 * k
	if len(s.Logo) > 0 {
		p.box(left, 11*k, 30*k, 30*k, white)
		p.logo(s.Logo, left+1*k, 12*k, 28*k)
		left += 36 * k
	}
	p.name(s.Shop, "L", 44*k, left, 0, width-left-15*k, 52*k)
	y := 60 * k
	if s.Amount != "" {
		y = p.text(s.Amount, "B", "C", 46*k, 15*k, y, width-30*k, ink)
	}
	y = p.paragraph(s.Description, "", "C", 22*k, 15*k, y, width-30*k, 3, soft)
	side := 118 * k
	y = max(y+2*k, 88*k)
	p.code(s.QR, (width-side)/2, y, side)
	y += side
	y = p.text(s.Scan[0]+"  ·  "+s.Scan[1], "B", "C", 24*k, 10*k, y, width-20*k, accent)
	y = p.text(s.Carriers, "", "C", 17*k, 10*k, y+1*k, width-20*k, ink) + 4*k
	column := (width - 40*k) / 2
	s.steps(p, 0, 15*k, y, column, k)
	s.steps(p, 1, 25*k+column, y, column, k)
	p.text(s.Address, "", "C", 10*k, 10*k, height-10*k, width-20*k, soft)
}

// name writes a shop's name in white, in the middle of a band: over two lines where
// one would make it small.
func (p *page) name(name, align string, size, x, y, width, height float64) {
	p.font("B", size, white)
	lines := 1.0
	if !p.fits(letters(name), width/.75) {
		lines, size = 2, size*.62
		p.font("B", size, white)
		lines = min(lines, float64(len(p.wrap(letters(name), width))))
	}
	if lines == 1 {
		p.text(name, "B", align, size, x, y+(height-size/points*1.25)/2, width, white)
		return
	}
	p.paragraph(name, "B", align, size, x, y+(height-2*size/points*1.3)/2, width, 2, white)
}

// steps are the three steps in one language, each with its number.
func (s Poster) steps(p *page, language int, x, y, width, k float64) {
	for i, step := range s.Steps[language] {
		p.pdf.SetFillColor(accent[0], accent[1], accent[2])
		p.pdf.Circle(x+4*k, y+4*k, 4*k, "F")
		p.text(string(rune('1'+i)), "B", "C", 14*k, x, y+1*k, 8*k, white)
		y = max(p.paragraph(step, "", "L", 15*k, x+11*k, y+.6*k, width-11*k, 2, ink)+1.5*k, y+10*k)
	}
}

// tent is A4 with two faces, the upper one upside down: it stands on a table.
func (s Poster) tent() ([]byte, error) {
	const width, height = 210.0, 297.0
	p := newPage(width, height)
	s.face(p, height/2, width, height/2)
	p.pdf.TransformBegin()
	p.pdf.TransformRotate(180, width/2, height/2)
	s.face(p, height/2, width, height/2)
	p.pdf.TransformEnd()
	p.rule(0, height/2, width, height/2)
	return p.bytes()
}

// face is wider than high: the code at the left, the words beside it.
func (s Poster) face(p *page, top, width, height float64) {
	p.box(0, top, width, 26, accent)
	p.name(s.Shop, "L", 32, 12, top, width-24, 26)
	side := height - 44
	p.code(s.QR, 8, top+30, side)
	x := 14 + side
	room := width - x - 10
	y := top + 34
	if s.Amount != "" {
		y = p.text(s.Amount, "B", "L", 26, x, y, room, ink)
	}
	y = p.paragraph(s.Description, "", "L", 14, x, y, room, 2, soft)
	y = p.text(s.Scan[0], "B", "L", 15, x, y+1, room, accent)
	s.steps(p, 0, x, y+1, room, .72)
	y += 25
	y = p.text(s.Scan[1], "B", "L", 15, x, y+1, room, accent)
	s.steps(p, 1, x, y+1, room, .72)
	p.text(s.Carriers, "", "L", 11, 12, top+height-11, 90, ink)
	p.text(s.Address, "", "R", 8, 90, top+height-10, width-100, soft)
}

// stickers are eight on A4, to cut out; each names the shop, as stickers get
// swapped.
func (s Poster) stickers() ([]byte, error) {
	p := newPage(210, 297)
	const width, height = 105.0, 74.25
	for i := range 8 {
		x, y := float64(i%2)*width, float64(i/2)*height
		p.box(x+4, y+4, width-8, 13, accent)
		p.name(s.Shop, "C", 19, x+6, y+4, width-12, 13)
		p.code(s.QR, x+5, y+19, 50)
		room := width - 64
		next := p.paragraph(s.Scan[0], "B", "L", 14, x+58, y+23, room, 2, accent)
		next = p.paragraph(s.Scan[1], "", "L", 12, x+58, next, room, 2, ink)
		if s.Amount != "" {
			next = p.text(s.Amount, "B", "L", 16, x+58, next+1, room, ink)
		}
		p.paragraph(s.Description, "", "L", 10, x+58, next+1, room, 2, soft)
		p.paragraph(s.Carriers, "", "L", 9, x+58, y+height-15, room, 2, ink)
	}
	p.rule(width, 0, width, 297)
	for i := 1; i < 4; i++ {
		p.rule(0, float64(i)*height, 210, float64(i)*height)
	}
	return p.bytes()
}

// Item is one link of a sheet of many.
type Item struct {
	Name        string // of whom it is for; may be empty
	Amount      string
	Description string
	QR          QR     // empty while the link has no address, and where it takes no payment
	Closed      string // why it takes none; stands in the place of the code
}

// Sheet makes the sheet of many links, twelve on a page.
func Sheet(shop string, items []Item) ([]byte, error) {
	p := newPage(210, 297)
	const width, height, top = 66.0, 68.0, 18.0
	for i, item := range items {
		place := i % 12
		if place == 0 {
			if i > 0 {
				p.pdf.AddPage()
			}
			p.text(shop, "B", "L", 15, 8, 6, 194, accent)
		}
		x, y := 6+float64(place%3)*width, top+float64(place/3)*height
		if len(item.QR) > 0 {
			p.code(item.QR, x+(width-46)/2, y, 46)
		} else {
			p.paragraph(item.Closed, "", "C", 10, x+4, y+16, width-8, 3, soft)
		}
		next := p.paragraph(item.Name, "B", "C", 11, x+2, y+46, width-4, 2, ink)
		next = p.text(item.Amount, "B", "C", 13, x+2, next, width-4, ink)
		p.paragraph(item.Description, "", "C", 9, x+2, next, width-4, 2, soft)
	}
	return p.bytes()
}
