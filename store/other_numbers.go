package store

// Requests of one purchase to several numbers: the first went to a wrong one.

import (
	"context"
	"fmt"
)

// AddOtherNumber writes down that a request is for the same purchase as an
// earlier one, which may itself have been to another number.
func (tx *Tx) AddOtherNumber(ctx context.Context, transaction, earlier int64) error {
	if _, err := tx.savepoint.exec(ctx, `
		INSERT INTO other_numbers (book, transaction_id, first_id)
		VALUES ($1, $2, COALESCE((SELECT first_id FROM other_numbers WHERE book = $1 AND transaction_id = $3), $3))`,
		tx.book, transaction, earlier); err != nil {
		return fmt.Errorf("another number for %d: %w", earlier, err)
	}
	return nil
}

// OfSamePurchase returns the transactions of the purchase that one is of, and may
// return that one too; none where it was asked of one number alone.
func (r Reader) OfSamePurchase(ctx context.Context, transaction int64) ([]Transaction, error) {
	all, err := many(ctx, r.rows, scanTransaction, `
		WITH own AS (SELECT COALESCE(sibling_of, id) AS id FROM transactions WHERE book = $1 AND id = $2),
			begun AS (SELECT COALESCE((SELECT first_id FROM other_numbers WHERE book = $1 AND transaction_id = own.id), own.id) AS id FROM own),
			asked AS (SELECT id FROM begun UNION ALL SELECT transaction_id FROM other_numbers WHERE book = $1 AND first_id = (SELECT id FROM begun))
		SELECT `+transactionColumns+` FROM transactions
		WHERE id IN (SELECT id FROM asked) OR book = $1 AND sibling_of IN (SELECT id FROM asked)`,
		r.book, transaction)
	if err != nil {
		return nil, fmt.Errorf("purchase of transaction %d: %w", transaction, err)
	}
	return all, nil
}
