// Package out is money out: withdrawals, airtime and refunds, the owner's rules for them, saved
// recipients, and what waits for a second owner.
package out

import "comptoir/handlers/web"

// Screens are the screens of this room; the route table in handlers says what each
// of their methods answers, and to whom.
type Screens struct {
	*web.Desk
}
