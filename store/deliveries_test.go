package store

// Webhook calls and balances.

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"
)

func deliveryIDs(deliveries []Delivery) []int64 {
	found := []int64{}
	for _, d := range deliveries {
		found = append(found, d.ID)
	}
	return found
}

func TestAddDelivery_RoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	want := Delivery{
		ReceivedAt: noon, Method: "POST", ContentType: "application/json", RemoteAddr: "192.0.2.1", Body: []byte("\x00\xff{}"),
		Verdict: VerdictRefused, Why: "why", Status: "SUCCESSFUL", Reference: "reference", ExternalReference: "external",
		AmountText: "100.00", Currency: "XAF", Outcome: OutcomeRefused, TransactionID: addTransaction(t, s, Transaction{}).ID,
		Attempts: 3, NextAt: noon.Add(time.Second), AppliedAt: noon.Add(time.Minute),
	}
	added := addDelivery(t, s, want)
	want.ID = added.ID
	if added.ID == 0 || !reflect.DeepEqual(added, want) {
		t.Errorf("added %+v", added)
	}
	if got, err := s.Delivery(t.Context(), added.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	_, err := s.Delivery(t.Context(), 99)
	mustBe(t, err, ErrNotFound)
}

func TestUpdateDelivery_ChangesWhatCameOfIt_NeverWhatArrived(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	id := addTransaction(t, s, Transaction{}).ID
	want := addDelivery(t, s, Delivery{ReceivedAt: noon, Body: []byte("body"), Reference: "reference", NextAt: noon})
	want.Outcome, want.TransactionID, want.Attempts, want.AppliedAt, want.NextAt = OutcomeApplied, id, 1, noon, time.Time{}
	changed := want
	changed.Body, changed.Reference, changed.Verdict, changed.ReceivedAt = []byte("other"), "other", VerdictRefused, noon.Add(time.Hour)
	write(t, s, func(tx *Tx) error { return tx.UpdateDelivery(t.Context(), changed) })
	if got, err := s.Delivery(t.Context(), want.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.UpdateDelivery(ctx, Delivery{ID: 99}) }), ErrNotFound)
}

func TestDeliveries_FiltersAndPages(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	a := addDelivery(t, s, Delivery{Reference: "aaaa", RemoteAddr: "192.0.2.1"}).ID
	b := addDelivery(t, s, Delivery{ExternalReference: "bbbb", Verdict: VerdictRefused, Body: []byte("signature=secret")}).ID
	c := addDelivery(t, s, Delivery{Reference: "cc_c", AmountText: "2500"}).ID
	for name, c := range map[string]struct {
		filter DeliveryFilter
		want   []int64
	}{
		"none":                 {DeliveryFilter{}, []int64{c, b, a}},
		"limit":                {DeliveryFilter{Limit: 2}, []int64{c, b}},
		"before":               {DeliveryFilter{Before: c}, []int64{b, a}},
		"verdict":              {DeliveryFilter{Verdict: VerdictRefused}, []int64{b}},
		"reference":            {DeliveryFilter{Search: "AAAA"}, []int64{a}},
		"external reference":   {DeliveryFilter{Search: "bbb"}, []int64{b}},
		"amount":               {DeliveryFilter{Search: "2 500"}, []int64{c}},
		"address":              {DeliveryFilter{Search: "192.0.2.1"}, []int64{a}},
		"underscore is itself": {DeliveryFilter{Search: "_"}, []int64{c}},
		"never the body":       {DeliveryFilter{Search: "secret"}, []int64{}},
	} {
		found, err := s.Deliveries(t.Context(), c.filter)
		if err != nil || !slices.Equal(deliveryIDs(found), c.want) {
			t.Errorf("%s: %v, %v; want %v", name, deliveryIDs(found), err, c.want)
		}
	}
}

func TestDueDeliveries_ThoseByNow_LongestDueFirst(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	if _, found, err := s.NextDelivery(t.Context(), time.Time{}); err != nil || found {
		t.Errorf("something is due in an empty book: %v", err)
	}
	now := addDelivery(t, s, Delivery{NextAt: noon})
	mine := addDelivery(t, s, Delivery{NextAt: noon, TransactionID: addTransaction(t, s, Transaction{}).ID})
	addDelivery(t, s, Delivery{}) // done
	later := addDelivery(t, s, Delivery{NextAt: noon.Add(time.Hour)})
	before := addDelivery(t, s, Delivery{NextAt: noon.Add(-time.Hour)})
	for ofBook, want := range map[bool][]int64{false: {before.ID, now.ID}, true: {mine.ID}} {
		due, err := s.DueDeliveries(t.Context(), noon, ofBook, 10)
		if err != nil || !slices.Equal(deliveryIDs(due), want) {
			t.Errorf("%v, %v", deliveryIDs(due), err)
		}
	}
	if at, found, err := s.NextDelivery(t.Context(), noon); err != nil || !found || !at.Equal(later.NextAt) {
		t.Errorf("next %v, %v, %v", at, found, err)
	}
}

func TestPruneRefused_KeepsTheNewestAndEveryAcceptedOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, other := open(t, dir, "sandbox"), open(t, dir, "demo")
	elsewhere := addDelivery(t, other, Delivery{Verdict: VerdictRefused})
	accepted := addDelivery(t, s, Delivery{})
	var refused []int64
	for range 5 {
		refused = append(refused, addDelivery(t, s, Delivery{Verdict: VerdictRefused}).ID)
	}
	for keep, want := range map[int][]int64{
		9: {refused[4], refused[3], refused[2], refused[1], refused[0], accepted.ID},
		5: {refused[4], refused[3], refused[2], refused[1], refused[0], accepted.ID},
	} {
		write(t, s, func(tx *Tx) error { return tx.PruneRefused(t.Context(), keep) })
		if left, err := s.Deliveries(t.Context(), DeliveryFilter{}); err != nil || !slices.Equal(deliveryIDs(left), want) {
			t.Errorf("kept %d: %v, %v", keep, deliveryIDs(left), err)
		}
	}
	write(t, s, func(tx *Tx) error { return tx.PruneRefused(t.Context(), 2) })
	if left, err := s.Deliveries(t.Context(), DeliveryFilter{}); err != nil || !slices.Equal(deliveryIDs(left), []int64{refused[4], refused[3], accepted.ID}) {
		t.Errorf("kept 2: %v, %v", deliveryIDs(left), err)
	}
	write(t, s, func(tx *Tx) error { return tx.PruneRefused(t.Context(), 0) })
	if next := addDelivery(t, s, Delivery{}); next.ID <= refused[4] {
		t.Errorf("the ID %d was given twice", next.ID)
	}
	if _, err := other.Delivery(t.Context(), elsewhere.ID); err != nil {
		t.Errorf("another book's: %v", err)
	}
}
