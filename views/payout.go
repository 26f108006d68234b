package views

// Which way money goes out, and what its form carries along.

import (
	"context"
	"net/url"
	"strconv"

	"comptoir/campay/money"
	"comptoir/store"
)

// Way is how money goes out, as the last part of locale keys.
type Way string

// The ways out.
const (
	WayWithdraw Way = "withdraw"
	WayAirtime  Way = "airtime"
	WayRefund   Way = "refund"
)

// wayOf is how a transaction's money goes out; empty when it comes in.
func wayOf(t store.Transaction) Way {
	switch {
	case t.Kind == store.KindAirtime:
		return WayAirtime
	case t.Kind == store.KindWithdraw && t.Origin == store.OriginRefund:
		return WayRefund
	case t.Kind == store.KindWithdraw:
		return WayWithdraw
	default:
		return ""
	}
}

// path is where the form is, and where it goes.
func (f PayoutForm) path() string {
	if f.Way == WayRefund {
		return transactionPath(f.RefundOf) + "/refund"
	}
	return "/" + string(f.Way)
}

// edit is the form again, with what was typed.
func (f PayoutForm) edit() string { return listURL(f.path(), f.typed()) }

// typed is what was typed, as an address holds it.
func (f PayoutForm) typed() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"amount": f.Amount, "phone": f.Phone, "description": f.Description} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// to is the form for a saved recipient, with the rest as it was typed.
func (f PayoutForm) to(recipient int64) string {
	q := f.typed()
	q.Del("phone")
	q.Set("recipient", strconv.FormatInt(recipient, 10))
	return listURL(f.path(), q)
}

func (f PayoutForm) area() area {
	if f.Way == WayRefund {
		return areaTransactions
	}
	return area(f.Way)
}

// asks reports whether the form is shown: where nothing goes out, nobody begins to
// type; what was typed before stays.
func (props PayoutProps) asks() bool { return !props.Frozen || len(props.Form.Errors) > 0 }

// CarrierName is an operator as people call its money; an unknown one has none.
func CarrierName(ctx context.Context, operator money.Operator) string {
	switch operator {
	case money.MTN:
		return T(ctx, "carrier.mtn")
	case money.Orange:
		return T(ctx, "carrier.orange")
	default:
		return ""
	}
}
