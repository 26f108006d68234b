package sandbox

// The ledger: every transaction with what it did to the app's money. A status
// and the money that goes with it change in one step (settle), so that the
// balances are always the opening ones plus the effects of all entries.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"comptoir/campay"
	"comptoir/campay/money"
)

// Entry is one transaction as CamPay knows it.
type Entry struct {
	Reference         string         `json:"reference"`
	ExternalReference string         `json:"external_reference,omitempty"`
	LinkReference     string         `json:"link_reference,omitempty"` // of the link it was paid on
	Endpoint          Endpoint       `json:"endpoint"`                 // collect, withdraw or airtime
	Status            campay.Status  `json:"status"`
	Asked             money.XAF      `json:"asked"`
	Amount            money.XAF      `json:"amount"` // what moves: Asked, unless a fault says otherwise
	Charge            money.XAF      `json:"charge"`
	Currency          string         `json:"currency"`
	Operator          money.Operator `json:"operator"`
	Phone             money.Phone    `json:"phone"`
	Code              string         `json:"code"`
	OperatorReference string         `json:"operator_reference,omitempty"`
	Description       string         `json:"description,omitempty"`
	ExternalUser      string         `json:"external_user,omitempty"`
	FirstName         string         `json:"first_name,omitempty"`
	LastName          string         `json:"last_name,omitempty"`
	Email             string         `json:"email,omitempty"`
	RedirectURL       string         `json:"redirect_url,omitempty"`
	FailureURL        string         `json:"failure_redirect_url,omitempty"`
	Reason            Reason         `json:"reason,omitempty"` // why it failed
	Begun             time.Time      `json:"begun"`
	Due               time.Time      `json:"due"` // when it ends by itself
	Ended             time.Time      `json:"ended,omitzero"`
	// FailsAtSource: the payer's PIN, or the wait, ends in a failure.
	FailsAtSource bool `json:"fails_at_source,omitempty"`
}

// Reason is why a transaction failed.
type Reason string

// The reasons the sandbox gives.
const (
	ReasonRefused   Reason = "refused"
	ReasonWrongPIN  Reason = "wrong_pin"
	ReasonNoFunds   Reason = "no_funds"
	ReasonTimeout   Reason = "timeout"
	ReasonAtCarrier Reason = "carrier"
)

// text is the reason in the API's English.
func (r Reason) text() string {
	switch r {
	case ReasonRefused:
		return "Transaction rejected by the payer"
	case ReasonWrongPIN:
		return "Wrong PIN"
	case ReasonNoFunds:
		return "Insufficient funds of the payer"
	case ReasonTimeout:
		return "The payer did not answer in time"
	case ReasonAtCarrier:
		return "Failed at the operator"
	}
	return ""
}

// Effect is by how much the entry changes the balance of its carrier (or the
// airtime float) where it stands: a payout is debited when it is accepted and
// given back when it fails.
func (e Entry) Effect() money.XAF {
	switch {
	case e.Endpoint == EndpointCollect && e.Status == campay.Successful:
		return e.Amount - e.Charge
	case e.Endpoint != EndpointCollect && e.Status != campay.Failed:
		return -(e.Amount + e.Charge)
	}
	return 0
}

// net is what a collection is worth to the app, whether it came or not; a payout
// is worth nothing.
func (e Entry) net() money.XAF {
	if e.Endpoint != EndpointCollect {
		return 0
	}
	return e.Amount - e.Charge
}

// Credit and Debit are the two sides of Effect: what failed has neither.
func (e Entry) Credit() money.XAF { return max(e.Effect(), 0) }

// Debit is what was taken from the app, fee included.
func (e Entry) Debit() money.XAF { return max(-e.Effect(), 0) }

// Ledger returns every transaction, in the order in which they began.
func (s *Sandbox) Ledger() []Entry {
	var all []Entry
	s.look(func(st *state) {
		all = make([]Entry, len(st.Entries))
		for i, e := range st.Entries {
			all[i] = *e
		}
	})
	return all
}

// Balance returns what the app holds now.
func (s *Sandbox) Balance() Balances {
	var b Balances
	s.look(func(st *state) { b = st.Balances })
	return b
}

// SetBalance puts other balances in place of those there are.
func (s *Sandbox) SetBalance(b Balances) error {
	return s.change(func(st *state) error {
		st.Balances = b
		st.touch()
		return nil
	})
}

// Settle ends a transaction as a carrier may do of its own accord, also one
// that has ended: a collection that failed and succeeds later is money that
// came in. The webhook goes out as for any other.
func (s *Sandbox) Settle(reference string, status campay.Status) error {
	if !status.Final() {
		return fmt.Errorf("settle %s: %q is not final", reference, status)
	}
	return s.change(func(st *state) error {
		e, ok := st.byReference[reference]
		if !ok {
			return fmt.Errorf("settle %s: %w", reference, ErrUnknown)
		}
		if e.Status == status {
			return nil
		}
		reason := ReasonAtCarrier
		if status == campay.Successful {
			reason = ""
		}
		st.settle(e, status, reason)
		return nil
	})
}

// begin writes down a new transaction, or a new try under the reference of one
// that failed, and takes a payout's money at once.
func (st *state) begin(e Entry) (*Entry, error) {
	if e.Reference == "" {
		reference, err := st.newUUID()
		if err != nil {
			return nil, err
		}
		e.Reference = reference
	}
	e.Status, e.Amount, e.Currency = campay.Pending, e.Asked, currency
	e.Operator = e.Phone.Operator()
	e.Begun = st.now
	st.Serial++
	e.Code = code(e, st.Serial)
	wait := st.cfg.PromptTimeout
	if e.Endpoint != EndpointCollect {
		wait = st.cfg.PayoutDelay
	}
	e.Due = st.now.Add(wait)
	st.distort(&e)
	e.Charge = st.cfg.Fees.on(e.Endpoint, e.Amount)
	kept, again := st.byReference[e.Reference]
	if again {
		*kept = e
	} else {
		kept = &e
		st.Entries = append(st.Entries, kept)
		st.byReference[e.Reference] = kept
	}
	st.pending = append(st.pending, kept)
	st.move(kept, kept.Effect())
	st.touch()
	return kept, nil
}

// settle gives an entry its final status and moves the money that goes with it.
func (st *state) settle(e *Entry, status campay.Status, reason Reason) {
	before := e.Effect()
	e.Status, e.Reason, e.Ended = status, reason, st.now
	if status == campay.Successful && e.OperatorReference == "" {
		e.OperatorReference = operatorReference(*e)
	}
	st.move(e, e.Effect()-before)
	st.pending = slices.DeleteFunc(st.pending, func(p *Entry) bool { return p == e })
	st.announce(e)
	st.touch()
}

func (st *state) move(e *Entry, by money.XAF) {
	*st.wallet(e.Endpoint, e.Operator) += by
}

// wallet is the balance that an operation with a carrier draws on.
func (st *state) wallet(e Endpoint, o money.Operator) *money.XAF {
	switch {
	case e == EndpointAirtime:
		return &st.Balances.Airtime
	case o == money.Orange:
		return &st.Balances.Orange
	}
	return &st.Balances.MTN
}

// code is CamPay's own number of a transaction, as its demo site writes it: like
// D260729D0053YC for a deposit.
func code(e Entry, serial int64) string {
	kind := "D"
	switch e.Endpoint {
	case EndpointWithdraw:
		kind = "W"
	case EndpointAirtime:
		kind = "U"
	}
	number := strings.ToUpper(strconv.FormatInt(serial, 36))
	return "D" + e.Begun.Format("060102") + kind + fmt.Sprintf("%05s", number)
}

// operatorReference is in the form of the carrier's own receipts.
func operatorReference(e Entry) string {
	number := e.Code[len(e.Code)-5:]
	if e.Operator == money.Orange {
		return "MP" + e.Ended.Format("060102.1504") + ".A" + number
	}
	return e.Ended.Format("0601021504") + number
}

// newUUID makes a version 4 UUID of the sandbox's own random source.
func (st *state) newUUID() (string, error) {
	id, err := uuid.NewRandomFromReader(st.cfg.Rand)
	if err != nil {
		return "", fmt.Errorf("random: %w", err)
	}
	return id.String(), nil
}
