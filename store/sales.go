package store

// What the till asks of the book: the sales that are open, the amounts and the
// payers of late, and the payments that a customer may mean. Each looks at a
// bounded time and at a bounded number of rows.

import (
	"context"
	"fmt"
	"strings"
	"time"

	"comptoir/campay/money"
)

// SalesFilter says whose sales of a day a strip shows: those that a person asked
// for, and those of the counters at a till.
type SalesFilter struct {
	By     int64     // the person who asked for the money
	Till   int64     // whose counters; 0 for those of every till
	Day    time.Time // its midnight in Douala
	Paid   time.Time // those that were paid are shown when they were at or after it
	Failed time.Time // so those that failed
	Limit  int
}

// Sale is a sale at the till: what says most about the way in which it is asked for,
// and the kind of the link that it pays, empty for a prompt that somebody of the
// shop sent.
type Sale struct {
	Transaction
	Link   LinkKind
	Number int64 // on its day
}

func scanSale(r row) (s Sale, err error) {
	err = r.Scan(append(transactionTargets(&s.Transaction), maybe(&s.Link), maybe(&s.Number))...)
	return s, err
}

// OpenSales returns the newest sales of a day that are open, or ended just now:
// each way that was not ended, and one that was where money came all the same; a
// code by the attempt that says most about it. Links that were made elsewhere are
// none of them.
func (r Reader) OpenSales(ctx context.Context, wanted SalesFilter) ([]Sale, error) {
	found, err := many(ctx, r.rows, scanSale, `
		WITH ways AS (
			SELECT sales.number, sales.ended_at, COALESCE(sales.transaction_id, (
				SELECT attempts.id FROM transactions AS attempts
				WHERE attempts.book = $1 AND attempts.link_id = sales.link_id
				ORDER BY CASE attempts.status
					WHEN 'successful' THEN 1 WHEN 'pending' THEN 2 WHEN 'in_doubt' THEN 3
					WHEN 'waiting' THEN 4 WHEN 'failed' THEN 5 ELSE 6 END, attempts.id DESC LIMIT 1)) AS transaction_id
			FROM sales WHERE sales.book = $1 AND sales.day = $2)
		SELECT `+transactionColumns+`, links.kind, ways.number
		FROM ways JOIN transactions ON transactions.id = ways.transaction_id
		LEFT JOIN payment_links AS links ON links.id = transactions.link_id
		WHERE (transactions.created_by = $3 AND links.id IS NULL
				OR links.kind = 'once' AND links.created_by = $3
				OR links.kind = 'counter' AND ($4 = 0 OR links.till_id IS NULL OR links.till_id = $4))
			AND (ways.ended_at = 0 OR transactions.status = 'successful')
			AND (transactions.status NOT IN ('successful', 'failed')
				OR transactions.updated_at >= CASE transactions.status WHEN 'failed' THEN $5 ELSE $6 END)
		ORDER BY transactions.id DESC LIMIT $7`,
		r.book, millis(wanted.Day), wanted.By, wanted.Till, millis(wanted.Failed), millis(wanted.Paid), pageLength(wanted.Limit))
	if err != nil {
		return nil, fmt.Errorf("open sales: %w", err)
	}
	return found, nil
}

// recentSales bounds how many sales the till's memory looks back on.
const recentSales = 500

// RecentAmounts returns the amounts that were asked most since a time, in
// hundredths, the most frequent first.
func (r Reader) RecentAmounts(ctx context.Context, since time.Time, limit int) ([]money.XAF, error) {
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
func (r Reader) RecentPayers(ctx context.Context, since time.Time, limit int) ([]money.Phone, error) {
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

func scanPhone(r row) (phone money.Phone, err error) {
	err = r.Scan(&phone)
	return phone, err
}

// ClaimFilter is what somebody who says that he paid knows of his payment.
type ClaimFilter struct {
	References []string      // of CamPay or of the operator, in any case
	Phones     []money.Phone // 237XXXXXXXXX
	Amounts    []money.XAF   // hundredths
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
