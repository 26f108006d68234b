package out

// Approvals: payouts that wait for a second owner, and his two answers.

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// WaitingShown is how many waiting approvals the list begins with.
const WaitingShown = 100

func (s *Screens) Approvals(c echo.Context) error {
	ctx := c.Request().Context()
	var props views.ApprovalsProps
	from := web.Before(c)
	waiting, err := s.Store.Approvals(ctx, store.ApprovalFilter{State: store.ApprovalWaiting, Limit: WaitingShown})
	if err != nil {
		return err
	}
	if from == 0 {
		props.Waiting = waiting
	}
	rows, err := s.Store.Approvals(ctx, store.ApprovalFilter{Before: from, Limit: web.PageLength + 1})
	if err != nil {
		return err
	}
	rows, props.Older = web.Older(rows, func(a store.Approval) int64 { return a.ID })
	for _, a := range rows {
		isBeyond := len(waiting) == WaitingShown && a.ID < waiting[WaitingShown-1].ID // the first page has no room for it
		if a.State != store.ApprovalWaiting || isBeyond {
			props.Closed = append(props.Closed, a)
		}
	}
	return s.Show(c, http.StatusOK, func(p views.Page) templ.Component { return views.ApprovalsPage(p, props) })
}

func (s *Screens) Approval(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	return s.showApproval(c, http.StatusOK, n, nil)
}

func (s *Screens) showApproval(c echo.Context, status int, n int64, wrong views.Errors) error {
	ctx := c.Request().Context()
	a, err := s.Store.Approval(ctx, n)
	if err != nil {
		return err
	}
	props := views.ApprovalProps{Approval: a, Errors: wrong}
	if props.AskedBy, err = s.NameOf(ctx, a.RequestedBy); err != nil {
		return err
	}
	if props.DecidedBy, err = s.NameOf(ctx, a.DecidedBy); err != nil {
		return err
	}
	if a.State == store.ApprovalWaiting && a.RequestedBy != web.User(c).ID {
		stands, err := s.approvalReview(c, a, &props)
		if err != nil {
			return err
		}
		if len(wrong) == 0 {
			props.Errors = stands
		}
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.ApprovalPage(p, props) })
}

// approvalReview fills in what an order would do if its second owner let it go
// now, and says what stands against it.
func (s *Screens) approvalReview(c echo.Context, a store.Approval, props *views.ApprovalProps) (stands views.Errors, err error) {
	plan, err := s.Payments.ReviewApproval(c.Request().Context(), a, web.User(c).ID)
	f := s.NewForm(c)
	var isNew *payments.NewOwnerError
	if errors.As(err, &isNew) {
		props.From = isNew.From
		return nil, nil
	}
	if err != nil && !f.Refused(err) {
		return nil, err
	}
	review := reviewOf(plan)
	review.Form = views.PayoutForm{Way: views.WayWithdraw, Description: a.Description}
	if a.Kind == store.KindAirtime {
		review.Form.Way = views.WayAirtime
	}
	review.Now = s.Now()
	props.Review = &review
	return asWholeForm(f), nil
}

// Approve sends what waits, after the password and after all was checked anew.
func (s *Screens) Approve(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	f := s.NewForm(c)
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showApproval(c, http.StatusUnprocessableEntity, n, f.Errors)
	}
	payout, err := s.Payments.Approve(c.Request().Context(), n, web.User(c).ID, seen(c))
	switch {
	case s.SentUnkept(c, err):
		return s.seePayout(c, payout)
	case payout.Transaction.ID != 0 && (err == nil || f.Refused(err)):
		return s.seePayout(c, payout) // what CamPay said stands on its page
	case errors.Is(err, payments.ErrOwnApproval), errors.Is(err, payments.ErrNoOwner):
		return echo.NewHTTPError(http.StatusForbidden).SetInternal(err)
	case errors.Is(err, payments.ErrApprovalOver):
		return s.approvalOver(c, n)
	case f.Refused(err):
		return s.showApproval(c, http.StatusUnprocessableEntity, n, asWholeForm(f))
	default:
		return err
	}
}

// asWholeForm is what is wrong with an order that no field of this form holds.
func asWholeForm(f *web.Form) views.Errors {
	for _, wrong := range f.Errors {
		return views.Errors{views.WholeForm: wrong}
	}
	return nil
}

func (s *Screens) RefuseApproval(c echo.Context) error {
	n, err := web.ID(c)
	if err != nil {
		return err
	}
	err = s.Payments.RefuseApproval(c.Request().Context(), n, web.User(c).ID)
	if errors.Is(err, payments.ErrApprovalOver) {
		return s.approvalOver(c, n)
	}
	if err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashNotApproved); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/approvals/", n))
}

// approvalOver leads to an approval that was decided, or expired, meanwhile:
// its page says how.
func (s *Screens) approvalOver(c echo.Context, n int64) error {
	if err := s.Flash(c, views.FlashOver); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/approvals/", n))
}
