package ledger

// The decision over what is in doubt: CamPay had a day to answer, the owner
// has looked elsewhere.

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// decidable says whether the one who asks may end t's doubt now.
func (s *Screens) decidable(c echo.Context, t store.Transaction) (payments.Decidable, error) {
	if !web.User(c).Role.Owns() {
		return payments.DecideNever, nil
	}
	return s.Payments.Decidable(c.Request().Context(), t)
}

func (s *Screens) Decide(c echo.Context) error {
	t, err := s.VisibleTransaction(c)
	if err != nil {
		return err
	}
	page := web.ItemPath("/transactions/", t.ID)
	may, err := s.decidable(c, t)
	if err != nil {
		return err
	}
	if !may.May() {
		return web.See(c, page) // settled meanwhile: the page says how
	}
	f := s.NewForm(c)
	outcome := store.Status(c.FormValue("outcome"))
	if !outcome.Final() {
		f.Wrong("outcome", views.ProblemChoice, "")
	}
	if c.FormValue("sure") != views.SureToDecide {
		f.Wrong("sure", views.ProblemNotSure, "")
	}
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showTransaction(c, http.StatusUnprocessableEntity, t, views.DecideForm{Outcome: outcome, Errors: f.Errors})
	}
	err = s.Payments.Decide(c.Request().Context(), t.ID, outcome, web.User(c).ID)
	if errors.Is(err, payments.ErrNotDecidable) {
		return web.See(c, page)
	}
	if err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashDecided); err != nil {
		return err
	}
	return web.See(c, page)
}
