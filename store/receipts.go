package store

// Receipts: unguessable addresses of collections.

import (
	"context"
	"fmt"
	"time"
)

// AddReceipt gives a collection an address, and returns the one that it has: the
// first one stays. The token is the caller's to make, unguessable.
func (tx *Tx) AddReceipt(ctx context.Context, transactionID int64, token string, at time.Time) (string, error) {
	if _, err := tx.savepoint.exec(ctx, `
		INSERT INTO receipts (token, book, transaction_id, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (book, transaction_id) DO NOTHING`, token, tx.book, transactionID, millis(at)); err != nil {
		return "", fmt.Errorf("add receipt of %d: %w", transactionID, err)
	}
	return tx.ReceiptOf(ctx, transactionID)
}

// ReceiptOf returns the token of a collection's receipt, or ErrNotFound.
func (r Reader) ReceiptOf(ctx context.Context, transactionID int64) (string, error) {
	token, err := one(ctx, r.rows, func(r row) (token string, err error) {
		err = r.Scan(&token)
		return token, err
	}, "SELECT token FROM receipts WHERE book = $1 AND transaction_id = $2", r.book, transactionID)
	if err != nil {
		return "", fmt.Errorf("receipt of %d: %w", transactionID, err)
	}
	return token, nil
}

// TransactionOfReceipt returns the collection of a receipt, or ErrNotFound.
func (r Reader) TransactionOfReceipt(ctx context.Context, token string) (Transaction, error) {
	t, err := one(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM receipts
		JOIN transactions ON transactions.book = receipts.book AND transactions.id = receipts.transaction_id
		WHERE receipts.book = $1 AND receipts.token = $2`, r.book, token)
	if err != nil {
		return Transaction{}, fmt.Errorf("collection of a receipt: %w", err)
	}
	return t, nil
}
