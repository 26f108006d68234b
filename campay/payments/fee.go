package payments

// What CamPay takes for a payout, as far as earlier ones tell.

import (
	"context"
	"time"

	"comptoir/campay"
	"comptoir/store"
)

const (
	feeSince = 90 * 24 * time.Hour // fees of older payouts may have changed
	feeAmong = 100                 // payouts in which a fee is looked for
)

// rate is a fee in hundredths for an amount in francs; zero when it is unknown.
type rate struct{ fee, base int64 }

func (r rate) isKnown() bool { return r.base > 0 }

// of is the fee of an amount, rounded up to a hundredth; 0 when it is unknown.
func (r rate) of(amount campay.XAF) campay.XAF {
	if !r.isKnown() {
		return 0
	}
	const hundredths = 100
	whole := r.base * hundredths
	times, rest := int64(amount)/whole, int64(amount)%whole // so that no product runs over
	return campay.XAF(times*r.fee + (rest*r.fee+whole-1)/whole)
}

// feeRate is the rate of the newest payout of this kind and operator whose fee
// is in the book.
func (s *Service) feeRate(ctx context.Context, r store.Reader, kind store.Kind, operator campay.Operator) (rate, error) {
	recent, err := r.Transactions(ctx, store.TransactionFilter{
		Kind: kind, Status: store.StatusSuccessful, Since: s.now().Add(-feeSince), Limit: feeAmong,
	})
	if err != nil {
		return rate{}, err
	}
	for _, t := range recent {
		base, isWhole := campay.XAF(t.Amount).Whole()
		if t.Operator == string(operator) && t.Fee > 0 && isWhole && base > 0 {
			return rate{t.Fee, base}, nil
		}
	}
	return rate{}, nil
}
