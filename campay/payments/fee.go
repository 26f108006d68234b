package payments

// What CamPay takes for a payout, as far as earlier ones tell. A fee may have a
// flat part, and nobody says how it grows: it is a range between what proved
// payouts of about the same amount bear out, or it is not known yet. It stops no
// payout: what a balance does not cover is CamPay's to say (ER301).

import (
	"context"
	"math/big"
	"slices"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

const (
	feeSince = 90 * 24 * time.Hour // fees of older payouts may have changed
	feeAmong = 100                 // payouts in which fees are looked for
	feeLeast = 3                   // payouts at least carry an estimate
	feeNear  = 2                   // times an amount, or that part of it, is near it
)

// Fee is what CamPay would take, about and at least and at most; none of it is
// known while the evidence is thin.
type Fee struct {
	About, Least, Most money.XAF
	Known              bool
}

// feeOfAmount estimates the fee of a payout by the newest ones of its kind and
// operator whose fee is in the book and whose amount is near.
func (s *Payouts) feeOfAmount(ctx context.Context, kind store.Kind, operator money.Operator, amount money.XAF) (Fee, error) {
	recent, err := s.store.Transactions(ctx, store.TransactionFilter{
		Kind: kind, Status: store.StatusSuccessful, Since: s.now().Add(-feeSince), Limit: feeAmong,
	})
	if err != nil {
		return Fee{}, err
	}
	var flat, grown []money.XAF // the fee of each as it was, and in proportion to amount
	for _, t := range recent {
		if t.Operator != operator || t.Fee <= 0 || !t.PaidInFull() || !isNear(t.Amount, amount) {
			continue
		}
		flat = append(flat, t.Fee)
		grown = append(grown, inProportion(t.Fee, t.Amount, amount))
	}
	if len(flat) < feeLeast {
		return Fee{}, nil
	}
	return Fee{
		About: median(grown), Known: true,
		Least: min(slices.Min(flat), slices.Min(grown)),
		Most:  max(slices.Max(flat), slices.Max(grown)),
	}, nil
}

// isNear reports whether what is known of one amount says something of another.
func isNear(known, amount money.XAF) bool {
	return known > 0 && known <= amount*feeNear && amount <= known*feeNear
}

// inProportion is the fee of an amount, up to a hundredth, where that of another
// one that is near it is known.
func inProportion(fee, known, amount money.XAF) money.XAF {
	product := new(big.Int).Mul(big.NewInt(int64(fee)), big.NewInt(int64(amount))) // it may run over
	whole, rest := product.QuoRem(product, big.NewInt(int64(known)), new(big.Int))
	return money.XAF(whole.Int64() + int64(rest.Sign()))
}
