package handlers

// Saved recipients: the list, a new one, and one removed after a question.

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

func (s *server) recipients(c echo.Context) error {
	ctx := c.Request().Context()
	q := search(c)
	rows, err := s.Store.Recipients(ctx, store.RecipientFilter{Search: q, Before: before(c), Limit: pageLength + 1})
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
	props.Recipients, props.Older = older(rows, func(r store.Recipient) int64 { return r.ID })
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.RecipientsPage(p, props) })
}

// recipientForm may be opened with a name and a number that are known already.
func (s *server) recipientForm(c echo.Context) error {
	return s.showRecipientForm(c, http.StatusOK, views.RecipientForm{Name: c.QueryParam("name"), Phone: c.QueryParam("phone")})
}

func (s *server) showRecipientForm(c echo.Context, status int, form views.RecipientForm) error {
	return s.show(c, status, func(p views.Page) templ.Component { return views.RecipientNewPage(p, form) })
}

func (s *server) saveRecipient(c echo.Context) error {
	ctx := c.Request().Context()
	in := views.RecipientForm{Name: typed(c, "name"), Phone: typed(c, "phone")}
	f := newForm(c)
	in.Errors = f.errors
	if in.Name == "" {
		f.wrong("name", views.ProblemRecipientName, "")
	}
	f.atMost("name", in.Name, views.MaxPersonName)
	number, err := payments.ParsePhone(in.Phone)
	f.phone(err)
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showRecipientForm(c, http.StatusUnprocessableEntity, in)
	}
	_, err = s.Payments.SaveRecipient(ctx, in.Name, number, user(c).ID)
	if errors.Is(err, store.ErrDuplicate) {
		saved, err := s.Store.RecipientByPhone(ctx, string(number))
		if err != nil {
			return err
		}
		f.wrong("phone", views.ProblemRecipientSaved, saved.Name)
		return s.showRecipientForm(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.FlashRecipientSaved); err != nil {
		return err
	}
	return see(c, "/recipients")
}

// recipientQuestion asks before a recipient is removed.
func (s *server) recipientQuestion(c echo.Context) error {
	n, err := id(c)
	if err != nil {
		return err
	}
	r, err := s.Store.Recipient(c.Request().Context(), n)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.RecipientRemovePage(p, r) })
}

func (s *server) removeRecipient(c echo.Context) error {
	n, err := id(c)
	if err != nil {
		return err
	}
	if err := s.Payments.RemoveRecipient(c.Request().Context(), n, user(c).ID); err != nil {
		return err
	}
	if err := s.flash(c, views.FlashRecipientRemoved); err != nil {
		return err
	}
	return see(c, "/recipients")
}
