package static

import (
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestCSS_IsUnderTwentyFiveKilobytesAndLeavesNoFileOut(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("css/*.css")
	if len(files) != len(styles)+len(sheets) {
		t.Errorf("%d files, %d of them served", len(files), len(styles)+len(sheets))
	}
	if size := len(joined(styles)); size > 25_000 {
		t.Errorf("%d bytes", size)
	}
}

func TestCSS_StandsInTheLayersAndLoadsNothing(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Concat(styles, sheets) {
		css := string(read(name))
		layer := "@layer " + strings.TrimSuffix(filepath.Base(name), ".css")
		if slices.Contains(sheets, name) {
			layer = "@layer screens"
		}
		if !strings.Contains(css, layer) {
			t.Errorf("%s has no %s", name, layer)
		}
		if strings.Contains(css, "url(") || strings.Contains(css, "@import") {
			t.Errorf("%s loads something", name)
		}
	}
}

// pairs are what is written on what, and the least contrast that WCAG 2 AA
// wants: 4.5 for text, 3 for the edge of a field or a button.
var pairs = []struct {
	over, under string
	least       float64
}{
	{"ink", "ground", 4.5}, {"ink", "surface", 4.5}, {"ink", "sunken", 4.5},
	{"soft", "ground", 4.5}, {"soft", "surface", 4.5}, {"soft", "sunken", 4.5},
	{"accent", "ground", 4.5}, {"accent", "surface", 4.5}, {"accent", "accent-soft", 4.5}, {"on-accent", "accent", 4.5}, {"on-accent", "accent-press", 4.5},
	{"good", "good-soft", 4.5}, {"wait", "wait-soft", 4.5}, {"warn", "warn-soft", 4.5}, {"bad", "bad-soft", 4.5},
	{"good", "surface", 4.5}, {"wait", "surface", 4.5}, {"warn", "surface", 4.5}, {"bad", "surface", 4.5}, {"warn", "ground", 4.5},
	{"ink", "good-soft", 4.5}, {"ink", "wait-soft", 4.5}, {"ink", "warn-soft", 4.5}, {"ink", "bad-soft", 4.5},
	{"edge", "surface", 3}, {"edge", "ground", 3},
	{"#ffffff", "paid", 4.5}, {"#e3f5ea", "paid", 4.5}, {"#ffffff", "till", 4.5}, {"#b9dcd5", "till", 4.5},
}

func TestColours_AreReadableInBothSchemes(t *testing.T) {
	t.Parallel()
	light, dark, found := strings.Cut(string(read("css/tokens.css")), "prefers-color-scheme: dark")
	if !found {
		t.Fatal("no dark scheme")
	}
	colours := tokens(light)
	check(t, "light", colours)
	for name, value := range tokens(dark) {
		colours[name] = value
	}
	check(t, "dark", colours)
}

func TestColours_OfTheDay_AreReadable(t *testing.T) {
	t.Parallel()
	days := regexp.MustCompile(`--day: (#\w+); --on-day: (#\w+);`).FindAllStringSubmatch(string(read("css/daymark.css")), -1)
	if len(days) != 8 {
		t.Errorf("%d colours", len(days))
	}
	for _, day := range days {
		if ratio := contrast(t, nil, day[2], day[1]); ratio < 4.5 {
			t.Errorf("%s on %s is %.2f", day[2], day[1], ratio)
		}
	}
}

func check(t *testing.T, scheme string, colours map[string]string) {
	t.Helper()
	for _, p := range pairs {
		if ratio := contrast(t, colours, p.over, p.under); ratio < p.least {
			t.Errorf("%s: %s on %s is %.2f, wants %.1f", scheme, p.over, p.under, ratio, p.least)
		}
	}
}

func contrast(t *testing.T, colours map[string]string, one, other string) float64 {
	t.Helper()
	a, b := luminance(t, colours, one), luminance(t, colours, other)
	return (math.Max(a, b) + .05) / (math.Min(a, b) + .05)
}

var token = regexp.MustCompile(`--([\w-]+): (#[0-9a-f]{3,6});`)

func tokens(css string) map[string]string {
	found := make(map[string]string)
	for _, m := range token.FindAllStringSubmatch(css, -1) {
		found[m[1]] = m[2]
	}
	return found
}

// luminance is WCAG's relative luminance of a token or of a colour itself.
func luminance(t *testing.T, colours map[string]string, name string) float64 {
	t.Helper()
	hex, ok := strings.CutPrefix(name, "#")
	if !ok {
		if hex, ok = strings.CutPrefix(colours[name], "#"); !ok {
			t.Fatalf("no colour %s", name)
		}
	}
	if len(hex) == 3 {
		hex = strings.Join([]string{hex[:1], hex[:1], hex[1:2], hex[1:2], hex[2:], hex[2:]}, "")
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
