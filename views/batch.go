package views

// What a list of pasted lines comes to, and its file.

import (
	"context"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// isReady reports whether the list can be made as it was shown.
func (f BatchForm) isReady() bool { return len(f.Rows) > 0 && f.Wrong == 0 && len(f.Errors) == 0 }

// Doubles is how many rows stand in the list already.
func (f BatchForm) Doubles() (n int) {
	for _, row := range f.Rows {
		if row.SameAs > 0 {
			n++
		}
	}
	return n
}

func (f BatchForm) total() (sum money.XAF) {
	for _, row := range f.Rows {
		sum += row.Asked
	}
	return sum
}

func batchColumn(name string) string {
	switch name {
	case "first_name":
		return "batch.name"
	case "phone":
		return "column.phone"
	case "amount":
		return "column.amount"
	case "description":
		return "column.what"
	default:
		return "batch.line"
	}
}

func (props BatchProps) waits() bool {
	for _, l := range props.Links {
		if l.URL == "" && stateOf(l.Link.Newest) != stateRefused {
			return true
		}
	}
	return false
}

// BatchHeading and BatchLine are the lines of a batch's file.
func BatchHeading(ctx context.Context) []string {
	return []string{
		T(ctx, "batch.name"), T(ctx, "column.phone"), T(ctx, "column.amount"), T(ctx, "column.what"), T(ctx, "column.status"), T(ctx, "link.address"),
	}
}

// BatchLine is a link in a line; address is where it is paid.
func BatchLine(ctx context.Context, l store.LinkWithState, address string, now time.Time) []string {
	return []string{
		payer(l.PaymentLink), cellPhone(l.Phone), cellAmount(ctx, l.Amount), l.Description, T(ctx, "status."+string(linkStateOf(l, now))), address,
	}
}
