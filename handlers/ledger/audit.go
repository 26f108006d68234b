package ledger

// The audit log: written with each act, read, searched, exported, and checked.

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// auditFilter reads what the list is asked for; what makes no sense limits
// nothing.
func auditFilter(c echo.Context) (store.AuditFilter, views.AuditProps) {
	props := views.AuditProps{Search: web.Search(c), Kind: c.QueryParam("kind"), From: c.QueryParam("from"), To: c.QueryParam("to")}
	filter := store.AuditFilter{Everywhere: true, Search: props.Search, Before: web.Before(c)}
	if slices.Contains(views.AuditKinds, props.Kind) {
		filter.Kind = props.Kind
	} else {
		props.Kind = ""
	}
	props.Person, _ = strconv.ParseInt(c.QueryParam("person"), 10, 64)
	filter.UserID = max(props.Person, 0)
	day := func(text string) time.Time {
		day, err := payments.ParseDay(text)
		if err != nil {
			return time.Time{}
		}
		return day
	}
	filter.Since = day(props.From)
	if to := day(props.To); !to.IsZero() {
		filter.Until = to.AddDate(0, 0, 1)
	}
	return filter, props
}

func (s *Screens) AuditLog(c echo.Context) error {
	return s.showAudit(c, nil)
}

func (s *Screens) showAudit(c echo.Context, check *store.AuditCheck) error {
	ctx := c.Request().Context()
	filter, props := auditFilter(c)
	filter.Limit = web.PageLength + 1
	rows, err := s.Store.Audit(ctx, filter)
	if err != nil {
		return err
	}
	props.Entries, props.Older = web.Older(rows, func(e store.AuditEntry) int64 { return e.ID })
	if props.People, err = s.Store.Users(ctx); err != nil {
		return err
	}
	props.Check, props.Now, props.Book = check, s.Now(), s.Book
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.AuditPage(p, props) })
}

// CheckAudit looks at every entry, and says so in the log if one is wrong.
func (s *Screens) CheckAudit(c echo.Context) error {
	ctx := c.Request().Context()
	check, err := s.Store.CheckAudit(ctx)
	if err != nil {
		return err
	}
	if !check.Whole() {
		s.Log.ErrorContext(ctx, "the audit log was changed", "entry", check.Broken, "cut", check.Cut)
	}
	return s.showAudit(c, &check)
}

func (s *Screens) AuditCSV(c echo.Context) error {
	ctx := c.Request().Context()
	filter, _ := auditFilter(c)
	people, err := s.Store.Users(ctx)
	if err != nil {
		return err
	}
	return s.SendCSV(c, "comptoir-audit-"+views.FileDay(s.Now())+".csv", "audit", func(lines *web.Lines) error {
		if err := lines.Line(views.AuditCSVHeader(ctx)); err != nil {
			return err
		}
		const page = 500
		for filter.Limit = page; ; {
			rows, err := s.Store.Audit(ctx, filter)
			if err != nil {
				return err
			}
			for _, e := range rows {
				filter.Before = e.ID
				if err := lines.Line(views.AuditCSVLine(ctx, e, people)); err != nil {
					return err
				}
			}
			if len(rows) < page {
				return nil
			}
		}
	})
}
