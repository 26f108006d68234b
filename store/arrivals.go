package store

// Webhook calls from their arrival until what they speak of was looked up.

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Arrival is an accepted call that is to be kept; of its Delivery only what arrived
// counts. SignedUntil is when its signature ends; zero where it does not say.
type Arrival struct {
	Delivery
	SignedUntil time.Time
}

// same is the key of the very same call, byte for byte: the hour until which it was
// signed, so that the keys of one day lie together, and 16 bytes of a hash.
func (a Arrival) same() []byte {
	hash := sha256.New()
	hash.Write([]byte(a.Method + "\x00"))
	hash.Write(a.Body)
	key := make([]byte, 4, 4+sha256.Size)
	if !a.SignedUntil.IsZero() {
		binary.BigEndian.PutUint32(key, uint32(a.SignedUntil.Unix()/3600)) //nolint:gosec // good for 490,000 years
	}
	return hash.Sum(key)[:20]
}

// keptTogether is how many arrivals one statement keeps.
const keptTogether = 16

// keepStatement keeps so many arrivals.
func keepStatement(rows int) string {
	var values strings.Builder
	for i := range rows {
		n := i*arrivalValues + 1 // $1 is the book
		fmt.Fprintf(&values, "($1, $%d, $%d, $%d, $%d, $%d, 'accepted', '', $%d, $%d, $%d, $%d, $%d, '', NULL, 0, 0, 0, $%d, $%d), ",
			n+1, n+2, n+3, n+4, n+5, n+6, n+7, n+8, n+9, n+10, n+11, n+12)
	}
	return `INSERT INTO deliveries (book, received_at, method, content_type, remote_addr, body, verdict, why, status, reference,
		external_reference, amount_text, currency, outcome, transaction_id, attempts, next_at, applied_at, search, same)
		VALUES ` + strings.TrimSuffix(values.String(), ", ") + ` ON CONFLICT DO NOTHING`
}

const arrivalValues = 12

var (
	keepOne  = keepStatement(1)
	keepMany = keepStatement(keptTogether)
)

// KeepArrivals keeps accepted calls; the very same one is kept once. They may be
// acknowledged once the Write around it has returned nil (invariant 3).
func (tx *Tx) KeepArrivals(ctx context.Context, all []Arrival) error {
	for len(all) > 0 {
		statement, n := keepOne, 1
		if len(all) >= keptTogether {
			statement, n = keepMany, keptTogether
		}
		args := make([]any, 1, 1+n*arrivalValues)
		args[0] = tx.book
		for _, a := range all[:n] {
			args = append(args, millis(a.ReceivedAt), a.Method, a.ContentType, a.RemoteAddr, a.Body, a.Status, a.Reference,
				a.ExternalReference, a.AmountText, a.Currency,
				fold(a.Reference, a.ExternalReference, a.Status, a.AmountText, a.RemoteAddr), a.same())
		}
		if _, err := tx.savepoint.exec(ctx, statement, args...); err != nil {
			return fmt.Errorf("keep %d arrivals: %w", n, err)
		}
		all = all[n:]
	}
	return nil
}

// isFresh is of the accepted deliveries of which nobody has looked up yet what they
// speak of.
const isFresh = "book = $1 AND id > COALESCE((SELECT id FROM deliveries_looked_up WHERE book = $1), 0) AND verdict = 'accepted'"

// FreshDeliveries returns the kept calls of which nobody has looked up yet what they
// speak of, in the order in which they came.
func (r Reader) FreshDeliveries(ctx context.Context, limit int) ([]Delivery, error) {
	fresh, err := many(ctx, r.rows, scanDelivery,
		"SELECT "+deliveryColumns+" FROM deliveries WHERE "+isFresh+" ORDER BY id LIMIT $2", r.book, pageLength(limit))
	if err != nil {
		return nil, fmt.Errorf("fresh deliveries: %w", err)
	}
	return fresh, nil
}

// CountFresh counts them, up to most.
func (r Reader) CountFresh(ctx context.Context, most int) (int, error) {
	n, err := one(ctx, r.rows, scanCount, "SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE "+isFresh+" LIMIT $2) AS fresh", r.book, most)
	if err != nil {
		return 0, fmt.Errorf("count fresh deliveries: %w", err)
	}
	return n, nil
}

// NoteDelivery says which transaction a delivery speaks of, 0 for none of the book,
// and has it applied from a time on.
func (tx *Tx) NoteDelivery(ctx context.Context, id, transactionID int64, next time.Time) error {
	err := tx.change(ctx, "UPDATE deliveries SET transaction_id = $1, next_at = $2 WHERE book = $3 AND id = $4",
		idOrNull(transactionID), millis(next), tx.book, id)
	if err != nil {
		return fmt.Errorf("note what delivery %d speaks of: %w", id, err)
	}
	return nil
}

// LookedUp says that none up to a delivery is fresh any more.
func (tx *Tx) LookedUp(ctx context.Context, id int64) error {
	_, err := tx.savepoint.exec(ctx, `
		INSERT INTO deliveries_looked_up (book, id) VALUES ($1, $2)
		ON CONFLICT (book) DO UPDATE SET id = excluded.id WHERE excluded.id > deliveries_looked_up.id`, tx.book, id)
	if err != nil {
		return fmt.Errorf("note that deliveries are looked up to %d: %w", id, err)
	}
	return nil
}

// DeliveriesOf counts, up to most, the deliveries of a transaction.
func (r Reader) DeliveriesOf(ctx context.Context, transactionID int64, most int) (int, error) {
	n, err := one(ctx, r.rows, scanCount, `
		SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE book = $1 AND transaction_id = $2 LIMIT $3) AS kept`,
		r.book, transactionID, most)
	if err != nil {
		return 0, fmt.Errorf("count deliveries of transaction %d: %w", transactionID, err)
	}
	return n, nil
}
