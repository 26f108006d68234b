package money_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"comptoir/campay/money"
)

func TestParseXAF_ReadsTheMachineFormToTheHundredth(t *testing.T) {
	for s, want := range map[string]money.XAF{
		"5": 500, "5.0": 500, "5.00": 500, "100.00": 10000, "-3.5": -350, "4.95": 495,
		"0": 0, "-0": 0, "007": 700, "0.010000": 1, "12500": 1250000,
		"1000000000000000": 100000000000000000, "-1000000000000000.00": -100000000000000000,
	} {
		got, err := money.ParseXAF(s)
		if err != nil || got != want {
			t.Errorf("ParseXAF(%q) = %d, %v; want %d", s, got, err, want)
		}
	}
}

func TestParseXAF_RefusesWhatItWouldHaveToGuess(t *testing.T) {
	for _, s := range []string{
		"", " 5", "5 ", "12 500", "12,500", "+5", "--5", "-", ".", "5.", ".5", "5.001", "0.005",
		"1e3", "0x10", "5_0", "NaN", "Inf", "None", "٥", "5\n", "1000000000000000.01",
		"1000000000000001", "99999999999999999999", strings.Repeat("0", 65),
	} {
		if got, err := money.ParseXAF(s); !errors.Is(err, money.ErrAmount) {
			t.Errorf("ParseXAF(%q) = %d, %v; want ErrAmount", s, got, err)
		}
	}
}

func TestXAF_Whole_SaysWhenThereAreDecimals(t *testing.T) {
	for a, want := range map[money.XAF]struct {
		francs int64
		ok     bool
	}{0: {0, true}, 500: {5, true}, 495: {4, false}, -350: {-3, false}, -400: {-4, true}} {
		if francs, ok := a.Whole(); francs != want.francs || ok != want.ok {
			t.Errorf("%d.Whole() = %d, %v; want %v", int64(a), francs, ok, want)
		}
	}
	if money.Francs(12500) != 1250000 {
		t.Error("Francs(12500) is not 12500 francs")
	}
}

func TestXAF_UnmarshalJSON_ReadsEveryFormThatCamPayWrites(t *testing.T) {
	for s, want := range map[string]money.XAF{
		`5`: 500, `5.0`: 500, `"5"`: 500, `"100.00"`: 10000, ` "5.00" `: 500, `" 5"`: 500,
		`0.05`: 5, `-2.5`: -250,
		`0.5700000000000001`: 57, `4.949999999999999`: 495, `7.105427357601002e-15`: 0,
		`1e3`: 100000, `1.5E+2`: 15000, `-7.1e-15`: 0, `0.005`: 1, `0.0049`: 0,
	} {
		var got money.XAF
		if err := json.Unmarshal([]byte(s), &got); err != nil || got != want {
			t.Errorf("%s read as %d, %v; want %d", s, got, err, want)
		}
	}
}

func TestXAF_UnmarshalJSON_RefusesWhatIsNoAmount(t *testing.T) {
	for _, s := range []string{
		`true`, `{}`, `[5]`, `"five"`, `"1,000"`, `1e999999999`, `1e-999999999`, `1e-999999`, `"1/3"`, `"0x1p4"`, `"5e"`, `1e16`, `"e5"`,
	} {
		got := money.XAF(42)
		if err := json.Unmarshal([]byte(s), &got); !errors.Is(err, money.ErrAmount) {
			t.Errorf("%s read as %d, %v; want ErrAmount", s, got, err)
		}
	}
}

func FuzzParseXAF(f *testing.F) {
	for _, s := range []string{"5", "5.0", "100.00", "-3.5", "-0", "0.05", "1000000000000000", "5.001", "1e3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := money.ParseXAF(s)
		if err != nil {
			if a != 0 || !errors.Is(err, money.ErrAmount) {
				t.Fatalf("ParseXAF(%q) = %d, %v", s, a, err)
			}
			return
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok || exact.Cmp(big.NewRat(int64(a), 100)) != 0 {
			t.Fatalf("ParseXAF(%q) = %s", s, a)
		}
		again, err := money.ParseXAF(a.String())
		if err != nil || again != a {
			t.Fatalf("%q read back as %d, %v; want %d", a, again, err, a)
		}
	})
}

func FuzzXAF_UnmarshalJSON(f *testing.F) {
	for _, s := range []string{`5`, `"5.0"`, `null`, `"None"`, `7.1e-15`, `1e999999999`, `{}`, `0.5700000000000001`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var a money.XAF
		if json.Unmarshal(b, &a) != nil {
			return
		}
		out, err := json.Marshal(a)
		if err != nil {
			t.Fatalf("%s read as %d, which cannot be written: %v", b, a, err)
		}
		var again money.XAF
		if err := json.Unmarshal(out, &again); err != nil || again != a {
			t.Fatalf("%s read as %d, written as %s, read back as %d, %v", b, a, out, again, err)
		}
	})
}
