// Package pay is what customers see: the page of a link, the payment, the receipt.
package pay

import "comptoir/handlers/web"

// Screens are the screens of this room; the route table in handlers says what each
// of their methods answers, and to whom.
type Screens struct {
	*web.Desk
}
