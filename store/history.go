package store

// CamPay's history (POST /history/) as it came, kept before anything is judged
// by it, and what the comparison with the book found.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"comptoir/campay/money"
)

// Finding is what the comparison of a history row with the book found.
type Finding string

// The findings; empty until a row was compared.
const (
	FindingNone      Finding = ""
	FindingMatched   Finding = "matched"
	FindingOnlyThere Finding = "only_there" // the book lacks it
	FindingDiffers   Finding = "differs"    // in amount or status
)

// HistoryRow is one row of CamPay's history. Amounts are hundredths: Debit with
// the fee, Credit without it.
type HistoryRow struct {
	ID                int64
	At                time.Time
	Code              string
	Reference         string // folded as the book folds it; may be empty
	OperatorReference string
	Kind              Kind           // as its code and its sides tell
	Operator          money.Operator // MTN, ORANGE or empty
	Phone             money.Phone
	Description       string
	ExternalUser      string
	Amount            money.XAF
	Charge            money.XAF
	Debit             money.XAF
	Credit            money.XAF
	Untold            Untold
	Status            string // as it came
	Finding           Finding
	TransactionID     int64     // 0 until the book has it
	SeenAt            time.Time // when CamPay first told it so
	Raw               []byte
}

// Untold are the figures of a row that CamPay did not tell: they stand as 0 in
// it, and are unknown.
type Untold struct{ Amount, Charge, Debit, Credit bool }

// Moved reports whether a row does not tell what it moved in its wallet.
func (u Untold) Moved(kind Kind) bool {
	if kind == KindCollect {
		return u.Credit
	}
	return u.Debit
}

func (u Untold) names() string {
	var all []string
	for _, f := range []struct {
		name string
		is   bool
	}{{"amount", u.Amount}, {"charge", u.Charge}, {"debit", u.Debit}, {"credit", u.Credit}} {
		if f.is {
			all = append(all, f.name)
		}
	}
	return strings.Join(all, " ")
}

// untoldColumn scans what names wrote.
type untoldColumn struct{ to *Untold }

// Scan implements sql.Scanner.
func (c untoldColumn) Scan(value any) error {
	var names string
	if err := maybe(&names).Scan(value); err != nil {
		return err
	}
	all := strings.Fields(names)
	*c.to = Untold{
		Amount: slices.Contains(all, "amount"), Charge: slices.Contains(all, "charge"),
		Debit: slices.Contains(all, "debit"), Credit: slices.Contains(all, "credit"),
	}
	return nil
}

// key is what a row is known by when CamPay tells it again.
func (h HistoryRow) key() string {
	switch {
	case h.Reference != "":
		return "reference " + h.Reference
	case h.Code != "":
		return "code " + h.Code
	default:
		sum := sha256.Sum256(h.Raw)
		return "row " + hex.EncodeToString(sum[:])
	}
}

const historyColumns = `id, at, code, reference, operator_reference, kind, operator, phone, description, external_user,
	amount, charge, debit, credit, untold, status, finding, transaction_id, seen_at, raw`

func scanHistoryRow(r row) (h HistoryRow, err error) {
	err = r.Scan(&h.ID, timeColumn{&h.At}, &h.Code, &h.Reference, &h.OperatorReference, &h.Kind, &h.Operator, &h.Phone,
		&h.Description, &h.ExternalUser, &h.Amount, &h.Charge, &h.Debit, &h.Credit, untoldColumn{&h.Untold}, &h.Status, &h.Finding,
		maybe(&h.TransactionID), timeColumn{&h.SeenAt}, &h.Raw)
	return h, err
}

// HistoryBatch is how many rows of the history are worked on at once: few
// enough that other writes do not wait for long.
const HistoryBatch = 100

// KeepHistory keeps rows. One that CamPay told before is the same row; where it
// tells something else now, it has to be compared anew.
func (tx *Tx) KeepHistory(ctx context.Context, rows []HistoryRow) error {
	for _, h := range rows {
		_, err := tx.savepoint.exec(ctx, `
			INSERT INTO history_rows (book, row_key, at, code, reference, operator_reference, kind, operator, phone,
				description, external_user, amount, charge, debit, credit, untold, status, finding, seen_at, raw)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '', $18, $19)
			ON CONFLICT (book, row_key) DO UPDATE SET
				finding = '', at = excluded.at, code = excluded.code, operator_reference = excluded.operator_reference, kind = excluded.kind,
				operator = excluded.operator, phone = excluded.phone, description = excluded.description,
				external_user = excluded.external_user, amount = excluded.amount, charge = excluded.charge,
				debit = excluded.debit, credit = excluded.credit, untold = excluded.untold, status = excluded.status, seen_at = excluded.seen_at,
				raw = excluded.raw
			WHERE history_rows.raw <> excluded.raw`,
			tx.book, h.key(), millis(h.At), h.Code, h.Reference, h.OperatorReference, h.Kind, h.Operator, h.Phone,
			h.Description, h.ExternalUser, h.Amount, h.Charge, h.Debit, h.Credit, h.Untold.names(), h.Status, millis(h.SeenAt), h.Raw)
		if err != nil {
			return fmt.Errorf("keep history row %s: %w", h.Code, err)
		}
	}
	return nil
}

// tuple returns the placeholders of further values, in brackets.
func (f *filter) tuple(values ...any) string {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = f.value(v)
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

// MarkHistory notes what the comparison found of a row: its transaction, if
// the book has it, and how the two stand to each other. That transaction is
// only here no more.
func (tx *Tx) MarkHistory(ctx context.Context, id, transactionID int64, finding Finding) error {
	err := tx.change(ctx, "UPDATE history_rows SET transaction_id = $1, finding = $2 WHERE book = $3 AND id = $4",
		idOrNull(transactionID), finding, tx.book, id)
	if err == nil && transactionID != 0 {
		_, err = tx.savepoint.exec(ctx, "DELETE FROM only_here WHERE book = $1 AND transaction_id = $2", tx.book, transactionID)
	}
	if err != nil {
		return fmt.Errorf("note what history row %d is: %w", id, err)
	}
	return nil
}

// HistoryRow returns one row, or ErrNotFound.
func (r Reader) HistoryRow(ctx context.Context, id int64) (HistoryRow, error) {
	h, err := one(ctx, r.rows, scanHistoryRow,
		"SELECT "+historyColumns+" FROM history_rows WHERE book = $1 AND id = $2", r.book, id)
	if err != nil {
		return HistoryRow{}, fmt.Errorf("history row %d: %w", id, err)
	}
	return h, nil
}

// HistoryFilter says which rows of a period a list shows.
type HistoryFilter struct {
	From    time.Time  // at or after it
	Until   time.Time  // before it
	Finding Finding    // empty for any
	Before  HistoryRow // the last one of the page before; its At and ID count
	Limit   int        // 50 when not set, 500 at most
}

// History returns rows, newest first.
func (r Reader) History(ctx context.Context, wanted HistoryFilter) ([]HistoryRow, error) {
	var f filter
	f.add("book = ?", r.book)
	if wanted.Before.ID == 0 {
		wanted.Before.At = wanted.Until // one bound, so that the index begins the page
	}
	from, before, order := millis(wanted.From), millis(wanted.Before.At), "at DESC, id DESC"
	if wanted.Finding == FindingNone {
		f.add("at >= ?", from)
		f.add("(at, id) < (?, ?)", before, wanted.Before.ID)
	} else { // bounds that begin with the finding: a planner may take at's index for others
		f.add("(finding, at) >= (?, ?)", wanted.Finding, from)
		f.add("(finding, at, id) < (?, ?, ?)", wanted.Finding, before, wanted.Before.ID)
		order = "finding DESC, " + order
	}
	found, err := many(ctx, r.rows, scanHistoryRow,
		"SELECT "+historyColumns+" FROM history_rows WHERE "+f.where()+" ORDER BY "+order+" LIMIT "+f.value(pageLength(wanted.Limit)), f.args...)
	if err != nil {
		return nil, fmt.Errorf("list the history: %w", err)
	}
	return found, nil
}

// HistoryAfter returns the next rows of a period, oldest first: those after
// last, whose At and ID count, or the first ones for the zero row.
func (r Reader) HistoryAfter(ctx context.Context, from, until time.Time, last HistoryRow) ([]HistoryRow, error) {
	if last.ID == 0 {
		last.At = from // one bound, so that the index begins the page
	}
	found, err := many(ctx, r.rows, scanHistoryRow, `
		SELECT `+historyColumns+` FROM history_rows
		WHERE book = $1 AND at < $2 AND (at, id) > ($3, $4)
		ORDER BY at, id LIMIT $5`,
		r.book, millis(until), millis(last.At), last.ID, HistoryBatch)
	if err != nil {
		return nil, fmt.Errorf("rows of the history: %w", err)
	}
	return found, nil
}

// HistoryLike returns the rows that the book has no transaction for and that
// moved an amount to or from a phone in a time, oldest first: what may have
// become of a payout in doubt.
func (r Reader) HistoryLike(ctx context.Context, kind Kind, phone money.Phone, amount money.XAF, from, until time.Time) ([]HistoryRow, error) {
	found, err := many(ctx, r.rows, scanHistoryRow, `
		SELECT `+historyColumns+` FROM history_rows
		WHERE book = $1 AND phone = $2 AND phone <> '' AND at >= $3 AND at < $4
			AND kind = $5 AND amount = $6 AND transaction_id IS NULL
		ORDER BY at, id LIMIT $7`, r.book, phone, millis(from), millis(until), kind, amount, defaultPage)
	if err != nil {
		return nil, fmt.Errorf("rows of the history of one number: %w", err)
	}
	return found, nil
}

// HistoryCounts is how many rows of a period were found to be what.
type HistoryCounts struct{ Matched, OnlyThere, Differing, Unjudged int }

// Rows is how many there are in all.
func (c HistoryCounts) Rows() int { return c.Matched + c.OnlyThere + c.Differing + c.Unjudged }

// CountHistory counts the rows of a period by finding.
func (r Reader) CountHistory(ctx context.Context, from, until time.Time) (HistoryCounts, error) {
	counts, err := one(ctx, r.rows, scanHistoryCounts, `
		SELECT (SELECT COUNT(*) FROM history_rows WHERE book = $1 AND finding = 'matched' AND at >= $2 AND at < $3),
			(SELECT COUNT(*) FROM history_rows WHERE book = $1 AND finding = 'only_there' AND at >= $2 AND at < $3),
			(SELECT COUNT(*) FROM history_rows WHERE book = $1 AND finding = 'differs' AND at >= $2 AND at < $3),
			(SELECT COUNT(*) FROM history_rows WHERE book = $1 AND finding = '' AND at >= $2 AND at < $3)`,
		r.book, millis(from), millis(until))
	if err != nil {
		return HistoryCounts{}, fmt.Errorf("count the history: %w", err)
	}
	return counts, nil
}

func scanHistoryCounts(r row) (c HistoryCounts, err error) {
	err = r.Scan(&c.Matched, &c.OnlyThere, &c.Differing, &c.Unjudged)
	return c, err
}

// KnowsAirtime reports whether CamPay's history ever told of airtime: where it
// does not, no airtime can be missing in it.
func (r Reader) KnowsAirtime(ctx context.Context) (bool, error) {
	n, err := one(ctx, r.rows, scanCount, `
		SELECT COUNT(*) FROM (SELECT 1 FROM history_rows
			WHERE book = $1 AND kind = 'airtime' LIMIT 1) AS newest`, r.book)
	if err != nil {
		return false, fmt.Errorf("airtime in the history: %w", err)
	}
	return n > 0, nil
}
