package views

// What a transaction or a link is called on a screen. Only a transaction that
// PaidInFull vouches for is ever called paid (invariant 4).

import (
	"cmp"
	"context"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// tone is how news feels; each has its colours.
type tone string

const (
	toneGood  tone = "good"
	toneWait  tone = "wait"
	toneWarn  tone = "warn"
	toneBad   tone = "bad"
	toneQuiet tone = "quiet"
)

// state is a transaction's state in the words of a screen, as the last part
// of locale keys.
type state string

const (
	statePaid      state = "paid"          // a collection, proved in full
	statePaidTwice state = "paid_twice"    // a link for one payment that got more
	stateRefunded  state = "refunded"      // a paid one that was given back
	statePartly    state = "refunded_part" // a paid one of which a part was given back
	stateDone      state = "done"          // a withdrawal or airtime, proved
	stateSaidSent  state = "said_sent"     // money out that a person said was sent
	stateCheck     state = "check"         // money moved, not as asked: a person must look
	stateFailed    state = "failed"        // the payer refused, or could not pay
	stateUndone    state = "undone"        // money out that did not arrive: it is in the account
	stateSaidKept  state = "said_kept"     // money out that a person said was not sent
	stateSaidIn    state = "said_in"       // a collection that a person said came in
	stateSaidNone  state = "said_none"     // a collection that a person said did not come in
	stateRefused   state = "refused"       // never reached the payer, or never left
	stateUnclear   state = "unclear"       // CamPay says a word that nobody knows
	stateReported  state = "reported"      // said by a webhook, not proved yet
	stateDoubt     state = "doubt"         // the answer to our request was lost
	statePending   state = "pending"       // the payer has it in hand
	stateWaiting   state = "waiting"       // nobody has begun to pay
	stateActive    state = "active"        // a link of many payments takes them
	statePaused    state = "paused"        // a link that takes none for now, as those below for good
	stateExpired   state = "expired"
	stateUsedUp    state = "used_up"
	stateArchived  state = "archived"
	stateCancelled state = "cancelled" // a sale at the till that was ended
	stateReplaced  state = "replaced"  // one that is asked for in another way
	statePreparing state = "preparing" // CamPay has not answered yet
)

// stateOf is the one place that decides what a transaction is called.
func stateOf(t store.Transaction) state {
	switch {
	case t.PaidInFull() && t.Kind == store.KindCollect:
		return statePaid
	case t.PaidInFull():
		return stateDone
	case isSaid(t):
		return saidOf(t)
	case t.Status == store.StatusSuccessful:
		return stateCheck
	case t.Status == store.StatusFailed && t.Reference == "":
		return stateRefused
	case t.Status == store.StatusFailed && t.Kind != store.KindCollect:
		return stateUndone
	case t.Status == store.StatusFailed:
		return stateFailed
	case t.ReportedStatus != "":
		return stateReported
	case t.Word != "":
		return stateUnclear
	case t.Status == store.StatusInDoubt:
		return stateDoubt
	case t.Status == store.StatusPending:
		return statePending
	case t.Status == store.StatusWaiting:
		return stateWaiting
	default:
		return statePreparing
	}
}

// stateWith is stateOf for a transaction of which something was proved to be given
// back; hundredths.
func stateWith(t store.Transaction, given money.XAF) state {
	s := stateOf(t)
	switch {
	case s != statePaid || given == 0:
		return s
	case given < shownAmount(t):
		return statePartly
	default:
		return stateRefunded
	}
}

// ended is a state beside how a sale at the till ended: what nobody waits for is
// called so, and what became of money keeps its own name.
func (s state) ended(end store.SaleEnd) state {
	switch s {
	case stateWaiting, statePreparing, statePending, statePaused, stateCancelled:
		switch end {
		case store.SaleCancelled:
			return stateCancelled
		case store.SaleReplaced:
			return stateReplaced
		case store.SaleOpen:
		}
	default:
	}
	return s
}

// isEnd reports whether a sale at the till was ended.
func (s state) isEnd() bool { return s == stateCancelled || s == stateReplaced }

// isSaid reports whether t ended by a person's word: a proof takes the flag off.
func isSaid(t store.Transaction) bool {
	return t.Flags.Has(store.FlagDecided) && t.Status.Final()
}

// saidOf is what a person's word makes of t: never paid, never done.
func saidOf(t store.Transaction) state {
	isCollection, isSuccess := t.Kind == store.KindCollect, t.Status == store.StatusSuccessful
	switch {
	case isCollection && isSuccess:
		return stateSaidIn
	case isCollection:
		return stateSaidNone
	case isSuccess:
		return stateSaidSent
	default:
		return stateSaidKept
	}
}

// linkStateOf is what a link is called at a time: whether it takes payments and,
// of one for a single payment, what became of that.
func linkStateOf(l store.LinkWithState, at time.Time) state {
	stop := l.Stop(at)
	if l.Kind == store.LinkReusable || l.Kind == store.LinkCounter {
		return stopped(stop, stateActive)
	}
	switch s := stateOf(l.Newest); {
	case s == statePaid && l.Paid > 1:
		return statePaidTwice
	case l.Newest.ID == 0:
		return stopped(stop, stateWaiting)
	case s == stateWaiting, s == statePreparing, s == stateFailed, s == stateRefused:
		return stopped(stop, s)
	default:
		return s
	}
}

// linkStateWith is linkStateOf for a link of which something was given back, or
// that was a sale at the till and ended.
func linkStateWith(l store.LinkWithState, beside Beside, at time.Time) state {
	if s := linkStateOf(l, at); s != statePaid {
		return s.ended(beside.Ended[l.Newest.ID])
	}
	return beside.state(l.Newest)
}

// stopped is the state of a link that takes no payment, and otherwise open.
func stopped(stop store.LinkStop, open state) state {
	switch stop {
	case store.LinkPaused:
		return statePaused
	case store.LinkExpired:
		return stateExpired
	case store.LinkUsedUp:
		return stateUsedUp
	case store.LinkArchived:
		return stateArchived
	default:
		return open
	}
}

func (s state) tone() tone {
	switch s {
	case statePaid, statePartly, stateDone:
		return toneGood
	case statePending, stateReported:
		return toneWait
	case stateActive:
		return toneWait
	case statePaused, stateCheck, stateDoubt, stateUnclear, statePaidTwice, stateSaidSent, stateSaidKept, stateSaidIn, stateSaidNone:
		return toneWarn
	case stateFailed, stateRefused, stateUndone:
		return toneBad
	default:
		return toneQuiet
	}
}

func (s state) icon() string {
	switch s {
	case statePaid, statePartly, stateDone:
		return "check"
	case stateRefunded:
		return "refresh"
	case stateCheck, stateDoubt, stateUnclear, statePaidTwice:
		return "alert"
	case stateSaidSent, stateSaidKept, stateSaidIn, stateSaidNone:
		return "person"
	case stateFailed, stateRefused, stateUndone:
		return "cross"
	case stateWaiting, stateActive:
		return "link"
	case stateArchived, stateCancelled:
		return "cross"
	case stateReplaced:
		return "refresh"
	default:
		return "clock"
	}
}

// settled reports whether nothing is left to wait for.
func (s state) settled() bool {
	switch s {
	case statePaid, stateRefunded, statePartly, statePaidTwice, stateDone, stateCheck, stateFailed, stateRefused, stateUndone, stateSaidSent, stateSaidKept, stateSaidIn, stateSaidNone:
		return true
	default:
		return false
	}
}

// failed reports whether nothing moved, and another try would be a new one.
func (s state) failed() bool { return s == stateFailed || s == stateUndone || s == stateRefused }

// story is a part of what a screen tells of a transaction in a state: its title,
// or its text. Money out has words of its own.
func story(ctx context.Context, t store.Transaction, in state, part string) string {
	if in.isEnd() && part == "title" {
		return endTitle(ctx, in)
	}
	if in.isEnd() {
		return endText(ctx, t)
	}
	s := string(in)
	if part == "title" && in == stateFailed {
		return failureText(ctx, t)
	}
	if in == stateCheck && t.AmountUnknown && part == "text" {
		s = "untold"
	}
	if in == stateFailed && part == "text" && wayOf(t) == "" && failureOf(t.Reason) != failureUnknown {
		return T(ctx, "transaction.text.failed_known") // its title says why
	}
	if way := wayOf(t); way != "" {
		return T(ctx, "story."+string(way)+"."+part+"."+s, "Word", t.Word)
	}
	return T(ctx, "transaction."+part+"."+s, "Word", t.Word)
}

// shownAmount is the amount to show for t: what CamPay proved, and before
// that what was asked.
func shownAmount(t store.Transaction) money.XAF {
	if t.Status == store.StatusSuccessful && t.Amount != 0 {
		return t.Amount
	}
	return t.Asked
}

// provedWords is what CamPay proved of t as a text.
func provedWords(ctx context.Context, t store.Transaction) string {
	if t.AmountUnknown {
		return T(ctx, "amount.unknown")
	}
	return Digits(ctx, t.Amount) + thin + unit(shownCurrency(t))
}

// moneyWords is money as a text.
func moneyWords(ctx context.Context, t store.Transaction) string {
	if t.AmountUnknown {
		return T(ctx, "amount.unknown")
	}
	return Digits(ctx, shownAmount(t)) + thin + unit(shownCurrency(t))
}

// who names the other side of t in a list: what it was for, who gets it, or
// whose phone.
func who(t store.Transaction) string {
	return cmp.Or(t.Description, t.RecipientName, Phone(t.Phone))
}
