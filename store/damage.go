package store

// Damage to the file past Comptoir: answered writes that are gone after an unclean
// end, and rows of money that do not say any more what was written.

import (
	"context"
	"fmt"
	"hash/crc32"
	"strings"
	"time"
)

// DamageKind is what was found.
type DamageKind string

// The kinds of damage.
const (
	DamageLostWrites DamageKind = "lost_writes" // writes were answered and are not in the file
	DamageRow        DamageKind = "row"         // a transaction is not as it was written
)

// Damage is something that was found broken.
type Damage struct {
	ID      int64
	At      time.Time
	What    DamageKind
	Subject int64 // how many writes, or which transaction
}

// String is for logs and commands.
func (d Damage) String() string {
	if d.What == DamageLostWrites {
		return fmt.Sprintf("%s: the last %d answered writes are gone", d.At.UTC().Format(time.RFC3339), d.Subject)
	}
	return fmt.Sprintf("%s: transaction %d is not as it was written", d.At.UTC().Format(time.RFC3339), d.Subject)
}

// mostDamages bounds what is listed of it, and kept open: what comes beyond is kept
// once somebody has seen to it.
const mostDamages = 20

// Damages returns what nobody has seen to yet, the oldest first, of all books.
func (r Reader) Damages(ctx context.Context) ([]Damage, error) {
	found, err := many(ctx, r.rows, func(r row) (d Damage, err error) {
		err = r.Scan(&d.ID, timeColumn{&d.At}, &d.What, &d.Subject)
		return d, err
	}, "SELECT id, at, what, subject FROM damages WHERE seen_at = 0 ORDER BY id LIMIT $1", mostDamages)
	if err != nil {
		return nil, fmt.Errorf("damages: %w", err)
	}
	return found, nil
}

// SeeToDamages ends the list up to one that was shown.
func (tx *Tx) SeeToDamages(ctx context.Context, upTo int64) error {
	_, err := tx.turn.exec(ctx, "UPDATE damages SET seen_at = $1 WHERE seen_at = 0 AND id <= $2", millis(tx.now()), upTo)
	if err != nil {
		return fmt.Errorf("see to damages: %w", err)
	}
	return nil
}

const (
	unsummed  = 0
	brokenSum = -1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumOf is the checksum of what a transaction says of money.
func sumOf(book string, t Transaction) int64 {
	text := strings.Join([]string{
		book, string(t.Kind), string(t.Origin), string(t.Status), t.ExternalReference, t.OperationCode, t.Reference,
		fmt.Sprint(t.Asked, t.Amount, t.Net, t.Fee, t.AmountUnknown, millis(t.SettledAt), t.RefundOf), t.Currency, t.Operator, t.Phone,
	}, "\x00")
	return int64(crc32.Checksum([]byte(text), castagnoli)) + 1
}

// summed is a transaction with the checksum that was written with it.
type summed struct {
	Transaction
	book string
	sum  int64
}

func scanSummed(r row) (s summed, err error) {
	err = r.Scan(append(transactionTargets(&s.Transaction), &s.book, &s.sum)...)
	return s, err
}

func (s summed) broken() bool {
	return s.sum != unsummed && s.sum != sumOf(s.book, s.Transaction)
}

// nextSum is the checksum that is written with t: one that was found broken stays
// so, or what somebody did to it would be signed as ours.
func (tx *Tx) nextSum(ctx context.Context, t Transaction) (int64, error) {
	old, err := one(ctx, tx.rows, scanSummed,
		"SELECT "+transactionColumns+", book, sum FROM transactions WHERE book = $1 AND id = $2", tx.book, t.ID)
	if err != nil {
		return 0, err
	}
	if old.broken() {
		return brokenSum, nil
	}
	t.Kind, t.Origin, t.ExternalReference, t.OperationCode = old.Kind, old.Origin, old.ExternalReference, old.OperationCode
	t.Asked, t.RefundOf = old.Asked, old.RefundOf // what an update leaves as it is
	return sumOf(tx.book, t), nil
}

// rowsLooked is how many transactions CheckRows looks at.
const rowsLooked = 500

// CheckRows looks at the transactions of all books after one, and returns the last
// that it looked at, 0 at the end, and which are not as they were written.
func (r Reader) CheckRows(ctx context.Context, after int64) (last int64, broken []int64, err error) {
	last, broken, _, err = r.checkRows(ctx, after)
	return last, broken, err
}

// checkRows is CheckRows, and tells besides which have no checksum.
func (r Reader) checkRows(ctx context.Context, after int64) (last int64, broken, without []int64, err error) {
	rows, err := many(ctx, r.rows, scanSummed,
		"SELECT "+transactionColumns+", book, sum FROM transactions WHERE id > $1 ORDER BY id LIMIT $2", after, rowsLooked)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("check rows: %w", err)
	}
	for _, row := range rows {
		switch {
		case row.broken():
			broken = append(broken, row.ID)
		case row.sum == unsummed:
			without = append(without, row.ID)
		}
	}
	if len(rows) == rowsLooked {
		last = rows[len(rows)-1].ID
	}
	return last, broken, without, nil
}

// LookAtRows does what CheckRows does, keeps what it found, and gives a checksum to
// rows that were written before there were any.
func (s *Store) LookAtRows(ctx context.Context, after int64) (last int64, err error) {
	last, broken, without, err := s.checkRows(ctx, after)
	if err != nil {
		return 0, err
	}
	if len(broken)+len(without) == 0 {
		return last, nil
	}
	return last, s.Write(ctx, func(tx *Tx) error {
		for _, id := range without {
			row, err := one(ctx, tx.rows, scanSummed, "SELECT "+transactionColumns+", book, sum FROM transactions WHERE id = $1", id)
			if err != nil {
				return err
			}
			if row.sum != unsummed {
				continue
			}
			if _, err := tx.turn.exec(ctx, "UPDATE transactions SET sum = $1 WHERE id = $2", sumOf(row.book, row.Transaction), id); err != nil {
				return err
			}
		}
		return tx.addBroken(ctx, broken)
	})
}

// addBroken keeps which rows were found broken, each once.
func (tx *Tx) addBroken(ctx context.Context, ids []int64) error {
	for _, id := range ids {
		if _, err := tx.turn.exec(ctx, `
			INSERT INTO damages (at, what, subject, seen_at) SELECT $1, 'row', $2, 0
			WHERE NOT EXISTS (SELECT 1 FROM damages WHERE what = 'row' AND subject = $2)
				AND (SELECT COUNT(*) FROM damages WHERE seen_at = 0) < $3`, millis(tx.now()), id, mostDamages); err != nil {
			return fmt.Errorf("keep a damage: %w", err)
		}
	}
	return nil
}
