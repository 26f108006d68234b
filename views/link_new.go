package views

// What a link's form stands at while it is typed.

import (
	"comptoir/campay/money"
	"comptoir/store"
)

// AmountKind is who says how much a link's customer pays.
type AmountKind string

// The kinds of amount.
const (
	AmountFixed AmountKind = "fixed"
	AmountLeast AmountKind = "least" // the payer may pay more
	AmountOpen  AmountKind = "open"  // the payer's own
)

// AmountKindOf is the kind of a link's amount.
func AmountKindOf(l store.PaymentLink) AmountKind {
	switch {
	case l.Amount == 0:
		return AmountOpen
	case l.MayPayMore:
		return AmountLeast
	default:
		return AmountFixed
	}
}

// inDetails are the fields that stand folded away.
var inDetails = []string{"most_payments", "most_money", "expires", "payment_options", "first_name", "last_name", "phone", "email", "redirect_url", "failure_redirect_url"}

// unfolded reports whether the folded fields hold something worth seeing.
func (f LinkForm) unfolded() bool {
	for _, name := range inDetails {
		if _, wrong := f.Errors[name]; wrong {
			return true
		}
	}
	return f.paymentOptions() != string(money.MobileMoney) ||
		f.MostPayments+f.MostMoney+f.Expires+f.FirstName+f.LastName+f.Email+f.Phone+f.RedirectURL+f.FailureRedirectURL != ""
}

func (f LinkForm) paymentOptions() string {
	if f.PaymentOptions == "" {
		return string(money.MobileMoney)
	}
	return f.PaymentOptions
}

func (f LinkForm) kind() store.LinkKind {
	if f.Kind == "" {
		return store.LinkOnce
	}
	return f.Kind
}

func (f LinkForm) amountKind() AmountKind {
	if f.AmountKind == "" {
		return AmountFixed
	}
	return f.AmountKind
}

// keepsAmount reports whether the amount cannot be changed any more.
func (f LinkForm) keepsAmount() bool { return f.ID != 0 && f.kind() == store.LinkOnce }
