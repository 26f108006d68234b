package payments

// Money that goes out: withdrawals, airtime and refunds. Each order is written
// down once, sent once, and never again by anything (invariants 1 and 2).

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/store"
)

// PayoutOrder is money to send. Amount is in whole francs.
type PayoutOrder struct {
	Operation   string     // from NewOperation; the same one twice is one payout
	Kind        store.Kind // withdraw or airtime
	Amount      money.XAF
	Phone       money.Phone
	Description string
	RefundOf    int64 // the collection that it gives back: kind and phone follow from it; 0 for no refund
	By          int64 // the user
	Seen        *Seen // the same ones that By knows of; nil to have it sent whatever there is
}

// Payout is what became of an order: its transaction or, while it has none,
// the approval that it waits for (or waited for, when that was refused or
// expired).
type Payout struct {
	Transaction store.Transaction
	Approval    store.Approval
}

// Is reports whether there is one.
func (p Payout) Is() bool { return p.Transaction.ID != 0 || p.Approval.ID != 0 }

// ErrOutcomeNotKept comes back beside a transaction that was sent, when what
// became of it could not be written down (the disk failed): money may move, and
// the book finds out by itself.
var ErrOutcomeNotKept = errors.New("it was sent, and its outcome could not be written down")

// PayOut plans an order and carries it out at once, as PlanPayout and CarryOut do.
func (s *Payouts) PayOut(ctx context.Context, order PayoutOrder) (Payout, error) {
	plan, err := s.planWith(ctx, Plan{PayoutOrder: order, spends: true}, s.askBalance, s.knownHolder)
	if err != nil {
		return plan.Begun, err
	}
	return s.CarryOut(ctx, plan)
}

// CarryOut carries a plan out, or has it wait for a second owner. All but CamPay's
// balance is read once more inside the write; what stands against it there comes back
// as PlanPayout says it, and nothing was begun.
// A *RefusedError or ErrNotSent comes back beside the transaction when CamPay
// refused it or surely never got it: no money moved. A lost answer is no error:
// the transaction is in doubt, and is never sent again (invariant 2).
// ErrOutcomeNotKept comes back beside it too.
func (s *Payouts) CarryOut(ctx context.Context, plan Plan) (Payout, error) {
	if !IsOperation(plan.Operation) {
		return Payout{}, ErrOperation
	}
	if plan.Begun.Is() {
		return plan.Begun, nil
	}
	if !plan.spends {
		return Payout{}, ErrBalanceUnknown // a plan of what is only remembered (invariant 6)
	}
	ordered, err := store.Written(ctx, s.store, func(ctx context.Context, tx *store.Tx) (orderedPayout, error) {
		return s.order(ctx, tx, plan)
	})
	if err != nil {
		return ordered.Payout, fmt.Errorf("write the payout down: %w", err)
	}
	if !ordered.isNew || ordered.Approval.ID != 0 {
		return ordered.Payout, nil
	}
	return s.dispatch(onItsOwn(ctx), ordered.Transaction)
}

// orderedPayout is what a write made of an order; isNew unless it found it there.
type orderedPayout struct {
	Payout
	isNew bool
}

// begun finds what the operation of an order began before, or ErrNotFound.
func begun(ctx context.Context, r store.Reader, order PayoutOrder) (Payout, error) {
	t, err := r.TransactionByExternalReference(ctx, order.Operation)
	if err == nil {
		return Payout{Transaction: t}, order.sameAs(payoutOf(t))
	}
	if !errors.Is(err, store.ErrNotFound) {
		return Payout{}, err
	}
	a, err := r.ApprovalByOperation(ctx, order.Operation)
	if err != nil {
		return Payout{}, err
	}
	return Payout{Approval: a}, order.sameAs(approvedOrder(a))
}

// payoutOf is the order that a transaction was made by.
func payoutOf(t store.Transaction) PayoutOrder {
	return PayoutOrder{
		Operation: t.ExternalReference, Kind: t.Kind, Amount: t.Asked, Phone: t.Phone,
		Description: t.Description, RefundOf: t.RefundOf, By: t.CreatedBy,
	}
}

// sameAs reports ErrOperationUsed unless order says what an earlier one said.
func (order PayoutOrder) sameAs(earlier PayoutOrder) error {
	if order.RefundOf != 0 { // what follows from the collection
		order.Kind, order.Phone = store.KindWithdraw, earlier.Phone
		if order.Description == "" {
			order.Description = earlier.Description
		}
	}
	order.By, order.Seen = earlier.By, nil
	if order != earlier {
		return ErrOperationUsed
	}
	return nil
}

// order reads a plan once more, where no other order can come between, and makes it
// durable: as a transaction, or as an approval to wait for.
func (s *Payouts) order(ctx context.Context, tx *store.Tx, plan Plan) (orderedPayout, error) {
	before, err := begun(ctx, tx.Reader, plan.PayoutOrder)
	if !errors.Is(err, store.ErrNotFound) {
		return orderedPayout{Payout: before}, err
	}
	if err := s.readAgain(ctx, tx, &plan); err != nil {
		return orderedPayout{}, err
	}
	if plan.NeedsApproval {
		a, err := s.writeApproval(ctx, tx, plan)
		return orderedPayout{Payout{Approval: a}, true}, err
	}
	t, err := s.writePayout(ctx, tx, plan)
	if err != nil {
		return orderedPayout{}, err
	}
	return orderedPayout{Payout{Transaction: t}, true}, s.audit(ctx, tx, plan.By, act{"payout.ordered", "transaction", t.ID}, ordered(plan))
}

// readAgain reads a plan inside the write that carries it out, and says what stands
// against it there.
func (s *Payouts) readAgain(ctx context.Context, tx *store.Tx, plan *Plan) error {
	if err := s.read(ctx, tx.Reader, plan); err != nil {
		return err
	}
	return plan.against(s.now())
}

// writePayout makes the transaction of a payout durable (invariant 1), and
// tells the collection that it gives back.
func (s *Payouts) writePayout(ctx context.Context, tx *store.Tx, plan Plan) (store.Transaction, error) {
	t, err := s.writeDown(ctx, tx, store.Transaction{
		Kind: plan.Kind, Origin: plan.origin(), RefundOf: plan.RefundOf,
		ExternalReference: plan.Operation, Asked: plan.Amount,
		Phone: plan.Phone, Operator: plan.Operator, RecipientName: plan.recipientName(),
		Description: plan.Description, CreatedBy: plan.By,
	})
	if errors.Is(err, store.ErrDuplicate) {
		err = ErrOperationUsed
	}
	if err != nil || plan.RefundOf == 0 {
		return t, err
	}
	return t, s.record(ctx, tx, plan.collection, store.EventPerson, "refund_begun", plan.Amount.String(), nil)
}

// dispatch sends a payout that was written down just now, and reads what became
// of it. Nothing else sends payouts.
func (s *Payouts) dispatch(ctx context.Context, t store.Transaction) (Payout, error) {
	s.publishRefunded(ctx, t)
	refused := s.send(ctx, t)
	now, err := s.store.Transaction(ctx, t.ID)
	if err != nil {
		return Payout{Transaction: t}, fmt.Errorf("%w: read transaction: %w", ErrOutcomeNotKept, err)
	}
	return Payout{Transaction: now}, refused
}

// publishRefunded tells who looks at a collection that a refund of it begins.
func (s *Payouts) publishRefunded(ctx context.Context, refund store.Transaction) {
	if refund.RefundOf == 0 {
		return
	}
	if collection, err := s.store.Transaction(ctx, refund.RefundOf); err == nil {
		s.publish(collection)
	}
}

// sendWithin is how soon after it was written down a payout is sent or not at
// all (this machine slept, say): later it may be put in doubt meanwhile, and
// nobody may decide over what is yet to be sent.
const sendWithin = unsentGrace - callLimit

var errTooLate = errors.New("too long after it was written down")

// send sends a payout, for the only time, and writes the answer down.
func (s *Payouts) send(ctx context.Context, t store.Transaction) error {
	reference, raw, callErr := s.transfer(ctx, t)
	err := s.change(ctx, t.ID, func(tx *store.Tx, t *store.Transaction) error {
		t.SentAt = s.now()
		switch {
		case callErr == nil:
			if other, err := s.assignReference(ctx, tx, t, reference, raw); other || err != nil {
				return err
			}
			return s.record(ctx, tx, *t, store.EventAnswer, "payout_accepted", "", raw)
		case t.Status != store.StatusUnsent && t.Status != store.StatusInDoubt:
			return nil // settled meanwhile, by a webhook say
		default:
			return s.notTaken(ctx, tx, t, callErr)
		}
	})
	if err != nil {
		return fmt.Errorf("%w: transaction %d: %w", ErrOutcomeNotKept, t.ID, err)
	}
	return refusedBy(callErr, true)
}

// transfer makes the one call that moves a payout's money.
func (s *Payouts) transfer(ctx context.Context, t store.Transaction) (reference string, raw json.RawMessage, err error) {
	if s.now().Sub(t.CreatedAt) > sendWithin {
		return "", nil, &campay.Error{Op: string(t.Kind), Effect: campay.NotSent, Err: errTooLate}
	}
	call, cancel := calling(ctx)
	defer cancel()
	if t.Kind == store.KindAirtime {
		answer, err := s.campay.TransferAirtime(call, campay.AirtimeRequest{
			Amount: t.Asked, To: t.Phone, ExternalReference: t.ExternalReference,
		})
		return answer.Reference, answer.Raw, err
	}
	answer, err := s.campay.Withdraw(call, campay.WithdrawRequest{
		Amount: t.Asked, To: t.Phone, Description: described(t), ExternalReference: t.ExternalReference,
	})
	return answer.Reference, answer.Raw, err
}
