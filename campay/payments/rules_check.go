package payments

// Holding an order against the owner's rules: before it is sent, and again
// inside the Write that makes it durable, so that no two pass on one sum.

import (
	"context"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// readRules fills in the owner's rules, and what went out today where they limit a day.
func (s *Payouts) readRules(ctx context.Context, r store.Reader, p *Plan) (err error) {
	if p.rules, err = r.PayoutRules(ctx); err != nil {
		return err
	}
	above := p.rules.ApprovalInForce(s.now())
	p.NeedsApproval = above > 0 && p.Amount > above
	p.isDemo = s.demo
	if p.rules.LimitDay(p.Kind) {
		p.today, err = s.today(ctx, r, p)
	}
	return err
}

// breaks reports a *RuleError for the first rule that p breaks.
func (p *Plan) breaks(now time.Time) error {
	rules := p.rules
	switch {
	case rules.Frozen:
		return &RuleError{Rule: RuleFrozen}
	case !withinHours(rules, now):
		return &RuleError{Rule: RuleHours, FromHour: rules.FromHour, ToHour: rules.ToHour}
	}
	if err := p.breaksRecipient(now); err != nil {
		return err
	}
	if limit := rules.MostEach; limit > 0 && p.Amount > limit {
		return &RuleError{Rule: RuleEach, Limit: limit, Left: limit}
	}
	if p.Kind == store.KindAirtime {
		if p.isDemo && p.Amount != demoAirtime {
			return &RuleError{Rule: RuleDemoAirtime, Limit: demoAirtime}
		}
		return p.breaksDay(RuleAirtimeDay, rules.AirtimeDay)
	}
	if err := p.breaksDay(RuleDay, rules.MostDay); err != nil {
		return err
	}
	if rules.CountDay > 0 && p.today.Count >= rules.CountDay {
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

// breaksRecipient holds whom money may go to. A refund goes back where it came
// from: its recipient is nobody's choice.
func (p *Plan) breaksRecipient(now time.Time) error {
	rules, isSaved := p.rules, p.Recipient.ID != 0
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
		until = p.Recipient.CreatedAt.Add(rules.NewRecipientWait)
	}
	if now.Before(until) {
		return &RuleError{Rule: RuleNewRecipient, Until: until}
	}
	return nil
}

func (p *Plan) breaksDay(rule Rule, limit money.XAF) error {
	left := max(limit-p.today.Amount, 0)
	if limit <= 0 || p.Amount <= left {
		return nil
	}
	return &RuleError{Rule: rule, Limit: limit, Left: left}
}

// today adds up what went out in Douala's day as p would, or may have, and what
// waits for a second owner; p's own approval is not counted against it.
func (s *Payouts) today(ctx context.Context, r store.Reader, p *Plan) (store.PayoutTotals, error) {
	sum, err := r.PaidOut(ctx, money.DayOf(s.now()), p.Kind)
	if err != nil {
		return sum, err
	}
	waiting, err := r.WaitingPayouts(ctx, p.Kind, p.approval.ID)
	return store.PayoutTotals{Count: sum.Count + waiting.Count, Amount: sum.Amount + waiting.Amount}, err
}
