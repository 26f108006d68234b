package payments

// Holding an order against the owner's rules: before it is sent, and again
// inside the Write that makes it durable, so that no two pass on one sum.

import (
	"context"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// checkRules reports a *RuleError for the first rule that p breaks.
func (s *Payouts) checkRules(ctx context.Context, r store.Reader, rules store.PayoutRules, p plan) error {
	now := s.now()
	switch {
	case rules.Frozen:
		return &RuleError{Rule: RuleFrozen}
	case !withinHours(rules, now):
		return &RuleError{Rule: RuleHours, FromHour: rules.FromHour, ToHour: rules.ToHour}
	}
	if err := checkRecipient(rules, p, now); err != nil {
		return err
	}
	if limit := rules.MostEach; limit > 0 && p.Amount > limit {
		return &RuleError{Rule: RuleEach, Limit: limit, Left: limit}
	}
	if s.demo && p.Kind == store.KindAirtime && p.Amount != demoAirtime {
		return &RuleError{Rule: RuleDemoAirtime, Limit: demoAirtime}
	}
	today, err := s.today(ctx, r, p)
	if err != nil {
		return err
	}
	if p.Kind == store.KindAirtime {
		return checkSum(RuleAirtimeDay, rules.AirtimeDay, today, p)
	}
	if err := checkSum(RuleDay, rules.MostDay, today, p); err != nil {
		return err
	}
	if rules.CountDay > 0 && today.Count >= rules.CountDay {
		return &RuleError{Rule: RuleCount, Count: rules.CountDay}
	}
	return nil
}

// withinHours holds the hours in which money may go out; they may run over
// midnight.
func withinHours(rules store.PayoutRules, now time.Time) bool {
	from, to, hour := rules.FromHour, rules.ToHour, now.In(money.Douala).Hour()
	if from <= to {
		return from == to || from <= hour && hour < to
	}
	return hour >= from || hour < to
}

// checkRecipient holds whom money may go to. A refund goes back where it came
// from: its recipient is nobody's choice.
func checkRecipient(rules store.PayoutRules, p plan, now time.Time) error {
	isSaved := p.recipient.ID != 0
	switch {
	case p.RefundOf != 0:
		return nil
	case rules.SavedOnly && !isSaved:
		return &RuleError{Rule: RuleRecipients}
	case rules.NewRecipientWait <= 0:
		return nil
	}
	until := now.Add(rules.NewRecipientWait) // else a number could pass by not being saved
	if isSaved {
		until = p.recipient.CreatedAt.Add(rules.NewRecipientWait)
	}
	if now.Before(until) {
		return &RuleError{Rule: RuleNewRecipient, Until: until}
	}
	return nil
}

func checkSum(rule Rule, limit money.XAF, today store.PayoutTotals, p plan) error {
	left := max(limit-today.Amount, 0)
	if limit <= 0 || p.Amount <= left {
		return nil
	}
	return &RuleError{Rule: rule, Limit: limit, Left: left}
}

// today adds up what went out in Douala's day as p would, or may have, and what
// waits for a second owner; p's own approval is not counted against it.
func (s *Payouts) today(ctx context.Context, r store.Reader, p plan) (store.PayoutTotals, error) {
	sum, err := r.PaidOut(ctx, money.DayOf(s.now()), p.Kind)
	if err != nil {
		return sum, err
	}
	const page = 500
	for before := int64(0); ; {
		waiting, err := r.Approvals(ctx, store.ApprovalFilter{State: store.ApprovalWaiting, Before: before, Limit: page})
		if err != nil {
			return sum, err
		}
		for _, a := range waiting {
			before = a.ID
			if a.Kind == p.Kind && a.ID != p.approval.ID {
				sum.Count++
				sum.Amount += a.Asked
			}
		}
		if len(waiting) < page {
			return sum, nil
		}
	}
}
