package store

import (
	"testing"
	"time"
)

func TestReschedule_WhatWaitsBeyondItsHorizon_AndNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	other := open(t, t.TempDir(), "demo")
	h := Horizon{Poll: time.Hour, Delivery: 2 * time.Hour, Reconciliation: 3 * time.Hour, Approval: 4 * time.Hour}
	far := noon.AddDate(0, 1, 0)
	near := addTransaction(t, s, Transaction{PollAt: noon.Add(h.Poll), NewsAt: noon.Add(time.Minute)})
	never := addTransaction(t, s, Transaction{NewsAt: far})
	soon := addDelivery(t, s, Delivery{NextAt: noon.Add(h.Delivery), ReceivedAt: noon})
	user := addUser(t, s, "owner")
	putOff := func(want bool) {
		t.Helper()
		if got, err := s.AheadOfClock(t.Context(), noon, h); err != nil || got != want {
			t.Fatalf("put off: %v, %v; want %v", got, err, want)
		}
	}
	bring := func() {
		t.Helper()
		putOff(true)
		write(t, s, func(tx *Tx) error { return tx.Reschedule(t.Context(), noon, h) })
		putOff(false)
	}
	putOff(false)

	late := addTransaction(t, s, Transaction{PollAt: far, NewsAt: far})
	elsewhere := addTransaction(t, other, Transaction{PollAt: far})
	bring()
	if got, err := s.Transaction(t.Context(), late.ID); err != nil || !got.PollAt.Equal(noon) || !got.NewsAt.Equal(noon) || !got.CreatedAt.Equal(late.CreatedAt) {
		t.Errorf("transaction %+v, %v", got, err)
	}
	doubt := addTransaction(t, s, Transaction{Status: StatusInDoubt, NewsAt: far})
	bring()
	if got, err := s.Transaction(t.Context(), doubt.ID); err != nil || !got.PollAt.Equal(noon) || !got.NewsAt.Equal(noon) {
		t.Errorf("doubt %+v, %v", got, err)
	}
	delivery := addDelivery(t, s, Delivery{NextAt: far, ReceivedAt: far})
	bring()
	if got, err := s.Delivery(t.Context(), delivery.ID); err != nil || !got.NextAt.Equal(noon) || !got.ReceivedAt.Equal(noon) {
		t.Errorf("delivery %+v, %v", got, err)
	}
	var run Reconciliation
	write(t, s, func(tx *Tx) (err error) {
		run, err = tx.AddReconciliation(t.Context(), Reconciliation{From: noon, To: noon, Next: noon, Days: 1, BegunAt: noon, NextAt: far})
		return err
	})
	bring()
	if got, err := s.Reconciliation(t.Context(), run.ID); err != nil || !got.NextAt.Equal(noon) {
		t.Errorf("reconciliation %+v, %v", got, err)
	}
	var order Approval
	write(t, s, func(tx *Tx) (err error) {
		order = filledApproval(Approval{RequestedBy: user.ID})
		order.ExpiresAt = far
		order, err = tx.AddApproval(t.Context(), order)
		return err
	})
	bring()
	if got, err := s.Approval(t.Context(), order.ID); err != nil || !got.ExpiresAt.Equal(noon.Add(h.Approval)) {
		t.Errorf("approval %+v, %v", got, err)
	}

	if got, err := s.Transaction(t.Context(), near.ID); err != nil || !got.PollAt.Equal(near.PollAt) || !got.NewsAt.Equal(near.NewsAt) {
		t.Errorf("what was not put off: %+v, %v", got, err)
	}
	if got, err := s.Transaction(t.Context(), never.ID); err != nil || !got.PollAt.IsZero() || !got.NewsAt.Equal(far) {
		t.Errorf("what is never asked about: %+v, %v", got, err)
	}
	if got, err := s.Delivery(t.Context(), soon.ID); err != nil || !got.NextAt.Equal(soon.NextAt) {
		t.Errorf("a delivery that was not put off: %+v, %v", got, err)
	}
	if got, err := other.Transaction(t.Context(), elsewhere.ID); err != nil || !got.PollAt.Equal(far) {
		t.Errorf("another book's: %+v, %v", got, err)
	}
}
