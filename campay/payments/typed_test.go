package payments

import (
	"errors"
	"strings"
	"testing"

	"comptoir/campay/money"
)

func TestParseAmount_AsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for typed, francs := range map[string]int64{
		"2500": 2500, "2 500": 2500, "2\u202f500": 2500, "2\u00a0500 FCFA": 2500, " 2500 ": 2500,
		"2.500": 2500, "2,500": 2500, "1.250.000": 1_250_000, "2500f": 2500, "2 500 xaf": 2500,
		"0100": 100, "5": 5, "99 999 999": 99_999_999,
		"FCFA 12 500": 12_500, "12 500 frs": 12_500, "12 500 francs": 12_500, "12 500 Francs CFA": 12_500, "12500 F CFA": 12_500, "XAF 5": 5,
		"12 500,00": 12_500, "12500.00": 12_500, "12.500,00": 12_500, "12,500.00": 12_500, "1 250 000,0": 1_250_000, "12\u202f500,00\u00a0F": 12_500, "500\n": 500,
		"\u202a2\u2009500\u202c": 2500, "2\u2007500": 2500, "\ufeff2500": 2500, "25\u200b00": 2500, "\u20662500\u2069": 2500,
	} {
		if got, err := ParseAmount(typed); err != nil || got != money.Francs(francs) {
			t.Errorf("%q: %v, %v; want %d francs", typed, got, err, francs)
		}
	}
	for typed, want := range map[string]error{
		"": ErrAmountMissing, "  ": ErrAmountMissing, "FCFA": ErrAmountMissing,
		"25,5": ErrAmountDecimals, "2500.50": ErrAmountDecimals, "2500.0000": ErrAmountDecimals, "12.500.00": ErrAmountDecimals, "0.500": ErrAmountDecimals, ".5": ErrAmountDecimals,
		"1.25.000": ErrAmountDecimals, "1,250.50": ErrAmountDecimals, "2500.": ErrAmountDecimals, "1234.567": ErrAmountDecimals,
		"12 50": ErrAmountGroups, "1 2 500": ErrAmountGroups, "500 250 25": ErrAmountGroups, "12  500": ErrAmountGroups, "2500 500": ErrAmountGroups, "0 500": ErrAmountGroups,
		"5 000 5 000": ErrAmountGroups, "12\n500": ErrAmountGroups, "12\t500": ErrAmountGroups, "1 000.000": ErrAmountDecimals, "1.000 000": ErrAmountGroups,
		"500 F 250": ErrAmountLetters, "F 500 F": ErrAmountLetters, "-5": ErrAmountSign, "+5": ErrAmountSign, "−5": ErrAmountSign,
		"0": ErrAmountZero, "000": ErrAmountZero,
		"1234567890123": ErrAmountTooLarge, "100000000": ErrAmountTooLarge,
		"abc": ErrAmountLetters, "25OO": ErrAmountLetters, "2e5": ErrAmountLetters, "25-00": ErrAmountLetters, "٢٥": ErrAmountLetters,
	} {
		if got, err := ParseAmount(typed); !errors.Is(err, want) {
			t.Errorf("%q: %v, %v; want %v", typed, got, err, want)
		}
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, seed := range []string{"2 500", "2.500", "25,5", "-1", "1e9", "99999999999999999999", "\u202f5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		a, err := ParseAmount(typed)
		if err != nil {
			return
		}
		francs, whole := a.Whole()
		if !whole || francs <= 0 || a > MaxAmount {
			t.Fatalf("%q was read as %v", typed, a)
		}
		// What is read is the digits that were typed, in their order, but for
		// decimals that are nought.
		digits := strings.TrimLeft(strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, typed), "0")
		if cents, ok := strings.CutPrefix(digits, a.String()); !ok || cents != "" && cents != "0" && cents != "00" {
			t.Fatalf("%q was read as %v", typed, a)
		}
	})
}

func TestParsePhone_RefusesWhatCamPayWould(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]error{
		"": ErrPhoneMissing, " ": ErrPhoneMissing, "12": ErrPhone, "+33612345678": ErrPhone, "six": ErrPhone,
		"6 20 12 34 56": ErrPhoneCarrier, "2 33 12 34 56": ErrPhone,
	} {
		if got, err := ParsePhone(typed); !errors.Is(err, want) {
			t.Errorf("%q: %v, %v; want %v", typed, got, err, want)
		}
	}
	if got, err := ParsePhone("6 77 12 34 56"); err != nil || got != mtnPhone {
		t.Errorf("%v, %v", got, err)
	}
}

func TestParsePaymentOptions_NothingButWhatIsOffered(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]money.PaymentOptions{"": money.MobileMoney, "CARD": money.Card, "MOMO,CARD": money.MobileMoneyCard} {
		if got, err := ParsePaymentOptions(typed); err != nil || got != want {
			t.Errorf("%q: %v, %v", typed, got, err)
		}
	}
	if _, err := ParsePaymentOptions("CASH"); !errors.Is(err, ErrPaymentOptions) {
		t.Errorf("CASH: %v", err)
	}
}
