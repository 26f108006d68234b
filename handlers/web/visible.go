package web

// What the one who asks may see: a cashier sees what came in today, everybody else
// all of it; and what a list or a page says of how its payments stand.

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"comptoir/campay/money"
	"comptoir/store"
	"comptoir/views"
)

// VisibleSince is how far back the one who asks may look: a cashier sees today,
// everybody else all of it.
func (s *Desk) VisibleSince(c echo.Context) time.Time {
	if !User(c).Role.ReadsAll() {
		return money.DayOf(s.Now())
	}
	return time.Time{}
}

// VisibleLink is the link that a path names, if the one who asks may see it.
func (s *Desk) VisibleLink(c echo.Context) (store.LinkWithState, error) {
	n, err := ID(c)
	if err != nil {
		return store.LinkWithState{}, err
	}
	return s.SeenLink(c, n)
}

// SeenLink is a link, if the one who asks may see it.
func (s *Desk) SeenLink(c echo.Context, id int64) (store.LinkWithState, error) {
	l, err := s.Store.Link(c.Request().Context(), id)
	if err == nil && l.CreatedAt.Before(s.VisibleSince(c)) {
		err = store.ErrNotFound
	}
	return l, err
}

// InsteadOf is the page of what took the place of a payment whose sale was asked for
// in another way; empty for any other.
func (s *Desk) InsteadOf(ctx context.Context, t store.Transaction, end store.SaleEnd) (string, error) {
	if end != store.SaleReplaced {
		return "", nil
	}
	way, err := s.Store.SaleOf(ctx, t)
	if err != nil {
		return "", err
	}
	ways, err := s.Store.WaysOfSale(ctx, way)
	if err != nil || len(ways) == 0 {
		return "", err
	}
	last := ways[len(ways)-1]
	if last.LinkID != 0 {
		return ItemPath("/links/", last.LinkID), nil
	}
	return ItemPath("/transactions/", last.TransactionID), nil
}

// Beside is what else tells how the payments of a list stand.
func (s *Desk) Beside(ctx context.Context, all ...store.Transaction) (b views.Beside, err error) {
	var paid []int64
	for _, t := range all {
		if t.Kind == store.KindCollect && t.Status == store.StatusSuccessful {
			paid = append(paid, t.ID)
		}
	}
	if b.Given, err = s.Store.GivenBack(ctx, paid...); err != nil {
		return b, err
	}
	b.Ended, err = s.Store.EndsOfSales(ctx, all...)
	return b, err
}

// Visible limits a list to what the one who asks may see: a cashier sees what
// came in today, everybody else all of it.
func (s *Desk) Visible(c echo.Context) store.TransactionFilter {
	if !User(c).Role.ReadsAll() {
		return store.TransactionFilter{Kind: store.KindCollect, Since: s.VisibleSince(c)}
	}
	return store.TransactionFilter{}
}

// VisibleTransaction is the transaction that a path names, if the one who asks
// may see it.
func (s *Desk) VisibleTransaction(c echo.Context) (store.Transaction, error) {
	n, err := ID(c)
	if err != nil {
		return store.Transaction{}, err
	}
	return s.SeenTransaction(c, n)
}

// SeenTransaction is a transaction, if the one who asks may see it.
func (s *Desk) SeenTransaction(c echo.Context, n int64) (store.Transaction, error) {
	t, err := s.Store.Transaction(c.Request().Context(), n)
	may := s.Visible(c)
	if err == nil && (t.CreatedAt.Before(may.Since) || may.Kind != "" && may.Kind != t.Kind) {
		err = store.ErrNotFound
	}
	return t, err
}

// StoryOf is the story of a transaction as this role may read it: a cashier is
// told nothing of what was given back.
func (s *Desk) StoryOf(ctx context.Context, role store.Role, n int64) ([]store.Event, error) {
	events, err := s.Store.Events(ctx, n)
	if !role.ReadsAll() {
		events = slices.DeleteFunc(events, func(e store.Event) bool { return strings.HasPrefix(e.Note, "refund_") })
	}
	return events, err
}

// NameOf is a person's name; nobody has none.
func (s *Desk) NameOf(ctx context.Context, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	u, err := s.Store.User(ctx, id)
	return u.Name, err
}
