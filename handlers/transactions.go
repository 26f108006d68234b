package handlers

// Transactions: the list, and one with its live status and its story.

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

// statusFilters are the statuses that a list may be narrowed to.
var statusFilters = []store.Status{
	store.StatusPending, store.StatusInDoubt, store.StatusSuccessful, store.StatusFailed,
}

func (s *server) transactions(c echo.Context) error {
	filter := store.TransactionFilter{Search: search(c), Flagged: c.QueryParam("flagged") == "1", Since: s.seesSince(c), Before: before(c), Limit: pageLength + 1}
	if status := store.Status(c.QueryParam("status")); slices.Contains(statusFilters, status) {
		filter.Status = status
	}
	rows, err := s.Store.Transactions(c.Request().Context(), filter)
	if err != nil {
		return err
	}
	props := views.TransactionsProps{Search: filter.Search, Status: filter.Status, Flagged: filter.Flagged}
	props.Transactions, props.Older = older(rows, func(t store.Transaction) int64 { return t.ID })
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.TransactionsPage(p, props) })
}

// visibleTransaction is the transaction that a path names, if the one who asks
// may see it.
func (s *server) visibleTransaction(c echo.Context) (store.Transaction, error) {
	n, err := id(c)
	if err != nil {
		return store.Transaction{}, err
	}
	t, err := s.Store.Transaction(c.Request().Context(), n)
	if err == nil && t.CreatedAt.Before(s.seesSince(c)) {
		err = store.ErrNotFound
	}
	return t, err
}

func (s *server) transaction(c echo.Context) error {
	ctx := c.Request().Context()
	t, err := s.visibleTransaction(c)
	if err != nil {
		return err
	}
	if err := s.Payments.Nudge(ctx, payments.TransactionTopic(t.ID)); err != nil {
		return err
	}
	props := views.TransactionProps{Transaction: t, Now: s.Now()}
	if props.Events, err = s.Store.Events(ctx, t.ID); err != nil {
		return err
	}
	if props.Siblings, err = s.Store.Siblings(ctx, t.ID); err != nil {
		return err
	}
	if t.LinkID != 0 {
		link, err := s.Store.Link(ctx, t.LinkID)
		if err != nil {
			return err
		}
		props.Link = link.PaymentLink
	}
	if t.CreatedBy != 0 {
		by, err := s.Store.User(ctx, t.CreatedBy)
		if err != nil {
			return err
		}
		props.By = by.Name
	}
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.TransactionPage(p, props) })
}

// transactionFragment is the live part of a transaction's page, its story with it.
func (s *server) transactionFragment(n int64) fragment {
	return func(ctx context.Context) (templ.Component, bool, error) {
		t, err := s.Store.Transaction(ctx, n)
		if err != nil {
			return nil, false, err
		}
		events, err := s.Store.Events(ctx, n)
		return views.TransactionStatus(views.TransactionStatusProps{Transaction: t, Events: events, Now: s.Now()}), t.Status.Final(), err
	}
}

func (s *server) transactionStatus(c echo.Context) error {
	t, err := s.visibleTransaction(c)
	if err != nil {
		return err
	}
	return s.poll(c, payments.TransactionTopic(t.ID), s.transactionFragment(t.ID))
}

func (s *server) transactionLive(c echo.Context) error {
	t, err := s.visibleTransaction(c)
	if err != nil {
		return err
	}
	return s.stream(c, payments.TransactionTopic(t.ID), s.transactionFragment(t.ID))
}

// checkTransaction asks CamPay now, as the person wants to know.
func (s *server) checkTransaction(c echo.Context) error {
	t, err := s.visibleTransaction(c)
	if err != nil {
		return err
	}
	answered, err := s.Payments.Ask(c.Request().Context(), t.ID)
	if err != nil {
		return err
	}
	said := views.FlashAsked
	if !answered {
		said = views.FlashUnreachable
	}
	if err := s.flash(c, said); err != nil {
		return err
	}
	return see(c, itemPath("/transactions/", t.ID))
}
