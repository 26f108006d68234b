package money

// PaymentOptions are the ways to pay that CamPay's hosted page offers
// (payment_options of POST /get_payment_link/).
type PaymentOptions string

// The ways to pay.
const (
	MobileMoney     PaymentOptions = "MOMO"
	Card            PaymentOptions = "CARD"
	MobileMoneyCard PaymentOptions = "MOMO,CARD"
)

// TakePhones reports whether they take mobile money.
func (o PaymentOptions) TakePhones() bool { return o != Card }

// TakeCards reports whether they take cards, on CamPay's page.
func (o PaymentOptions) TakeCards() bool { return o != MobileMoney }
