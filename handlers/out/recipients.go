package out

// Saved recipients: the list, a new one, and one removed after a question.

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

func (s *Screens) Recipients(c echo.Context) error {
	ctx := c.Request().Context()
	q := web.Search(c)
	rows, err := s.Store.Recipients(ctx, store.RecipientFilter{Search: q, Before: web.Before(c), Limit: web.PageLength + 1})
	if err != nil {
		return err
	}
	rules, err := s.Store.PayoutRules(ctx)
	if err != nil {
		return err
	}
	props := views.RecipientsProps{Search: q, Wait: rules.NewRecipientWait}
	if way := views.Way(c.QueryParam("for")); way == views.WayWithdraw || way == views.WayAirtime {
		props.For = views.PayoutForm{Way: way, Amount: c.QueryParam("amount"), Phone: c.QueryParam("phone"), Description: c.QueryParam("description")}
	}
	props.Recipients, props.Older = web.Older(rows, func(r store.Recipient) int64 { return r.ID })
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.RecipientsPage(p, props) })
}

// RecipientForm may be opened with a name and a number that are known already.
func (s *Screens) RecipientForm(c echo.Context) error {
	return s.showRecipientForm(c, http.StatusOK, views.RecipientForm{Name: c.QueryParam("name"), Phone: c.QueryParam("phone")})
}

func (s *Screens) showRecipientForm(c echo.Context, status int, form views.RecipientForm) error {
	return s.Show(c, status, func(p views.Page) templ.Component { return views.RecipientNewPage(p, form) })
}

func (s *Screens) SaveRecipient(c echo.Context) error {
	ctx := c.Request().Context()
	in := views.RecipientForm{Name: web.Typed(c, "name"), Phone: web.Typed(c, "phone")}
	f := s.NewForm(c)
	in.Errors = f.Errors
	if in.Name == "" {
		f.Wrong("name", views.ProblemRecipientName, "")
	}
	f.AtMost("name", in.Name, views.MaxPersonName)
	number, err := payments.ParsePhone(in.Phone)
	f.Typed("phone", err)
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showRecipientForm(c, http.StatusUnprocessableEntity, in)
	}
	_, err = s.Payments.SaveRecipient(ctx, in.Name, number, web.User(c).ID)
	if errors.Is(err, store.ErrDuplicate) {
		saved, err := s.Store.RecipientByPhone(ctx, number)
		if err != nil {
			return err
		}
		f.Wrong("phone", views.ProblemRecipientSaved, saved.Name)
		return s.showRecipientForm(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashRecipientSaved); err != nil {
		return err
	}
	return web.See(c, "/recipients")
}

// RecipientQuestion asks before a recipient is removed.
func (s *Screens) RecipientQuestion(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	r, err := s.Store.Recipient(c.Request().Context(), n)
	if err != nil {
		return err
	}
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.RecipientRemovePage(p, r) })
}

func (s *Screens) RemoveRecipient(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	if err := s.Payments.RemoveRecipient(c.Request().Context(), n, web.User(c).ID); err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashRecipientRemoved); err != nil {
		return err
	}
	return web.See(c, "/recipients")
}
