package payments

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// against gives an order that must break a rule, in the preview too.
func (s *payoutShop) against(order PayoutOrder) RuleError {
	s.t.Helper()
	out, err := s.service.PayOut(s.ctx, order)
	var broken, foreseen *RuleError
	if !errors.As(err, &broken) {
		s.t.Fatalf("taken, as %+v, %v", out, err)
	}
	if _, err := s.service.ReviewPayout(s.ctx, order); !errors.As(err, &foreseen) || *foreseen != *broken {
		s.t.Fatalf("the preview says %v", err)
	}
	return *broken
}

func (s *payoutShop) at(hour, minute int) {
	s.t.Helper()
	now := s.clock.now().In(money.Douala)
	next := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, money.Douala)
	if next.Before(now) {
		next = next.AddDate(0, 0, 1)
	}
	s.clock.pass(next.Sub(now))
}

func TestRules_None_LimitNothing(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.payOut(s.withdrawal(100_000))
	s.payOut(s.order(store.KindAirtime, 10_000, orangePhone))
}

func TestRules_Each(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{MostEach: money.Francs(1000)})
	limit := money.Francs(1000)
	for kind := range payoutKinds {
		if got := s.against(s.order(kind, 1001, mtnPhone)); got != (RuleError{Rule: RuleEach, Limit: limit, Left: limit}) {
			t.Fatalf("%+v", got)
		}
		s.payOut(s.order(kind, 1000, mtnPhone))
	}
}

func TestRules_Day_CountsAllThatMayHaveGoneSinceMidnightInDouala(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	limit := money.Francs(10_000)
	s.rules(store.PayoutRules{MostDay: limit, ApprovalAbove: money.Francs(2500)})
	s.at(23, 30)
	s.payOut(s.withdrawal(2000))
	s.at(0, 10) // 23:10 by Greenwich
	s.payOut(s.withdrawal(1000))
	s.refuse(400, "ER201", "no")
	if _, err := s.service.PayOut(s.ctx, s.withdrawal(2000)); err == nil {
		t.Fatal("not refused")
	}
	s.lose("/withdraw/") // in doubt
	s.payOut(s.withdrawal(500))
	s.waiting(s.withdrawal(3000))
	s.payOut(s.order(store.KindAirtime, 2000, mtnPhone)) // has a day of its own
	left := money.Francs(10_000 - 1000 - 500 - 3000)
	if got := s.against(s.withdrawal(5501)); got != (RuleError{Rule: RuleDay, Limit: limit, Left: left}) {
		t.Fatalf("%+v", got)
	}
	s.waiting(s.withdrawal(5500))
	s.against(s.withdrawal(1))
}

func TestRules_Day_CountsRefunds(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	s.rules(store.PayoutRules{MostDay: money.Francs(5000)})
	s.payOut(s.refund(paid, 3000))
	if got := s.against(s.refund(paid, 2001)); got.Left != money.Francs(2000) {
		t.Fatalf("%+v", got)
	}
	if got := s.against(s.withdrawal(2001)); got.Left != money.Francs(2000) {
		t.Fatalf("%+v", got)
	}
}

func TestRules_Count(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{CountDay: 2})
	s.payOut(s.withdrawal(1000))
	s.payOut(s.withdrawal(1000))
	if got := s.against(s.withdrawal(1000)); got != (RuleError{Rule: RuleCount, Count: 2}) {
		t.Fatalf("%+v", got)
	}
	s.payOut(s.order(store.KindAirtime, 1000, mtnPhone))
	s.at(0, 1)
	s.payOut(s.withdrawal(1000))
}

func TestRules_AirtimeDay(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{AirtimeDay: money.Francs(3000)})
	s.payOut(s.order(store.KindAirtime, 2000, mtnPhone))
	s.payOut(s.withdrawal(4000))
	want := RuleError{Rule: RuleAirtimeDay, Limit: money.Francs(3000), Left: money.Francs(1000)}
	if got := s.against(s.order(store.KindAirtime, 1001, orangePhone)); got != want {
		t.Fatalf("%+v", got)
	}
	s.work(time.Minute)
	s.payOut(s.order(store.KindAirtime, 1000, orangePhone))
}

func TestRules_Day_WhatWaitsOfAnotherKindIsNotInIt(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{MostDay: money.Francs(3000), ApprovalAbove: money.Francs(1000)})
	s.waiting(s.order(store.KindAirtime, 2500, mtnPhone))
	s.waiting(s.withdrawal(3000))
	want := RuleError{Rule: RuleDay, Limit: money.Francs(3000)}
	if got := s.against(s.withdrawal(1)); got != want {
		t.Fatalf("%+v", got)
	}
}

// POST /utilities/airtime/transfer/ of the demo takes 100 XAF, no more and no less.
func TestRules_DemoAirtime_IsOneAmount(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.service.demo = true
	want := RuleError{Rule: RuleDemoAirtime, Limit: money.Francs(100)}
	for _, amount := range []int64{99, 101, 500} {
		if got := s.against(s.order(store.KindAirtime, amount, mtnPhone)); got != want {
			t.Fatalf("%d: %+v", amount, got)
		}
	}
	s.payOut(s.order(store.KindAirtime, 100, mtnPhone))
	s.payOut(s.withdrawal(500))
	s.wantSent(2)
}

func TestRules_Hours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to int
		open     map[int]bool // by Douala's hour
	}{
		{8, 18, map[int]bool{7: false, 8: true, 17: true, 18: false}},
		{22, 6, map[int]bool{21: false, 22: true, 0: true, 5: true, 6: false}},
		{9, 9, map[int]bool{8: true, 9: true, 23: true}},
		{0, 24, map[int]bool{0: true, 23: true}},
	} {
		for hour, isOpen := range c.open {
			rules := store.PayoutRules{FromHour: c.from, ToHour: c.to}
			for _, minute := range []int{0, 59} {
				if got := withinHours(rules, time.Date(2026, 3, 4, hour-1, minute, 59, 0, time.UTC)); got != isOpen {
					t.Errorf("%d to %d, at %d:%d: %v", c.from, c.to, hour, minute, got)
				}
			}
		}
	}
	s := openPayoutShop(t) // half past ten
	s.rules(store.PayoutRules{FromHour: 11, ToHour: 12})
	if got := s.against(s.withdrawal(1000)); got != (RuleError{Rule: RuleHours, FromHour: 11, ToHour: 12}) {
		t.Fatalf("%+v", got)
	}
	s.at(11, 0)
	s.payOut(s.withdrawal(1000))
}

func TestRules_SavedRecipientsOnly(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	s.rules(store.PayoutRules{SavedOnly: true})
	if got := s.against(s.withdrawal(1000)); got != (RuleError{Rule: RuleRecipients}) {
		t.Fatalf("%+v", got)
	}
	saved, err := s.service.SaveRecipient(s.ctx, " Boulangerie ", mtnPhone, s.owner)
	s.must(err)
	if got := s.payOut(s.withdrawal(1000)); got.RecipientName != "Boulangerie" {
		t.Fatalf("kept as %+v", got)
	}
	s.must(s.service.RemoveRecipient(s.ctx, saved.ID, s.owner))
	s.against(s.order(store.KindAirtime, 1000, mtnPhone))
	s.payOut(s.refund(paid, 1000)) // goes back where it came from
}

func TestRules_NewRecipient_Waits(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	const wait = 24 * time.Hour
	s.rules(store.PayoutRules{NewRecipientWait: wait})
	// Not saving a number is no way around the wait.
	if got := s.against(s.withdrawal(1000)); got != (RuleError{Rule: RuleNewRecipient, Until: s.clock.now().Add(wait)}) {
		t.Fatalf("%+v", got)
	}
	saved, err := s.service.SaveRecipient(s.ctx, "Boulangerie", mtnPhone, s.owner)
	s.must(err)
	s.clock.pass(wait - time.Second)
	if got := s.against(s.withdrawal(1000)); !got.Until.Equal(saved.CreatedAt.Add(wait)) {
		t.Fatalf("%+v", got)
	}
	s.clock.pass(time.Second)
	s.payOut(s.withdrawal(1000))
	s.must(s.service.RemoveRecipient(s.ctx, saved.ID, s.owner))
	_, err = s.service.SaveRecipient(s.ctx, "Boulangerie", mtnPhone, s.owner)
	s.must(err)
	s.against(s.withdrawal(1000)) // it waits anew
}

func TestRules_Frozen_StopsEverything(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	s.rules(store.PayoutRules{MostEach: 100})
	s.must(s.service.Freeze(s.ctx, s.owner))
	for _, order := range []PayoutOrder{s.withdrawal(1000), s.order(store.KindAirtime, 1000, mtnPhone), s.refund(paid, 1000)} {
		if got := s.against(order); got != (RuleError{Rule: RuleFrozen}) {
			t.Fatalf("%+v", got)
		}
	}
	s.rules(store.PayoutRules{}) // a form that was drawn before the freeze
	s.against(s.withdrawal(1000))
	s.must(s.service.Unfreeze(s.ctx, "", s.owner))
	s.payOut(s.withdrawal(1000))
}

func TestRules_ChangedWhileTheBalanceIsOnItsWay_StillHold(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{ApprovalAbove: money.Francs(500)})
	a := s.waiting(s.withdrawal(501))
	for name, give := range map[string]func() error{
		"payout":   func() error { _, err := s.service.PayOut(s.ctx, s.withdrawal(500)); return err },
		"approval": func() error { _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); return err },
	} {
		s.must(s.service.Unfreeze(s.ctx, "", s.owner))
		s.balances(func() { s.must(s.service.Freeze(s.ctx, s.owner)) })
		if err := give(); !isFrozen(err) {
			t.Errorf("%s: %v", name, err)
		}
		s.lose("/balance/") // and the rules speak first
		if err := give(); !isFrozen(err) {
			t.Errorf("%s without a balance: %v", name, err)
		}
	}
	s.wantSent(0)
}

func isFrozen(err error) bool {
	var broken *RuleError
	return errors.As(err, &broken) && broken.Rule == RuleFrozen
}

func TestRules_ManyAtOnce_NeverPassOnOneSum(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{MostDay: money.Francs(5000), CountDay: 9})
	errs := atOnce(64, func(i int) error {
		_, err := s.service.PayOut(s.ctx, s.withdrawal(int64(600-i%2)))
		return err
	})
	taken := 0
	for _, err := range errs {
		if err == nil {
			taken++
		}
	}
	if taken != 8 || s.gone() > money.Francs(5000) {
		t.Fatalf("%d were taken, %s is gone", taken, s.gone())
	}
}

func TestSetRules_ThatMakeNoSense_AreRefused(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	for _, rules := range []store.PayoutRules{
		{MostEach: -1}, {MostDay: -1}, {CountDay: -1}, {FromHour: -1}, {ToHour: 25}, {NewRecipientWait: -1}, {ApprovalAbove: -1}, {AirtimeDay: -1},
	} {
		if err := s.service.SetRules(s.ctx, rules, "", s.owner); !errors.Is(err, ErrRules) {
			t.Errorf("%+v: %v", rules, err)
		}
	}
}

func TestAudit_KeepsEveryActOnRulesAndRecipients(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{MostEach: money.Francs(1000)})
	s.must(s.service.Freeze(s.ctx, s.owner))
	s.must(s.service.Unfreeze(s.ctx, "", s.second))
	saved, err := s.service.SaveRecipient(s.ctx, "Boulangerie", mtnPhone, s.owner)
	s.must(err)
	s.must(s.service.RemoveRecipient(s.ctx, saved.ID, s.second))
	s.payOut(s.withdrawal(1000))
	entries := s.audited()
	want := "payout.ordered recipient.removed recipient.saved payout_rules.unfrozen payout_rules.frozen payout_rules.changed"
	if got := acts(entries); got != want {
		t.Fatalf("acts %s", got)
	}
	var changed map[string]rulesDetail
	s.must(json.Unmarshal(entries[5].Detail, &changed))
	if entries[5].UserID != s.owner || changed["old"].MostEach != "0" || changed["new"].MostEach != "1000" {
		t.Fatalf("%+v", entries[5])
	}
	if entries[3].UserID != s.second || !strings.Contains(string(entries[2].Detail), string(mtnPhone)) {
		t.Fatalf("%+v %+v", entries[3], entries[2])
	}
}

func (s *payoutShop) audited() []store.AuditEntry {
	s.t.Helper()
	entries, err := s.store.Audit(s.ctx, store.AuditFilter{})
	s.must(err)
	return entries
}

func acts(entries []store.AuditEntry) string {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Act
	}
	return strings.Join(names, " ")
}
