package store

// What the till asks of the book: the sales that are open, the amounts and the
// payers of late, and the payments that a customer may mean. Each looks at a
// bounded time and at a bounded number of rows.

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// SalesFilter says whose sales a strip shows, from when on. Another way in which
// a sale is somebody's is another condition beside By.
type SalesFilter struct {
	By    int64     // the person who asked for the money
	Since time.Time // created at or after it
	Ended time.Time // those that ended are shown when they did at or after it
	Limit int
}

// OpenSales returns the newest sales that have not ended, or ended just now:
// each push, and each link by the attempt that says most about it.
func (r Reader) OpenSales(ctx context.Context, wanted SalesFilter) ([]Transaction, error) {
	var f filter
	f.add("book = ?", r.book)
	f.add("created_at >= ?", millis(wanted.Since))
	f.add("created_by = ?", wanted.By)
	f.add("kind = 'collect'")
	page := f.where()
	ended, limit := f.value(millis(wanted.Ended)), f.value(pageLength(wanted.Limit))
	found, err := many(ctx, r.rows, scanTransaction, `
		WITH sales AS (
			SELECT id, status, updated_at, ROW_NUMBER() OVER (PARTITION BY COALESCE(link_id, -id) ORDER BY CASE status
				WHEN 'successful' THEN 1 WHEN 'pending' THEN 2 WHEN 'in_doubt' THEN 3
				WHEN 'waiting' THEN 4 WHEN 'failed' THEN 5 ELSE 6 END, id DESC) AS place
			FROM transactions WHERE `+page+`)
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND id IN (
			SELECT id FROM sales
			WHERE place = 1 AND (status NOT IN ('successful', 'failed') OR updated_at >= `+ended+`)
			ORDER BY id DESC LIMIT `+limit+`)
		ORDER BY id DESC`, f.args...)
	if err != nil {
		return nil, fmt.Errorf("open sales: %w", err)
	}
	return found, nil
}

// recentSales bounds how many sales the till's memory looks back on.
const recentSales = 500

// RecentAmounts returns the amounts that were asked most since a time, in
// hundredths, the most frequent first.
func (r Reader) RecentAmounts(ctx context.Context, since time.Time, limit int) ([]int64, error) {
	found, err := many(ctx, r.rows, scanAmount, `
		SELECT asked FROM (
			SELECT asked, created_at FROM transactions
			WHERE book = $1 AND created_at >= $2 AND kind = 'collect' AND asked > 0
			ORDER BY created_at DESC LIMIT $3) AS recent
		GROUP BY asked ORDER BY COUNT(*) DESC, MAX(created_at) DESC LIMIT $4`,
		r.book, millis(since), recentSales, pageLength(limit))
	if err != nil {
		return nil, fmt.Errorf("recent amounts: %w", err)
	}
	return found, nil
}

// RecentPayers returns the numbers that paid since a time, the last one first.
func (r Reader) RecentPayers(ctx context.Context, since time.Time, limit int) ([]string, error) {
	found, err := many(ctx, r.rows, scanPhone, `
		SELECT phone FROM (
			SELECT phone, created_at FROM transactions
			WHERE book = $1 AND created_at >= $2 AND kind = 'collect' AND status = 'successful' AND phone <> ''
			ORDER BY created_at DESC LIMIT $3) AS recent
		GROUP BY phone ORDER BY MAX(created_at) DESC LIMIT $4`,
		r.book, millis(since), recentSales, pageLength(limit))
	if err != nil {
		return nil, fmt.Errorf("recent payers: %w", err)
	}
	return found, nil
}

func scanPhone(r row) (phone string, err error) {
	err = r.Scan(&phone)
	return phone, err
}

// ClaimFilter is what somebody who says that he paid knows of his payment.
type ClaimFilter struct {
	References []string // of CamPay or of the operator, in any case
	Phones     []string // 237XXXXXXXXX
	Amounts    []int64  // hundredths
	Since      time.Time
	Limit      int
}

// Claimed returns the collections since a time that bear one of the references
// or, of those, one of the numbers together with one of the amounts; newest
// first. It finds nothing for a filter that names neither.
func (r Reader) Claimed(ctx context.Context, wanted ClaimFilter) ([]Transaction, error) {
	var f filter
	f.add("book = ?", r.book)
	f.add("created_at >= ?", millis(wanted.Since))
	f.add("kind = 'collect'")
	page := f.where()
	references := values(&f, upper(wanted.References))
	known := "(reference <> '' AND upper(reference) IN " + references + ") OR (code <> '' AND upper(code) IN " + references +
		") OR (operator_reference <> '' AND upper(operator_reference) IN " + references + ")"
	amounts := values(&f, wanted.Amounts)
	pair := "phone IN " + values(&f, wanted.Phones) + " AND (asked IN " + amounts + " OR amount IN " + amounts + ")"
	found, err := many(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE `+page+` AND (`+known+` OR (`+pair+`))
		ORDER BY created_at DESC, id DESC LIMIT `+f.value(pageLength(wanted.Limit)), f.args...)
	if err != nil {
		return nil, fmt.Errorf("claimed payments: %w", err)
	}
	return found, nil
}

func upper(texts []string) []string {
	raised := make([]string, len(texts))
	for i, text := range texts {
		raised[i] = strings.ToUpper(text)
	}
	return raised
}

// values is a list of placeholders; that of nothing holds NULL, which equals
// nothing.
func values[T any](f *filter, all []T) string {
	if len(all) == 0 {
		return "(NULL)"
	}
	places := make([]string, len(all))
	for i, one := range all {
		places[i] = f.value(one)
	}
	return "(" + strings.Join(places, ", ") + ")"
}
