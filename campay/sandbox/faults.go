package sandbox

// Faults on demand: what goes wrong between an app and CamPay, chosen by who
// tests. They live in memory only: a restart clears them.

import (
	"slices"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
)

// Endpoint names a call of the API by its path.
type Endpoint string

// The calls of the API.
const (
	EndpointToken       Endpoint = "token"
	EndpointCollect     Endpoint = "collect"
	EndpointLink        Endpoint = "get_payment_link"
	EndpointTransaction Endpoint = "transaction"
	EndpointWithdraw    Endpoint = "withdraw"
	EndpointBalance     Endpoint = "balance"
	EndpointHistory     Endpoint = "history"
	EndpointAirtime     Endpoint = "utilities/airtime/transfer"
	EndpointUtility     Endpoint = "utilities/transaction"
	EndpointHolder      Endpoint = "holder_info"
)

// Endpoints returns every call there is.
func Endpoints() []Endpoint {
	return []Endpoint{
		EndpointToken, EndpointCollect, EndpointLink, EndpointTransaction, EndpointWithdraw,
		EndpointBalance, EndpointHistory, EndpointAirtime, EndpointUtility, EndpointHolder,
	}
}

// Kind is what goes wrong.
type Kind string

// Faults of a call. "Before" and "after" are about its effect: after means that
// the money has moved and the app is not told so.
const (
	Delay        Kind = "delay"        // Fault.Delay passes first; nothing is done if the client leaves meanwhile
	ErrorBefore  Kind = "error_before" // Fault.Status, 500 by default
	ErrorAfter   Kind = "error_after"
	CutBefore    Kind = "cut_before" // the connection closes without an answer
	CutAfter     Kind = "cut_after"
	HTMLBefore   Kind = "html_before" // a proxy's page with Fault.Status, 502 by default
	HTMLAfter    Kind = "html_after"
	Unauthorized Kind = "unauthorized" // 401, whatever the token
	Wordless     Kind = "wordless"     // Fault.Status, 400 by default, and not a byte more; nothing is done
	Redirected   Kind = "redirected"   // to another page; nothing is done
)

// Faults of the calls that move money. A duplicate is refused though its
// external_reference is new to the app: the first sending arrived, or did not.
const (
	DuplicateBefore Kind = "duplicate_before"
	DuplicateAfter  Kind = "duplicate_after"
	RateLimited     Kind = "rate_limited" // too many for this number: Fault.Status, 400 by default
)

// Faults of the answers about one transaction, utilities too.
const (
	AmountUntold Kind = "amount_untold" // Fault.Text instead of the amount: "None", "null", "0.00"; empty: no such field
	StatusWord   Kind = "status_word"   // Fault.Text instead of the status; EXPIRED when empty
)

// Faults at the source, taken when a transaction begins: an Endpoint of
// "collect" also means what is paid on a link.
const (
	TrueAmount   Kind = "true_amount"   // Fault.Amount moves instead of what was asked
	TrueCurrency Kind = "true_currency" // it is said to be in Fault.Currency
	FailAtSource Kind = "fail_at_source"
)

// Faults of a webhook, taken when a transaction ends, by the Endpoint of the
// transaction.
const (
	WebhookLost      Kind = "webhook_lost"
	WebhookLate      Kind = "webhook_late"      // by Fault.Delay
	WebhookDoubled   Kind = "webhook_doubled"   // sent twice
	WebhookReordered Kind = "webhook_reordered" // held until the next one was sent, or for Fault.Delay if set
	WebhookForged    Kind = "webhook_forged"    // signed with another key
	WebhookAmount    Kind = "webhook_amount"    // rightly signed, says Fault.Amount
	WebhookStatus    Kind = "webhook_status"    // rightly signed, says Fault.Announced, or the opposite
	WebhookRetried   Kind = "webhook_retried"   // sent again, after Fault.Delay each, up to 5 times, until it gets a 2xx
)

// Kinds returns every fault there is, in the groups above.
func Kinds() []Kind {
	return slices.Concat(callKinds(), moveKinds(), lookupKinds(), sourceKinds(), webhookKinds())
}

func callKinds() []Kind {
	return []Kind{
		Delay, ErrorBefore, ErrorAfter, CutBefore, CutAfter, HTMLBefore, HTMLAfter, Unauthorized, Wordless, Redirected,
	}
}

func moveKinds() []Kind { return []Kind{DuplicateBefore, DuplicateAfter, RateLimited} }

func lookupKinds() []Kind { return []Kind{AmountUntold, StatusWord} }

func sourceKinds() []Kind { return []Kind{TrueAmount, TrueCurrency, FailAtSource} }

func webhookKinds() []Kind {
	return []Kind{
		WebhookLost, WebhookLate, WebhookDoubled, WebhookReordered,
		WebhookForged, WebhookAmount, WebhookStatus, WebhookRetried,
	}
}

// Fault is something to go wrong.
type Fault struct {
	Kind      Kind
	Endpoint  Endpoint // empty: any
	Times     int      // how often; 0 is once, below 0 until cleared
	Delay     time.Duration
	Status    int // HTTP status
	Amount    money.XAF
	Currency  string
	Announced campay.Status
	Text      string // what the answer says
}

// Inject arms faults. Where several fit, a call takes the first Delay and the
// first other one; a transaction takes the first of each kind; a webhook takes
// the first.
func (s *Sandbox) Inject(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		if f.Times == 0 {
			f.Times = 1
		}
		s.state.faults = append(s.state.faults, f)
	}
}

// Faults returns those still armed.
func (s *Sandbox) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.state.faults)
}

// ClearFaults disarms all.
func (s *Sandbox) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.faults = nil
}

// take uses up one turn of the first armed fault of these kinds that fits.
func (st *state) take(e Endpoint, kinds ...Kind) (Fault, bool) {
	for i, f := range st.faults {
		if f.Endpoint != "" && f.Endpoint != e || !slices.Contains(kinds, f.Kind) {
			continue
		}
		if f.Times > 0 {
			st.faults[i].Times--
		}
		if st.faults[i].Times == 0 {
			st.faults = slices.Delete(st.faults, i, i+1)
		}
		return f, true
	}
	return Fault{}, false
}

// distort makes what the source did differ from what was asked.
func (st *state) distort(e *Entry) {
	if f, ok := st.take(e.Endpoint, TrueAmount); ok {
		e.Amount = f.Amount
	}
	if f, ok := st.take(e.Endpoint, TrueCurrency); ok {
		e.Currency = orElse(f.Currency, "EUR")
	}
	_, e.FailsAtSource = st.take(e.Endpoint, FailAtSource)
}
