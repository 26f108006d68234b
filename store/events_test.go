package store

// The story of a transaction, which nobody can rewrite.

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func addEvent(t *testing.T, s *Store, e Event) Event {
	t.Helper()
	write(t, s, func(tx *Tx) (err error) {
		e, err = tx.AddEvent(t.Context(), e)
		return err
	})
	return e
}

func TestEvents_RoundTrip_OldestFirst(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	id, other := addTransaction(t, s, Transaction{}).ID, addTransaction(t, s, Transaction{}).ID
	want := Event{TransactionID: id, At: noon, Kind: EventAnswer, Status: StatusPending, Note: "sent", Detail: "detail", Raw: json.RawMessage(`{"reference":"r"}`)}
	first := addEvent(t, s, want)
	want.ID = first.ID
	if first.ID == 0 || !reflect.DeepEqual(first, want) {
		t.Errorf("added %+v", first)
	}
	addEvent(t, s, Event{TransactionID: other, Kind: EventPoll, Status: StatusFailed})
	second := addEvent(t, s, Event{TransactionID: id, At: noon, Kind: EventPerson, Status: StatusPending})
	if got, err := s.Events(t.Context(), id); err != nil || !reflect.DeepEqual(got, []Event{first, second}) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := s.LastEvent(t.Context(), id); err != nil || !reflect.DeepEqual(got, second) {
		t.Errorf("the last is %+v, %v", got, err)
	}
	if _, err := s.LastEvent(t.Context(), 99); !errors.Is(err, ErrNotFound) {
		t.Errorf("the last of none: %v", err)
	}
	if got, err := s.Events(t.Context(), 99); err != nil || len(got) != 0 {
		t.Errorf("of no transaction: %+v, %v", got, err)
	}
}

func TestEvents_OfAVeryLongStory_AreTheNewest(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	id := addTransaction(t, s, Transaction{}).ID
	var last Event
	write(t, s, func(tx *Tx) (err error) {
		for range longestPage + 3 {
			if last, err = tx.AddEvent(t.Context(), Event{TransactionID: id, Kind: EventPoll, Status: StatusPending}); err != nil {
				return err
			}
		}
		return nil
	})
	got, err := s.Events(t.Context(), id)
	if err != nil || len(got) != longestPage || got[0].ID != 4 || got[longestPage-1].ID != last.ID {
		t.Errorf("%d events, %v", len(got), err)
	}
}

func TestAddEvent_OfNoTransactionOrOfNoKind_IsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	id := addTransaction(t, s, Transaction{}).ID
	for name, e := range map[string]Event{
		"transaction": {TransactionID: 99, Kind: EventPoll, Status: StatusPending},
		"kind":        {TransactionID: id, Kind: "rumour", Status: StatusPending},
		"status":      {TransactionID: id, Kind: EventPoll, Status: "paid"},
	} {
		err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			_, err := tx.AddEvent(ctx, e)
			return err
		})
		if err == nil {
			t.Errorf("a wrong %s was kept", name)
		}
	}
}

func TestEvents_ThatAreThere_NeverChange(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	e := addEvent(t, s, Event{TransactionID: addTransaction(t, s, Transaction{}).ID, Kind: EventPoll, Status: StatusPending, Note: "note"})
	for statement, why := range map[string]string{
		"UPDATE events SET note = 'rewritten'": "append-only",
		"DELETE FROM events":                   "append-only",
		"INSERT OR REPLACE INTO events SELECT id, book, transaction_id, at, kind, status, 'rewritten', detail, raw FROM events": "append-only",
		"DELETE FROM transactions": "FOREIGN KEY",
	} {
		err := s.Write(t.Context(), func(_ context.Context, tx *Tx) error {
			_, err := tx.savepoint.exec(context.Background(), statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if got, err := s.Events(t.Context(), e.TransactionID); err != nil || !reflect.DeepEqual(got, []Event{e}) {
		t.Errorf("%+v, %v", got, err)
	}
}
