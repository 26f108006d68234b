// Package push is notices: "12 500 FCFA received" on the phones of who wants them.
package push

import "comptoir/handlers/web"

// Screens are the screens of this room; the route table in handlers says what each
// of their methods answers, and to whom.
type Screens struct {
	*web.Desk
	Notices *Notices
}
