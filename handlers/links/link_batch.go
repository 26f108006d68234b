package links

// Many links at once, from a list that is pasted or a file: each row is looked
// at before anything is made, and then all are made or none.

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// MostBatchBytes bounds a list of links, pasted or as a file.
const MostBatchBytes = 256 << 10

func (s *Screens) BatchForm(c echo.Context) error {
	return s.showBatchForm(c, http.StatusOK, views.BatchForm{OperationID: payments.NewOperation()})
}

func (s *Screens) showBatchForm(c echo.Context, status int, form views.BatchForm) error {
	return s.Show(c, status, func(p views.Page) templ.Component { return views.BatchNewPage(p, form) })
}

// CreateBatch looks at a list, shows what would be made or what is wrong with
// which row and, once that is confirmed, makes it. A row that stands twice in it,
// and a list that was made before, are asked about.
func (s *Screens) CreateBatch(c echo.Context) error {
	f := s.NewForm(c)
	in := views.BatchForm{OperationID: f.Operation(c.FormValue("operation")), Errors: f.Errors}
	var err error
	if in.Text, err = batchText(c, f); err != nil {
		return err
	}
	list := payments.LinkBatch{Operation: in.OperationID, Again: c.FormValue("again"), By: web.User(c).ID}
	if f.OK() {
		list.Orders = readBatch(&in, f)
	}
	in.Wrong = wrongRows(in.Rows)
	if !f.OK() || in.Wrong > 0 {
		return s.showBatchForm(c, http.StatusUnprocessableEntity, in)
	}
	if in.Earlier, err = s.Payments.SameList(f.Ctx, s.Store.Reader, list.Orders); err != nil {
		return err
	}
	if c.FormValue("confirm") != "yes" {
		return s.showBatchForm(c, http.StatusOK, in)
	}
	if in.Doubles() > 0 && c.FormValue("doubles") != "yes" {
		return s.showBatchForm(c, http.StatusConflict, in)
	}
	batch, err := s.Payments.CreateLinks(f.Ctx, list)
	if errors.Is(err, payments.ErrOperationUsed) { // gone back to, changed and sent anew
		f.Wrong(views.WholeForm, views.ProblemUsed, "")
		in.OperationID = payments.NewOperation()
		return s.showBatchForm(c, http.StatusUnprocessableEntity, in)
	}
	var same *payments.SameListError
	if errors.As(err, &same) {
		in.Earlier = same.Earlier
		return s.showBatchForm(c, http.StatusConflict, in)
	}
	if err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashBatchMade); err != nil {
		return err
	}
	return web.See(c, "/links/batch/"+batch)
}

// batchText is the list: the file where one was sent, else what was pasted.
func batchText(c echo.Context, f *web.Form) (string, error) {
	text, field := c.FormValue("list"), "list"
	header, err := c.FormFile("file")
	switch {
	case err == nil && header.Size > MostBatchBytes:
		f.Wrong("file", views.ProblemListLarge, "")
		return text, nil
	case err == nil && header.Size > 0:
		file, err := header.Open()
		if err != nil {
			return "", fmt.Errorf("open the list: %w", err)
		}
		defer file.Close()
		content, err := io.ReadAll(io.LimitReader(file, MostBatchBytes))
		if err != nil {
			return "", fmt.Errorf("read the list: %w", err)
		}
		text, field = string(content), "file"
	case len(text) > MostBatchBytes:
		f.Wrong("list", views.ProblemListLarge, "")
		return text[:0], nil
	}
	text, ok := decodeList([]byte(text))
	if !ok {
		f.Wrong(field, views.ProblemListText, "")
	}
	return text, nil
}

// readBatch reads the rows of a list: what each asks for, and what is wrong with
// which of its cells.
func readBatch(in *views.BatchForm, f *web.Form) (orders []payments.LinkOrder) {
	read := readList(in.Text)
	in.Skipped = read.skipped
	switch {
	case len(read.rows) == 0:
		f.Wrong("list", views.ProblemListEmpty, "")
	case len(read.rows) > payments.MaxBatch:
		f.Wrong("list", views.ProblemListLong, strconv.Itoa(payments.MaxBatch))
	default:
		lines := map[payments.LinkOrder]int{}
		for _, row := range read.rows {
			shown, order := batchRow(f, read, row)
			same := order
			same.Operation = ""
			if shown.SameAs = lines[same]; shown.SameAs == 0 {
				lines[same] = row.line
			}
			in.Rows, orders = append(in.Rows, shown), append(orders, order)
		}
	}
	return orders
}

// batchRow reads one row: the link that it asks for, and what is wrong with each
// of its cells. Each link has an operation of its own; it is the batch's that keeps
// a form sent twice from making it twice.
func batchRow(of *web.Form, l list, cells listRow) (views.BatchRow, payments.LinkOrder) {
	row := views.BatchRow{
		Line: cells.line, Name: l.of(cells, columnName), Phone: l.of(cells, columnPhone),
		Amount: l.of(cells, columnAmount), Description: l.of(cells, columnPurpose),
	}
	f := &web.Form{Ctx: of.Ctx, Errors: views.Errors{}}
	order := payments.LinkOrder{Operation: payments.NewOperation(), Kind: store.LinkOnce, Description: row.Description, FirstName: row.Name}
	var err error
	order.Amount, err = payments.ParseAmount(row.Amount)
	f.Typed("amount", err)
	payer(f, views.LinkForm{Phone: row.Phone, FirstName: row.Name}, &order)
	row.Asked, row.Payer = order.Amount, order.Phone
	description(f, row.Description)
	if l.cutsAmount(cells) {
		f.Wrong("amount", views.ProblemAmountGroups, "")
	}
	if l.hasMore(cells) {
		f.Wrong(views.WholeForm, views.ProblemCells, "")
	}
	row.Errors = f.Errors
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

// batchLinks are the links of the batch that a path names, as far as the one who
// asks may see them, in the order of their list.
func (s *Screens) batchLinks(c echo.Context) ([]store.LinkWithState, error) {
	batch := c.Param("batch")
	if !payments.IsOperation(batch) {
		return nil, echo.NewHTTPError(http.StatusNotFound)
	}
	all, err := s.Store.Links(c.Request().Context(), store.LinkFilter{Batch: batch, Put: store.LinksAll, Since: s.VisibleSince(c), Limit: payments.MaxBatch})
	if err == nil && len(all) == 0 {
		err = store.ErrNotFound
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all, err
}

func (s *Screens) Batch(c echo.Context) error {
	all, err := s.batchLinks(c)
	if err != nil {
		return err
	}
	props := views.BatchProps{Batch: c.Param("batch")}
	for _, l := range all {
		item := views.BatchLink{Link: l, URL: s.shared(c.Request().Context(), l, []store.Transaction{l.Newest})}
		if item.URL != "" && l.Stop(s.Now()) == store.LinkOpen {
			if item.QR.Modules, err = web.QRModules(item.URL); err != nil {
				return err
			}
		}
		props.Links = append(props.Links, item)
	}
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.BatchPage(p, props) })
}

// BatchCSV is the list with the address of each link, for a spreadsheet.
func (s *Screens) BatchCSV(c echo.Context) error {
	all, err := s.batchLinks(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	return s.SendCSV(c, "links-"+c.Param("batch")[:8]+".csv", "links", func(lines *web.Lines) error {
		if err := lines.Line(views.BatchHeading(ctx)); err != nil {
			return err
		}
		for _, l := range all {
			if err := lines.Line(views.BatchLine(ctx, l, s.shared(ctx, l, []store.Transaction{l.Newest}), s.Now())); err != nil {
				return err
			}
		}
		return nil
	})
}
