package handlers

// A reconciled period as CSV, for an accountant: a line for each row of
// CamPay's and for each transaction that only the book has, sent as they are
// read.

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/views"
)

// csvBuffered is how many lines are sent at a time.
const csvBuffered = 100

func (s *server) reconciliationCSV(c echo.Context) error {
	in := s.period(c)
	if !in.form.ok() {
		return s.showReconciliation(c, in)
	}
	ctx := c.Request().Context()
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="comptoir-`+in.from+`-`+in.to+`.csv"`)
	c.Response().WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	out := csv.NewWriter(c.Response())
	out.UseCRLF = true
	err := writeCSV(ctx, out, s.Payments, in.period)
	if err == nil {
		return nil
	}
	// Half a file must not look like a whole one: the connection breaks.
	s.Log.WarnContext(ctx, "reconciliation CSV", "id", requestID(c), "error", err)
	panic(http.ErrAbortHandler)
}

// byteOrderMark tells spreadsheets that the text is UTF-8.
const byteOrderMark = "\uFEFF"

func writeCSV(ctx context.Context, out *csv.Writer, service *payments.Service, p payments.Period) error {
	header := views.CSVHeader(ctx)
	header[0] = byteOrderMark + header[0]
	if err := out.Write(header); err != nil {
		return err
	}
	n := 0
	for e, err := range service.Entries(ctx, p) {
		if err != nil {
			return err
		}
		line := views.CSVLine(ctx, views.Entry(e))
		for i, cell := range line {
			line[i] = safeCell(cell)
		}
		if err := out.Write(line); err != nil {
			return err
		}
		if n++; n%csvBuffered == 0 {
			out.Flush()
		}
	}
	out.Flush()
	return out.Error()
}

// safeCell is a cell that no spreadsheet takes for a formula: descriptions are
// a stranger's words.
func safeCell(cell string) string {
	if lead := strings.TrimLeft(cell, " \u00a0\u3000"); lead != "" && strings.ContainsAny(lead[:1], "=+-@\t\r\n") {
		return "'" + cell
	}
	for _, wide := range []string{"＝", "＋", "－", "＠"} { // read as the narrow ones
		if strings.HasPrefix(cell, wide) {
			return "'" + cell
		}
	}
	return cell
}
