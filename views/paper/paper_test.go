package paper

// What is printed can be read: by people as words, by a phone as QR codes, at
// the size of a stamp and out of focus too.

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"
)

const address = "https://pay.example.com/p/0123456789abcdefghij"

func codeOf(t *testing.T, text string) QR {
	t.Helper()
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	code.DisableBorder = true
	return code.Bitmap()
}

func poster(t *testing.T) Poster {
	return Poster{
		Shop: "Boutique de l’Étoile", Amount: "12\u202f500 FCFA", Description: "Cotisation de novembre", Carriers: "MTN Mobile Money · Orange Money",
		Scan:    [2]string{"Scannez pour payer", "Scan to pay"},
		Steps:   [2][3]string{{"Scannez", "Tapez votre numéro", "Confirmez par votre code"}, {"Scan", "Type your number", "Confirm with your code"}},
		Address: strings.TrimPrefix(address, "https://"), QR: codeOf(t, address),
	}
}

func receipt(t *testing.T) Receipt {
	return Receipt{
		Shop: "Boutique de l’Étoile", Address: []string{"Marché central", "Allée 3"}, Status: "Payé", IsPaid: true, Amount: "12\u202f500 FCFA",
		Facts: [][2]string{{"Date", "27 nov. 2026 14:02:11"}, {"Référence", "CP261127T00001"}}, Notes: []string{"État vérifié"}, Footer: "Merci",
		Check: "Scannez pour vérifier", QR: codeOf(t, address),
	}
}

// pictures are the pages of a PDF at a resolution, in dots an inch.
func pictures(t *testing.T, file []byte, dpi int) (pages []string) {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "made.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "pdftoppm", "-png", "-r", strconv.Itoa(dpi), name, filepath.Join(dir, "page")).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v %s", err, out)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "page*.png"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	return pages
}

// read are the QR codes in a picture.
func read(t *testing.T, picture string) []string {
	t.Helper()
	out, _ := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", picture).Output() // none is an error
	return strings.Fields(string(out))
}

// part is a part of a picture, by its place in columns and rows: a phone is held
// before one code, not before all of them.
func part(t *testing.T, whole image.Image, column, columns, row, rows int) string {
	t.Helper()
	b := whole.Bounds()
	box := image.Rect(b.Dx()*column/columns, b.Dy()*row/rows, b.Dx()*(column+1)/columns, b.Dy()*(row+1)/rows)
	return saved(t, whole.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(box))
}

func decoded(t *testing.T, picture string) image.Image {
	t.Helper()
	in, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	whole, err := png.Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func saved(t *testing.T, picture image.Image) string {
	t.Helper()
	var made bytes.Buffer
	if err := png.Encode(&made, picture); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "part.png")
	if err := os.WriteFile(name, made.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// words are the text of a PDF.
func words(t *testing.T, file []byte) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return strings.ReplaceAll(string(out), "\u00a0", " ")
}

func TestPoster_EveryPaper_IsReadByAPhoneAndByPeople(t *testing.T) {
	t.Parallel()
	for _, size := range Sizes {
		file, err := poster(t).Draw(size)
		if err != nil {
			t.Fatal(err)
		}
		page := decoded(t, pictures(t, file, 150)[0])
		columns, rows := 1, map[Size]int{A4: 1, A5: 1, Tent: 2, Stickers: 4}[size]
		if size == Stickers {
			columns = 2
		}
		for i := range columns * rows {
			if codes := read(t, part(t, page, i%columns, columns, i/columns, rows)); !slices.Equal(codes, []string{address}) {
				t.Errorf("%s: code %d says %q", size, i, codes)
			}
		}
		said := words(t, file)
		for _, part := range []string{"Étoile", "12 500", "MTN Mobile Money", "Scannez", "Scan to pay"} {
			if !strings.Contains(said, part) {
				t.Errorf("%s lacks %q: %s", size, part, said)
			}
		}
	}
}

func TestReceipt_EveryRoll_IsReadByAPhoneAndByPeople(t *testing.T) {
	t.Parallel()
	for _, roll := range Rolls {
		file, err := receipt(t).Draw(roll)
		if err != nil {
			t.Fatal(err)
		}
		pages := pictures(t, file, 203) // a till's printer
		if codes := read(t, pages[0]); len(pages) != 1 || !slices.Equal(codes, []string{address}) {
			t.Errorf("%s: %d pages, its code says %q", roll, len(pages), codes)
		}
		if said := words(t, file); !strings.Contains(said, "Payé") || !strings.Contains(said, "CP261127T00001") || !strings.Contains(said, "Allée 3") {
			t.Errorf("%s says %s", roll, said)
		}
	}
}

func TestCode_AtThreeCentimetresAndOutOfFocus_IsRead(t *testing.T) {
	t.Parallel()
	p := newPage(40, 40)
	p.code(codeOf(t, address), 5, 5, 30)
	file, err := p.bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, dpi := range []int{150, 300} {
		page := pictures(t, file, dpi)[0]
		for blur := range 3 {
			picture := blurred(t, page, blur*dpi/150)
			if codes := read(t, picture); !slices.Equal(codes, []string{address}) {
				t.Errorf("at %d dots an inch, blurred by %d: %q", dpi, blur*dpi/150, codes)
			}
		}
	}
}

// blurred averages each dot with those around it, as far as radius.
func blurred(t *testing.T, picture string, radius int) string {
	t.Helper()
	colours := decoded(t, picture)
	sharp, soft := image.NewGray(colours.Bounds()), image.NewGray(colours.Bounds())
	draw.Draw(sharp, sharp.Bounds(), colours, colours.Bounds().Min, draw.Src)
	for y := sharp.Bounds().Min.Y; y < sharp.Bounds().Max.Y; y++ {
		for x := sharp.Bounds().Min.X; x < sharp.Bounds().Max.X; x++ {
			sum, n := 0, 0
			for dy := -radius; dy <= radius; dy++ {
				for dx := -radius; dx <= radius; dx++ {
					if at := image.Pt(x+dx, y+dy); at.In(sharp.Bounds()) {
						sum += int(sharp.GrayAt(at.X, at.Y).Y)
						n++
					}
				}
			}
			soft.SetGray(x, y, color.Gray{Y: uint8(sum / n)})
		}
	}
	return saved(t, soft)
}

func TestSheet_ThirteenLinks_AreTwoPagesWithTheirOwnCodes(t *testing.T) {
	t.Parallel()
	var items []Item
	var want []string
	for i := range 13 {
		want = append(want, address+strconv.Itoa(i))
		items = append(items, Item{Name: "Élève " + strconv.Itoa(i), Amount: "500 FCFA", Description: "Scolarité", QR: codeOf(t, want[i])})
	}
	items = append(items, Item{Name: "Sans adresse", Amount: "1 FCFA"})
	file, err := Sheet("Boutique", items)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	pages := pictures(t, file, 200)
	for _, page := range pages {
		whole := decoded(t, page)
		for i := range 12 { // the margins are small enough for the places to lie in twelve equal parts
			got = append(got, read(t, part(t, whole, i%3, 3, i/3, 4))...)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(pages) != 2 || !slices.Equal(got, want) {
		t.Errorf("%d pages with %q", len(pages), got)
	}
}

func TestText_HostileOrForeign_IsDrawnAndHarmsNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("très long ", 60), "a\x00b\nc", ") Tj ET (", "日本 العربية 🙂", ""} {
		s, r := poster(t), receipt(t)
		s.Shop, s.Description, r.Shop, r.Footer = name, name, name, name
		for _, size := range Sizes {
			file, err := s.Draw(size)
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			pictures(t, file, 20)
		}
		file, err := r.Draw(Roll58)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if name == "日本 العربية 🙂" && !strings.Contains(words(t, file), "??") {
			t.Error("what the font lacks vanished")
		}
	}
}

func TestText_LongOrOfCameroon_IsWholeOrSaysThatItIsCut(t *testing.T) {
	t.Parallel()
	const shop = "Établissement Ŋgɔ́ɔ́ Ɓassa & Fils, Épicerie fine du Marché Mokolo" // 60 letters and more
	const purpose = "Loyer du mois de novembre, appartement 3 du deuxième étage, charges d’eau et d’électricité comprises, sauf gardien"
	folded := func(file []byte) string { return strings.Join(strings.Fields(words(t, file)), " ") }
	whole := func(where, said, text string) {
		t.Helper()
		for _, word := range strings.Fields(text) {
			if !strings.Contains(said, strings.Trim(word, ",")) {
				t.Errorf("%s lacks %q: %s", where, word, said)
			}
		}
	}
	for _, roll := range Rolls {
		r := receipt(t)
		r.Shop, r.Facts = shop, append(r.Facts, [2]string{"Pour quoi", purpose}, [2]string{"Référence de l’opérateur", "MP261127.1402.A12345"})
		file, err := r.Draw(roll)
		if err != nil {
			t.Fatal(err)
		}
		said := folded(file)
		whole(string(roll), said, shop+" "+purpose+" MP261127.1402.A12345")
	}
	for _, size := range Sizes {
		s := poster(t)
		s.Shop, s.Description = shop, purpose
		file, err := s.Draw(size)
		if err != nil {
			t.Fatal(err)
		}
		said := folded(file)
		if !strings.Contains(said, "Mokolo") && !strings.Contains(said, "…") || !strings.Contains(said, "gardien") && !strings.Contains(said, "…") {
			t.Errorf("%s is cut in silence: %s", size, said)
		}
	}
	p := newPage(30, 30)
	p.text(purpose, "", "L", 10, 0, 0, 30, ink)
	file, err := p.bytes()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(words(t, file)), "…") {
		t.Errorf("a line that is cut says %q, %v", words(t, file), err)
	}
}
