// Package people is who comes in, and how: sign-in, second factors, the team, tills, one's own
// account. What it decides is decided in handlers/access.
package people

import (
	"comptoir/handlers/push"
	"comptoir/handlers/web"
)

// Screens are the screens of this room; the route table in handlers says what each
// of their methods answers, and to whom.
type Screens struct {
	*web.Desk
	Notices *push.Notices // nil: there are none
}
