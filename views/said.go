package views

// What CamPay says, in the reader's words; what it never said before, as it came.

import (
	"context"
	"strings"

	"comptoir/campay/money"
)

// saidStatus is CamPay's word for how something stands in the reader's, or as it
// came where it is none of the known.
func saidStatus(ctx context.Context, status string) string {
	switch status {
	case "SUCCESSFUL":
		return T(ctx, "said.successful")
	case "FAILED":
		return T(ctx, "said.failed")
	case "PENDING":
		return T(ctx, "said.pending")
	default:
		return status
	}
}

// saidAmount is an amount of a report as it is shown: a number as an amount, any
// other text as it came.
func saidAmount(ctx context.Context, text, currency string) string {
	hundredths, err := money.ParseXAF(text)
	if err != nil {
		return text + " " + currency
	}
	return Digits(ctx, hundredths) + thin + unit(currency)
}

// paramWords is what a webhook's parameter says in the reader's words, where CamPay's
// own are others; empty where there is nothing to add.
func paramWords(ctx context.Context, p Param) string {
	switch strings.ToLower(p.Name) {
	case "status":
		if said := saidStatus(ctx, p.Value); said != p.Value {
			return said
		}
	case "operator":
		return CarrierName(ctx, money.Operator(strings.TrimSuffix(strings.ToUpper(p.Value), "_CM")))
	case "endpoint":
		if key := "kind." + strings.ToLower(p.Value); known(ctx, key) {
			return T(ctx, key)
		}
	}
	return ""
}

// signed is an amount that is more or less than another: "+500 FCFA".
func signed(ctx context.Context, hundredths money.XAF) string {
	if hundredths > 0 {
		return "+" + Francs(ctx, hundredths)
	}
	return Francs(ctx, hundredths)
}
