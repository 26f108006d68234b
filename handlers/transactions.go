package handlers

// Transactions: the list, and one with its live status and its story.

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

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
	filter := s.visible(c)
	filter.Search, filter.Flagged, filter.Before, filter.Limit = search(c), c.QueryParam("flagged") == "1", before(c), pageLength+1
	if status := store.Status(c.QueryParam("status")); slices.Contains(statusFilters, status) {
		filter.Status = status
	}
	if n, err := strconv.ParseInt(c.QueryParam("link"), 10, 64); err == nil && n > 0 {
		filter.LinkID = n
	}
	rows, err := s.Store.Transactions(c.Request().Context(), filter)
	if err != nil {
		return err
	}
	props := views.TransactionsProps{Search: filter.Search, Status: filter.Status, Flagged: filter.Flagged, Link: filter.LinkID}
	props.Transactions, props.Older = older(rows, func(t store.Transaction) int64 { return t.ID })
	if props.Beside, err = s.beside(c.Request().Context(), props.Transactions...); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, func(p views.Page) templ.Component { return views.TransactionsPage(p, props) })
}

// beside is what else tells how the payments of a list stand.
func (s *server) beside(ctx context.Context, all ...store.Transaction) (b views.Beside, err error) {
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

// visible limits a list to what the one who asks may see: a cashier sees what
// came in today, everybody else all of it.
func (s *server) visible(c echo.Context) store.TransactionFilter {
	if !user(c).Role.ReadsAll() {
		return store.TransactionFilter{Kind: store.KindCollect, Since: s.seesSince(c)}
	}
	return store.TransactionFilter{}
}

// visibleTransaction is the transaction that a path names, if the one who asks
// may see it.
func (s *server) visibleTransaction(c echo.Context) (store.Transaction, error) {
	n, err := id(c)
	if err != nil {
		return store.Transaction{}, err
	}
	return s.seenTransaction(c, n)
}

// seenTransaction is a transaction, if the one who asks may see it.
func (s *server) seenTransaction(c echo.Context, n int64) (store.Transaction, error) {
	t, err := s.Store.Transaction(c.Request().Context(), n)
	may := s.visible(c)
	if err == nil && (t.CreatedAt.Before(may.Since) || may.Kind != "" && may.Kind != t.Kind) {
		err = store.ErrNotFound
	}
	return t, err
}

func (s *server) transaction(c echo.Context) error {
	t, err := s.visibleTransaction(c)
	if err != nil {
		return err
	}
	s.Payments.Nudge(c.Request().Context(), payments.TransactionTopic(t.ID))
	return s.showTransaction(c, http.StatusOK, t, views.DecideForm{})
}

// showTransaction answers with a transaction's page; decision is what was typed
// where its doubt is a person's to end.
func (s *server) showTransaction(c echo.Context, status int, t store.Transaction, decision views.DecideForm) error {
	props, err := s.transactionProps(c.Request().Context(), user(c).Role, t)
	if err != nil {
		return err
	}
	may, err := s.decidable(c, t)
	if err != nil {
		return err
	}
	props.Unread = may == payments.DecideUnread
	if may.May() {
		decision.Blind = may == payments.DecideBlind
		if decision.Candidates, err = s.Payments.DoubtCandidates(c.Request().Context(), t); err != nil {
			return err
		}
		props.Decide = &decision
	}
	return s.show(c, status, func(p views.Page) templ.Component { return views.TransactionPage(p, props) })
}

// transactionProps is all that a transaction's screen shows.
func (s *server) transactionProps(ctx context.Context, role store.Role, t store.Transaction) (props views.TransactionProps, err error) {
	props = views.TransactionProps{Transaction: t, Now: s.Now()}
	if props.Events, err = s.storyOf(ctx, role, t.ID); err != nil {
		return props, err
	}
	if props.Siblings, err = s.Store.Siblings(ctx, t.ID); err != nil {
		return props, err
	}
	left, err := s.Payments.Refundable(ctx, t)
	if err != nil {
		return props, err
	}
	props.Left = int64(left)
	beside, err := s.beside(ctx, t)
	if err != nil {
		return props, err
	}
	props.Given, props.Ended = beside.Given[t.ID], beside.Ended[t.ID]
	if props.Instead, err = s.insteadOf(ctx, t, props.Ended); err != nil {
		return props, err
	}
	if role.ReadsAll() { // who never sees money out
		if props.Refunds, err = s.Store.RefundsOf(ctx, t.ID); err != nil {
			return props, err
		}
	}
	if t.LinkID != 0 {
		link, err := s.Store.Link(ctx, t.LinkID)
		if err != nil {
			return props, err
		}
		props.Link = link.PaymentLink
	}
	props.By, err = s.nameOf(ctx, t.CreatedBy)
	return props, err
}

// storyOf is the story of a transaction as this role may read it: a cashier is
// told nothing of what was given back.
func (s *server) storyOf(ctx context.Context, role store.Role, n int64) ([]store.Event, error) {
	events, err := s.Store.Events(ctx, n)
	if !role.ReadsAll() {
		events = slices.DeleteFunc(events, func(e store.Event) bool { return strings.HasPrefix(e.Note, "refund_") })
	}
	return events, err
}

// nameOf is a person's name; nobody has none.
func (s *server) nameOf(ctx context.Context, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	u, err := s.Store.User(ctx, id)
	return u.Name, err
}

// transactionFragment is the live part of a transaction's page, its story with it.
func (s *server) transactionFragment(c echo.Context, n int64) fragment {
	role := user(c).Role
	return func(ctx context.Context) (templ.Component, bool, error) {
		t, err := s.Store.Transaction(ctx, n)
		if err != nil {
			return nil, false, err
		}
		rest, err := s.transactionProps(ctx, role, t)
		props := views.TransactionStatusProps{Transaction: t, Rest: &rest, Left: rest.Left, Given: rest.Given, Ended: rest.Ended, Instead: rest.Instead, Role: role, Now: s.Now()}
		return views.TransactionStatus(props), t.Status.Final(), err
	}
}

func (s *server) transactionStatus(c echo.Context) error {
	t, err := s.visibleTransaction(c)
	if err != nil {
		return err
	}
	return s.poll(c, payments.TransactionTopic(t.ID), s.transactionFragment(c, t.ID))
}

func (s *server) transactionLive(c echo.Context) error {
	t, err := s.visibleTransaction(c)
	if err != nil {
		return err
	}
	return s.stream(c, []livePart{{views.LiveEvent, s.transactionFragment(c, t.ID)}}, payments.TransactionTopic(t.ID))
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
