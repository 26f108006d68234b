// Package ledger is the book as its people read it: home, transactions, reconciliation, webhooks,
// the audit log, damage.
package ledger

import "comptoir/handlers/web"

// Screens are the screens of this room; the route table in handlers says what each
// of their methods answers, and to whom.
type Screens struct {
	*web.Desk
}
