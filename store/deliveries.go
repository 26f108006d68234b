package store

// Webhook calls as they arrived, forged ones too.

import (
	"context"
	"fmt"
	"time"
)

// Verdict is what the signature check said of a webhook delivery.
type Verdict string

// The verdicts on a delivery.
const (
	VerdictAccepted Verdict = "accepted"
	VerdictRefused  Verdict = "refused"
)

// Outcome is what a delivery did to the book.
type Outcome string

// The outcomes of a delivery; empty until it was applied.
const (
	OutcomeNone     Outcome = ""
	OutcomeApplied  Outcome = "applied"   // CamPay confirmed it and the book follows
	OutcomeNoChange Outcome = "no_change" // CamPay confirmed what the book knew
	OutcomeDiffers  Outcome = "differs"   // CamPay proves something else than it said
	OutcomeUnknown  Outcome = "unknown"   // CamPay does not know its reference
	OutcomeRefused  Outcome = "refused"   // the signature was refused: nothing was looked at
)

// Why is the reason for which a delivery was refused.
type Why string

// The reasons.
const (
	WhyUnreadable Why = "unreadable" // it is no notification as CamPay documents them
	WhyNoKey      Why = "no_key"     // no webhook key is set, so none can be checked
	WhySignature  Why = "signature"  // missing, or not made with the key
	WhyExpired    Why = "expired"    // made with the key, and out of its time
)

// Delivery is one webhook call as it arrived.
type Delivery struct {
	ID                int64
	ReceivedAt        time.Time
	Method            string
	ContentType       string
	RemoteAddr        string
	Body              []byte // query string of a GET, body of a POST; holds the signature: never shown whole
	Verdict           Verdict
	Why               Why    // why it was refused; empty when it was not
	Status            string // as said
	Reference         string
	ExternalReference string
	AmountText        string
	Currency          string
	Outcome           Outcome
	TransactionID     int64 // 0 until matched
	Attempts          int
	NextAt            time.Time // when to try to apply it again; zero when done
	AppliedAt         time.Time // zero until done
}

const deliveryColumns = `id, received_at, method, content_type, remote_addr, body, verdict, why, status,
	reference, external_reference, amount_text, currency, outcome, transaction_id, attempts, next_at, applied_at`

func scanDelivery(r row) (d Delivery, err error) {
	err = r.Scan(&d.ID, timeColumn{&d.ReceivedAt}, &d.Method, &d.ContentType, &d.RemoteAddr, &d.Body, &d.Verdict, &d.Why, &d.Status,
		&d.Reference, &d.ExternalReference, &d.AmountText, &d.Currency, &d.Outcome, maybe(&d.TransactionID), &d.Attempts,
		timeColumn{&d.NextAt}, timeColumn{&d.AppliedAt})
	return d, err
}

// AddDelivery keeps a call that somebody has looked at, and returns it with its ID.
func (tx *Tx) AddDelivery(ctx context.Context, d Delivery) (Delivery, error) {
	added, err := one(ctx, tx.rows, scanDelivery, `
		INSERT INTO deliveries (book, received_at, method, content_type, remote_addr, body, verdict, why, status,
			reference, external_reference, amount_text, currency, outcome, transaction_id, attempts, next_at, applied_at, search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		RETURNING `+deliveryColumns,
		tx.book, millis(d.ReceivedAt), d.Method, d.ContentType, d.RemoteAddr, d.Body, d.Verdict, d.Why, d.Status,
		d.Reference, d.ExternalReference, d.AmountText, d.Currency, d.Outcome, idOrNull(d.TransactionID), d.Attempts,
		millis(d.NextAt), millis(d.AppliedAt),
		fold(d.Reference, d.ExternalReference, d.Status, d.AmountText, d.RemoteAddr))
	if err != nil {
		return Delivery{}, fmt.Errorf("add delivery: %w", err)
	}
	return added, nil
}

// UpdateDelivery keeps what applying a delivery came to: its outcome,
// transaction, attempts and times. What arrived never changes.
func (tx *Tx) UpdateDelivery(ctx context.Context, d Delivery) error {
	err := tx.change(ctx, `
		UPDATE deliveries SET outcome = $1, transaction_id = $2, attempts = $3, next_at = $4, applied_at = $5
		WHERE book = $6 AND id = $7`,
		d.Outcome, idOrNull(d.TransactionID), d.Attempts, millis(d.NextAt), millis(d.AppliedAt), tx.book, d.ID)
	if err != nil {
		return fmt.Errorf("update delivery %d: %w", d.ID, err)
	}
	return nil
}

// Delivery returns one delivery, or ErrNotFound.
func (r Reader) Delivery(ctx context.Context, id int64) (Delivery, error) {
	d, err := one(ctx, r.rows, scanDelivery,
		"SELECT "+deliveryColumns+" FROM deliveries WHERE book = $1 AND id = $2", r.book, id)
	if err != nil {
		return Delivery{}, fmt.Errorf("delivery %d: %w", id, err)
	}
	return d, nil
}

// DeliveryFilter says which deliveries a list shows; a zero field limits
// nothing.
type DeliveryFilter struct {
	Search  string // reference, external reference, status, amount, address
	Verdict Verdict
	Before  int64 // only those with a smaller ID, for the next page
	Limit   int   // 50 when not set, 500 at most
}

// Deliveries returns deliveries, newest first.
func (r Reader) Deliveries(ctx context.Context, wanted DeliveryFilter) ([]Delivery, error) {
	var f filter
	f.add("book = ?", r.book)
	switch wanted.Verdict {
	case VerdictRefused:
		f.add("verdict = 'refused'") // as its index is worded
	case VerdictAccepted:
		f.add("verdict = 'accepted'")
	}
	f.before(wanted.Before)
	f.search("search", wanted.Search)
	found, err := many(ctx, r.rows, scanDelivery,
		"SELECT "+deliveryColumns+" FROM deliveries WHERE "+f.where()+" ORDER BY id DESC LIMIT "+f.value(pageLength(wanted.Limit)), f.args...)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return found, nil
}

// DueDeliveries returns the deliveries to be applied by now, the longest due
// first: of transactions of the book, or those that speak of none.
func (r Reader) DueDeliveries(ctx context.Context, at time.Time, ofBook bool, limit int) ([]Delivery, error) {
	which := "transaction_id IS NULL"
	if ofBook {
		which = "transaction_id IS NOT NULL"
	}
	due, err := many(ctx, r.rows, scanDelivery, `
		SELECT `+deliveryColumns+` FROM deliveries
		WHERE book = $1 AND next_at > 0 AND next_at <= $2 AND `+which+`
		ORDER BY next_at, id LIMIT $3`, r.book, millis(at), pageLength(limit))
	if err != nil {
		return nil, fmt.Errorf("due deliveries: %w", err)
	}
	return due, nil
}

// NextDelivery returns the first time after another at which a delivery is to
// be applied; false when there is none. What is due by then is DueDeliveries'
// to say.
func (r Reader) NextDelivery(ctx context.Context, after time.Time) (time.Time, bool, error) {
	at, err := one(ctx, r.rows, scanTime, `
		SELECT MIN(next_at) FROM deliveries
		WHERE book = $1 AND next_at > $2 AND next_at > 0`, r.book, millis(after))
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next delivery: %w", err)
	}
	return at, !at.IsZero(), nil
}

func scanTime(r row) (at time.Time, err error) {
	err = r.Scan(timeColumn{&at})
	return at, err
}
