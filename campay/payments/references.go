package payments

// CamPay's references: a transaction has one, and one external reference can
// come back with more than one of them.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"comptoir/campay"
	"comptoir/store"
)

// assignReference notes the reference under which CamPay took t. other says that CamPay
// has told of another one for t before: each is a transaction of its own.
func (s *core) assignReference(ctx context.Context, tx *store.Tx, t *store.Transaction, reference string, raw json.RawMessage) (other bool, err error) {
	switch {
	case t.Reference == "":
		if err := s.reserve(ctx, tx, t, reference); err != nil {
			return false, err
		}
	case !strings.EqualFold(t.Reference, reference):
		if _, err := s.sibling(ctx, tx, *t, reference); err != nil {
			return false, err
		}
		return true, s.record(ctx, tx, *t, store.EventAnswer, "other_reference", reference, raw)
	}
	if t.Status == store.StatusUnsent || t.Status == store.StatusInDoubt {
		t.Status = store.StatusPending
		if t.Reference == "" { // it is another transaction's: nobody knows what CamPay took
			t.Status = store.StatusInDoubt
		}
		s.schedule(t)
	}
	return false, nil
}

// foldReference is a CamPay reference as the book keeps it: a UUID is the same
// one in capitals.
func foldReference(reference string) string { return strings.ToLower(reference) }

// reserve gives t the reference that CamPay knows it by. A transaction that was
// taken for one begun elsewhere, because CamPay did not say whose it is, gives
// the reference up: it was this one all along.
func (s *core) reserve(ctx context.Context, tx *store.Tx, t *store.Transaction, reference string) error {
	reference = foldReference(reference)
	other, err := tx.TransactionByReference(ctx, reference)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && other.ID == t.ID:
		t.Reference = reference
		return nil
	case err != nil:
		return err
	case other.Origin != store.OriginExternal:
		t.Flags = t.Flags.With(store.FlagMismatch)
		return s.record(ctx, tx, *t, store.EventAnswer, "other_reference", reference, nil)
	}
	now := s.now()
	other.Reference, other.Status, other.Amount, other.Net, other.Flags = "", store.StatusFailed, 0, 0, nil
	other.AmountUnknown, other.Word, other.ReportedStatus = false, "", ""
	other.SettledAt, other.UpdatedAt, other.PollAt = now, now, time.Time{}
	if err := tx.UpdateTransaction(ctx, other); err != nil {
		return err
	}
	if err := s.record(ctx, tx, other, store.EventAnswer, "merged", "", nil); err != nil {
		return err
	}
	t.Reference, t.PollAt = reference, now // asked about at once
	return nil
}

// sibling is the transaction of a further CamPay reference that came back under
// the external reference of first; it is added where the book lacks it.
func (s *core) sibling(ctx context.Context, tx *store.Tx, first store.Transaction, reference string) (store.Transaction, error) {
	known, err := tx.TransactionByReference(ctx, foldReference(reference))
	if !errors.Is(err, store.ErrNotFound) {
		return known, err
	}
	return s.addSibling(ctx, tx, first, foldReference(reference))
}

func (s *core) addSibling(ctx context.Context, tx *store.Tx, first store.Transaction, reference string) (store.Transaction, error) {
	now := s.now()
	var recipient store.Transaction // a payer may use another phone, a payout has one recipient
	if isOurPayout(first) {
		recipient = first
	}
	t, err := tx.CreateTransaction(ctx, store.Transaction{
		Kind: first.Kind, Origin: first.Origin, Status: store.StatusPending,
		LinkID: first.LinkID, SiblingOf: first.ID, RefundOf: first.RefundOf,
		ExternalReference: first.ExternalReference, OperationCode: first.OperationCode,
		Reference: reference, Asked: first.Asked, MayPayMore: first.MayPayMore, Currency: currency,
		Phone: recipient.Phone, Operator: recipient.Operator, RecipientName: recipient.RecipientName,
		Description: first.Description, CreatedBy: first.CreatedBy,
		CreatedAt: now, SentAt: now, UpdatedAt: now, PollAt: now, NewsAt: now,
	})
	if err != nil {
		return t, fmt.Errorf("add a sibling of %d: %w", first.ID, err)
	}
	return t, s.record(ctx, tx, t, store.EventCreated, "sibling", "", nil)
}

// recognise leads a row whose reference the book lacks to the operation that
// its code names, if there is one; a row of somebody else's is left for the
// reconciliation. A transaction that was taken for one begun elsewhere, because
// CamPay did not say whose it is, may turn out to be an operation in doubt.
func (s *core) recognise(ctx context.Context, row campay.HistoryRow) error {
	code := operationOf(row)
	if code == "" || row.Reference == "" {
		return nil
	}
	known, err := s.store.TransactionByReference(ctx, foldReference(row.Reference))
	isNew, isExternal := errors.Is(err, store.ErrNotFound), err == nil && known.Origin == store.OriginExternal
	if !isNew && !isExternal {
		return err
	}
	first, err := s.store.TransactionByOperationCode(ctx, code)
	if errors.Is(err, store.ErrNotFound) || isExternal && first.Reference != "" {
		return nil
	}
	if err != nil {
		return err
	}
	found := first
	ctx = onItsOwn(ctx)
	if err := s.change(ctx, first.ID, func(tx *store.Tx, t *store.Transaction) error {
		if t.Reference != "" {
			found, err = s.sibling(ctx, tx, *t, row.Reference)
			return err
		}
		found = *t
		if err := s.reserve(ctx, tx, t, row.Reference); err != nil {
			return err
		}
		return s.record(ctx, tx, *t, store.EventHistory, "found", row.Code, row.Raw)
	}); err != nil {
		return err
	}
	_, err = s.confirm(ctx, found, foldReference(row.Reference), store.EventHistory)
	return err
}
