package views

// What CamPay says, in the reader's words; what it never said before, as it came.

import "context"

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
	hundredths, ok := fromFrancs(text)
	if !ok {
		return text + " " + currency
	}
	return Digits(ctx, hundredths) + thin + unit(currency)
}
