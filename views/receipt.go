package views

// What stands on a receipt, on a screen and on paper.

import (
	"context"
	"slices"
	"strings"

	"comptoir/campay/money"
	"comptoir/views/paper"
)

// paper is the paper that was asked for; that of a till's printer else.
func (r ReceiptProps) paper() string {
	if slices.Contains(paper.Rolls, paper.Roll(r.Paper)) {
		return r.Paper
	}
	return string(paper.Roll80)
}

// isPaid reports whether the receipt says paid: of a collection that is proved
// in full and of no other (invariant 4).
func (r ReceiptProps) isPaid() bool { return stateOf(r.Transaction) == statePaid }

func (r ReceiptProps) status(ctx context.Context) string {
	switch s := stateWith(r.Transaction, r.Refunded); s {
	case stateRefunded, statePartly:
		return T(ctx, "status."+string(s))
	}
	if r.isPaid() {
		return T(ctx, "receipt.paid")
	}
	return T(ctx, "receipt.not_paid")
}

// facts are what a receipt tells, each with its name.
func (r ReceiptProps) facts(ctx context.Context) [][2]string {
	t := r.Transaction
	all := [][2]string{
		{T(ctx, "receipt.when"), exactly(ctx, t.SettledAt)},
		{T(ctx, "receipt.for"), t.Description},
		{T(ctx, "receipt.by"), strings.TrimSpace(operatorName(ctx, t.Operator) + " " + MaskedPhone(t.Phone))},
		{T(ctx, "receipt.fee"), Francs(ctx, 0)},
		{T(ctx, "receipt.total"), moneyWords(ctx, t)},
		{T(ctx, "customer.reference"), t.Code},
		{T(ctx, "receipt.operator_reference"), t.OperatorReference},
	}
	return slices.DeleteFunc(all, func(f [2]string) bool { return f[1] == "" })
}

// notes are what has become of the payment since.
func (r ReceiptProps) notes(ctx context.Context) (all []string) {
	if r.Refunded > 0 {
		all = append(all, T(ctx, "receipt.refunded", "Amount", Francs(ctx, r.Refunded)))
	}
	if r.Transaction.IsSimulated() {
		all = append(all, T(ctx, "simulated.title"))
	}
	return all
}

// OnPaper is the receipt as it is printed.
func (r ReceiptProps) OnPaper(ctx context.Context, shop string) paper.Receipt {
	made := paper.Receipt{
		Shop: shop, Status: r.status(ctx), IsPaid: r.isPaid(), Amount: moneyWords(ctx, r.Transaction),
		Facts: r.facts(ctx), Notes: append(r.notes(ctx), T(ctx, "receipt.as_of", "When", exactly(ctx, r.Now))), Footer: r.Footer, QR: r.QR.Modules,
	}
	if r.Seller.Address != "" {
		made.Address = strings.Split(r.Seller.Address, "\n")
	}
	if len(r.QR.Modules) > 0 {
		made.Check = T(ctx, "receipt.check")
	}
	return made
}

func operatorName(ctx context.Context, operator money.Operator) string {
	switch operator {
	case money.MTN:
		return T(ctx, "carrier.mtn")
	case money.Orange:
		return T(ctx, "carrier.orange")
	default:
		return ""
	}
}

func (r ReceiptProps) shared(ctx context.Context) string {
	return T(ctx, "receipt.share", "Amount", moneyWords(ctx, r.Transaction)) + "\n" + r.URL
}
