package payments_test

import (
	"errors"
	"testing"

	"comptoir/campay/money"
	"comptoir/campay/payments"
)

func TestParseItems_AddsUpWhatIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]int64{"500": 500, "500+250+1000": 1750, "2 500 + 1.000 F": 3500, "500+": 500} {
		if got, err := payments.ParseItems(typed); err != nil || got != money.Francs(want) {
			t.Errorf("%q: %v, %v", typed, got, err)
		}
	}
	for typed, want := range map[string]error{
		"": payments.ErrAmountMissing, "+": payments.ErrAmountMissing, "+500": payments.ErrAmountSign, "500++250": payments.ErrAmountLetters,
		"500+x": payments.ErrAmountLetters, "500+0": payments.ErrAmountZero, "500+2,5": payments.ErrAmountDecimals,
		"99999999+1": payments.ErrAmountTooLarge, "500-250": payments.ErrAmountLetters,
	} {
		if got, err := payments.ParseItems(typed); !errors.Is(err, want) {
			t.Errorf("%q: %v, %v; want %v", typed, got, err, want)
		}
	}
}
