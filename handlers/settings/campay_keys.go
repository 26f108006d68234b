package settings

// Which CamPay the shop stands on: checked before it is kept, kept sealed, never
// shown again.

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

func (s *Screens) KeysForm(c echo.Context) error {
	form := views.KeysForm{Book: s.Book}
	if s.Book == store.Sandbox {
		form.Book = store.Production // who comes here wants to leave it
	}
	return s.showKeys(c, http.StatusOK, form)
}

func (s *Screens) showKeys(c echo.Context, status int, form views.KeysForm) (err error) {
	ctx := c.Request().Context()
	form.Fixed = s.Wiring.Fixed()
	for _, book := range []store.Book{store.Demo, store.Production} {
		account, err := s.account(ctx, book)
		if err != nil {
			return err
		}
		form.Known = append(form.Known, account)
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.KeysPage(p, form) })
}

// SetKeys keeps a book's keys when CamPay takes them, and opens the book. What
// was left empty stays as it is.
func (s *Screens) SetKeys(c echo.Context) error {
	f := s.NewForm(c)
	in := views.KeysForm{Book: store.Book(c.FormValue("book")), Username: web.Typed(c, "username"), Errors: f.Errors}
	if s.Wiring.Fixed() {
		return echo.NewHTTPError(http.StatusForbidden)
	}
	if !in.Book.IsBook() {
		f.Wrong("book", views.ProblemChoice, "")
		return s.showKeys(c, http.StatusUnprocessableEntity, in)
	}
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if err := s.leavesNothingOpen(c, s.Store.Reader, f, &in); err != nil {
		return err
	}
	keys := store.CamPayKeys{}
	if in.Book != store.Sandbox && f.OK() {
		var err error
		if keys, err = s.checkedKeys(c, f, in); err != nil {
			return err
		}
	}
	if !f.OK() {
		return s.showKeys(c, http.StatusUnprocessableEntity, in)
	}
	if err := s.keepKeys(c, f, &in, keys); err != nil {
		return err
	}
	if !f.OK() {
		return s.showKeys(c, http.StatusUnprocessableEntity, in)
	}
	if err := s.Flash(c, views.FlashKeysSaved); err != nil {
		return err
	}
	if err := s.Wiring.Reopen(f.Ctx); err != nil {
		return err
	}
	if in.Book == store.Sandbox {
		return web.See(c, "/settings")
	}
	return web.See(c, "/settings/webhook")
}

// leavesNothingOpen asks before a book is left in which money is on its way:
// nobody asks about it while it is closed.
func (s *Screens) leavesNothingOpen(c echo.Context, r store.Reader, f *web.Form, in *views.KeysForm) error {
	if in.Book == s.Book || c.FormValue("leave") == "yes" {
		return nil
	}
	open, err := r.CountUnsettled(f.Ctx)
	if err == nil && open > 0 {
		in.Open = open
		f.WrongWith("leave", views.ProblemBookOpen, "Count", open)
	}
	return err
}

// checkedKeys are the keys of the form, with those of before where it is empty,
// if CamPay takes them.
func (s *Screens) checkedKeys(c echo.Context, f *web.Form, in views.KeysForm) (store.CamPayKeys, error) {
	keys, err := s.keysOf(f.Ctx, in.Book)
	if err != nil {
		return keys, err
	}
	token, password, webhookKey := web.Typed(c, "token"), c.FormValue("app_password"), web.Typed(c, "webhook_key")
	for field, text := range map[string]string{"token": token, "app_password": password, "webhook_key": webhookKey, "username": in.Username} {
		f.AtMost(field, text, views.MaxKey)
	}
	switch {
	case token != "":
		keys.Token, keys.Username, keys.Password = token, "", ""
	case in.Username != "" && password != "":
		keys.Token, keys.Username, keys.Password = "", in.Username, password
	case in.Username != "":
		f.Wrong("app_password", views.ProblemSecretMissing, "")
	case password != "":
		f.Wrong("username", views.ProblemNameMissing, "")
	case keys.Token == "" && keys.Username == "":
		f.Wrong("token", views.ProblemKeysMissing, "")
	}
	if webhookKey != "" {
		keys.WebhookKey = webhookKey
	}
	if keys.WebhookKey == "" {
		f.Wrong("webhook_key", views.ProblemWebhookKey, "")
	}
	if !f.OK() {
		return keys, nil
	}
	err = s.Wiring.CheckKeys(f.Ctx, in.Book, keys)
	switch {
	case errors.Is(err, web.ErrKeysRefused) && keys.Token != "":
		f.Wrong("token", views.ProblemKeysRefused, "")
	case errors.Is(err, web.ErrKeysRefused):
		f.Wrong("username", views.ProblemLoginRefused, "")
	case errors.Is(err, web.ErrKeysUnchecked):
		s.Log.WarnContext(f.Ctx, "check the keys to CamPay", "id", web.RequestID(c), "error", err)
		f.Wrong(views.WholeForm, views.ProblemKeysUnchecked, "")
	case err != nil:
		return keys, err
	}
	return keys, nil
}

// keepKeys writes the keys and the open book down, with who changed which, unless
// money set out meanwhile from the book that is left.
func (s *Screens) keepKeys(c echo.Context, f *web.Form, in *views.KeysForm, keys store.CamPayKeys) error {
	ctx, book := f.Ctx, in.Book
	of, err := s.Store.ForBook(book)
	if err != nil {
		return err
	}
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.leavesNothingOpen(c, tx.Reader, f, in); err != nil || !f.OK() {
			return err
		}
		shop, err := s.shop(ctx, tx.Reader)
		if err != nil {
			return err
		}
		if book != store.Sandbox {
			if err := of.SetCamPayKeys(ctx, tx, keys, s.Now()); err != nil {
				return err
			}
		}
		before := shop.Book
		shop.Book, shop.UpdatedAt = book, s.Now()
		if err := tx.SetShop(ctx, shop); err != nil {
			return err
		}
		return s.Audit(ctx, tx, web.Did(web.User(c).ID, "settings.campay_changed", "settings", 0), map[string]string{
			"before": string(before), "after": string(book), "token": masked(keys.Token), "username": keys.Username, "webhook_key": masked(keys.WebhookKey),
		})
	})
}

// webhooksJudged is among how many of the newest webhooks, taken and refused, one is
// looked for that was signed with the key.
const webhooksJudged = 200

// WebhookCheck waits for the first webhook.
func (s *Screens) WebhookCheck(c echo.Context) error {
	props, err := s.webhookState(c)
	if err != nil {
		return err
	}
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.WebhookCheckPage(p, props) })
}

func (s *Screens) WebhookCheckStatus(c echo.Context) error {
	props, err := s.webhookState(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, views.WebhookCheckStatus(props))
}

func (s *Screens) webhookState(c echo.Context) (views.WebhookCheckProps, error) {
	ctx := c.Request().Context()
	address, _ := s.ForOthers(ctx)
	props := views.WebhookCheckProps{URL: address + "/webhook/campay", Reachable: s.PublicQR, Book: s.Book, Now: s.Now()}
	if err := s.Payments.KeepRefused(ctx); err != nil {
		return props, err
	}
	for _, verdict := range []store.Verdict{store.VerdictAccepted, store.VerdictRefused} {
		newest, err := s.Store.Deliveries(ctx, store.DeliveryFilter{Verdict: verdict, Limit: webhooksJudged})
		if err != nil {
			return props, err
		}
		// What is not signed with the key says nothing of it: anybody may send that.
		if i := slices.IndexFunc(newest, s.Payments.IsOfKey); i >= 0 && props.Last.ID == 0 {
			props.Last = newest[i]
		}
	}
	var err error
	props.Refused, err = s.Store.RefusedCounts(ctx)
	return props, err
}
