package handlers

// Why money did not go out, on the field that can be mended: every reason says
// that nothing left, with its figures.

import (
	"cmp"
	"errors"
	"strings"

	"comptoir/campay/payments"
	"comptoir/views"
)

// figured is wrong with the figures of a problem's message.
func (f *form) figured(field string, p views.Problem, figures ...any) {
	f.errors[field] = views.FieldError{Problem: p, Figures: figures}
}

// stopped says why an order was not carried out. It reports whether err is one
// of those reasons: any other is not the form's.
func (s *server) stopped(f *form, err error) bool {
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
		f.tooLittle(balance)
	case errors.As(err, &refund) && refund.Untold:
		f.wrong(views.WholeForm, views.ProblemRefundUntold, "")
	case errors.As(err, &refund):
		f.figured("amount", views.ProblemRefundMost,
			"Taken", views.Francs(f.ctx, int64(refund.Taken)), "Refunded", francsIfAny(f, int64(refund.Refunded)), "Left", views.Francs(f.ctx, int64(refund.Left)))
	case errors.Is(err, payments.ErrBalanceForeign):
		f.wrong(views.WholeForm, views.ProblemBalanceForeign, "")
	case errors.Is(err, payments.ErrBalanceUnknown):
		f.wrong(views.WholeForm, views.ProblemBalanceUnknown, "")
	case errors.As(err, &isNew):
		f.figured(views.WholeForm, views.ProblemNewOwner, "From", views.Moment(f.ctx, isNew.From, s.Now()))
	case errors.As(err, &refusal):
		f.payoutRefused(refusal)
	default:
		return f.refused(err)
	}
	return true
}

// againstRule says which of the owner's rules stands in the way.
func (s *server) againstRule(f *form, e *payments.RuleError) {
	limit, left := views.Francs(f.ctx, int64(e.Limit)), views.Francs(f.ctx, int64(e.Left))
	switch e.Rule {
	case payments.RuleHours:
		f.figured(views.WholeForm, views.ProblemHours, "From", e.FromHour, "To", e.ToHour)
	case payments.RuleRecipients:
		f.figured("phone", views.ProblemSavedOnly)
	case payments.RuleNewRecipient:
		f.figured("phone", views.ProblemNewRecipient, "Until", views.Moment(f.ctx, e.Until, s.Now()))
	case payments.RuleEach:
		f.figured("amount", views.ProblemMostEach, "Limit", limit)
	case payments.RuleDay:
		f.figured("amount", views.ProblemMostDay, "Limit", limit, "Left", left)
	case payments.RuleCount:
		f.figured(views.WholeForm, views.ProblemCountDay, "Count", e.Count)
	case payments.RuleAirtimeDay:
		f.figured("amount", views.ProblemAirtimeDay, "Limit", limit, "Left", left)
	case payments.RuleDemoAirtime:
		f.figured("amount", views.ProblemDemoAirtime, "Limit", limit)
	default:
		f.figured(views.WholeForm, views.ProblemFrozen)
	}
}

// tooLittle says what the purse holds, and where there is more.
func (f *form) tooLittle(e *payments.BalanceError) {
	figures := []any{
		"Asked", views.Francs(f.ctx, int64(e.Asked)), "Available", views.Francs(f.ctx, int64(e.Available)),
		"InFlight", francsIfAny(f, int64(e.InFlight)),
	}
	if e.Other == "" {
		f.figured("amount", views.ProblemFloat, figures...)
		return
	}
	other := views.Francs(f.ctx, int64(e.OtherAvailable))
	if e.OtherUntold {
		other = ""
	}
	f.figured("amount", views.ProblemBalance, append(figures,
		"Carrier", views.CarrierName(f.ctx, e.Operator),
		"Other", views.CarrierName(f.ctx, e.Other), "OtherAvailable", other)...)
}

// francsIfAny is an amount that a message leaves out when it is nothing.
func francsIfAny(f *form, hundredths int64) string {
	if hundredths == 0 {
		return ""
	}
	return views.Francs(f.ctx, hundredths)
}

// payoutRefused says what CamPay's no is about; of an unknown one its own words
// come through whole.
func (f *form) payoutRefused(e *payments.RefusedError) {
	switch e.Of {
	case payments.PartPhone:
		f.wrong("phone", views.ProblemRefusedPhone, saidBy(e))
	case payments.PartCarrier:
		f.wrong("phone", views.ProblemRefusedCarrier, "")
	case payments.PartBalance:
		f.wrong("amount", views.ProblemNoBalance, "")
	case payments.PartForbidden:
		f.wrong(views.WholeForm, views.ProblemForbidden, "")
	case payments.PartKeys:
		f.wrong(views.WholeForm, views.ProblemRefusedKeys, "")
	case payments.PartOften:
		f.wrong("phone", views.ProblemRefusedOften, "")
	case payments.PartAmount:
		f.wrong("amount", views.ProblemNotSent, saidBy(e))
	default:
		f.wrong(views.WholeForm, wordless(e, views.ProblemNotSent, views.ProblemNotSentSilently), cmp.Or(strings.TrimSpace(e.Message+" "+e.Code), saidBy(e)))
	}
}
