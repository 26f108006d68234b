package store

// The checksum that each row of money carries of what it says, and the walk that
// looks at them.

import (
	"context"
	"fmt"
	"hash/crc32"
	"strings"
)

const (
	unsummed  = 0
	brokenSum = -1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(parts ...string) int64 {
	return int64(crc32.Checksum([]byte(strings.Join(parts, "\x00")), castagnoli)) + 1
}

// sumOf is the checksum of what a transaction says of money.
func sumOf(book Book, t Transaction) int64 {
	return checksum(
		string(book), string(t.Kind), string(t.Origin), string(t.Status), t.ExternalReference, t.OperationCode, t.Reference,
		fmt.Sprint(int64(t.Asked), int64(t.Amount), int64(t.Net), int64(t.Fee), t.AmountUnknown, millis(t.SettledAt), t.RefundOf), t.Currency, string(t.Operator), string(t.Phone),
	)
}

// sumOfLink is the checksum of what a link asks for, how much of it it takes, and where.
func sumOfLink(book Book, l PaymentLink) int64 {
	return checksum(
		string(book), l.Slug, string(l.Kind), string(l.PaymentOptions), l.RedirectURL, l.FailureRedirectURL,
		fmt.Sprint(int64(l.Amount), l.MayPayMore, l.MostPayments, int64(l.MostMoney)),
	)
}

// sumOfApproval is the checksum of the order that waits: nothing of that changes.
func sumOfApproval(book Book, a Approval) int64 {
	return checksum(
		string(book), a.Operation, string(a.Kind), string(a.Origin), string(a.Phone), string(a.Operator), a.RecipientName,
		fmt.Sprint(a.RefundOf, int64(a.Asked), a.RequestedBy, millis(a.RequestedAt)),
	)
}

// sumOfRules is the checksum of all the rules.
func sumOfRules(book Book, p PayoutRules) int64 {
	p.HeldUntil, p.UpdatedAt = p.HeldUntil.UTC(), p.UpdatedAt.UTC()
	return checksum(string(book), fmt.Sprint(
		p.Frozen, int64(p.MostEach), int64(p.MostDay), p.CountDay, p.FromHour, p.ToHour, p.SavedOnly, p.NewRecipientWait.Milliseconds(),
		int64(p.ApprovalAbove), int64(p.ApprovalHeld), millis(p.HeldUntil), int64(p.AirtimeDay), millis(p.UpdatedAt), p.UpdatedBy,
	))
}

// checked is a row beside the checksum that was written with it.
type checked struct {
	id   int64
	book Book
	sum  int64
	want func(book Book) int64
}

func (c checked) broken() bool { return c.sum != unsummed && c.sum != c.want(c.book) }

// moneyTable is a table whose rows carry a checksum.
type moneyTable struct {
	kind    DamageKind
	name    string
	columns string
	key     string // id, or book where a book has one row
	page    string // those after $1
	scan    func(row) (checked, error)
}

// moneyTables are looked at in this order: what sends money out first, the many last.
var moneyTables = []moneyTable{
	{DamageRules, "payout_rules", payoutRulesColumns, "book", "$1 = 0 ORDER BY book", func(r row) (checked, error) {
		var c checked
		rules, err := scanPayoutRules(also{r, []any{&c.book, &c.sum}})
		c.id, c.want = millis(rules.UpdatedAt), func(book Book) int64 { return sumOfRules(book, rules) }
		return c, err
	}},
	{DamageApproval, "approvals", approvalColumns, "id", "id > $1 ORDER BY id", func(r row) (checked, error) {
		var c checked
		a, err := scanApproval(also{r, []any{&c.book, &c.sum}})
		c.id, c.want = a.ID, func(book Book) int64 { return sumOfApproval(book, a) }
		return c, err
	}},
	{DamageLink, "payment_links", linkColumns, "id", "id > $1 ORDER BY id", func(r row) (checked, error) {
		var c checked
		l, err := scanLink(also{r, []any{&c.book, &c.sum}})
		c.id, c.want = l.ID, func(book Book) int64 { return sumOfLink(book, l) }
		return c, err
	}},
	{DamageRow, "transactions", transactionColumns, "id", "id > $1 ORDER BY id", func(r row) (checked, error) {
		var c checked
		t, err := scanTransaction(also{r, []any{&c.book, &c.sum}})
		c.id, c.want = t.ID, func(book Book) int64 { return sumOf(book, t) }
		return c, err
	}},
}

func (m moneyTable) query(where string) string {
	return "SELECT " + m.columns + ", " + m.name + ".book, " + m.name + ".sum FROM " + m.name + " WHERE " + where
}

// also is a row that is read into further targets than a scan knows of.
type also struct {
	row
	targets []any
}

func (a also) Scan(targets ...any) error { return a.row.Scan(append(targets, a.targets...)...) }

// nextSum is the checksum that is written with a transaction: one that was found
// broken stays so, or what somebody did to it would be signed as ours.
func (tx *Tx) nextSum(ctx context.Context, t Transaction) (int64, error) {
	var book Book
	var sum int64
	old, err := one(ctx, tx.rows, func(r row) (Transaction, error) {
		return scanTransaction(also{r, []any{&book, &sum}})
	}, "SELECT "+transactionColumns+", book, sum FROM transactions WHERE book = $1 AND id = $2", tx.book, t.ID)
	if err != nil {
		return 0, err
	}
	if sum != unsummed && sum != sumOf(book, old) {
		return brokenSum, nil
	}
	t.Kind, t.Origin, t.ExternalReference, t.OperationCode = old.Kind, old.Origin, old.ExternalReference, old.OperationCode
	t.Asked, t.RefundOf = old.Asked, old.RefundOf // what an update leaves as it is
	return sumOf(tx.book, t), nil
}

// nextLinkSum is nextSum of a link.
func (tx *Tx) nextLinkSum(ctx context.Context, l PaymentLink) (int64, error) {
	var book Book
	var sum int64
	old, err := one(ctx, tx.rows, func(r row) (PaymentLink, error) {
		return scanLink(also{r, []any{&book, &sum}})
	}, "SELECT "+linkColumns+", book, sum FROM payment_links WHERE book = $1 AND id = $2", tx.book, l.ID)
	if err != nil {
		return 0, err
	}
	if sum != unsummed && sum != sumOfLink(book, old) {
		return brokenSum, nil
	}
	old.Amount, old.MayPayMore, old.MostPayments, old.MostMoney = l.Amount, l.MayPayMore, l.MostPayments, l.MostMoney
	return sumOfLink(tx.book, old), nil
}

// RowsLooked is how many rows are looked at in one go, and rowsSigned how many of
// those without a checksum are given one in one write.
const (
	RowsLooked = 500
	rowsSigned = 50
)

// Look is how far a round through the rows of money has come; the zero value is its
// beginning and its end.
type Look struct {
	table int
	after int64
}

// CheckRows looks at some rows of money of all books, and returns which are not as
// they were written, and from where to go on.
func (r Reader) CheckRows(ctx context.Context, at Look) (next Look, broken []Damage, err error) {
	next, broken, _, err = r.checkRows(ctx, at)
	return next, broken, err
}

// checkRows is CheckRows, and tells besides which have no checksum.
func (r Reader) checkRows(ctx context.Context, at Look) (next Look, broken []Damage, without []checked, err error) {
	table := moneyTables[at.table]
	rows, err := many(ctx, r.rows, table.scan, table.query(table.page)+" LIMIT $2", at.after, RowsLooked)
	if err != nil {
		return Look{}, nil, nil, fmt.Errorf("check rows of %s: %w", table.name, err)
	}
	for _, row := range rows {
		switch {
		case row.broken():
			broken = append(broken, Damage{What: table.kind, Subject: row.id})
		case row.sum == unsummed:
			without = append(without, row)
		}
	}
	switch {
	case len(rows) == RowsLooked:
		next = Look{at.table, rows[len(rows)-1].id}
	case at.table < len(moneyTables)-1:
		next = Look{table: at.table + 1}
	}
	return next, broken, without, nil
}

// LookAtRows does what CheckRows does, keeps what it found, and gives a checksum to
// rows that were written before there were any. It holds the writes up for a few
// rows at a time.
func (s *Store) LookAtRows(ctx context.Context, at Look) (next Look, err error) {
	next, broken, without, err := s.checkRows(ctx, at)
	if err != nil {
		return Look{}, err
	}
	if len(broken) > 0 {
		if err := s.Write(ctx, func(ctx context.Context, tx *Tx) error { return tx.addBroken(ctx, broken) }); err != nil {
			return next, err
		}
	}
	for len(without) > 0 {
		some := without[:min(rowsSigned, len(without))]
		without = without[len(some):]
		if err := s.Write(ctx, func(ctx context.Context, tx *Tx) error { return tx.sign(ctx, moneyTables[at.table], some) }); err != nil {
			return next, err
		}
	}
	return next, nil
}

// sign gives a checksum to rows that have none still.
func (tx *Tx) sign(ctx context.Context, table moneyTable, rows []checked) error {
	for _, row := range rows {
		key := any(row.id)
		if table.key == "book" {
			key = row.book
		}
		now, err := one(ctx, tx.rows, table.scan, table.query(table.name+"."+table.key+" = $1"), key)
		if err != nil {
			return fmt.Errorf("checksum of %s: %w", table.name, err)
		}
		if now.sum != unsummed {
			continue
		}
		if _, err := tx.savepoint.exec(ctx, "UPDATE "+table.name+" SET sum = $1 WHERE "+table.key+" = $2", now.want(now.book), key); err != nil {
			return fmt.Errorf("checksum of %s: %w", table.name, err)
		}
	}
	return nil
}
