// Package settings is the first run, the shop as its customers see it, and which CamPay it stands on.
package settings

// The settings: the shop as customers see it, and which CamPay it stands on.

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// Screens are the screens of this room; the route table in handlers says what each
// of their methods answers, and to whom.
type Screens struct {
	*web.Desk
}

// shop is the shop as it is set; before anything was, what the product shows.
func (s *Screens) shop(ctx context.Context, r store.Reader) (store.Shop, error) {
	shop, err := r.Shop(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return store.Shop{Name: s.Shop, Book: s.Book}, nil
	}
	return shop, err
}

func (s *Screens) Settings(c echo.Context) error {
	shop, err := s.shop(c.Request().Context(), s.Store.Reader)
	if err != nil {
		return err
	}
	return s.showSettings(c, http.StatusOK, views.ShopForm{Name: shop.Name, Address: shop.Address, Footer: shop.Footer, HasLogo: shop.HasLogo})
}

func (s *Screens) showSettings(c echo.Context, status int, form views.ShopForm) error {
	account, err := s.account(c.Request().Context(), s.Book)
	if err != nil {
		return err
	}
	props := views.SettingsProps{Shop: form, Account: account, Now: s.Now()}
	if props.Devices, err = s.Store.PushDevices(c.Request().Context()); err != nil {
		return err
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.SettingsPage(p, props) })
}

// account is what may be shown of a book's keys.
func (s *Screens) account(ctx context.Context, book store.Book) (views.Account, error) {
	shown := views.Account{Book: book, Fixed: s.Wiring.Fixed()}
	if shown.Fixed || book == store.Sandbox {
		return shown, nil
	}
	keys, err := s.keysOf(ctx, book)
	shown.Token, shown.Username, shown.WebhookKey = masked(keys.Token), keys.Username, masked(keys.WebhookKey)
	return shown, err
}

// keysOf are the keys of a book; none where none were set.
func (s *Screens) keysOf(ctx context.Context, book store.Book) (store.CamPayKeys, error) {
	of, err := s.Store.ForBook(book)
	if err != nil {
		return store.CamPayKeys{}, err
	}
	keys, err := of.CamPayKeys(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return store.CamPayKeys{}, nil
	}
	return keys, err
}

// masked shows the end of a secret that is long enough to have one.
func masked(secret string) string {
	switch {
	case secret == "":
		return ""
	case len(secret) < 16:
		return "••••"
	}
	return "••••" + secret[len(secret)-4:]
}

// readShop reads the fields of a shop.
func readShop(c echo.Context, f *web.Form) views.ShopForm {
	in := views.ShopForm{
		Name: web.Typed(c, "shop"), Address: strings.ReplaceAll(web.Typed(c, "address"), "\r\n", "\n"), Footer: web.Typed(c, "footer"), Errors: f.Errors,
	}
	if in.Name == "" {
		f.Wrong("shop", views.ProblemShopName, "")
	}
	f.AtMost("shop", in.Name, views.MaxShopName)
	f.AtMost("address", in.Address, views.MaxShopText)
	f.AtMost("footer", in.Footer, views.MaxShopText)
	return in
}

func (s *Screens) SetShop(c echo.Context) error {
	f := s.NewForm(c)
	in := readShop(c, f)
	logo, err := logo(f, c)
	if err != nil {
		return err
	}
	if !f.OK() {
		return s.showSettings(c, http.StatusUnprocessableEntity, in)
	}
	err = s.Store.Write(f.Ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.keepShop(c, tx, web.User(c).ID, in, logo); err != nil {
			return err
		}
		if c.FormValue("no_logo") == "yes" && logo == nil {
			return tx.SetLogo(ctx, nil)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashSettingsSaved); err != nil {
		return err
	}
	if err := s.Wiring.Reopen(f.Ctx); err != nil {
		return err
	}
	return web.See(c, "/settings")
}

// keepShop writes the shop down, with who changed what.
func (s *Screens) keepShop(c echo.Context, tx *store.Tx, by int64, in views.ShopForm, logo []byte) error {
	ctx := c.Request().Context()
	before, err := tx.Shop(ctx)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	after := store.Shop{Name: in.Name, Address: in.Address, Footer: in.Footer, Book: s.Book, HasLogo: before.HasLogo || logo != nil, UpdatedAt: s.Now()}
	if err := tx.SetShop(ctx, after); err != nil {
		return err
	}
	if logo != nil {
		if err := tx.SetLogo(ctx, logo); err != nil {
			return err
		}
	}
	return s.Audit(ctx, tx, web.Did(by, "settings.shop_changed", "settings", 0), shopChange{shopDetail(before), shopDetail(after)})
}

// shopChange is a change of the shop as the audit log keeps it.
type shopChange struct {
	Before map[string]string `json:"before"`
	After  map[string]string `json:"after"`
}

func shopDetail(s store.Shop) map[string]string {
	return map[string]string{"name": s.Name, "address": s.Address, "footer": s.Footer}
}
