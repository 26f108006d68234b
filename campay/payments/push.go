package payments

// Requests pushed to a payer's phone (POST /collect/).

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/store"
)

// PushOrder is a payment to request on a phone; Amount is in whole francs.
type PushOrder struct {
	Operation   string // from NewOperation; the same one twice is one request
	Amount      money.XAF
	Phone       money.Phone
	Description string
	By          int64         // the user
	Instead     store.SaleKey // the sale whose place it takes
	Again       int64         // the newest same request of minutes ago that he was shown, and means to send once more
}

// RequestPayment writes a collection down and sends it to the payer's phone.
// A *RefusedError or ErrNotSent comes back beside the transaction when CamPay
// refused it or surely never got it (no money moves). *AskedError says that the
// same was asked of the same phone minutes ago, and that nothing was sent. A lost
// answer is no error: the transaction is in doubt and gets settled under the same
// external reference (invariant 2). ErrOutcomeNotKept comes back beside it too.
func (s *Collections) RequestPayment(ctx context.Context, order PushOrder) (store.Transaction, error) {
	t, isNew, err := s.writePush(ctx, order)
	if err != nil {
		return t, fmt.Errorf("write the request down: %w", err)
	}
	var refused error
	if isNew {
		refused = s.collect(onItsOwn(ctx), t)
	}
	now, err := s.store.Transaction(ctx, t.ID)
	if err != nil {
		return t, fmt.Errorf("%w: read transaction: %w", ErrOutcomeNotKept, err)
	}
	return now, refused
}

func (s *Collections) writePush(ctx context.Context, order PushOrder) (t store.Transaction, isNew bool, err error) {
	if !IsOperation(order.Operation) {
		return t, false, ErrOperation
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		t, err = tx.TransactionByExternalReference(ctx, order.Operation)
		if err == nil {
			return order.sameAs(t)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := s.notAskedAlready(ctx, tx, order); err != nil {
			return err
		}
		isNew = true
		if t, err = s.writeDown(ctx, tx, order.transaction()); err != nil {
			return err
		}
		if err := s.openSale(ctx, tx, store.SaleKey{TransactionID: t.ID}, order.Instead, order.By); err != nil {
			return err
		}
		return s.audit(ctx, tx, order.By, act{"request.made", "transaction", t.ID}, orderedDetail{
			Kind: store.KindCollect, Amount: order.Amount.String(), Phone: order.Phone, Description: order.Description,
		})
	})
	if err != nil {
		return store.Transaction{}, false, err // what a failed write made is nowhere
	}
	return t, isNew, nil
}

// transaction is the order as the book keeps it.
func (order PushOrder) transaction() store.Transaction {
	return store.Transaction{
		Kind: store.KindCollect, Origin: store.OriginPush,
		ExternalReference: order.Operation, Asked: order.Amount,
		Phone: order.Phone, Operator: order.Phone.Operator(),
		Description: order.Description, CreatedBy: order.By,
	}
}

// sameAs reports ErrOperationUsed unless a transaction was made by this order.
func (order PushOrder) sameAs(t store.Transaction) error {
	if t.Kind != store.KindCollect || t.Origin != store.OriginPush || t.LinkID != 0 || t.Asked != order.Amount || t.Phone != order.Phone || t.Description != order.Description {
		return ErrOperationUsed
	}
	return nil
}

// sameWindow is how long a second request to one number for one amount looks
// like a mistake; Orange may refuse such a second debit.
const sameWindow = 10 * time.Minute

// longestDoubt is how far back a request may have begun that nobody knows the
// outcome of yet.
const longestDoubt = 7 * 24 * time.Hour

// AskedError says that the same amount was asked of the same phone minutes ago and
// has not failed, or that its outcome is not known yet.
type AskedError struct{ Earlier store.Transaction } // the newest

func (e *AskedError) Error() string { return fmt.Sprintf("asked minutes ago as %d", e.Earlier.ID) }

// notAskedAlready is asked inside the write: of two forms at once one is first.
func (s *Collections) notAskedAlready(ctx context.Context, tx *store.Tx, order PushOrder) error {
	same, err := s.sameLately(ctx, tx, order.Phone, order.Amount)
	if err != nil || len(same) == 0 || same[0].ID == order.Again {
		return err
	}
	return &AskedError{same[0]}
}

// sameLately returns the collections of this amount from this phone that were
// asked for minutes ago and have not failed, or are under way or in doubt still,
// newest first.
func (s *Collections) sameLately(ctx context.Context, tx *store.Tx, phone money.Phone, amount money.XAF) ([]store.Transaction, error) {
	same, err := tx.RecentSame(ctx, phone, amount, s.now().Add(-longestDoubt))
	isOver := func(t store.Transaction) bool { return !isUnderWay(t) && t.CreatedAt.Before(s.now().Add(-sameWindow)) }
	return slices.DeleteFunc(same, isOver), err
}

func collectRequest(t store.Transaction) campay.CollectRequest {
	return campay.CollectRequest{
		Amount: t.Asked, From: t.Phone, Description: described(t),
		ExternalReference: t.ExternalReference, ExternalUser: t.OperationCode,
	}
}

// collect sends a collection that is written down, and writes the answer down.
func (s *Collections) collect(ctx context.Context, t store.Transaction) error {
	call, cancel := calling(ctx)
	defer cancel()
	answer, callErr := s.campay.Collect(call, collectRequest(t))
	err := s.change(ctx, t.ID, func(tx *store.Tx, t *store.Transaction) error {
		t.SentAt = s.now()
		switch {
		case callErr == nil:
			return s.accepted(ctx, tx, t, answer)
		case t.Status != store.StatusUnsent:
			return nil // settled meanwhile, by a webhook say
		default:
			return s.notTaken(ctx, tx, t, callErr)
		}
	})
	if err != nil {
		return fmt.Errorf("%w: transaction %d: %w", ErrOutcomeNotKept, t.ID, err)
	}
	return refusedBy(callErr, false)
}
