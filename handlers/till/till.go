// Package till is the checkout: a sale by QR code or by phone, the strip of open sales, and
// what a customer who says that he has paid can show.
package till

import (
	"comptoir/handlers/links"
	"comptoir/handlers/web"
)

// Screens are the screens of this room; the route table in handlers says what each
// of their methods answers, and to whom.
type Screens struct {
	*web.Desk
	Links *links.Screens // a sale by QR code is a link
}
