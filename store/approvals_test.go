package store

// What waits for a second owner: one for each operation, decided once.

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"
)

// addApproval adds a, with what the database requires where it is empty.
func addApproval(t testing.TB, s *Store, a Approval) Approval {
	t.Helper()
	write(t, s, func(tx *Tx) (err error) {
		a, err = tx.AddApproval(t.Context(), filledApproval(a))
		return err
	})
	return a
}

func filledApproval(a Approval) Approval {
	if a.Operation == "" {
		a.Operation = "operation"
	}
	if a.Kind == "" {
		a.Kind = KindWithdraw
	}
	if a.Origin == "" {
		a.Origin = OriginPush
	}
	if a.State == "" {
		a.State = ApprovalWaiting
	}
	if a.Asked == 0 {
		a.Asked = 100
	}
	return a
}

func TestAddApproval_RoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	collection := addTransaction(t, s, Transaction{})
	want := Approval{
		Operation: "operation", Kind: KindWithdraw, Origin: OriginRefund, RefundOf: collection.ID, Asked: 100,
		Phone: "237677123456", Operator: "MTN", RecipientName: "name", Description: "description",
		RequestedBy: addUser(t, s, "owner").ID, RequestedAt: noon, ExpiresAt: noon.Add(time.Hour), State: ApprovalWaiting,
	}
	added := addApproval(t, s, want)
	want.ID = added.ID
	if added.ID == 0 || added != want {
		t.Errorf("added %+v", added)
	}
	for name, read := range map[string]func() (Approval, error){
		"by ID":        func() (Approval, error) { return s.Approval(t.Context(), added.ID) },
		"by operation": func() (Approval, error) { return s.ApprovalByOperation(t.Context(), "operation") },
	} {
		if got, err := read(); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	_, err := s.Approval(t.Context(), 99)
	mustBe(t, err, ErrNotFound)
	_, err = s.ApprovalByOperation(t.Context(), "other")
	mustBe(t, err, ErrNotFound)
}

func TestAddApproval_OperationThatWaitsOrWaited_IsDuplicate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	user := addUser(t, s, "owner").ID
	first := addApproval(t, s, Approval{RequestedBy: user})
	again := func() error {
		return s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			_, err := tx.AddApproval(ctx, filledApproval(Approval{RequestedBy: user}))
			return err
		})
	}
	mustBe(t, again(), ErrDuplicate)
	first.State, first.DecidedBy = ApprovalRefused, user
	write(t, s, func(tx *Tx) error { return tx.DecideApproval(t.Context(), first) })
	mustBe(t, again(), ErrDuplicate)
	addApproval(t, open(t, dir, "demo"), Approval{RequestedBy: user}) // another book
}

func TestDecideApproval_KeepsTheDecisionAndNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	asker, decider := addUser(t, s, "owner").ID, addUser(t, s, "second owner").ID
	want := addApproval(t, s, Approval{RequestedBy: asker, Phone: "237677123456"})
	want.State, want.DecidedBy, want.DecidedAt = ApprovalApproved, decider, noon
	want.TransactionID = addTransaction(t, s, Transaction{Kind: KindWithdraw}).ID
	decision := want
	decision.Asked, decision.Phone, decision.RequestedBy, decision.Operation = 999, "237699123456", decider, "other"
	write(t, s, func(tx *Tx) error { return tx.DecideApproval(t.Context(), decision) })
	if got, err := s.Approval(t.Context(), want.ID); err != nil || got != want {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestDecideApproval_OfTwoDeciders_OneComesTooLate(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	asker, decider := addUser(t, s, "owner").ID, addUser(t, s, "second owner").ID
	waiting := addApproval(t, s, Approval{RequestedBy: asker})
	decide := func(state ApprovalState) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			return tx.DecideApproval(ctx, Approval{ID: waiting.ID, State: state, DecidedBy: decider, DecidedAt: noon})
		})
	}
	var deciders sync.WaitGroup
	results := make([]error, 16)
	for i := range results {
		state := []ApprovalState{ApprovalApproved, ApprovalRefused}[i%2]
		deciders.Go(func() { results[i] = decide(state) })
	}
	deciders.Wait()
	decided := 0
	for _, err := range results {
		if err == nil {
			decided++
			continue
		}
		mustBe(t, err, ErrNotFound)
	}
	if decided != 1 {
		t.Errorf("decided %d times", decided)
	}
	for _, state := range []ApprovalState{ApprovalWaiting, ApprovalExpired} {
		mustBe(t, decide(state), ErrNotFound) // nor does it wait again
	}
}

func TestApprovals_WhatNobodyMayDo_TheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	asker := addUser(t, s, "owner").ID
	waiting := addApproval(t, s, Approval{RequestedBy: asker})
	for name, decision := range map[string]Approval{
		"approved by whoever asked": {State: ApprovalApproved, DecidedBy: asker},
		"approved by nobody":        {State: ApprovalApproved},
		"approved by a stranger":    {State: ApprovalApproved, DecidedBy: 99},
		"a state without a word":    {State: "perhaps", DecidedBy: asker},
	} {
		decision.ID = waiting.ID
		if err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.DecideApproval(ctx, decision) }); err == nil {
			t.Errorf("%s was kept", name)
		}
	}
	for name, wrong := range map[string]Approval{
		"collection":  {Operation: "o", RequestedBy: asker, Kind: KindCollect},
		"amount":      {Operation: "o", RequestedBy: asker, Asked: -1},
		"person":      {Operation: "o"},
		"refund":      {Operation: "o", RequestedBy: asker, RefundOf: 99},
		"transaction": {Operation: "o", RequestedBy: asker, TransactionID: 99},
	} {
		err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			_, err := tx.AddApproval(ctx, filledApproval(wrong))
			return err
		})
		if err == nil {
			t.Errorf("a wrong %s was kept", name)
		}
	}
	if got, err := s.Approval(t.Context(), waiting.ID); err != nil || got != waiting {
		t.Errorf("%+v, %v", got, err)
	}
	// Whoever asked may take it back.
	write(t, s, func(tx *Tx) error {
		return tx.DecideApproval(t.Context(), Approval{ID: waiting.ID, State: ApprovalRefused, DecidedBy: asker})
	})
}

func TestApprovals_ListsCountsAndWhatIsOver(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	asker := addUser(t, s, "owner").ID
	var all []int64
	for i := range 5 {
		all = append(all, addApproval(t, s, Approval{
			Operation: fmt.Sprint("operation ", i), RequestedBy: asker, ExpiresAt: noon.Add(time.Duration(-i) * time.Hour),
		}).ID)
	}
	write(t, s, func(tx *Tx) error {
		return tx.DecideApproval(t.Context(), Approval{ID: all[4], State: ApprovalRefused, DecidedBy: asker})
	})
	number := func(approvals []Approval, err error) []int64 {
		if err != nil {
			t.Fatal(err)
		}
		var found []int64
		for _, a := range approvals {
			found = append(found, a.ID)
		}
		return found
	}
	for name, c := range map[string]struct{ got, want []int64 }{
		"all":       {number(s.Approvals(t.Context(), ApprovalFilter{})), []int64{all[4], all[3], all[2], all[1], all[0]}},
		"waiting":   {number(s.Approvals(t.Context(), ApprovalFilter{State: ApprovalWaiting, Limit: 2})), []int64{all[3], all[2]}},
		"next page": {number(s.Approvals(t.Context(), ApprovalFilter{State: ApprovalWaiting, Limit: 2, Before: all[2]})), []int64{all[1], all[0]}},
		"over":      {number(s.ExpiredApprovals(t.Context(), noon.Add(-time.Hour))), []int64{all[3], all[2], all[1]}},
		"none over": {number(s.ExpiredApprovals(t.Context(), noon.Add(-4*time.Hour))), nil}, // the refused one waits no longer
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	for state, want := range map[ApprovalState]int{ApprovalWaiting: 4, ApprovalRefused: 1, ApprovalApproved: 0} {
		if n, err := s.CountApprovals(t.Context(), state); err != nil || n != want {
			t.Errorf("%d are %s, %v", n, state, err)
		}
	}
}
