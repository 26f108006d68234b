package store

// The book's side of the comparison with CamPay's history: transactions looked
// up many at once, and those that the history lacks.

import (
	"context"
	"fmt"
	"time"
)

// TransactionsByReference returns those of CamPay's references that the book
// has, by reference.
func (r Reader) TransactionsByReference(ctx context.Context, references []string) (map[string]Transaction, error) {
	return transactionsBy(ctx, r, "reference <> '' AND reference", references, func(t Transaction) string { return t.Reference })
}

// TransactionsByOperationCode returns the first transactions that operation
// codes were given to, by code.
func (r Reader) TransactionsByOperationCode(ctx context.Context, codes []string) (map[string]Transaction, error) {
	return transactionsBy(ctx, r, "sibling_of IS NULL AND operation_code <> '' AND operation_code", codes,
		func(t Transaction) string { return t.OperationCode })
}

// TransactionsByID returns transactions by their ID.
func (r Reader) TransactionsByID(ctx context.Context, ids []int64) (map[int64]Transaction, error) {
	return transactionsBy(ctx, r, "id", ids, func(t Transaction) int64 { return t.ID })
}

// transactionsBy looks up what the last column of a condition has to be among.
func transactionsBy[K comparable](ctx context.Context, r Reader, condition string, among []K, of func(Transaction) K) (map[K]Transaction, error) {
	found := make(map[K]Transaction, len(among))
	if len(among) == 0 {
		return found, nil
	}
	var f filter
	f.add("book = ?", r.book)
	values := make([]any, len(among))
	for i, k := range among {
		values[i] = k
	}
	all, err := many(ctx, r.rows, scanTransaction,
		"SELECT "+transactionColumns+" FROM transactions WHERE "+f.where()+" AND "+condition+" IN "+f.tuple(values...), f.args...)
	if err != nil {
		return nil, fmt.Errorf("transactions where %s is one of %d: %w", condition, len(among), err)
	}
	for _, t := range all {
		found[of(t)] = t
	}
	return found, nil
}

// MarkOnlyHere notes anew which transactions of a time the history lacks: those
// that were settled in it, and those that were made in it and are open. A link
// attempt that nobody has begun to pay is nobody's money.
func (tx *Tx) MarkOnlyHere(ctx context.Context, from, until time.Time) error {
	_, err := tx.savepoint.exec(ctx, "DELETE FROM only_here WHERE book = $1 AND at >= $2 AND at < $3", tx.book, millis(from), millis(until))
	if err == nil {
		_, err = tx.savepoint.exec(ctx, `
			INSERT INTO only_here (book, transaction_id, at)
			SELECT book, id, settled_at FROM transactions
			WHERE book = $1 AND settled_at >= $2 AND settled_at > 0 AND settled_at < $3
				AND NOT EXISTS (SELECT 1 FROM history_rows AS h WHERE h.book = $1 AND h.transaction_id = transactions.id)
			UNION ALL
			SELECT book, id, created_at FROM transactions
			WHERE book = $1 AND created_at >= $2 AND created_at < $3 AND settled_at = 0 AND status IN ('unsent', 'pending', 'in_doubt')
				AND NOT EXISTS (SELECT 1 FROM history_rows AS h WHERE h.book = $1 AND h.transaction_id = transactions.id)
			ON CONFLICT (book, transaction_id) DO UPDATE SET at = excluded.at`, tx.book, millis(from), millis(until))
	}
	if err != nil {
		return fmt.Errorf("find what the history lacks: %w", err)
	}
	return nil
}

// Lone is a transaction that the history lacks, and when it was settled, or
// else made.
type Lone struct {
	Transaction
	Since time.Time
}

func scanLone(r row) (l Lone, err error) {
	err = r.Scan(append(transactionTargets(&l.Transaction), timeColumn{&l.Since})...)
	return l, err
}

const loneRows = "SELECT " + transactionColumns + ` , only_here.at
	FROM only_here JOIN transactions ON transactions.book = only_here.book AND transactions.id = only_here.transaction_id
	WHERE only_here.book = $1 `

// OnlyHere returns the transactions of a period that the history lacks, newest
// first: those after the last one of the page before, whose Since and ID count;
// the first ones for the zero Lone.
func (r Reader) OnlyHere(ctx context.Context, from, until time.Time, before Lone, limit int) ([]Lone, error) {
	if before.ID == 0 {
		before.Since = until // one bound, so that the index begins the page
	}
	found, err := many(ctx, r.rows, scanLone, loneRows+`
			AND only_here.at >= $2 AND (only_here.at, only_here.transaction_id) < ($3, $4)
		ORDER BY only_here.at DESC, only_here.transaction_id DESC LIMIT $5`,
		r.book, millis(from), millis(before.Since), before.ID, pageLength(limit))
	if err != nil {
		return nil, fmt.Errorf("list what the history lacks: %w", err)
	}
	return found, nil
}

// LoneTransaction returns one transaction that the history lacks, or
// ErrNotFound.
func (r Reader) LoneTransaction(ctx context.Context, id int64) (Lone, error) {
	l, err := one(ctx, r.rows, scanLone, loneRows+"AND only_here.transaction_id = $2", r.book, id)
	if err != nil {
		return Lone{}, fmt.Errorf("transaction %d that the history lacks: %w", id, err)
	}
	return l, nil
}

// CountOnlyHere counts the transactions of a period that the history lacks.
func (r Reader) CountOnlyHere(ctx context.Context, from, until time.Time) (int, error) {
	n, err := one(ctx, r.rows, scanCount,
		"SELECT COUNT(*) FROM only_here WHERE book = $1 AND at >= $2 AND at < $3", r.book, millis(from), millis(until))
	if err != nil {
		return 0, fmt.Errorf("count what the history lacks: %w", err)
	}
	return n, nil
}
