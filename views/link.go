package views

// What a link is called and how it stands, in words.

import (
	"context"
	"slices"

	"comptoir/campay/money"
	"comptoir/store"
)

// linkTitle names a link by what it asks for.
func linkTitle(ctx context.Context, l store.PaymentLink) string {
	if l.Amount == 0 {
		return T(ctx, "link.title_open")
	}
	return T(ctx, "link.title", "Amount", Francs(ctx, l.Amount))
}

// isMany reports whether a link is for more than one payment.
func isMany(l store.PaymentLink) bool {
	return l.Kind == store.LinkReusable || l.Kind == store.LinkCounter
}

// LinkStatus is the fragment at /links/{id}/status and of the "status" events
// of /links/{id}/live.
// canStillBePaid reports whether CamPay's page of a link is open although the link
// takes no payment, or its payment failed: that page is CamPay's, and is not closed
// from here.
func canStillBePaid(l store.LinkWithState, s state) bool {
	return l.Newest.PaymentURL != "" && (s == statePaused || s == stateArchived || s == stateExpired || s == stateFailed)
}

func linkStateTitle(ctx context.Context, s state) string {
	if s.isEnd() {
		return endTitle(ctx, s)
	}
	return T(ctx, "link.title."+string(s))
}

func linkStateText(ctx context.Context, l store.LinkWithState, s state) string {
	if s.isEnd() {
		return endText(ctx, l.Newest)
	}
	return T(ctx, "link.text."+string(s), "Count", l.Paid, "Taken", Francs(ctx, l.Taken))
}

func (props LinkProps) drawn() string {
	if len(props.QR.Modules) == 0 {
		return "?" + QRMissing + "=missing"
	}
	return ""
}

// linkAmount is what came in where the one payment was proved, else what is
// asked.
func linkAmount(l store.LinkWithState) money.XAF {
	if !isMany(l.PaymentLink) && l.Newest.Status == store.StatusSuccessful {
		return shownAmount(l.Newest)
	}
	return l.Amount
}

func linkCurrency(l store.LinkWithState) string {
	if !isMany(l.PaymentLink) && l.Newest.Status == store.StatusSuccessful {
		return shownCurrency(l.Newest)
	}
	return ""
}

// begun are the attempts that a payer began: a page of CamPay's that nobody
// opened is nobody's, and stands beside no payment.
func begun(all []store.Transaction) []store.Transaction {
	return slices.DeleteFunc(slices.Clone(all), func(t store.Transaction) bool {
		return t.Status == store.StatusWaiting || t.Status == store.StatusUnsent
	})
}

// payerOf is who paid, by the number that CamPay told.
func payerOf(ctx context.Context, t store.Transaction) string {
	if t.Phone == "" {
		return T(ctx, "link.payer_unknown")
	}
	return Phone(t.Phone)
}

// end is how the sale at the till that a link is was ended.
func (props LinkProps) end() store.SaleEnd { return props.Beside.Ended[props.Link.Newest.ID] }

func paymentOptions(ctx context.Context, options money.PaymentOptions) string {
	switch options {
	case money.Card:
		return T(ctx, "payment.card")
	case money.MobileMoneyCard:
		return T(ctx, "payment.both")
	default:
		return T(ctx, "payment.momo")
	}
}

func payer(l store.PaymentLink) string {
	if l.FirstName == "" || l.LastName == "" {
		return l.FirstName + l.LastName
	}
	return l.FirstName + " " + l.LastName
}
