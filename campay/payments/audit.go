package payments

// The audit log: every act on money and its rules, written down in the same
// Write as the act.

import (
	"context"
	"encoding/json"
	"fmt"

	"comptoir/campay/money"
	"comptoir/store"
)

// act is what was done, and to what.
type act struct {
	name, subject string
	id            int64
}

func (s *core) audit(ctx context.Context, tx *store.Tx, by int64, done act, detail any) error {
	raw, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("audit %s: %w", done.name, err)
	}
	return tx.AddAudit(ctx, store.AuditEntry{
		At: s.now(), UserID: by, Act: done.name, Subject: done.subject, SubjectID: done.id, Detail: raw,
	})
}

// orderedDetail is an order as the audit log keeps it.
type orderedDetail struct {
	Kind        store.Kind  `json:"kind"`
	Amount      string      `json:"amount"` // francs
	Phone       money.Phone `json:"phone"`
	Description string      `json:"description"`
	RefundOf    int64       `json:"refund_of,omitempty"`
}

func ordered(p Plan) orderedDetail {
	return orderedDetail{
		Kind: p.Kind, Amount: p.Amount.String(), Phone: p.Phone, Description: p.Description, RefundOf: p.RefundOf,
	}
}
