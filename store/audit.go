package store

// The log of who did what with money and its rules: the database itself
// refuses to change or remove an entry.

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
	Subject   string // what it was done to: transaction, approval, recipient, payout_rules, reconciliation
	SubjectID int64  // 0 where there is only one
	Detail    json.RawMessage
}

const auditColumns = "id, at, user_id, act, subject, subject_id, detail"

func scanAuditEntry(r row) (e AuditEntry, err error) {
	err = r.Scan(&e.ID, timeColumn{&e.At}, maybe(&e.UserID), &e.Act, &e.Subject, &e.SubjectID, (*[]byte)(&e.Detail))
	return e, err
}

// AddAudit appends an entry. It belongs into the same Write as the act itself,
// so that neither is ever there alone.
func (tx *Tx) AddAudit(ctx context.Context, e AuditEntry) error {
	_, err := tx.turn.exec(ctx, `
		INSERT INTO audit_log (book, at, user_id, act, subject, subject_id, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tx.book, millis(e.At), idOrNull(e.UserID), e.Act, e.Subject, e.SubjectID, []byte(e.Detail))
	if err != nil {
		return fmt.Errorf("add %s of %s %d to the audit log: %w", e.Act, e.Subject, e.SubjectID, err)
	}
	return nil
}

// AuditFilter says which entries a list shows; a zero field limits nothing.
type AuditFilter struct {
	Subject   string
	SubjectID int64 // only with Subject
	Before    int64 // only those with a smaller ID, for the next page
	Limit     int   // 50 when not set, 500 at most
}

// Audit returns entries, newest first.
func (r Reader) Audit(ctx context.Context, wanted AuditFilter) ([]AuditEntry, error) {
	var f filter
	f.add("book = ?", r.book)
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
