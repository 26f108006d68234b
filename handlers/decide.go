package handlers

// The decision over what is in doubt: CamPay had a day to answer, the owner
// has looked elsewhere.

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

// decidable says whether the one who asks may end t's doubt now.
func (s *server) decidable(c echo.Context, t store.Transaction) (payments.Decidable, error) {
	if !user(c).Role.Owns() {
		return payments.DecideNever, nil
	}
	return s.Payments.Decidable(c.Request().Context(), t)
}

func (s *server) decide(c echo.Context) error {
	t, err := s.visibleTransaction(c)
	if err != nil {
		return err
	}
	page := itemPath("/transactions/", t.ID)
	may, err := s.decidable(c, t)
	if err != nil {
		return err
	}
	if !may.May() {
		return see(c, page) // settled meanwhile: the page says how
	}
	f := newForm(c)
	outcome := store.Status(c.FormValue("outcome"))
	if !outcome.Final() {
		f.wrong("outcome", views.ProblemChoice, "")
	}
	if c.FormValue("sure") != views.SureToDecide {
		f.wrong("sure", views.ProblemNotSure, "")
	}
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showTransaction(c, http.StatusUnprocessableEntity, t, views.DecideForm{Outcome: outcome, Errors: f.errors})
	}
	err = s.Payments.Decide(c.Request().Context(), t.ID, outcome, user(c).ID)
	if errors.Is(err, payments.ErrNotDecidable) {
		return see(c, page)
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.FlashDecided); err != nil {
		return err
	}
	return see(c, page)
}
