package store

// Damage to the file past Comptoir: answered writes that are gone after an unclean
// end, and rows of money that do not say any more what was written.

import (
	"context"
	"fmt"
	"time"
)

// DamageKind is what was found.
type DamageKind string

// The kinds of damage.
const (
	DamageLostWrites DamageKind = "lost_writes" // writes were answered and are not in the file
	DamageRow        DamageKind = "row"         // a transaction is not as it was written
	DamageLink       DamageKind = "link"        // nor a payment link
	DamageApproval   DamageKind = "approval"    // nor what waits for a second owner
	DamageRules      DamageKind = "rules"       // nor the rules of money out
)

// Damage is something that was found broken.
type Damage struct {
	ID      int64
	At      time.Time
	What    DamageKind
	Subject int64 // how many writes, which row, or when the rules were set
}

// String is for logs and commands.
func (d Damage) String() string {
	if d.What == DamageLostWrites {
		return fmt.Sprintf("%s: the last %d answered writes are gone", d.At.UTC().Format(time.RFC3339), d.Subject)
	}
	return d.At.UTC().Format(time.RFC3339) + ": not as it was written: " + d.row()
}

// row names what is not as it was written.
func (d Damage) row() string {
	switch d.What {
	case DamageRules:
		return "the rules of money out"
	case DamageRow:
		return fmt.Sprint("transaction ", d.Subject)
	default:
		return fmt.Sprint(d.What, " ", d.Subject)
	}
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
	_, err := tx.savepoint.exec(ctx, "UPDATE damages SET seen_at = $1 WHERE seen_at = 0 AND id <= $2", millis(tx.now()), upTo)
	if err != nil {
		return fmt.Errorf("see to damages: %w", err)
	}
	return nil
}

// addBroken keeps which rows were found broken, each once.
func (tx *Tx) addBroken(ctx context.Context, found []Damage) error {
	for _, d := range found {
		if _, err := tx.savepoint.exec(ctx, `
			INSERT INTO damages (at, what, subject, seen_at) SELECT $1, $2, $3, 0
			WHERE NOT EXISTS (SELECT 1 FROM damages WHERE what = $2 AND subject = $3)
				AND (SELECT COUNT(*) FROM damages WHERE seen_at = 0) < $4`, millis(tx.now()), d.What, d.Subject, mostDamages); err != nil {
			return fmt.Errorf("keep a damage: %w", err)
		}
	}
	return nil
}
