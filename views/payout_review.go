package views

// What an order costs and leaves, in words and figures.

import (
	"context"
	"strconv"

	"comptoir/campay/money"
)

// words are the estimate, with its range where there is one.
func (f FeeEstimate) words(ctx context.Context) string {
	switch {
	case !f.IsKnown:
		return T(ctx, "review.fee_unknown")
	case f.Least == f.Most:
		return T(ctx, "review.fee_about", "Amount", Francs(ctx, f.About))
	default:
		return T(ctx, "review.fee_range", "Amount", Francs(ctx, f.About), "Least", Francs(ctx, f.Least), "Most", Francs(ctx, f.Most))
	}
}

// left is what the wallet holds afterwards, before the fee.
func (props PayoutReviewProps) left() money.XAF { return props.Available - props.Amount }

// mayLackFee reports whether the wallet may not hold what CamPay takes beside the
// amount.
func (props PayoutReviewProps) mayLackFee() bool {
	return props.left() >= 0 && props.left() < props.Fee.Most
}

// Sure is the answer that an amount far above the usual needs: the amount, so
// that a yes to another one is none.
func Sure(hundredths money.XAF) string { return hundredths.String() }

// Again is the answer that an order needs that looks like another one: which, so
// that a yes to one is none to the next.
func Again(transactionID, approvalID int64) string {
	return strconv.FormatInt(transactionID, 10) + "." + strconv.FormatInt(approvalID, 10)
}
