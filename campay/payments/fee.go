package payments

// What earlier payouts tell of one: what is usual, and what CamPay takes for it. A fee may have a
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
	feeLeast = 3                   // payouts at least carry an estimate
	feeNear  = 2                   // times an amount, or that part of it, is near it

	farAbove   = 5 // times the usual amount is far above it
	usualLeast = 3 // payouts at least tell what is usual
)

// Fee is what CamPay would take, about and at least and at most; none of it is
// known while the evidence is thin.
type Fee struct {
	About, Least, Most money.XAF
	Known              bool
}

// estimate fills in what earlier payouts say about p.
func (s *Payouts) estimate(ctx context.Context, p *Plan) error {
	usual, err := s.store.UsualPayouts(ctx, p.Kind)
	if err != nil {
		return err
	}
	if len(usual) >= usualLeast {
		p.Usual = median(usual)
		p.FarAbove = p.Amount > farAbove*p.Usual
	}
	charged, err := s.store.ChargedFees(ctx, store.FeeFilter{
		Kind: p.Kind, Operator: p.Operator, Since: s.now().Add(-feeSince),
		Least: (p.Amount + feeNear - 1) / feeNear, Most: p.Amount * feeNear,
	})
	p.Fee = estimatedFee(p.Amount, charged)
	return err
}

// estimatedFee estimates the fee of an amount by those of payouts of about as much.
func estimatedFee(amount money.XAF, near []store.ChargedFee) Fee {
	if len(near) < feeLeast {
		return Fee{}
	}
	var flat, grown []money.XAF // the fee of each as it was, and in proportion to amount
	for _, paid := range near {
		flat = append(flat, paid.Fee)
		grown = append(grown, inProportion(paid.Fee, paid.Amount, amount))
	}
	return Fee{
		About: median(grown), Known: true,
		Least: min(slices.Min(flat), slices.Min(grown)),
		Most:  max(slices.Max(flat), slices.Max(grown)),
	}
}

// inProportion is the fee of an amount, up to a hundredth, where that of another
// one that is near it is known.
func inProportion(fee, known, amount money.XAF) money.XAF {
	product := new(big.Int).Mul(big.NewInt(int64(fee)), big.NewInt(int64(amount))) // it may run over
	whole, rest := product.QuoRem(product, big.NewInt(int64(known)), new(big.Int))
	return money.XAF(whole.Int64() + int64(rest.Sign()))
}

// median is the middle of the amounts, the lower of two.
func median(amounts []money.XAF) money.XAF {
	sorted := slices.Sorted(slices.Values(amounts))
	return sorted[(len(sorted)-1)/2]
}
