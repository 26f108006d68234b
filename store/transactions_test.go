package store

// Transactions, one by one.

import (
	"context"
	"reflect"
	"testing"
	"time"
)

// whole is a transaction whose every field tells itself from the others.
func whole(createdBy, linkID int64) Transaction {
	return Transaction{
		Kind: KindCollect, Origin: OriginLink, Status: StatusWaiting, LinkID: linkID,
		ExternalReference: "external", OperationCode: "operation", Reference: "reference",
		Asked: 1, Amount: 2, Net: 3, Currency: "XAF", MayPayMore: true, Operator: "MTN", Phone: "237677123456",
		Description: "description", USSDCode: "*126#", PaymentURL: "https://example.com/pay", Code: "code",
		OperatorReference: "operator reference", Reason: "reason", ErrorCode: "ER101", ReportedStatus: "SUCCESSFUL",
		Flags: Flags{FlagUnderpaid, FlagPaidTwice}, CreatedBy: createdBy, CreatedAt: noon,
		SentAt: noon.Add(time.Second), SettledAt: noon.Add(2 * time.Second), UpdatedAt: noon.Add(3 * time.Second),
		PollAt: noon.Add(4 * time.Second), PollCount: 4, NewsAt: noon.Add(5 * time.Second),
		RecipientName: "recipient name", Fee: 5,
	}
}

func TestCreateTransaction_RoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	want := whole(addUser(t, s, "Caisse").ID, addLink(t, s, PaymentLink{Slug: "slug"}).ID)
	created := addTransaction(t, s, want)
	want.ID = created.ID
	if created.ID == 0 || !reflect.DeepEqual(created, want) {
		t.Errorf("created %+v", created)
	}
	for name, read := range map[string]func() (Transaction, error){
		"by ID":                 func() (Transaction, error) { return s.Transaction(t.Context(), created.ID) },
		"by reference":          func() (Transaction, error) { return s.TransactionByReference(t.Context(), "reference") },
		"by external reference": func() (Transaction, error) { return s.TransactionByExternalReference(t.Context(), "external") },
	} {
		if got, err := read(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestTransaction_NotThere_IsNotFound(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	addTransaction(t, s, Transaction{Origin: OriginExternal}) // has no reference of either kind
	_, err := s.Transaction(t.Context(), 99)
	mustBe(t, err, ErrNotFound)
	for _, reference := range []string{"", "other"} {
		_, err = s.TransactionByReference(t.Context(), reference)
		mustBe(t, err, ErrNotFound)
		_, err = s.TransactionByExternalReference(t.Context(), reference)
		mustBe(t, err, ErrNotFound)
	}
}

func TestUpdateTransaction_ChangesWhatBecameOfIt_NeverWhatItWasWrittenAs(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "Caisse").ID
	created := addTransaction(t, s, whole(user, addLink(t, s, PaymentLink{Slug: "slug"}).ID))
	changed := Transaction{
		ID: created.ID, Kind: KindAirtime, Origin: OriginPush, Status: StatusSuccessful, SiblingOf: created.ID,
		ExternalReference: "external 2", OperationCode: "operation 2", Reference: "reference 2",
		Asked: 11, Amount: 12, Net: 13, Currency: "EUR", Operator: "ORANGE", Phone: "237699123456",
		Description: "description 2", USSDCode: "#150*50#", PaymentURL: "https://example.com/2", Code: "code 2",
		OperatorReference: "operator reference 2", Reason: "reason 2", ErrorCode: "ER102",
		CreatedAt: noon.Add(time.Hour), SentAt: noon.Add(2 * time.Hour), SettledAt: noon.Add(3 * time.Hour),
		UpdatedAt: noon.Add(4 * time.Hour), PollCount: 14, NewsAt: noon.Add(6 * time.Hour),
		RefundOf: created.ID, RecipientName: "recipient name 2", Fee: 15,
	}
	write(t, s, func(tx *Tx) error { return tx.UpdateTransaction(t.Context(), changed) })

	want := changed
	want.Kind, want.Origin, want.LinkID, want.SiblingOf = created.Kind, created.Origin, created.LinkID, 0
	want.ExternalReference, want.OperationCode, want.Asked = created.ExternalReference, created.OperationCode, created.Asked
	want.MayPayMore, want.CreatedBy, want.CreatedAt = created.MayPayMore, created.CreatedBy, created.CreatedAt
	want.RefundOf, want.RecipientName = created.RefundOf, created.RecipientName
	if got, err := s.Transaction(t.Context(), created.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
	found, err := s.Transactions(t.Context(), TransactionFilter{Search: "description 2"})
	if err != nil || len(found) != 1 {
		t.Errorf("the search does not know what it is now: %v, %v", found, err)
	}
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.UpdateTransaction(ctx, filled(Transaction{ID: 99})) }), ErrNotFound)
}

func TestTransactions_ReferencesAreUniqueInABook(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	first := addTransaction(t, s, Transaction{ExternalReference: "e1", Reference: "r1"})
	second := addTransaction(t, s, Transaction{ExternalReference: "e2"})
	addTransaction(t, s, Transaction{}) // empty ones are no references
	addTransaction(t, s, Transaction{})
	create := func(want Transaction) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			_, err := tx.CreateTransaction(ctx, filled(want))
			return err
		})
	}
	mustBe(t, create(Transaction{ExternalReference: "e1"}), ErrDuplicate)
	mustBe(t, create(Transaction{ExternalReference: "e3", Reference: "r1"}), ErrDuplicate)
	mustBe(t, create(Transaction{ExternalReference: "e1", SiblingOf: first.ID, Reference: "r1"}), ErrDuplicate)
	mustBe(t, create(Transaction{ExternalReference: "e1", SiblingOf: first.ID, Reference: "r2"}), nil)
	mustBe(t, create(Transaction{ExternalReference: "e1", SiblingOf: first.ID, Reference: "r3"}), nil)

	second.Reference = "r1"
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.UpdateTransaction(ctx, second) }), ErrDuplicate)

	if got, err := s.TransactionByExternalReference(t.Context(), "e1"); err != nil || got.ID != first.ID {
		t.Errorf("the first of e1 is %d, %v", got.ID, err)
	}
	addTransaction(t, open(t, dir, "production"), Transaction{ExternalReference: "e1", Reference: "r1"})
}

func TestCreateTransaction_WhatTheBookHasNoWordFor_IsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for name, spoil := range map[string]func(*Transaction){
		"kind":     func(t *Transaction) { t.Kind = "loan" },
		"origin":   func(t *Transaction) { t.Origin = "sky" },
		"status":   func(t *Transaction) { t.Status = "paid" },
		"operator": func(t *Transaction) { t.Operator = "mtn" },
		"asked":    func(t *Transaction) { t.Asked = -1 },
		"link":     func(t *Transaction) { t.LinkID = 99 },
		"sibling":  func(t *Transaction) { t.SiblingOf = 99 },
		"creator":  func(t *Transaction) { t.CreatedBy = 99 },
		"refund":   func(t *Transaction) { t.RefundOf = 99 },
	} {
		wrong := filled(Transaction{})
		spoil(&wrong)
		err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			_, err := tx.CreateTransaction(ctx, wrong)
			return err
		})
		if err == nil {
			t.Errorf("a wrong %s was kept", name)
		}
	}
}

func TestPaidInFull_OnlyWhenProvedAndEnough(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		transaction Transaction
		want        bool
	}{
		{Transaction{Status: StatusSuccessful}, true},
		{Transaction{Status: StatusSuccessful, Flags: Flags{FlagPaidTwice, FlagMovedFinal, FlagReportDiffers}}, true},
		{Transaction{Status: StatusSuccessful, Flags: Flags{FlagHistoryDiffers, FlagMissing}}, true}, // a history row is a hint
		{Transaction{Status: StatusSuccessful, Flags: Flags{FlagUnderpaid}}, false},
		{Transaction{Status: StatusSuccessful, Flags: Flags{FlagOverpaid}}, false},
		{Transaction{Status: StatusSuccessful, Flags: Flags{FlagCurrency}}, false},
		{Transaction{Status: StatusSuccessful, Flags: Flags{FlagMismatch}}, false},
		{Transaction{Status: StatusSuccessful, Flags: Flags{FlagUnprovedKind}}, false},
		{Transaction{Status: StatusSuccessful, Flags: Flags{FlagDecided}}, false},
		{Transaction{Status: StatusPending, ReportedStatus: "SUCCESSFUL"}, false},
		{Transaction{Status: StatusFailed}, false},
	} {
		if got := c.transaction.PaidInFull(); got != c.want {
			t.Errorf("%+v is paid in full: %v", c.transaction, got)
		}
	}
}

func TestFlags_AreAddedOnceAndLeaveTheirOriginAlone(t *testing.T) {
	t.Parallel()
	one := make(Flags, 0, 4).With(FlagUnderpaid)
	two, other := one.With(FlagCurrency), one.With(FlagMismatch)
	if two.String() != "underpaid currency" || other.String() != "underpaid mismatch" || one.String() != "underpaid" {
		t.Errorf("%v, %v, %v", one, two, other)
	}
	if again := two.With(FlagCurrency); again.String() != two.String() {
		t.Errorf("%v", again)
	}
}

func TestStatus_Final(t *testing.T) {
	t.Parallel()
	for status, want := range map[Status]bool{StatusUnsent: false, StatusWaiting: false, StatusPending: false,
		StatusInDoubt: false, StatusSuccessful: true, StatusFailed: true} {
		if status.Final() != want {
			t.Errorf("%s is final: %v", status, !want)
		}
	}
}
