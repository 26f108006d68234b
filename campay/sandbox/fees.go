package sandbox

import "comptoir/campay/money"

// What CamPay keeps of each operation.

// Rate is a share in hundredths of a percent.
type Rate int64

// OnePercent is what CamPay commonly takes.
const OnePercent Rate = 100

const ratesInWhole = 10_000

// Fees are the rates of each operation, and a part that is the same for any
// amount. A collection's fee is taken from what the app is credited, and is never
// more than that; a withdrawal's and airtime's is added to what it is debited.
type Fees struct {
	Collect, Withdraw, Airtime Rate
	Flat                       money.XAF
}

// Of is the fee for an amount, in hundredths of a franc; half a hundredth is
// rounded up.
func (r Rate) Of(amount money.XAF) money.XAF {
	return (amount*money.XAF(r) + ratesInWhole/2) / ratesInWhole
}

// on is the whole fee of an operation.
func (f Fees) on(e Endpoint, amount money.XAF) money.XAF {
	switch e {
	case EndpointCollect:
		return min(f.Collect.Of(amount)+f.Flat, amount)
	case EndpointWithdraw:
		return f.Withdraw.Of(amount) + f.Flat
	case EndpointAirtime:
		return f.Airtime.Of(amount) + f.Flat
	}
	return 0
}
