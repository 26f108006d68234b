package handlers

// A reconciled period as CSV, for an accountant: a line for each row of
// CamPay's and for each transaction that only the book has.

import (
	"github.com/labstack/echo/v4"

	"comptoir/views"
)

func (s *server) reconciliationCSV(c echo.Context) error {
	in := s.period(c)
	if !in.form.ok() {
		return s.showReconciliation(c, in)
	}
	ctx := c.Request().Context()
	return s.sendCSV(c, "comptoir-"+in.from+"-"+in.to+".csv", "reconciliation", func(lines *csvLines) error {
		if err := lines.line(views.CSVHeader(ctx)); err != nil {
			return err
		}
		for e, err := range s.Payments.Entries(ctx, in.period) {
			if err != nil {
				return err
			}
			if err := lines.line(views.CSVLine(ctx, views.Entry(e))); err != nil {
				return err
			}
		}
		return nil
	})
}
