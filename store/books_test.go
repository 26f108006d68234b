package store

// Books never mix.

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"
)

// readsOf is every read of money rows, each asking for what the other book
// has; the error is ErrNotFound when a list is empty.
func readsOf(r Reader) map[string]func(context.Context) error {
	list := func(n int, err error) error {
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	}
	when := func(_ time.Time, found bool, err error) error {
		if err == nil && !found {
			return ErrNotFound
		}
		return err
	}
	reads := map[string]func(context.Context) error{
		"Link":            func(ctx context.Context) error { _, err := r.Link(ctx, 1); return err },
		"LinkBySlug":      func(ctx context.Context) error { _, err := r.LinkBySlug(ctx, "slug"); return err },
		"Links":           func(ctx context.Context) error { l, err := r.Links(ctx, LinkFilter{}); return list(len(l), err) },
		"LinkByOperation": func(ctx context.Context) error { _, err := r.LinkByOperation(ctx, "form"); return err },
		"OpenOfLink":      func(ctx context.Context) error { l, err := r.OpenOfLink(ctx, 1); return list(len(l), err) },
		"LinkInFlight": func(ctx context.Context) error {
			sum, err := r.LinkInFlight(ctx, 1)
			return list(int(sum.Count), err)
		},
		"ReceiptOf":            func(ctx context.Context) error { _, err := r.ReceiptOf(ctx, 1); return err },
		"TransactionOfReceipt": func(ctx context.Context) error { _, err := r.TransactionOfReceipt(ctx, "receipt"); return err },
		"UnpaidSince": func(ctx context.Context) error {
			u, err := r.UnpaidSince(ctx, "237677123456", 1, noon.Add(-time.Hour))
			return list(u.ByPhone*u.ByLink, err)
		},
		"Transaction":            func(ctx context.Context) error { _, err := r.Transaction(ctx, 1); return err },
		"TransactionByReference": func(ctx context.Context) error { _, err := r.TransactionByReference(ctx, "reference"); return err },
		"TransactionByExternalReference": func(ctx context.Context) error {
			_, err := r.TransactionByExternalReference(ctx, "external")
			return err
		},
		"TransactionsOfLink": func(ctx context.Context) error { l, err := r.TransactionsOfLink(ctx, 1); return list(len(l), err) },
		"Siblings":           func(ctx context.Context) error { l, err := r.Siblings(ctx, 1); return list(len(l), err) },
		"Transactions": func(ctx context.Context) error {
			l, err := r.Transactions(ctx, TransactionFilter{})
			return list(len(l), err)
		},
		"DuePolls": func(ctx context.Context) error { l, err := r.DuePolls(ctx, noon, 9); return list(len(l), err) },
		"AheadOfClock": func(ctx context.Context) error {
			late, err := r.AheadOfClock(ctx, noon.AddDate(-9, 0, 0), Horizon{})
			if err == nil && !late {
				return ErrNotFound
			}
			return err
		},
		"NextPoll": func(ctx context.Context) error { return when(r.NextPoll(ctx, time.Time{})) },
		"RecentSame": func(ctx context.Context) error {
			l, err := r.RecentSame(ctx, "237677123456", 1, noon)
			return list(len(l), err)
		},
		"Takings": func(ctx context.Context) error {
			sum, err := r.Takings(ctx, noon, noon.Add(time.Hour))
			return list(sum.Count, err)
		},
		"CountOpen": func(ctx context.Context) error {
			pending, inDoubt, flagged, err := r.CountOpen(ctx, time.Time{}, "")
			return list(pending*inDoubt*flagged, err)
		},
		"Events":   func(ctx context.Context) error { l, err := r.Events(ctx, 1); return list(len(l), err) },
		"Delivery": func(ctx context.Context) error { _, err := r.Delivery(ctx, 1); return err },
		"Deliveries": func(ctx context.Context) error {
			l, err := r.Deliveries(ctx, DeliveryFilter{})
			return list(len(l), err)
		},
		"DueDeliveries": func(ctx context.Context) error {
			l, err := r.DueDeliveries(ctx, noon, false, 9)
			return list(len(l), err)
		},
		"NobodysDue": func(ctx context.Context) error {
			n, err := r.NobodysDue(ctx, 9)
			return list(n, err)
		},
		"DeliveriesOf": func(ctx context.Context) error {
			n, err := r.DeliveriesOf(ctx, 1, 9)
			return list(n, err)
		},
		"FreshDeliveries": func(ctx context.Context) error {
			l, err := r.FreshDeliveries(ctx, 9)
			return list(len(l), err)
		},
		"CountFresh": func(ctx context.Context) error {
			n, err := r.CountFresh(ctx, 9)
			return list(n, err)
		},
		"RefusedCounts": func(ctx context.Context) error {
			l, err := r.RefusedCounts(ctx)
			return list(len(l), err)
		},
		"NextDelivery": func(ctx context.Context) error { return when(r.NextDelivery(ctx, time.Time{})) },
	}
	maps.Copy(reads, readsOfMoneyOut(r))
	maps.Copy(reads, readsOfSales(r))
	return reads
}

// readsOfMoneyOut are further ones of them.
func readsOfMoneyOut(r Reader) map[string]func(context.Context) error {
	list := func(n int64, err error) error {
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	}
	return map[string]func(context.Context) error{
		"PayoutRules": func(ctx context.Context) error {
			rules, err := r.PayoutRules(ctx)
			return list(int64(rules.MostEach), err)
		},
		"Recipient":        func(ctx context.Context) error { _, err := r.Recipient(ctx, 1); return err },
		"RecipientByPhone": func(ctx context.Context) error { _, err := r.RecipientByPhone(ctx, "237677123456"); return err },
		"Recipients": func(ctx context.Context) error {
			l, err := r.Recipients(ctx, RecipientFilter{})
			return list(int64(len(l)), err)
		},
		"Approval":            func(ctx context.Context) error { _, err := r.Approval(ctx, 1); return err },
		"ApprovalByOperation": func(ctx context.Context) error { _, err := r.ApprovalByOperation(ctx, "approval"); return err },
		"Approvals": func(ctx context.Context) error {
			l, err := r.Approvals(ctx, ApprovalFilter{})
			return list(int64(len(l)), err)
		},
		"CountApprovals": func(ctx context.Context) error {
			n, err := r.CountApprovals(ctx, ApprovalWaiting)
			return list(int64(n), err)
		},
		"ExpiredApprovals": func(ctx context.Context) error {
			l, err := r.ExpiredApprovals(ctx, noon)
			return list(int64(len(l)), err)
		},
		"Audit": func(ctx context.Context) error {
			l, err := r.Audit(ctx, AuditFilter{})
			return list(int64(len(l)), err)
		},
		"Reserved": func(ctx context.Context) error {
			n, err := r.Reserved(ctx, KindWithdraw, "MTN", noon)
			return list(int64(n), err)
		},
		"PaidOut": func(ctx context.Context) error {
			totals, err := r.PaidOut(ctx, noon, KindWithdraw, KindAirtime)
			return list(int64(totals.Amount), err)
		},
		"Refunded": func(ctx context.Context) error { n, err := r.Refunded(ctx, 1); return list(int64(n), err) },
		"RefundsOf": func(ctx context.Context) error {
			l, err := r.RefundsOf(ctx, 1)
			return list(int64(len(l)), err)
		},
		"RecentSamePayout": func(ctx context.Context) error {
			l, err := r.RecentSamePayout(ctx, KindWithdraw, "237677123456", 7, noon)
			return list(int64(len(l)), err)
		},
		"Unproved": func(ctx context.Context) error {
			l, err := r.Unproved(ctx, 0, 10)
			return list(int64(len(l)), err)
		},
		"SameApprovals": func(ctx context.Context) error {
			l, err := r.SameApprovals(ctx, KindWithdraw, "237677123456", 7)
			return list(int64(len(l)), err)
		},
		"UsualPayouts": func(ctx context.Context) error {
			l, err := r.UsualPayouts(ctx, KindWithdraw)
			return list(int64(len(l)), err)
		},
	}
}

// fill puts a row into a book for every one of readsOf.
func fill(t *testing.T, s *Store) {
	t.Helper()
	user := addUser(t, s, "Caisse")
	l := addLink(t, s, PaymentLink{Slug: "slug", Operation: "form", CreatedBy: user.ID})
	first := whole(user.ID, l.ID)
	first.PollAt, first.Asked, first.Status = noon, 1, StatusSuccessful
	first = addTransaction(t, s, first)
	addTransaction(t, s, Transaction{SiblingOf: first.ID, ExternalReference: "external", Status: StatusPending})
	addTransaction(t, s, Transaction{Status: StatusInDoubt})
	addTransaction(t, s, Transaction{Origin: OriginPush, LinkID: l.ID, Phone: "237677123456", Status: StatusPending})
	addEvent(t, s, Event{TransactionID: first.ID, Kind: EventPoll, Status: StatusPending})
	write(t, s, func(tx *Tx) error {
		_, err := tx.AddReceipt(t.Context(), first.ID, "receipt", noon)
		return err
	})
	addSale(t, s, SaleKey{TransactionID: first.ID})
	addSale(t, s, SaleKey{TransactionID: addTransaction(t, s, Transaction{Origin: OriginPush, Status: StatusPending, CreatedBy: user.ID}).ID})
	addDelivery(t, s, Delivery{TransactionID: first.ID, NextAt: noon})
	addDelivery(t, s, Delivery{Reference: "reference", Body: []byte("said"), NextAt: noon})
	write(t, s, func(tx *Tx) error { return tx.KeepArrivals(t.Context(), []Arrival{{}}) })
	write(t, s, func(tx *Tx) error { return tx.CountRefused(t.Context(), WhySignature, 1, noon) })
	write(t, s, func(tx *Tx) error { return tx.AddBalance(t.Context(), BalanceSnapshot{At: noon}) })
	fillMoneyOut(t, s, user.ID, first.ID)
}

func fillMoneyOut(t *testing.T, s *Store, user, collection int64) {
	t.Helper()
	addTransaction(t, s, Transaction{Kind: KindWithdraw, Origin: OriginRefund, RefundOf: collection, Asked: 7,
		Operator: "MTN", Phone: "237677123456", Status: StatusSuccessful, SettledAt: noon})
	write(t, s, func(tx *Tx) error { return tx.SetPayoutRules(t.Context(), PayoutRules{MostEach: 1, UpdatedBy: user}) })
	addRecipient(t, s, Recipient{Name: "Caisse", Phone: "237677123456", CreatedBy: user})
	addApproval(t, s, Approval{Operation: "approval", Kind: KindWithdraw, Phone: "237677123456", Asked: 7, RequestedBy: user, ExpiresAt: noon})
	addAudit(t, s, AuditEntry{Act: "frozen", Subject: "payout_rules", UserID: user})
}

func TestBooks_RowsOfOne_AreSeenInNoOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine, other := open(t, dir, "production"), open(t, dir, "sandbox")
	fill(t, mine)
	for name, read := range readsOf(mine.Reader) {
		if err := read(t.Context()); err != nil {
			t.Errorf("%s in the book itself: %v", name, err)
		}
	}
	for name, read := range readsOf(other.Reader) {
		mustBeFrom(t, name, read(t.Context()))
	}
	write(t, other, func(tx *Tx) error { // inside a write too
		for name, read := range readsOf(tx.Reader) {
			mustBeFrom(t, name, read(t.Context()))
		}
		return nil
	})
}

func mustBeFrom(t *testing.T, name string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s shows another book's row", name)
	}
}

func TestBooks_RowsOfOne_CannotBeChangedOrPointedToFromAnother(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine, other := open(t, dir, "production"), open(t, dir, "sandbox")
	fill(t, mine)
	before, err := mine.Transaction(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(tx *Tx) error{
		"UpdateTransaction": func(tx *Tx) error { return tx.UpdateTransaction(t.Context(), filled(Transaction{ID: 1})) },
		"AddReceipt": func(tx *Tx) error {
			_, err := tx.AddReceipt(t.Context(), 1, "another", noon)
			return err
		},
		"UpdateLink":     func(tx *Tx) error { return tx.UpdateLink(t.Context(), PaymentLink{ID: 1}) },
		"UpdateDelivery": func(tx *Tx) error { return tx.UpdateDelivery(t.Context(), Delivery{ID: 1}) },
		"AddEvent": func(tx *Tx) error {
			_, err := tx.AddEvent(t.Context(), Event{TransactionID: 1, Kind: EventPoll, Status: StatusPending})
			return err
		},
		"an attempt of its link": func(tx *Tx) error {
			_, err := tx.CreateTransaction(t.Context(), filled(Transaction{LinkID: 1}))
			return err
		},
		"a sibling": func(tx *Tx) error {
			_, err := tx.CreateTransaction(t.Context(), filled(Transaction{SiblingOf: 1}))
			return err
		},
		"a refund": func(tx *Tx) error {
			_, err := tx.CreateTransaction(t.Context(), filled(Transaction{Kind: KindWithdraw, RefundOf: 1}))
			return err
		},
		"an approval of its refund": func(tx *Tx) error {
			_, err := tx.AddApproval(t.Context(), filledApproval(Approval{RefundOf: 1, RequestedBy: 1}))
			return err
		},
		"DecideApproval": func(tx *Tx) error {
			return tx.DecideApproval(t.Context(), Approval{ID: 1, State: ApprovalRefused, DecidedBy: 1})
		},
		"RemoveRecipient": func(tx *Tx) error { return tx.RemoveRecipient(t.Context(), 1, noon) },
		"a delivery": func(tx *Tx) error {
			_, err := tx.AddDelivery(t.Context(), Delivery{Verdict: VerdictAccepted, TransactionID: 1})
			return err
		},
	} {
		if err := other.Write(t.Context(), of(change)); err == nil {
			t.Errorf("%s reached into another book", name)
		}
	}
	if after, err := mine.Transaction(t.Context(), 1); err != nil || after.Status != before.Status {
		t.Errorf("%+v, %v", after, err)
	}
}

func TestReads_OfAClosedStore_AreErrors(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	mustBe(t, s.Close(), nil)
	for name, read := range readsOf(s.Reader) {
		if err := read(t.Context()); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
