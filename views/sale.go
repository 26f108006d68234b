package views

// How a sale at the till stands, in words.

import (
	"context"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"comptoir/campay/money"
	"comptoir/store"
)

// earlierPath shows an earlier request: at the till, where it is a prompt.
func earlierPath(t store.Transaction) templ.SafeURL {
	if t.Origin == store.OriginPush {
		return salePath(store.Sale{Transaction: t})
	}
	return templ.URL(transactionPath(t.ID))
}

func (props SaleProps) isLink() bool { return props.Link.Link.ID != 0 }

// isEnded reports whether it was ended, and nothing came.
func (props SaleProps) isEnded() bool {
	return !props.Way.EndedAt.IsZero() && props.Transaction.Status != store.StatusSuccessful
}

func (props SaleProps) state() state {
	if props.isEnded() {
		return stateCancelled.ended(props.Ended)
	}
	if props.isLink() {
		return linkStateWith(props.Link.Link, Beside{Given: props.Link.Beside.Given}, props.Now)
	}
	return stateWith(props.Transaction, props.Given)
}

func (props SaleProps) path() string {
	if props.isLink() {
		return "/checkout/qr/" + strconv.FormatInt(props.Link.Link.ID, 10)
	}
	return "/checkout/phone/" + strconv.FormatInt(props.Transaction.ID, 10)
}

// key names the sale in a form that takes its place.
func (props SaleProps) key() string {
	if props.isLink() {
		return InsteadOfCode + "-" + strconv.FormatInt(props.Link.Link.ID, 10)
	}
	return InsteadOfPrompt + "-" + strconv.FormatInt(props.Transaction.ID, 10)
}

// again is the form that asks for the sale in another way.
func (props SaleProps) again() CheckoutForm {
	t := props.Transaction
	f := CheckoutForm{OperationID: props.Operation, Amount: t.Asked.String(), Description: t.Description, Instead: props.key()}
	if props.isLink() {
		f.Description = props.Link.Link.Description
	} else {
		f.Phone = Phone(t.Phone)
	}
	if isUntitled(f.Description) {
		f.Description = ""
	}
	return f
}

// amount is what came in where that is proved, else what is asked.
func (props SaleProps) amount() money.XAF {
	if props.isLink() {
		return linkAmount(props.Link.Link)
	}
	return shownAmount(props.Transaction)
}

func (props SaleProps) title(ctx context.Context) string {
	if props.isEnded() {
		return endTitle(ctx, props.state())
	}
	if props.isLink() {
		if props.state() == stateFailed {
			return failureText(ctx, props.Transaction)
		}
		return linkStateTitle(ctx, props.state())
	}
	return story(ctx, props.Transaction, props.state(), "title")
}

func (props SaleProps) text(ctx context.Context) string {
	if props.isEnded() {
		return endText(ctx, props.Transaction)
	}
	if props.isLink() {
		return linkStateText(ctx, props.Link.Link, props.state())
	}
	return story(ctx, props.Transaction, props.state(), "text")
}

// endTitle is how a sale ended, in words.
func endTitle(ctx context.Context, s state) string { return T(ctx, "sale.title."+string(s)) }

// endText is what may still come of a sale that was ended.
func endText(ctx context.Context, t store.Transaction) string {
	switch {
	case t.Status == store.StatusPending || t.Status == store.StatusInDoubt || t.Status == store.StatusUnsent && t.Origin == store.OriginPush:
		return T(ctx, "sale.ended_prompt")
	case t.PaymentURL != "":
		return T(ctx, "sale.ended_page")
	default:
		return T(ctx, "sale.ended_text")
	}
}

// said is what the till says aloud of a sale that is proved paid; nothing of
// any other.
func said(ctx context.Context, t store.Transaction) string {
	if stateOf(t) != statePaid {
		return ""
	}
	amount := Digits(ctx, shownAmount(t))
	switch t.Operator {
	case money.MTN:
		return T(ctx, "sale.say_mtn", "Amount", amount)
	case money.Orange:
		return T(ctx, "sale.say_orange", "Amount", amount)
	default:
		return T(ctx, "sale.say", "Amount", amount)
	}
}

// lateAfter is how long a prompt is usually answered within.
const lateAfter = 90 * time.Second

// promptLives is about how long an operator leaves a prompt open.
const promptLives = 5 * time.Minute

// failedTry is the newest try of a code that still waits, where it failed.
func (props SaleProps) failedTry() store.Transaction {
	for _, t := range props.Link.Attempts {
		if t.Status == store.StatusFailed {
			return t
		}
	}
	return store.Transaction{}
}
