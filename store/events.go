package store

// The append-only story of each transaction: the database itself refuses to
// change or remove an event.

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// EventKind is where a transaction's news came from.
type EventKind string

// The kinds of event.
const (
	EventCreated EventKind = "created"
	EventRequest EventKind = "request"
	EventAnswer  EventKind = "answer"
	EventWebhook EventKind = "webhook"
	EventPoll    EventKind = "poll"
	EventHistory EventKind = "history"
	EventPerson  EventKind = "person"
)

// Event is one line of a transaction's append-only story.
type Event struct {
	ID            int64
	TransactionID int64
	At            time.Time
	Kind          EventKind
	Status        Status // of the transaction after the event
	Note          string // a locale key's last part, such as "sent", "answer_lost", "not_found"
	Detail        string // CamPay's own words or a number; shown to staff as it is
	Raw           json.RawMessage
}

const eventColumns = "id, transaction_id, at, kind, status, note, detail, raw"

func scanEvent(r row) (e Event, err error) {
	err = r.Scan(&e.ID, &e.TransactionID, timeColumn{&e.At}, &e.Kind, &e.Status, &e.Note, &e.Detail, (*[]byte)(&e.Raw))
	return e, err
}

// AddEvent appends to the story of a transaction of this book and returns the
// event with its ID.
func (tx *Tx) AddEvent(ctx context.Context, e Event) (Event, error) {
	added, err := one(ctx, tx.rows, scanEvent, `
		INSERT INTO events (book, transaction_id, at, kind, status, note, detail, raw)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		RETURNING `+eventColumns,
		tx.book, e.TransactionID, millis(e.At), e.Kind, e.Status, e.Note, e.Detail, []byte(e.Raw))
	if err != nil {
		return Event{}, fmt.Errorf("add event to transaction %d: %w", e.TransactionID, err)
	}
	return added, nil
}

// LastEvent returns the newest event of a transaction, or ErrNotFound.
func (r Reader) LastEvent(ctx context.Context, transactionID int64) (Event, error) {
	last, err := one(ctx, r.rows, scanEvent, `
		SELECT `+eventColumns+` FROM events
		WHERE book = $1 AND transaction_id = $2 ORDER BY id DESC LIMIT 1`, r.book, transactionID)
	if err != nil {
		return Event{}, fmt.Errorf("last event of transaction %d: %w", transactionID, err)
	}
	return last, nil
}

// Events returns the story of a transaction, oldest first; of a very long one
// the newest 500 events.
func (r Reader) Events(ctx context.Context, transactionID int64) ([]Event, error) {
	events, err := many(ctx, r.rows, scanEvent, `
		SELECT `+eventColumns+` FROM (
			SELECT `+eventColumns+` FROM events
			WHERE book = $1 AND transaction_id = $2
			ORDER BY id DESC LIMIT $3) AS newest
		ORDER BY id`, r.book, transactionID, longestPage)
	if err != nil {
		return nil, fmt.Errorf("events of transaction %d: %w", transactionID, err)
	}
	return events, nil
}
