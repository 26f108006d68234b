package web

// The audit log is written with each act.

import (
	"context"
	"encoding/json"
	"fmt"

	"comptoir/store"
)

// Act is what was done by whom (0 for nobody who is signed in), and to what.
type Act struct {
	by            int64
	name, subject string
	id            int64
}

// Did is an act of somebody's: Did(owner, "till.trusted", "till", 7).
func Did(by int64, name, subject string, id int64) Act { return Act{by, name, subject, id} }

// Audit writes an act into the log, in the Write of the act.
func (s *Desk) Audit(ctx context.Context, tx *store.Tx, done Act, detail any) error {
	raw, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("audit %s: %w", done.name, err)
	}
	return tx.AddAudit(ctx, store.AuditEntry{
		At: s.Now(), UserID: done.by, Act: done.name, Subject: done.subject, SubjectID: done.id, Detail: raw,
	})
}

// AuditAlone writes down an act that changes nothing else in the book.
func (s *Desk) AuditAlone(ctx context.Context, done Act, detail any) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return s.Audit(ctx, tx, done, detail) })
}
