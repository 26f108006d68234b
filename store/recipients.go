package store

// Saved recipients of money. A removed one is hidden and kept, so that the
// audit log goes on pointing at somebody.

import (
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// Recipient is somebody whom money is sent to by name.
type Recipient struct {
	ID        int64
	Name      string
	Phone     money.Phone    // 237XXXXXXXXX
	Operator  money.Operator // MTN, ORANGE or empty
	CreatedBy int64
	CreatedAt time.Time // from which the waiting time of a new recipient counts
}

const recipientColumns = "id, name, phone, operator, created_by, created_at"

func scanRecipient(r row) (p Recipient, err error) {
	err = r.Scan(&p.ID, &p.Name, &p.Phone, &p.Operator, &p.CreatedBy, timeColumn{&p.CreatedAt})
	return p, err
}

// AddRecipient saves a recipient and returns it with its ID; ErrDuplicate when
// its phone is saved already. One that was removed comes back as a new one.
func (tx *Tx) AddRecipient(ctx context.Context, p Recipient) (Recipient, error) {
	added, err := one(ctx, tx.rows, scanRecipient, `
		INSERT INTO recipients (book, name, phone, operator, created_by, created_at, removed_at, search)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
		RETURNING `+recipientColumns,
		tx.book, p.Name, p.Phone, p.Operator, p.CreatedBy, millis(p.CreatedAt), fold(p.Name, string(p.Phone)))
	if isTaken(err) {
		err = ErrDuplicate
	}
	if err != nil {
		return Recipient{}, fmt.Errorf("add recipient: %w", err)
	}
	return added, nil
}

// RemoveRecipient hides a recipient; ErrNotFound when there is none, or none
// any more.
func (tx *Tx) RemoveRecipient(ctx context.Context, id int64, at time.Time) error {
	err := tx.change(ctx, "UPDATE recipients SET removed_at = $1 WHERE book = $2 AND id = $3 AND removed_at = 0",
		millis(at), tx.book, id)
	if err != nil {
		return fmt.Errorf("remove recipient %d: %w", id, err)
	}
	return nil
}

// Recipient returns one saved recipient, or ErrNotFound.
func (r Reader) Recipient(ctx context.Context, id int64) (Recipient, error) {
	p, err := one(ctx, r.rows, scanRecipient,
		"SELECT "+recipientColumns+" FROM recipients WHERE book = $1 AND id = $2 AND removed_at = 0", r.book, id)
	if err != nil {
		return Recipient{}, fmt.Errorf("recipient %d: %w", id, err)
	}
	return p, nil
}

// RecipientByPhone returns the saved recipient of a number, or ErrNotFound.
func (r Reader) RecipientByPhone(ctx context.Context, phone money.Phone) (Recipient, error) {
	p, err := one(ctx, r.rows, scanRecipient,
		"SELECT "+recipientColumns+" FROM recipients WHERE book = $1 AND phone = $2 AND removed_at = 0", r.book, phone)
	if err != nil {
		return Recipient{}, fmt.Errorf("recipient by phone: %w", err)
	}
	return p, nil
}

// RecipientFilter says which recipients a list shows; a zero field limits
// nothing.
type RecipientFilter struct {
	Search string // name or phone, or a part of one
	Before int64  // only those with a smaller ID, for the next page
	Limit  int    // 50 when not set, 500 at most
}

// Recipients returns saved recipients, newest first.
func (r Reader) Recipients(ctx context.Context, wanted RecipientFilter) ([]Recipient, error) {
	var f filter
	f.add("book = ?", r.book)
	f.add("removed_at = 0")
	f.before(wanted.Before)
	f.search("search", wanted.Search)
	found, err := many(ctx, r.rows, scanRecipient,
		"SELECT "+recipientColumns+" FROM recipients WHERE "+f.where()+" ORDER BY id DESC LIMIT "+f.value(pageLength(wanted.Limit)), f.args...)
	if err != nil {
		return nil, fmt.Errorf("list recipients: %w", err)
	}
	return found, nil
}
