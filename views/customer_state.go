package views

// What a customer's page is about: the one place that decides it.

import (
	"comptoir/campay/money"
	"comptoir/store"
)

// customerState is what the customer's page is about, as the last part of a
// locale key.
type customerState string

const (
	customerReady      customerState = "ready"
	customerOnPhone    customerState = "on_phone"   // the prompt is on his phone
	customerElsewhere  customerState = "elsewhere"  // somebody else is about to pay the same
	customerAlready    customerState = "already"    // another request of the same was paid
	customerConfirming customerState = "confirming" // reported, or about to be
	customerDoubt      customerState = "doubt"      // the answer to our request was lost
	customerUnclear    customerState = "unclear"    // CamPay says a word that nobody knows
	customerPaid       customerState = "paid"
	customerFailed     customerState = "failed"   // and may try again
	customerNotSent    customerState = "not_sent" // never reached his phone, and may try again
	customerNotReady   customerState = "not_ready"
	customerClosed     customerState = "closed" // CamPay does not take it
	customerCheck      customerState = "check"  // something came in, not as asked
	customerPaused     customerState = "paused"
	customerExpired    customerState = "expired"
	customerUsedUp     customerState = "used_up"
	customerArchived   customerState = "archived"
)

func (props CustomerProps) state() customerState {
	s := props.paymentState()
	if s != customerReady && s != customerFailed && s != customerNotSent && s != customerNotReady {
		return s
	}
	switch props.Stop {
	case store.LinkPaused:
		return customerPaused
	case store.LinkExpired:
		return customerExpired
	case store.LinkUsedUp:
		return customerUsedUp
	case store.LinkArchived:
		return customerArchived
	}
	return s
}

// paymentState is what the attempt is; ready where there is none.
func (props CustomerProps) paymentState() customerState {
	t := props.Payment
	isPush := t.Origin == store.OriginPush
	switch s := stateOf(t); {
	case t.ID == 0:
		return props.beforeAny()
	case isPush && !props.IsPayer && !t.Status.Final():
		return customerElsewhere
	case isPush && !props.IsPayer && s.failed():
		return props.beforeAny() // another one's try
	case isPush && !t.Status.Final() && props.Link.Kind == store.LinkOnce && props.Link.Paid > 0:
		return customerAlready
	case s == statePaid:
		return customerPaid
	case s == stateCheck, s == stateSaidIn:
		return customerCheck
	case s == stateRefused && isPush:
		return customerNotSent
	case s == stateRefused:
		return customerClosed
	case s == stateFailed, s == stateSaidNone:
		return customerFailed
	case s == stateDoubt:
		return customerDoubt
	case s == stateUnclear:
		return customerUnclear
	case s == statePending && isPush:
		return customerOnPhone
	case s == stateReported, s == statePending, isPush:
		return customerConfirming
	case s == stateWaiting && props.Returned:
		return customerConfirming
	default:
		return props.beforeAny()
	}
}

// beforeAny is the state of a page on which nobody has begun to pay.
func (props CustomerProps) beforeAny() customerState {
	if props.takesPhones() && !props.Own || props.PayURL != "" || props.asksPage() {
		return customerReady
	}
	return customerNotReady
}

// takesPhones reports whether a number is asked for, to which the prompt goes.
func (props CustomerProps) takesPhones() bool { return props.Link.PaymentOptions.TakePhones() }

// takesCards reports whether CamPay's page is offered.
func (props CustomerProps) takesCards() bool { return props.Link.PaymentOptions.TakeCards() }

// asksPage reports whether CamPay's page is made when a customer wants it.
func (props CustomerProps) asksPage() bool {
	return props.takesCards() && !props.Own && (props.Link.Kind != store.LinkOnce || props.Link.Amount == 0)
}

// typesAmount reports whether the customer says how much.
func (props CustomerProps) typesAmount() bool { return props.Link.Amount == 0 || props.Link.MayPayMore }

// mayNotHavePaid reports whether the customer came back and CamPay knows of no
// payment yet: he may have turned round before paying.
func (props CustomerProps) mayNotHavePaid() bool {
	return props.Returned && stateOf(props.Payment) == stateWaiting && props.PayURL != ""
}

// pageStaysOpen reports whether, after a try that failed, CamPay's page can still
// be paid by this customer: he is told before he pays twice.
func (props CustomerProps) pageStaysOpen() bool {
	return props.PayURL != "" && (props.takesCards() || props.Payment.Origin == store.OriginLink)
}

// asked is the amount that the page is about; 0 while the customer has not said.
func (props CustomerProps) asked() money.XAF {
	if props.Payment.ID != 0 && props.Payment.Asked != 0 {
		return shownAmount(props.Payment)
	}
	return props.Link.Amount
}

func (s customerState) tone() tone {
	switch s {
	case customerPaid:
		return toneGood
	case customerOnPhone, customerConfirming, customerElsewhere:
		return toneWait
	case customerFailed, customerNotSent, customerClosed:
		return toneBad
	case customerCheck, customerDoubt, customerUnclear, customerAlready:
		return toneWarn
	default:
		return toneQuiet
	}
}

func (s customerState) icon() string {
	switch s {
	case customerPaid:
		return "check"
	case customerOnPhone:
		return "phone"
	case customerFailed, customerNotSent, customerClosed, customerArchived:
		return "cross"
	case customerCheck, customerDoubt, customerUnclear, customerAlready:
		return "alert"
	default:
		return "clock"
	}
}

// waits reports whether the page asks again by itself.
func (s customerState) waits() bool {
	switch s {
	case customerOnPhone, customerConfirming, customerDoubt, customerUnclear, customerNotReady, customerElsewhere, customerAlready:
		return true
	default:
		return false
	}
}

// mayPay reports whether the page has the form in it.
func (s customerState) mayPay() bool {
	switch s {
	case customerReady, customerFailed, customerNotSent:
		return true
	default:
		return false
	}
}
