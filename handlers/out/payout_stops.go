package out

// Why money did not go out, on the field that can be mended: every reason says
// that nothing left, with its figures.

import (
	"cmp"
	"errors"
	"strings"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/views"
)

// stopped says why an order was not carried out. It reports whether err is one
// of those reasons: any other is not the form's.
func (s *Screens) stopped(f *web.Form, err error) bool {
	var rule *payments.RuleError
	var balance *payments.BalanceError
	var refund *payments.RefundError
	var refusal *payments.RefusedError
	var isNew *payments.NewOwnerError
	switch {
	case err == nil:
		return false
	case errors.As(err, &rule):
		s.againstRule(f, rule)
	case errors.As(err, &balance):
		tooLittle(f, balance)
	case errors.As(err, &refund) && refund.Untold:
		f.Wrong(views.WholeForm, views.ProblemRefundUntold, "")
	case errors.As(err, &refund):
		f.WrongWith("amount", views.ProblemRefundMost,
			"Taken", views.Francs(f.Ctx, refund.Taken), "Refunded", francsIfAny(f, refund.Refunded), "Left", views.Francs(f.Ctx, refund.Left))
	case errors.Is(err, payments.ErrBalanceForeign):
		f.Wrong(views.WholeForm, views.ProblemBalanceForeign, "")
	case errors.Is(err, payments.ErrBalanceUnknown):
		f.Wrong(views.WholeForm, views.ProblemBalanceUnknown, "")
	case errors.As(err, &isNew):
		f.WrongWith(views.WholeForm, views.ProblemNewOwner, "From", views.Moment(f.Ctx, isNew.From, s.Now()))
	case errors.As(err, &refusal):
		payoutRefused(f, refusal)
	default:
		return f.Refused(err)
	}
	return true
}

// againstRule says which of the owner's rules stands in the way.
func (s *Screens) againstRule(f *web.Form, e *payments.RuleError) {
	limit, left := views.Francs(f.Ctx, e.Limit), views.Francs(f.Ctx, e.Left)
	switch e.Rule {
	case payments.RuleHours:
		f.WrongWith(views.WholeForm, views.ProblemHours, "From", e.FromHour, "To", e.ToHour)
	case payments.RuleRecipients:
		f.WrongWith("phone", views.ProblemSavedOnly)
	case payments.RuleNewRecipient:
		f.WrongWith("phone", views.ProblemNewRecipient, "Until", views.Moment(f.Ctx, e.Until, s.Now()))
	case payments.RuleEach:
		f.WrongWith("amount", views.ProblemMostEach, "Limit", limit)
	case payments.RuleDay:
		f.WrongWith("amount", views.ProblemMostDay, "Limit", limit, "Left", left)
	case payments.RuleCount:
		f.WrongWith(views.WholeForm, views.ProblemCountDay, "Count", e.Count)
	case payments.RuleAirtimeDay:
		f.WrongWith("amount", views.ProblemAirtimeDay, "Limit", limit, "Left", left)
	case payments.RuleDemoAirtime:
		f.WrongWith("amount", views.ProblemDemoAirtime, "Limit", limit)
	default:
		f.WrongWith(views.WholeForm, views.ProblemFrozen)
	}
}

// tooLittle says what the purse holds, and where there is more.
func tooLittle(f *web.Form, e *payments.BalanceError) {
	figures := []any{
		"Asked", views.Francs(f.Ctx, e.Asked), "Available", views.Francs(f.Ctx, e.Available),
		"InFlight", francsIfAny(f, e.InFlight),
	}
	if e.Other == "" {
		f.WrongWith("amount", views.ProblemFloat, figures...)
		return
	}
	other := views.Francs(f.Ctx, e.OtherAvailable)
	if e.OtherUntold {
		other = ""
	}
	f.WrongWith("amount", views.ProblemBalance, append(figures,
		"Carrier", views.CarrierName(f.Ctx, e.Operator),
		"Other", views.CarrierName(f.Ctx, e.Other), "OtherAvailable", other)...)
}

// francsIfAny is an amount that a message leaves out when it is nothing.
func francsIfAny(f *web.Form, amount money.XAF) string {
	if amount == 0 {
		return ""
	}
	return views.Francs(f.Ctx, amount)
}

// payoutRefused says what CamPay's no is about; of an unknown one its own words
// come through whole.
func payoutRefused(f *web.Form, e *payments.RefusedError) {
	switch e.Of {
	case payments.PartPhone:
		f.Wrong("phone", views.ProblemRefusedPhone, web.SaidBy(e))
	case payments.PartCarrier:
		f.Wrong("phone", views.ProblemRefusedCarrier, "")
	case payments.PartBalance:
		f.Wrong("amount", views.ProblemNoBalance, "")
	case payments.PartForbidden:
		f.Wrong(views.WholeForm, views.ProblemForbidden, "")
	case payments.PartKeys:
		f.Wrong(views.WholeForm, views.ProblemRefusedKeys, "")
	case payments.PartOften:
		f.Wrong("phone", views.ProblemRefusedOften, "")
	case payments.PartAmount:
		f.Wrong("amount", views.ProblemNotSent, web.SaidBy(e))
	default:
		f.Wrong(views.WholeForm, web.Wordless(e, views.ProblemNotSent, views.ProblemNotSentSilently), cmp.Or(strings.TrimSpace(e.Message+" "+e.Code), web.SaidBy(e)))
	}
}
