package ledger

// A reconciled period as CSV, for an accountant: a line for each row of
// CamPay's and for each transaction that only the book has.

import (
	"github.com/labstack/echo/v4"

	"comptoir/handlers/web"
	"comptoir/views"
)

func (s *Screens) ReconciliationCSV(c echo.Context) error {
	in := s.period(c)
	if !in.form.OK() {
		return s.showReconciliation(c, in)
	}
	ctx := c.Request().Context()
	return s.SendCSV(c, "comptoir-"+in.from+"-"+in.to+".csv", "reconciliation", func(lines *web.Lines) error {
		if err := lines.Line(views.CSVHeader(ctx)); err != nil {
			return err
		}
		for e, err := range s.Payments.Entries(ctx, in.period) {
			if err != nil {
				return err
			}
			if err := lines.Line(views.CSVLine(ctx, views.Entry(e))); err != nil {
				return err
			}
		}
		return nil
	})
}
