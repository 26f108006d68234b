package store

// The owner's rules: one set for each book.

import (
	"context"
	"testing"
	"time"
)

func TestPayoutRules_NeverSet_LimitNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	if rules, err := s.PayoutRules(t.Context()); err != nil || rules != (PayoutRules{}) {
		t.Errorf("%+v, %v", rules, err)
	}
}

func TestSetPayoutRules_TakesThePlaceOfTheEarlierOnes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, other := open(t, dir, "production"), open(t, dir, "sandbox")
	user, second := addUser(t, s, "owner").ID, addUser(t, s, "second owner").ID
	first := PayoutRules{
		Frozen: true, MostEach: 1, MostDay: 2, CountDay: 3, FromHour: 4, ToHour: 24, SavedOnly: true,
		NewRecipientWait: 36 * time.Hour, ApprovalAbove: 5, AirtimeDay: 6, UpdatedAt: noon, UpdatedBy: user,
	}
	next := PayoutRules{
		MostEach: 11, MostDay: 12, CountDay: 13, FromHour: 22, ToHour: 6, NewRecipientWait: time.Minute,
		ApprovalAbove: 15, AirtimeDay: 16, UpdatedAt: noon.Add(time.Hour), UpdatedBy: second,
	}
	for _, want := range []PayoutRules{first, next} {
		write(t, s, func(tx *Tx) error { return tx.SetPayoutRules(t.Context(), want) })
		if got, err := s.PayoutRules(t.Context()); err != nil || got != want {
			t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
		}
	}
	write(t, other, func(tx *Tx) error { return tx.SetPayoutRules(t.Context(), first) })
	if got, err := s.PayoutRules(t.Context()); err != nil || got != next {
		t.Errorf("the other book's rules came over: %+v, %v", got, err)
	}
}

func TestSetPayoutRules_WhatIsNoRule_IsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "owner").ID
	for name, wrong := range map[string]PayoutRules{
		"amount":  {MostEach: -1, UpdatedBy: user},
		"day":     {MostDay: -1, UpdatedBy: user},
		"count":   {CountDay: -1, UpdatedBy: user},
		"hour":    {ToHour: 25, UpdatedBy: user},
		"wait":    {NewRecipientWait: -time.Hour, UpdatedBy: user},
		"above":   {ApprovalAbove: -1, UpdatedBy: user},
		"airtime": {AirtimeDay: -1, UpdatedBy: user},
		"person":  {},
	} {
		if err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.SetPayoutRules(ctx, wrong) }); err == nil {
			t.Errorf("a wrong %s was kept", name)
		}
	}
}
