package ledger

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
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// statusFilters are the statuses that a list may be narrowed to.
var statusFilters = []store.Status{
	store.StatusPending, store.StatusInDoubt, store.StatusSuccessful, store.StatusFailed,
}

func (s *Screens) Transactions(c echo.Context) error {
	filter := s.Visible(c)
	filter.Search, filter.Flagged, filter.Before, filter.Limit = web.Search(c), c.QueryParam("flagged") == "1", web.Before(c), web.PageLength+1
	if status := store.Status(c.QueryParam("status")); slices.Contains(statusFilters, status) {
		filter.Status = status
	}
	if n, err := strconv.ParseInt(c.QueryParam("link"), 10, 64); err == nil && n > 0 {
		filter.LinkID = n
	}
	props := views.TransactionsProps{Search: filter.Search, Status: filter.Status, Flagged: filter.Flagged, Link: filter.LinkID}
	rows, err := s.listed(c.Request().Context(), filter, &props.Found)
	if err != nil {
		return err
	}
	props.Transactions, props.Older = web.Older(rows, func(t store.Transaction) int64 { return t.ID })
	if props.Beside, err = s.Beside(c.Request().Context(), props.Transactions...); err != nil {
		return err
	}
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.TransactionsPage(p, props) })
}

// listed are the rows of a page and one more, and what a search found in all.
func (s *Screens) listed(ctx context.Context, filter store.TransactionFilter, found *views.Found) ([]store.Transaction, error) {
	if strings.TrimSpace(filter.Search) == "" {
		return s.Store.Transactions(ctx, filter)
	}
	page, err := s.Store.Search(ctx, filter)
	if err != nil {
		return nil, err
	}
	*found = views.Found{Short: page.Short, Left: page.Left, LeftAt: page.LeftAt}
	found.Count, found.Whole, err = s.Store.CountFound(ctx, filter)
	return page.Transactions, err
}

func (s *Screens) Transaction(c echo.Context) error {
	t, err := s.VisibleTransaction(c)
	if err != nil {
		return err
	}
	s.Payments.Nudge(c.Request().Context(), payments.TransactionTopic(t.ID))
	return s.showTransaction(c, http.StatusOK, t, views.DecideForm{})
}

// showTransaction answers with a transaction's page; decision is what was typed
// where its doubt is a person's to end.
func (s *Screens) showTransaction(c echo.Context, status int, t store.Transaction, decision views.DecideForm) error {
	props, err := s.transactionProps(c.Request().Context(), web.User(c).Role, t)
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
	return s.Show(c, status, func(p views.Page) templ.Component { return views.TransactionPage(p, props) })
}

// transactionProps is all that a transaction's screen shows.
func (s *Screens) transactionProps(ctx context.Context, role store.Role, t store.Transaction) (props views.TransactionProps, err error) {
	props = views.TransactionProps{Transaction: t, Now: s.Now()}
	if props.Events, err = s.StoryOf(ctx, role, t.ID); err != nil {
		return props, err
	}
	if props.Siblings, err = s.Store.Siblings(ctx, t.ID); err != nil {
		return props, err
	}
	left, err := s.Payments.Refundable(ctx, t)
	if err != nil {
		return props, err
	}
	props.Left = left
	beside, err := s.Beside(ctx, t)
	if err != nil {
		return props, err
	}
	props.Given, props.Ended = beside.Given[t.ID], beside.Ended[t.ID]
	if props.Instead, err = s.InsteadOf(ctx, t, props.Ended); err != nil {
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
	props.By, err = s.NameOf(ctx, t.CreatedBy)
	return props, err
}

// transactionFragment is the live part of a transaction's page, its story with it.
func (s *Screens) transactionFragment(c echo.Context, n int64) web.Fragment {
	role := web.User(c).Role
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

func (s *Screens) TransactionStatus(c echo.Context) error {
	t, err := s.VisibleTransaction(c)
	if err != nil {
		return err
	}
	return s.Poll(c, payments.TransactionTopic(t.ID), s.transactionFragment(c, t.ID))
}

func (s *Screens) TransactionLive(c echo.Context) error {
	t, err := s.VisibleTransaction(c)
	if err != nil {
		return err
	}
	return s.Stream(c, []web.LivePart{{Event: views.LiveEvent, Read: s.transactionFragment(c, t.ID)}}, payments.TransactionTopic(t.ID))
}

// CheckTransaction asks CamPay now, as the person wants to know.
func (s *Screens) CheckTransaction(c echo.Context) error {
	t, err := s.VisibleTransaction(c)
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
	if err := s.Flash(c, said); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/transactions/", t.ID))
}
