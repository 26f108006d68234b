package store

// The log of who did what, from where: the database itself refuses to change or
// remove an entry, and audit_chain.go finds what was changed past it.

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// AuditEntry is one act.
type AuditEntry struct {
	ID        int64
	At        time.Time
	UserID    int64 // 0 for what the program did by itself
	Act       string
	Subject   string // what it was done to: transaction, approval, recipient, payout_rules, person, settings …
	SubjectID int64  // 0 where there is only one
	Detail    json.RawMessage
	Address   string // of who did it; empty for the program itself
	Book      Book   // the one that was open
}

const auditColumns = "id, at, user_id, act, subject, subject_id, detail, address, book"

func scanAuditEntry(r row) (e AuditEntry, err error) {
	err = r.Scan(&e.ID, timeColumn{&e.At}, maybe(&e.UserID), &e.Act, &e.Subject, &e.SubjectID, (*[]byte)(&e.Detail), &e.Address, &e.Book)
	return e, err
}

// originKey is the key of an address in a context.
type originKey struct{}

// WithOrigin has the acts under ctx carry the address of who asks for them.
func WithOrigin(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, originKey{}, address)
}

// AddressOf is the address of WithOrigin; empty for none.
func AddressOf(ctx context.Context) string {
	address, _ := ctx.Value(originKey{}).(string)
	return address
}

// AddAudit appends an entry, with the address of WithOrigin where it has none.
// It belongs into the same Write as the act itself, so that neither is ever
// there alone.
func (tx *Tx) AddAudit(ctx context.Context, e AuditEntry) error {
	if e.Address == "" {
		e.Address = AddressOf(ctx)
	}
	e.Book = tx.book
	if err := tx.chain(ctx, e); err != nil {
		return fmt.Errorf("add %s of %s %d to the audit log: %w", e.Act, e.Subject, e.SubjectID, err)
	}
	return nil
}

// AuditFilter says which entries a list shows; a zero field limits nothing.
type AuditFilter struct {
	Everywhere bool   // of all books; else of the one that is open
	Search     string // act, person, details, address
	Kind       string // what its act begins with: payout, approval, person …
	UserID     int64
	Since      time.Time
	Until      time.Time // not included
	Subject    string
	SubjectID  int64 // only with Subject
	Before     int64 // only those with a smaller ID, for the next page
	Limit      int   // 50 when not set, 500 at most
}

// foldedNow is the search column as fold writes it now: an entry of before stays as
// it was written, since it is part of the chain.
const foldedNow = `replace(replace(replace(replace(replace(replace(replace(replace(search,
	'-', ' '), '–', ' '), '‑', ' '), '’', ''''), '‘', ''''), 'ʼ', ''''), 'œ', 'oe'), 'æ', 'ae')`

// Audit returns entries, newest first.
func (r Reader) Audit(ctx context.Context, wanted AuditFilter) ([]AuditEntry, error) {
	var f filter
	if wanted.Everywhere {
		f.add("id > 0")
	} else {
		f.add("book = ?", r.book)
	}
	f.search(foldedNow, wanted.Search)
	if wanted.Kind != "" {
		f.add("act >= ? AND act < ?", wanted.Kind+".", wanted.Kind+"/") // the sign after the dot
	}
	if wanted.UserID != 0 {
		f.add("user_id = ?", wanted.UserID)
	}
	if !wanted.Since.IsZero() {
		f.add("at >= ?", millis(wanted.Since))
	}
	if !wanted.Until.IsZero() {
		f.add("at < ?", millis(wanted.Until))
	}
	if wanted.Subject != "" {
		f.add("subject = ?", wanted.Subject)
	}
	if wanted.SubjectID != 0 {
		f.add("subject_id = ?", wanted.SubjectID)
	}
	f.before(wanted.Before)
	found, err := many(ctx, r.rows, scanAuditEntry,
		"SELECT "+auditColumns+" FROM audit_log WHERE "+f.where()+" ORDER BY id DESC LIMIT "+f.value(pageLength(wanted.Limit)), f.args...)
	if err != nil {
		return nil, fmt.Errorf("list the audit log: %w", err)
	}
	return found, nil
}
