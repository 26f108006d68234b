package campay

// The calls of the CamPay API: one request and one answer type each, in the
// order of its documentation. Amounts that are asked or paid out are whole
// francs; fees, credits and balances keep their decimals.

import (
	"encoding/json"
	"time"

	"comptoir/campay/money"
)

// Status is where CamPay says a transaction stands.
type Status string

// The statuses CamPay knows, in any case. Any other word, SUCCESS among them, is
// kept as it came, proves nothing and is not final.
const (
	Pending    Status = "PENDING"
	Successful Status = "SUCCESSFUL"
	Failed     Status = "FAILED"
)

// Final reports whether CamPay will not change its mind by itself.
func (s Status) Final() bool { return s == Successful || s == Failed }

// CollectRequest asks a payer's phone for money (POST /collect/).
type CollectRequest struct {
	Amount            money.XAF   // whole francs
	From              money.Phone // who pays
	Description       string      // shown to the payer
	ExternalReference string      // our UUIDv4, the idempotency key
	ExternalUser      string      // comes back in history
}

// Collection is CamPay's acceptance of a collect; the money has not moved yet.
type Collection struct {
	Reference string
	USSDCode  string // what the payer dials when the prompt did not arrive: "*126#"
	Operator  money.Operator
	Raw       json.RawMessage
}

// PaymentLinkRequest makes a hosted payment page (POST /get_payment_link/).
type PaymentLinkRequest struct {
	Amount             money.XAF // whole francs
	From               money.Phone
	Description        string
	FirstName          string
	LastName           string
	Email              string
	ExternalReference  string
	RedirectURL        string
	FailureRedirectURL string
	PaymentOptions     money.PaymentOptions
	PayerCanPayMore    bool
}

// PaymentLink is a hosted payment page. GET /transaction/{Reference}/ answers
// not found until a payer has begun to pay on it.
type PaymentLink struct {
	URL       string
	Reference string
	Raw       json.RawMessage
}

// Transaction is the truth about one reference (GET /transaction/{reference}/).
type Transaction struct {
	Reference         string
	ExternalReference string
	Status            Status
	Amount            money.Told
	NetAmount         money.Told // app_amount: what the app was credited
	Currency          string
	Operator          money.Operator
	Code              string // CamPay's own, like CP201027T00005
	OperatorReference string // empty when absent, null or "None"
	Description       string
	Reason            string
	Phone             string // as it came
	Raw               json.RawMessage
}

// WithdrawRequest pays out to a mobile money account (POST /withdraw/).
type WithdrawRequest struct {
	Amount            money.XAF // whole francs
	To                money.Phone
	Description       string
	ExternalReference string
}

// Withdrawal is CamPay's acceptance of a withdrawal.
type Withdrawal struct {
	Reference string
	Status    Status // often absent
	Raw       json.RawMessage
}

// Balance is what the app holds (GET /balance/): an answer may leave out a figure,
// though never all of the total and the carriers'.
type Balance struct {
	Total             money.Told
	MTN               money.Told
	Orange            money.Told
	Utility           money.Told // the airtime float
	UtilityCommission money.Told
	Currency          string // in upper case; often left out, as in CamPay's documentation
	Raw               json.RawMessage
}

// HistoryRow is one final transaction of POST /history/. It has no
// external reference.
type HistoryRow struct {
	Unreadable        bool      // no more of it than Raw could be read
	At                time.Time // UTC; Cameroon's time when it came without a zone, zero when it cannot be read
	Code              string
	OperatorReference string // operator_tx_code
	Operator          money.Operator
	Phone             string
	Description       string
	ExternalUser      string
	Amount            money.Told
	Charge            money.Told
	Debit             money.Told
	Credit            money.Told
	Status            Status
	Reference         string
	Raw               json.RawMessage
}

// AirtimeRequest sends airtime (POST /utilities/airtime/transfer/).
type AirtimeRequest struct {
	Amount            money.XAF // whole francs
	To                money.Phone
	ExternalReference string
}

// AirtimeTransfer is CamPay's acceptance of an airtime transfer.
type AirtimeTransfer struct {
	Reference string
	Status    Status
	Raw       json.RawMessage
}

// UtilityTransaction is the truth about one airtime transfer
// (GET /utilities/transaction/{reference}/).
type UtilityTransaction struct {
	Reference         string
	ExternalReference string
	Status            Status
	Amount            money.Told
	Currency          string
	Operator          string // "ORANGE_CM", as it came
	Code              string
	Type              string // "AIRTIME"
	Reason            string
	Raw               json.RawMessage
}
