package store

// Money that goes out: what is spoken for, what went out, what was given back.
// Inside a Write these sums include what the Write itself has written down, so
// that of two payouts the second sees the first (invariant 6).

import (
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// goneOut is what a payout takes from the balance: an external one was asked
// for elsewhere, and only what CamPay proves of it is known.
const goneOut = "CASE WHEN asked > 0 THEN asked ELSE amount END"

// isPayout is worded as the indexes of payouts are, because SQLite uses them
// for nothing else.
const isPayout = "kind IN ('withdraw', 'airtime')"

// isCharged is of the payouts without a flag that were paid in full and whose
// fee is known, worded as their index is.
const isCharged = isPayout + ` AND status = 'successful' AND fee > 0 AND amount_unknown = 0 AND word = '' AND flags = ''`

// clockTrust is how far a clock may have been set back without a word: what is
// dated further ahead was settled by another clock, and before now.
const clockTrust = time.Hour

// Reserved returns what a balance asked for at settledSince may still lack: the
// payouts of a kind from an operator's wallet ("" for any, as airtime has one
// wallet) that are unsent, pending or in doubt, or were settled since. Hundredths.
func (r Reader) Reserved(ctx context.Context, kind Kind, operator money.Operator, settledSince time.Time) (money.XAF, error) {
	sum, err := one(ctx, r.rows, scanAmount, `
		SELECT (SELECT COALESCE(SUM(`+goneOut+`), 0) FROM transactions
				WHERE book = $1 AND kind = $2 AND `+isPayout+` AND ($3 = '' OR operator = $3)
					AND status IN ('unsent', 'pending', 'in_doubt'))
			+ (SELECT COALESCE(SUM(`+goneOut+`), 0) FROM transactions
				WHERE book = $1 AND kind = $2 AND `+isPayout+` AND ($3 = '' OR operator = $3)
					AND status = 'successful' AND settled_at >= $4 AND settled_at < $5)`,
		r.book, kind, operator, millis(settledSince), millis(r.now().Add(clockTrust)))
	if err != nil {
		return 0, fmt.Errorf("reserved of %s %s: %w", kind, operator, err)
	}
	return sum, nil
}

// PayoutTotals is what went out, or may have; hundredths.
type PayoutTotals struct {
	Count  int
	Amount money.XAF
}

// PaidOut adds up the payouts of some kinds that were made since a time and did
// not fail: those in doubt count too. One begun elsewhere is dated by when the
// book heard of it.
func (r Reader) PaidOut(ctx context.Context, since time.Time, kinds ...Kind) (PayoutTotals, error) {
	var f filter
	f.add("book = ?", r.book)
	among(&f, "kind", kinds)
	f.add(isPayout)
	f.add("created_at >= ?", millis(since))
	f.add("status <> 'failed'")
	totals, err := one(ctx, r.rows, scanPayoutTotals,
		"SELECT COUNT(*), COALESCE(SUM("+goneOut+"), 0) FROM transactions WHERE "+f.where(), f.args...)
	if err != nil {
		return PayoutTotals{}, fmt.Errorf("paid out since %s: %w", since, err)
	}
	return totals, nil
}

// WaitingPayouts adds up the payouts of a kind that wait for a second owner, but for
// one approval; 0 for none.
func (r Reader) WaitingPayouts(ctx context.Context, kind Kind, but int64) (PayoutTotals, error) {
	totals, err := one(ctx, r.rows, scanPayoutTotals, `
		SELECT COUNT(*), COALESCE(SUM(asked), 0) FROM approvals
		WHERE book = $1 AND state = 'waiting' AND kind = $2 AND id <> $3`, r.book, kind, but)
	if err != nil {
		return PayoutTotals{}, fmt.Errorf("payouts that wait: %w", err)
	}
	return totals, nil
}

// Refunded returns what was given back of a collection, or may yet be: its
// refunds that did not fail, and those that wait for a second owner. Hundredths.
func (r Reader) Refunded(ctx context.Context, collectionID int64) (money.XAF, error) {
	sum, err := one(ctx, r.rows, scanAmount, `
		SELECT (SELECT COALESCE(SUM(asked), 0) FROM transactions
				WHERE book = $1 AND refund_of = $2 AND status <> 'failed')
			+ (SELECT COALESCE(SUM(asked), 0) FROM approvals
				WHERE book = $1 AND refund_of = $2 AND state = 'waiting')`, r.book, collectionID)
	if err != nil {
		return 0, fmt.Errorf("refunded of transaction %d: %w", collectionID, err)
	}
	return sum, nil
}

// RefundsOf returns the refunds of a collection, failed ones too, newest first,
// the newest 500.
func (r Reader) RefundsOf(ctx context.Context, collectionID int64) ([]Transaction, error) {
	found, err := many(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND refund_of = $2 ORDER BY id DESC LIMIT $3`, r.book, collectionID, longestPage)
	if err != nil {
		return nil, fmt.Errorf("refunds of transaction %d: %w", collectionID, err)
	}
	return found, nil
}

// GivenBack returns what was proved to be given back of each of some collections,
// at most a page of them, in hundredths; those of which nothing was are left out.
func (r Reader) GivenBack(ctx context.Context, collections ...int64) (map[int64]money.XAF, error) {
	given := map[int64]money.XAF{}
	if len(collections) == 0 {
		return given, nil
	}
	var f filter
	f.add("book = ?", r.book)
	among(&f, "refund_of", collections)
	refunds, err := many(ctx, r.rows, scanTransaction, "SELECT "+transactionColumns+" FROM transactions WHERE "+f.where(), f.args...)
	if err != nil {
		return nil, fmt.Errorf("given back of %d transactions: %w", len(collections), err)
	}
	for _, refund := range refunds {
		if refund.PaidInFull() {
			given[refund.RefundOf] += refund.Amount
		}
	}
	return given, nil
}

// RecentSamePayout returns the payouts of a kind that sent one number one
// amount since a time and did not fail, newest first: the next one may be the
// same by mistake.
func (r Reader) RecentSamePayout(ctx context.Context, kind Kind, phone money.Phone, asked money.XAF, since time.Time) ([]Transaction, error) {
	same, err := many(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE book = $1 AND phone = $2 AND phone <> '' AND created_at >= $3
			AND asked = $4 AND kind = $5 AND status <> 'failed'
		ORDER BY id DESC LIMIT $6`, r.book, phone, millis(since), asked, kind, defaultPage)
	if err != nil {
		return nil, fmt.Errorf("recent payouts to one number: %w", err)
	}
	return same, nil
}

// usualCount is how many payouts tell what is usual.
const usualCount = 30

// UsualPayouts returns the amounts of the payouts of a kind that succeeded
// last, as far as anybody knows them, newest first; hundredths.
func (r Reader) UsualPayouts(ctx context.Context, kind Kind) ([]money.XAF, error) {
	amounts, err := many(ctx, r.rows, scanAmount, `
		SELECT `+goneOut+` FROM transactions
		WHERE book = $1 AND kind = $2 AND `+isPayout+` AND status = 'successful' AND (asked > 0 OR amount_unknown = 0)
		ORDER BY settled_at DESC, id DESC LIMIT $3`, r.book, kind, usualCount)
	if err != nil {
		return nil, fmt.Errorf("usual payouts: %w", err)
	}
	return amounts, nil
}

// FeeFilter selects payouts whose fee says something of another one's.
type FeeFilter struct {
	Kind        Kind
	Operator    money.Operator
	Since       time.Time // when they were settled
	Least, Most money.XAF // of their amount
}

// ChargedFee is what CamPay took for a payout of an amount; hundredths.
type ChargedFee struct{ Amount, Fee money.XAF }

// feesRead is how many payouts ChargedFees reads at most.
const feesRead = 300

// ChargedFees returns what CamPay took for the newest payouts of a kind and operator
// that were paid in full and whose amount is in a range, newest first, among the
// newest 300 whose fee is known.
func (r Reader) ChargedFees(ctx context.Context, wanted FeeFilter) ([]ChargedFee, error) {
	charged, err := many(ctx, r.rows, func(r row) (f ChargedFee, err error) {
		err = r.Scan(&f.Amount, &f.Fee)
		return f, err
	}, `
		SELECT amount, fee FROM (
			SELECT amount, fee FROM transactions
			WHERE book = $1 AND kind = $2 AND operator = $3 AND settled_at >= $4 AND `+isCharged+`
			ORDER BY settled_at DESC LIMIT $7) AS newest
		WHERE amount BETWEEN $5 AND $6`, r.book, wanted.Kind, wanted.Operator, millis(wanted.Since), wanted.Least, wanted.Most, feesRead)
	if err != nil {
		return nil, fmt.Errorf("charged fees: %w", err)
	}
	return charged, nil
}

func scanAmount(r row) (hundredths money.XAF, err error) {
	err = r.Scan(&hundredths)
	return hundredths, err
}

func scanPayoutTotals(r row) (t PayoutTotals, err error) {
	err = r.Scan(&t.Count, &t.Amount)
	return t, err
}
