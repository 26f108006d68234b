package store

// Payouts that wait for a second owner, and what became of them.

import (
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// ApprovalState is where an approval stands.
type ApprovalState string

// The states of an approval. Only a waiting one changes.
const (
	ApprovalWaiting  ApprovalState = "waiting"
	ApprovalApproved ApprovalState = "approved"
	ApprovalRefused  ApprovalState = "refused"
	ApprovalExpired  ApprovalState = "expired"
)

// Approval is a payout that one owner asked for and another one approves.
type Approval struct {
	ID            int64
	Operation     string // the external reference of the transaction that comes of it
	Kind          Kind
	Origin        Origin    // push or refund
	RefundOf      int64     // 0 for no refund
	Asked         money.XAF // hundredths
	Phone         money.Phone
	Operator      money.Operator
	RecipientName string
	Description   string
	RequestedBy   int64
	RequestedAt   time.Time
	ExpiresAt     time.Time
	State         ApprovalState
	DecidedBy     int64 // 0 while it waits, and when it expired
	DecidedAt     time.Time
	TransactionID int64 // 0 until approved
}

const approvalColumns = `id, operation, kind, origin, refund_of, asked, phone, operator, recipient_name, description,
	requested_by, requested_at, expires_at, state, decided_by, decided_at, transaction_id`

func scanApproval(r row) (a Approval, err error) {
	err = r.Scan(&a.ID, &a.Operation, &a.Kind, &a.Origin, maybe(&a.RefundOf), &a.Asked, &a.Phone, &a.Operator, &a.RecipientName, &a.Description,
		&a.RequestedBy, timeColumn{&a.RequestedAt}, timeColumn{&a.ExpiresAt}, &a.State, maybe(&a.DecidedBy), timeColumn{&a.DecidedAt}, maybe(&a.TransactionID))
	return a, err
}

// AddApproval writes down what waits and returns it with its ID; ErrDuplicate
// when its operation waits or waited already.
func (tx *Tx) AddApproval(ctx context.Context, a Approval) (Approval, error) {
	added, err := one(ctx, tx.rows, scanApproval, `
		INSERT INTO approvals (book, operation, kind, origin, refund_of, asked, phone, operator, recipient_name, description,
			requested_by, requested_at, expires_at, state, decided_by, decided_at, transaction_id, sum)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		RETURNING `+approvalColumns,
		tx.book, a.Operation, a.Kind, a.Origin, idOrNull(a.RefundOf), a.Asked, a.Phone, a.Operator, a.RecipientName, a.Description,
		a.RequestedBy, millis(a.RequestedAt), millis(a.ExpiresAt), a.State, idOrNull(a.DecidedBy), millis(a.DecidedAt), idOrNull(a.TransactionID), sumOfApproval(tx.book, a))
	if isTaken(err) {
		err = ErrDuplicate
	}
	if err != nil {
		return Approval{}, fmt.Errorf("add approval: %w", err)
	}
	return added, nil
}

// DecideApproval keeps what became of an approval that waits: its state, who
// decided, when, and the transaction. ErrNotFound when it waits no longer, so
// that of two deciders one comes too late.
func (tx *Tx) DecideApproval(ctx context.Context, a Approval) error {
	err := tx.change(ctx, `
		UPDATE approvals SET state = $1, decided_by = $2, decided_at = $3, transaction_id = $4
		WHERE book = $5 AND id = $6 AND state = 'waiting'`,
		a.State, idOrNull(a.DecidedBy), millis(a.DecidedAt), idOrNull(a.TransactionID), tx.book, a.ID)
	if err != nil {
		return fmt.Errorf("decide approval %d: %w", a.ID, err)
	}
	return nil
}

// Approval returns one approval, or ErrNotFound.
func (r Reader) Approval(ctx context.Context, id int64) (Approval, error) {
	a, err := one(ctx, r.rows, scanApproval,
		"SELECT "+approvalColumns+" FROM approvals WHERE book = $1 AND id = $2", r.book, id)
	if err != nil {
		return Approval{}, fmt.Errorf("approval %d: %w", id, err)
	}
	return a, nil
}

// ApprovalByOperation returns the approval of an operation, or ErrNotFound.
func (r Reader) ApprovalByOperation(ctx context.Context, operation string) (Approval, error) {
	a, err := one(ctx, r.rows, scanApproval,
		"SELECT "+approvalColumns+" FROM approvals WHERE book = $1 AND operation = $2", r.book, operation)
	if err != nil {
		return Approval{}, fmt.Errorf("approval by operation: %w", err)
	}
	return a, nil
}

// ApprovalFilter says which approvals a list shows; a zero field limits
// nothing.
type ApprovalFilter struct {
	State  ApprovalState
	Before int64 // only those with a smaller ID, for the next page
	Limit  int   // 50 when not set, 500 at most
}

// Approvals returns approvals, newest first.
func (r Reader) Approvals(ctx context.Context, wanted ApprovalFilter) ([]Approval, error) {
	var f filter
	f.add("book = ?", r.book)
	if wanted.State != "" {
		f.add("state = ?", wanted.State)
	}
	f.before(wanted.Before)
	found, err := many(ctx, r.rows, scanApproval,
		"SELECT "+approvalColumns+" FROM approvals WHERE "+f.where()+" ORDER BY id DESC LIMIT "+f.value(pageLength(wanted.Limit)), f.args...)
	if err != nil {
		return nil, fmt.Errorf("list approvals: %w", err)
	}
	return found, nil
}

// SameApprovals returns the payouts of a kind that wait to send one number one
// amount, newest first: the next one may be the same by mistake.
func (r Reader) SameApprovals(ctx context.Context, kind Kind, phone money.Phone, asked money.XAF) ([]Approval, error) {
	same, err := many(ctx, r.rows, scanApproval, `
		SELECT `+approvalColumns+` FROM approvals
		WHERE book = $1 AND state = 'waiting' AND phone = $2 AND asked = $3 AND kind = $4
		ORDER BY id DESC LIMIT $5`, r.book, phone, asked, kind, defaultPage)
	if err != nil {
		return nil, fmt.Errorf("approvals to one number: %w", err)
	}
	return same, nil
}

// CountApprovals returns how many approvals are in a state.
func (r Reader) CountApprovals(ctx context.Context, state ApprovalState) (int, error) {
	n, err := one(ctx, r.rows, scanCount,
		"SELECT COUNT(*) FROM approvals WHERE book = $1 AND state = $2", r.book, state)
	if err != nil {
		return 0, fmt.Errorf("count approvals: %w", err)
	}
	return n, nil
}

// ExpiredApprovals returns the approvals that still wait and whose time is over
// by now, the longest over first, 500 at most.
func (r Reader) ExpiredApprovals(ctx context.Context, at time.Time) ([]Approval, error) {
	expired, err := many(ctx, r.rows, scanApproval, `
		SELECT `+approvalColumns+` FROM approvals
		WHERE book = $1 AND state = 'waiting' AND expires_at <= $2
		ORDER BY expires_at, id LIMIT $3`, r.book, millis(at), longestPage)
	if err != nil {
		return nil, fmt.Errorf("expired approvals: %w", err)
	}
	return expired, nil
}
