package handlers

// Many links at once, from a list that is pasted or a file: each row is looked
// at before anything is made, and then all are made or none.

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

// mostBatchBytes bounds a list of links, pasted or as a file.
const mostBatchBytes = 256 << 10

func (s *server) batchForm(c echo.Context) error {
	return s.showBatchForm(c, http.StatusOK, views.BatchForm{OperationID: payments.NewOperation()})
}

func (s *server) showBatchForm(c echo.Context, status int, form views.BatchForm) error {
	return s.show(c, status, func(p views.Page) templ.Component { return views.BatchNewPage(p, form) })
}

// createBatch looks at a list, shows what would be made or what is wrong with
// which row and, once that is confirmed, makes it.
func (s *server) createBatch(c echo.Context) error {
	f := newForm(c)
	in := views.BatchForm{OperationID: f.operation(c.FormValue("operation")), Errors: f.errors}
	var err error
	if in.Text, err = batchText(c, f); err != nil {
		return err
	}
	var orders []payments.LinkOrder
	if f.ok() {
		in.Rows, orders = readBatch(in.Text, f)
	}
	in.Wrong = wrongRows(in.Rows)
	if !f.ok() || in.Wrong > 0 {
		return s.showBatchForm(c, http.StatusUnprocessableEntity, in)
	}
	if c.FormValue("confirm") != "yes" {
		return s.showBatchForm(c, http.StatusOK, in)
	}
	batch, err := s.Payments.CreateLinks(c.Request().Context(), in.OperationID, ofOne(orders, user(c).ID))
	if errors.Is(err, payments.ErrOperationUsed) { // gone back to, changed and sent anew
		f.wrong(views.WholeForm, views.ProblemUsed, "")
		in.OperationID = payments.NewOperation()
		return s.showBatchForm(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.FlashBatchMade); err != nil {
		return err
	}
	return see(c, "/links/batch/"+batch)
}

// batchText is the list: the file where one was sent, else what was pasted.
func batchText(c echo.Context, f *form) (string, error) {
	text := c.FormValue("list")
	header, err := c.FormFile("file")
	switch {
	case err == nil && header.Size > mostBatchBytes:
		f.wrong("file", views.ProblemListLarge, "")
		return text, nil
	case err == nil && header.Size > 0:
		file, err := header.Open()
		if err != nil {
			return "", fmt.Errorf("open the list: %w", err)
		}
		defer file.Close()
		content, err := io.ReadAll(io.LimitReader(file, mostBatchBytes))
		if err != nil {
			return "", fmt.Errorf("read the list: %w", err)
		}
		text = string(content)
	case len(text) > mostBatchBytes:
		f.wrong("list", views.ProblemListLarge, "")
		return text[:0], nil
	}
	text = strings.TrimPrefix(text, byteOrderMark)
	if !utf8.ValidString(text) {
		f.wrong("file", views.ProblemListText, "")
		return "", nil
	}
	return text, nil
}

// separators are what stands between the cells of a list: a spreadsheet copies
// tabs, saves semicolons in French and commas in English.
var separators = []rune{'\t', ';', ','}

// separatorOf is the separator that stands most often in the first line.
func separatorOf(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	best, most := separators[0], 0
	for _, r := range separators {
		if n := strings.Count(line, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}

// readBatch reads the rows of a list: name, phone, amount, description. A first
// row whose amount is none and that names its columns is a heading.
func readBatch(text string, f *form) (rows []views.BatchRow, orders []payments.LinkOrder) {
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.LazyQuotes, in.TrimLeadingSpace = separatorOf(text), -1, true, true
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			f.wrong("list", views.ProblemListText, "")
			return nil, nil
		}
		line, _ := in.FieldPos(0)
		if len(strings.TrimSpace(strings.Join(cells, ""))) == 0 || len(rows) == 0 && isHeading(cells) {
			continue
		}
		if len(rows) == payments.MaxBatch {
			f.wrong("list", views.ProblemListLong, fmt.Sprint(payments.MaxBatch))
			return nil, nil
		}
		row, order := batchRow(f, line, cells)
		rows, orders = append(rows, row), append(orders, order)
	}
	if len(rows) == 0 {
		f.wrong("list", views.ProblemListEmpty, "")
	}
	return rows, orders
}

// isHeading reports whether a row names columns: no cell of it has a digit.
func isHeading(cells []string) bool {
	return len(cells) > 2 && !strings.ContainsAny(strings.Join(cells, ""), "0123456789")
}

// batchRow reads one row: the link that it asks for, and what is wrong with each
// of its cells. Each link has an operation of its own; it is the batch's that keeps
// a form sent twice from making it twice.
func batchRow(of *form, line int, cells []string) (views.BatchRow, payments.LinkOrder) {
	cell := func(i int) string {
		if i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	row := views.BatchRow{Line: line, Name: cell(0), Phone: cell(1), Amount: cell(2), Description: cell(3)}
	f := &form{ctx: of.ctx, errors: views.Errors{}}
	order := payments.LinkOrder{Operation: payments.NewOperation(), Kind: store.LinkOnce, Description: row.Description, FirstName: row.Name}
	var err error
	order.Amount, err = payments.ParseAmount(row.Amount)
	f.amount(err)
	f.payer(views.LinkForm{Phone: row.Phone, FirstName: row.Name}, &order)
	row.Asked, row.Payer = int64(order.Amount), string(order.Phone)
	f.description(row.Description)
	if len(cells) > 4 {
		f.wrong(views.WholeForm, views.ProblemCells, "")
	}
	row.Errors = f.errors
	return row, order
}

func wrongRows(rows []views.BatchRow) (wrong int) {
	for _, row := range rows {
		if len(row.Errors) > 0 {
			wrong++
		}
	}
	return wrong
}

// ofOne are orders by one person.
func ofOne(orders []payments.LinkOrder, by int64) []payments.LinkOrder {
	for i := range orders {
		orders[i].By = by
	}
	return orders
}

// batchLinks are the links of the batch that a path names, as far as the one who
// asks may see them, in the order of their list.
func (s *server) batchLinks(c echo.Context) ([]store.LinkWithState, error) {
	batch := c.Param("batch")
	if !payments.IsOperation(batch) {
		return nil, echo.NewHTTPError(http.StatusNotFound)
	}
	all, err := s.Store.Links(c.Request().Context(), store.LinkFilter{Batch: batch, Put: store.LinksAll, Since: s.seesSince(c), Limit: payments.MaxBatch})
	if err == nil && len(all) == 0 {
		err = store.ErrNotFound
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all, err
}

func (s *server) batch(c echo.Context) error {
	all, err := s.batchLinks(c)
	if err != nil {
		return err
	}
	props := views.BatchProps{Batch: c.Param("batch")}
	for _, l := range all {
		item := views.BatchLink{Link: l, URL: s.shared(l, []store.Transaction{l.Newest})}
		if item.URL != "" {
			if item.QR.Modules, err = qrModules(item.URL); err != nil {
				return err
			}
		}
		props.Links = append(props.Links, item)
	}
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.BatchPage(p, props) })
}

// batchCSV is the list with the address of each link, for a spreadsheet.
func (s *server) batchCSV(c echo.Context) error {
	all, err := s.batchLinks(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	return s.sendCSV(c, "links-"+c.Param("batch")[:8]+".csv", "links", func(lines *csvLines) error {
		if err := lines.line(views.BatchHeading(ctx)); err != nil {
			return err
		}
		for _, l := range all {
			if err := lines.line(views.BatchLine(ctx, l, s.shared(l, []store.Transaction{l.Newest}), s.Now())); err != nil {
				return err
			}
		}
		return nil
	})
}
