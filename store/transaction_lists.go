package store

// Lists of transactions: what a screen pages through, what is due, what
// belongs together.

import (
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// TransactionFilter says which transactions a list shows; a zero field limits
// nothing.
type TransactionFilter struct {
	Search  string // words of phone, names, description or codes, or the beginning of a reference
	Status  Status
	Kind    Kind
	Origin  Origin
	LinkID  int64     // only the attempts to pay one link
	Flagged bool      // only those with a flag
	Since   time.Time // created at or after it
	Until   time.Time // created before it
	Before  int64     // only those with a smaller ID, for the next page
	Limit   int       // 50 when not set, 500 at most
}

// Transactions returns transactions, newest first. Of a search it returns what was
// found as far as it went: Search tells how far.
func (r Reader) Transactions(ctx context.Context, wanted TransactionFilter) ([]Transaction, error) {
	if sought := soughtBy(wanted.Search); len(sought.readings) > 0 {
		page, err := r.Search(ctx, wanted)
		return page.Transactions, err
	}
	query, args := r.transactionsQuery(wanted)
	found, err := many(ctx, r.rows, scanTransaction, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list transactions: %w", err)
	}
	return found, nil
}

func (r Reader) transactionsQuery(wanted TransactionFilter) (query string, args []any) {
	f := wanted.conditions(r.book)
	f.before(wanted.Before)
	query = "SELECT " + transactionColumns + " FROM transactions WHERE " + f.where() +
		" ORDER BY id DESC LIMIT " + f.value(pageLength(wanted.Limit))
	return query, f.args
}

// conditions are those of a filter beside what is searched and where a page begins.
func (wanted TransactionFilter) conditions(book Book) *filter {
	f := &filter{}
	f.add("book = ?", book)
	if wanted.Status != "" {
		f.add("status = ?", wanted.Status)
	}
	if wanted.Kind != "" {
		f.add("kind = ?", wanted.Kind)
	}
	if wanted.Kind == KindWithdraw || wanted.Kind == KindAirtime {
		f.add(isPayout)
	}
	if wanted.Origin != "" {
		f.add("origin = ?", wanted.Origin)
	}
	if wanted.LinkID != 0 {
		f.add("link_id = ?", wanted.LinkID)
	}
	if wanted.Flagged {
		f.add("flags <> ''")
	}
	if !wanted.Since.IsZero() {
		f.add("created_at >= ?", millis(wanted.Since))
	}
	if !wanted.Until.IsZero() {
		f.add("created_at < ?", millis(wanted.Until))
	}
	return f
}

// TransactionsOfLink returns the attempts to pay a link, newest first, the
// newest 500.
func (r Reader) TransactionsOfLink(ctx context.Context, linkID int64) ([]Transaction, error) {
	found, err := many(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND link_id = $2 ORDER BY id DESC LIMIT $3`, r.book, linkID, longestPage)
	if err != nil {
		return nil, fmt.Errorf("transactions of link %d: %w", linkID, err)
	}
	return found, nil
}

// Siblings returns the other transactions of a transaction's external
// reference, the first one among them, oldest first.
func (r Reader) Siblings(ctx context.Context, id int64) ([]Transaction, error) {
	found, err := many(ctx, r.rows, scanTransaction, `
		WITH first_one AS (
			SELECT COALESCE(sibling_of, id) AS id FROM transactions WHERE book = $1 AND id = $2)
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND id <> $2 AND id IN (
			SELECT id FROM first_one
			UNION ALL
			SELECT id FROM transactions WHERE book = $1 AND sibling_of = (SELECT id FROM first_one))
		ORDER BY id LIMIT $3`, r.book, id, longestPage)
	if err != nil {
		return nil, fmt.Errorf("siblings of transaction %d: %w", id, err)
	}
	return found, nil
}

// DuePolls returns the transactions that CamPay is to be asked about by now,
// the longest due first.
func (r Reader) DuePolls(ctx context.Context, at time.Time, limit int) ([]Transaction, error) {
	due, err := many(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND poll_at > 0 AND poll_at <= $2
		ORDER BY poll_at, id LIMIT $3`, r.book, millis(at), pageLength(limit))
	if err != nil {
		return nil, fmt.Errorf("due polls: %w", err)
	}
	return due, nil
}

// NextPoll returns the first time after another at which CamPay is to be
// asked; false when there is none. What is due by then is DuePolls' to say.
func (r Reader) NextPoll(ctx context.Context, after time.Time) (time.Time, bool, error) {
	at, err := one(ctx, r.rows, scanTime, `
		SELECT MIN(poll_at) FROM transactions
		WHERE book = $1 AND poll_at > $2 AND poll_at > 0`, r.book, millis(after))
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next poll: %w", err)
	}
	return at, !at.IsZero(), nil
}

// RecentSame returns the collections that asked one number for one amount
// since a time and did not fail, newest first: asking again may charge the
// payer twice, and Orange may refuse it.
func (r Reader) RecentSame(ctx context.Context, phone money.Phone, asked money.XAF, since time.Time) ([]Transaction, error) {
	same, err := many(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND phone = $2 AND phone <> '' AND created_at >= $3
			AND asked = $4 AND kind = 'collect' AND status <> 'failed'
		ORDER BY id DESC LIMIT $5`, r.book, phone, millis(since), asked, defaultPage)
	if err != nil {
		return nil, fmt.Errorf("recent collections of one number: %w", err)
	}
	return same, nil
}

// Unproved returns the transactions without a reference of CamPay's that are in
// doubt, or whose doubt a person ended, oldest first: those after an ID.
func (r Reader) Unproved(ctx context.Context, after int64, limit int) ([]Transaction, error) {
	found, err := many(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND id > $2 AND reference = '' AND (status = 'in_doubt' OR flags LIKE '%decided%')
		ORDER BY id LIMIT $3`, r.book, after, pageLength(limit))
	if err != nil {
		return nil, fmt.Errorf("list what is unproved: %w", err)
	}
	return found, nil
}
