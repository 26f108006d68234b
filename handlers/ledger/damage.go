package ledger

// Damage to the book: said to its owner until he has seen to it.

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"comptoir/handlers/web"
	"comptoir/store"
)

// SeeToDamage ends what home says of damage, up to what was shown.
func (s *Screens) SeeToDamage(c echo.Context) error {
	upTo, err := strconv.ParseInt(c.FormValue("id"), 10, 64)
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	ctx := c.Request().Context()
	err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.SeeToDamages(ctx, upTo); err != nil {
			return err
		}
		return s.Audit(ctx, tx, web.Did(web.User(c).ID, "damage.seen", "settings", 0), nil)
	})
	if err != nil {
		return err
	}
	return web.See(c, "/")
}

// Health answers whoever watches the process: the book can be read. Its owner
// reads what is wrong with it, too.
func (s *Screens) Health(c echo.Context) error {
	ctx := c.Request().Context()
	found, err := s.Store.Damages(ctx)
	if err != nil {
		return err
	}
	said := strings.Builder{}
	said.WriteString("ok\n")
	if web.User(c).Role.Owns() {
		for _, d := range found {
			said.WriteString("damage: " + d.String() + "\n")
		}
	}
	return c.String(http.StatusOK, said.String())
}
