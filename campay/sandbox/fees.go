package sandbox

// What CamPay keeps of each operation.

import "comptoir/campay"

// Rate is a share in hundredths of a percent.
type Rate int64

// OnePercent is what CamPay commonly takes.
const OnePercent Rate = 100

const ratesInWhole = 10_000

// Fees are the rates of each operation. A collection's fee is taken from what
// the app is credited; a withdrawal's and airtime's is added to what it is
// debited.
type Fees struct {
	Collect, Withdraw, Airtime Rate
}

// Of is the fee for an amount, in hundredths of a franc; half a hundredth is
// rounded up.
func (r Rate) Of(amount campay.XAF) campay.XAF {
	return (amount*campay.XAF(r) + ratesInWhole/2) / ratesInWhole
}

func (f Fees) of(e Endpoint) Rate {
	switch e {
	case EndpointCollect:
		return f.Collect
	case EndpointWithdraw:
		return f.Withdraw
	case EndpointAirtime:
		return f.Airtime
	}
	return 0
}
