package payments

// The owner's rules for money that goes out, and how he changes them.

import (
	"context"
	"errors"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/refusal"
	"comptoir/store"
)

// Rule is one of the owner's rules for money that goes out, and the code of its no.
type Rule string

// The rules, in the order in which they are looked at. Day and count are about
// withdrawals, refunds among them; airtime has its own day.
const (
	RuleFrozen       Rule = "frozen"
	RuleHours        Rule = "hours"
	RuleRecipients   Rule = "saved_only"
	RuleNewRecipient Rule = "new_recipient" // saved too short a time ago, or not at all
	RuleEach         Rule = "most_each"
	RuleDay          Rule = "most_day"
	RuleCount        Rule = "count_day"
	RuleAirtimeDay   Rule = "airtime_day"
	RuleDemoAirtime  Rule = "demo_airtime" // CamPay's own, and not the owner's: Limit, and no other amount
)

// demoAirtime is what CamPay's demo takes at least and at most of an airtime
// transfer (POST /utilities/airtime/transfer/).
const demoAirtime money.XAF = 100_00

// RuleError says which rule an order breaks, with what a person needs to know.
type RuleError struct {
	Rule             Rule
	Limit, Left      money.XAF // of each, day, airtime_day and demo_airtime
	Count            int       // of count: the most in a day
	FromHour, ToHour int       // of hours, in Douala
	Until            time.Time // of new_recipient: from when on; for one that is not saved, if he were saved now
}

func (e *RuleError) Error() string { return "against the owner's rule: " + string(e.Rule) }

// Refusal says which rule stands in the way: its words go by its name.
func (e *RuleError) Refusal() *refusal.Refusal {
	field := ""
	switch e.Rule {
	case RuleRecipients, RuleNewRecipient:
		field = "phone"
	case RuleEach, RuleDay, RuleAirtimeDay, RuleDemoAirtime:
		field = "amount"
	}
	figures := []any{"Limit", e.Limit, "Left", e.Left, "From", e.FromHour, "To", e.ToHour, "Until", e.Until}
	if e.Rule == RuleCount {
		figures = append(figures, "Count", e.Count)
	}
	return refusal.New(field, string(e.Rule), figures...)
}

// ErrRules says that rules make no sense: a negative limit, or no such hour.
var ErrRules = errors.New("no such rules")

// ErrRulesChanged says that the rules are others than those that were seen.
var ErrRulesChanged = refusal.New("", "rules_changed")

// SetRules puts other rules in place of those that were seen, whose Version is given;
// "" for whatever there is. It fails with ErrRulesChanged where others stand there by
// now: a page that was opened before must not loosen what was tightened since.
// Whether money is frozen stays as it is.
func (s *Payouts) SetRules(ctx context.Context, rules store.PayoutRules, seen string, by int64) error {
	if min(rules.MostEach, rules.MostDay, rules.ApprovalAbove, rules.AirtimeDay) < 0 ||
		min(rules.CountDay, rules.FromHour, rules.ToHour) < 0 || rules.NewRecipientWait < 0 {
		return ErrRules
	}
	if rules.FromHour > 24 || rules.ToHour > 24 {
		return ErrRules
	}
	return s.changeRules(ctx, seen, by, "payout_rules.changed", func(old store.PayoutRules) store.PayoutRules {
		rules.Frozen = old.Frozen
		return s.held(old, rules)
	})
}

// held are rules whose higher threshold waits: until then the lower one goes on,
// and every other owner sees it and may freeze.
func (s *Payouts) held(old, rules store.PayoutRules) store.PayoutRules {
	now := s.now()
	inForce := old.ApprovalInForce(now)
	switch isLower := rules.ApprovalAbove > 0 && rules.ApprovalAbove <= inForce; {
	case inForce == 0 || isLower:
		rules.ApprovalHeld, rules.HeldUntil = 0, time.Time{}
	case rules.ApprovalAbove == old.ApprovalAbove && inForce == old.ApprovalHeld: // saved again: it waits no longer for that
		rules.ApprovalHeld, rules.HeldUntil = old.ApprovalHeld, old.HeldUntil
	default:
		rules.ApprovalHeld, rules.HeldUntil = inForce, now.Add(store.SecondOwnerWait)
	}
	return rules
}

// Freeze stops all money that would go out, what waits for approval included.
func (s *Payouts) Freeze(ctx context.Context, by int64) error {
	return s.changeRules(ctx, "", by, "payout_rules.frozen", func(rules store.PayoutRules) store.PayoutRules {
		rules.Frozen = true
		return rules
	})
}

// Unfreeze lets money go out again, under the rules that were there before; seen and
// ErrRulesChanged are as of SetRules.
func (s *Payouts) Unfreeze(ctx context.Context, seen string, by int64) error {
	return s.changeRules(ctx, seen, by, "payout_rules.unfrozen", func(rules store.PayoutRules) store.PayoutRules {
		rules.Frozen = false
		return rules
	})
}

func (s *Payouts) changeRules(ctx context.Context, seen string, by int64, name string, edit func(store.PayoutRules) store.PayoutRules) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		before, err := tx.PayoutRules(ctx)
		if err != nil {
			return err
		}
		if seen != "" && seen != before.Version() {
			return ErrRulesChanged
		}
		after := edit(before)
		after.UpdatedAt, after.UpdatedBy = s.now(), by
		if err := tx.SetPayoutRules(ctx, after); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, act{name, "payout_rules", 0}, map[string]rulesDetail{"old": rulesOf(before), "new": rulesOf(after)})
	})
}

// rulesDetail is a set of rules as the audit log keeps it: amounts in francs.
type rulesDetail struct {
	Frozen           bool   `json:"frozen"`
	MostEach         string `json:"most_each"`
	MostDay          string `json:"most_day"`
	CountDay         int    `json:"count_day"`
	FromHour         int    `json:"from_hour"`
	ToHour           int    `json:"to_hour"`
	SavedOnly        bool   `json:"saved_only"`
	NewRecipientWait string `json:"new_recipient_wait"`
	ApprovalAbove    string `json:"approval_above"`
	AirtimeDay       string `json:"airtime_day"`
}

func rulesOf(r store.PayoutRules) rulesDetail {
	return rulesDetail{
		Frozen: r.Frozen, MostEach: r.MostEach.String(), MostDay: r.MostDay.String(),
		CountDay: r.CountDay, FromHour: r.FromHour, ToHour: r.ToHour, SavedOnly: r.SavedOnly,
		NewRecipientWait: r.NewRecipientWait.String(), ApprovalAbove: r.ApprovalAbove.String(),
		AirtimeDay: r.AirtimeDay.String(),
	}
}
