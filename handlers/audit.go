package handlers

// The audit log: written with each act, read, searched, exported, and checked.

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

// act is what was done by whom (0 for nobody who is signed in), and to what.
type act struct {
	by            int64
	name, subject string
	id            int64
}

// audit writes an act into the log, in the Write of the act.
func (s *server) audit(ctx context.Context, tx *store.Tx, done act, detail any) error {
	raw, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("audit %s: %w", done.name, err)
	}
	return tx.AddAudit(ctx, store.AuditEntry{
		At: s.Now(), UserID: done.by, Act: done.name, Subject: done.subject, SubjectID: done.id, Detail: raw,
	})
}

// auditAlone writes down an act that changes nothing else in the book.
func (s *server) auditAlone(ctx context.Context, done act, detail any) error {
	return s.Store.Write(ctx, func(tx *store.Tx) error { return s.audit(ctx, tx, done, detail) })
}

// auditFilter reads what the list is asked for; what makes no sense limits
// nothing.
func auditFilter(c echo.Context) (store.AuditFilter, views.AuditProps) {
	props := views.AuditProps{Search: search(c), Kind: c.QueryParam("kind"), From: c.QueryParam("from"), To: c.QueryParam("to")}
	filter := store.AuditFilter{Everywhere: true, Search: props.Search, Before: before(c)}
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

func (s *server) auditLog(c echo.Context) error {
	return s.showAudit(c, nil)
}

func (s *server) showAudit(c echo.Context, check *store.AuditCheck) error {
	ctx := c.Request().Context()
	filter, props := auditFilter(c)
	filter.Limit = pageLength + 1
	rows, err := s.Store.Audit(ctx, filter)
	if err != nil {
		return err
	}
	props.Entries, props.Older = older(rows, func(e store.AuditEntry) int64 { return e.ID })
	if props.People, err = s.Store.Users(ctx); err != nil {
		return err
	}
	props.Check, props.Now, props.Book = check, s.Now(), s.Book
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.AuditPage(p, props) })
}

// checkAudit looks at every entry, and says so in the log if one is wrong.
func (s *server) checkAudit(c echo.Context) error {
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

func (s *server) auditCSV(c echo.Context) error {
	ctx := c.Request().Context()
	filter, _ := auditFilter(c)
	people, err := s.Store.Users(ctx)
	if err != nil {
		return err
	}
	return s.sendCSV(c, "comptoir-audit-"+views.FileDay(s.Now())+".csv", "audit", func(lines *csvLines) error {
		if err := lines.line(views.AuditCSVHeader(ctx)); err != nil {
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
				if err := lines.line(views.AuditCSVLine(ctx, e, people)); err != nil {
					return err
				}
			}
			if len(rows) < page {
				return nil
			}
		}
	})
}
