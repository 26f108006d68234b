package payments

// Payouts above the owner's threshold: they wait for a second owner, who
// approves or refuses them, or end by themselves.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comptoir/campay/refusal"
	"comptoir/store"
)

// approvalLife is how long an order waits for a second owner.
const approvalLife = 24 * time.Hour

// What stands against deciding an approval.
var (
	ErrOwnApproval  = errors.New("whoever asked for it cannot approve it")
	ErrApprovalOver = errors.New("it waits for nobody any more")
	ErrNoOwner      = errors.New("whoever would approve it is no owner any more")
)

// NewOwnerError says that another owner made somebody an owner, or gave him his
// password, too short a time ago for him to approve.
type NewOwnerError struct{ From time.Time }

func (e *NewOwnerError) Error() string { return "he may approve from " + e.From.String() }

// Refusal says from when he may.
func (e *NewOwnerError) Refusal() *refusal.Refusal {
	return refusal.New("", "new_owner", "From", e.From)
}

// Approve carries out an order that waits for a second owner, and comes back as
// CarryOut does. All is read anew; where something stands against it, another like it
// that by has not seen among that, it goes on waiting. seen is as PayoutOrder's.
func (s *Payouts) Approve(ctx context.Context, approvalID, by int64, seen *Seen) (Payout, error) {
	a, err := s.store.Approval(ctx, approvalID)
	if err == nil {
		err = s.mayApprove(ctx, s.store.Reader, a, by)
	}
	if err != nil {
		return Payout{Approval: a}, err
	}
	order := approvedOrder(a)
	order.Seen = seen
	plan, err := s.planWith(ctx, Plan{PayoutOrder: order, approval: a, spends: true}, s.askBalance, s.knownHolder)
	if err != nil {
		return Payout{Approval: a}, err
	}
	t, err := store.Written(ctx, s.store, func(ctx context.Context, tx *store.Tx) (store.Transaction, error) {
		return s.writeApproved(ctx, tx, plan, by)
	})
	if err != nil {
		return Payout{Approval: a}, fmt.Errorf("approve %d: %w", approvalID, err)
	}
	return s.dispatch(onItsOwn(ctx), t)
}

// writeApproved decides an approval and makes its transaction durable, both or
// neither: whoever comes second finds that it is over.
func (s *Payouts) writeApproved(ctx context.Context, tx *store.Tx, plan Plan, by int64) (store.Transaction, error) {
	a, err := tx.Approval(ctx, plan.approval.ID)
	if err == nil {
		err = s.mayApprove(ctx, tx.Reader, a, by)
	}
	if err == nil {
		err = s.readAgain(ctx, tx, &plan)
	}
	if err != nil {
		return store.Transaction{}, err
	}
	t, err := s.writePayout(ctx, tx, plan)
	if err != nil {
		return t, err
	}
	second, err := tx.User(ctx, by)
	if err == nil {
		err = s.record(ctx, tx, t, store.EventPerson, "approved", second.Name, nil)
	}
	if err != nil {
		return t, err
	}
	a.TransactionID = t.ID
	return t, s.decideApproval(ctx, tx, a, store.ApprovalApproved, by)
}

// mayApprove says what stands against by's approval of a.
func (s *Payouts) mayApprove(ctx context.Context, r store.Reader, a store.Approval, by int64) error {
	switch {
	case !s.waits(a):
		return ErrApprovalOver
	case a.RequestedBy == by:
		return ErrOwnApproval
	}
	second, err := r.User(ctx, by)
	if err != nil {
		return err
	}
	if !second.Active() || !second.Role.Owns() {
		return ErrNoOwner
	}
	if s.now().Before(second.ApprovesFrom) {
		return &NewOwnerError{second.ApprovesFrom}
	}
	return nil
}

// waits reports whether a may still be decided by a person.
func (s *Payouts) waits(a store.Approval) bool {
	return a.State == store.ApprovalWaiting && s.now().Before(a.ExpiresAt)
}

// RefuseApproval ends an order that waits; whoever asked for it may do so too.
func (s *Payouts) RefuseApproval(ctx context.Context, approvalID, by int64) error {
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := tx.Approval(ctx, approvalID)
		if err != nil {
			return err
		}
		if !s.waits(a) {
			return ErrApprovalOver
		}
		return s.decideApproval(ctx, tx, a, store.ApprovalRefused, by)
	})
	if err != nil {
		return fmt.Errorf("refuse approval %d: %w", approvalID, err)
	}
	return nil
}

// expire ends an order that nobody decided in time.
func (s *Payouts) expire(ctx context.Context, id int64) error {
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := tx.Approval(ctx, id)
		if err != nil || a.State != store.ApprovalWaiting {
			return err
		}
		return s.decideApproval(ctx, tx, a, store.ApprovalExpired, 0)
	})
	if err != nil {
		return fmt.Errorf("expire approval %d: %w", id, err)
	}
	return nil
}

func (s *Payouts) decideApproval(ctx context.Context, tx *store.Tx, a store.Approval, state store.ApprovalState, by int64) error {
	a.State, a.DecidedBy, a.DecidedAt = state, by, s.now()
	if err := tx.DecideApproval(ctx, a); err != nil {
		return err
	}
	return s.audit(ctx, tx, by, act{"payout." + string(state), "approval", a.ID}, map[string]int64{"transaction": a.TransactionID})
}

// writeApproval has an order wait for a second owner.
func (s *Payouts) writeApproval(ctx context.Context, tx *store.Tx, p Plan) (store.Approval, error) {
	now := s.now()
	a, err := tx.AddApproval(ctx, store.Approval{
		Operation: p.Operation, Kind: p.Kind, Origin: p.origin(), RefundOf: p.RefundOf, Asked: p.Amount,
		Phone: p.Phone, Operator: p.Operator, RecipientName: p.recipientName(), Description: p.Description,
		RequestedBy: p.By, RequestedAt: now, ExpiresAt: now.Add(approvalLife), State: store.ApprovalWaiting,
	})
	if err != nil {
		return a, err
	}
	return a, s.audit(ctx, tx, p.By, act{"payout.requested", "approval", a.ID}, ordered(p))
}

// approvedOrder is the order that waits in an approval.
func approvedOrder(a store.Approval) PayoutOrder {
	return PayoutOrder{
		Operation: a.Operation, Kind: a.Kind, Amount: a.Asked, Phone: a.Phone,
		Description: a.Description, RefundOf: a.RefundOf, By: a.RequestedBy,
	}
}
