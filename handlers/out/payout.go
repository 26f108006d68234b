package out

// Money out: a withdrawal, airtime and a refund are one way through form,
// review and password. Whatever is clicked twice or sent from two tabs carries
// the operation id of its form, and so is one payout.

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// payoutScreen is one way for money to go out.
type payoutScreen struct {
	way  views.Way
	kind store.Kind
}

// The ways.
var (
	Withdrawing = payoutScreen{views.WayWithdraw, store.KindWithdraw}
	TopUp       = payoutScreen{views.WayAirtime, store.KindAirtime}
	Refunding   = payoutScreen{views.WayRefund, store.KindWithdraw}
)

// recipientsOffered is how many saved recipients a form completes from.
const recipientsOffered = 100

// PayoutForm is the form as it is first drawn, with what its address names.
func (s *Screens) PayoutForm(screen payoutScreen) echo.HandlerFunc {
	return func(c echo.Context) error {
		form := views.PayoutForm{
			Way: screen.way, OperationID: payments.NewOperation(),
			Amount: c.QueryParam("amount"), Phone: c.QueryParam("phone"), Description: c.QueryParam("description"),
		}
		if n, err := strconv.ParseInt(c.QueryParam("recipient"), 10, 64); err == nil {
			r, err := s.Store.Recipient(c.Request().Context(), n)
			if err != nil {
				return err
			}
			form.Phone = views.Phone(r.Phone)
		}
		return s.showPayoutForm(c, http.StatusOK, form)
	}
}

func (s *Screens) showPayoutForm(c echo.Context, status int, form views.PayoutForm) error {
	props := views.PayoutProps{Form: form}
	fill := s.offerRecipients
	if form.Way == views.WayRefund {
		fill = s.offerRefund
	}
	if err := fill(c, &props); err != nil {
		return err
	}
	var err error
	if props.Frozen, err = s.Frozen(c.Request().Context()); err != nil {
		return err
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.PayoutPage(p, props) })
}

// offerRecipients fills in whom money was sent to by name, and what there is.
func (s *Screens) offerRecipients(c echo.Context, props *views.PayoutProps) (err error) {
	ctx := c.Request().Context()
	if props.Recipients, err = s.Store.Recipients(ctx, store.RecipientFilter{Limit: recipientsOffered}); err != nil {
		return err
	}
	props.Balance, err = s.KnownBalance(ctx)
	return err
}

// offerRefund fills in the collection. Its number is in no field, so that what
// is wrong with it concerns the whole form.
func (s *Screens) offerRefund(c echo.Context, props *views.PayoutProps) (err error) {
	if props.Refund, err = s.refund(c); err != nil {
		return err
	}
	f := &props.Form
	f.RefundOf = props.Refund.Collection.ID
	if wrong, ok := f.Errors["phone"]; ok {
		delete(f.Errors, "phone")
		f.Errors[views.WholeForm] = wrong
	}
	if whole := props.Refund.Left / 100 * 100; f.Amount == "" && len(f.Errors) == 0 && whole > 0 {
		f.Amount = views.Digits(c.Request().Context(), whole) // whole francs alone go out
	}
	return nil
}

// refund is the collection that a path names, with what may still be given
// back of it; not found where that is nothing that came in from a phone.
func (s *Screens) refund(c echo.Context) (views.RefundProps, error) {
	ctx := c.Request().Context()
	t, err := s.VisibleTransaction(c)
	if err != nil {
		return views.RefundProps{}, err
	}
	if t.Kind != store.KindCollect || t.Status != store.StatusSuccessful || t.Phone == "" {
		return views.RefundProps{}, store.ErrNotFound
	}
	left, err := s.Payments.Refundable(ctx, t)
	return views.RefundProps{Collection: t, Left: left}, err
}

// payoutOrder is what a form asks for, and what is wrong with it by field.
func (s *Screens) payoutOrder(c echo.Context, screen payoutScreen) (payments.PayoutOrder, views.PayoutForm, *web.Form, error) {
	typedForm := views.PayoutForm{
		Way: screen.way, OperationID: c.FormValue("operation"),
		Amount: web.Typed(c, "amount"), Phone: web.Typed(c, "phone"), Description: web.Typed(c, "description"),
	}
	f := s.NewForm(c)
	order := payments.PayoutOrder{Kind: screen.kind, Description: typedForm.Description, By: web.User(c).ID}
	var err error
	order.Amount, err = payments.ParseAmount(typedForm.Amount)
	f.Typed("amount", err)
	if screen.way == views.WayRefund {
		refund, err := s.refund(c)
		if err != nil {
			return order, typedForm, f, err
		}
		order.RefundOf, typedForm.RefundOf = refund.Collection.ID, refund.Collection.ID
	} else {
		order.Phone, err = payments.ParsePhone(typedForm.Phone)
		f.Typed("phone", err)
	}
	f.AtMost("description", order.Description, views.MaxDescription)
	order.Operation = f.Operation(typedForm.OperationID)
	typedForm.OperationID, typedForm.Errors = order.Operation, f.Errors
	return order, typedForm, f, nil
}

// PayoutReview shows what an order would do. Nothing is written down or sent.
func (s *Screens) PayoutReview(screen payoutScreen) echo.HandlerFunc {
	return func(c echo.Context) error {
		order, typedForm, f, err := s.payoutOrder(c, screen)
		if err != nil {
			return err
		}
		if !f.OK() {
			return s.showPayoutForm(c, http.StatusUnprocessableEntity, typedForm)
		}
		ctx := c.Request().Context()
		plan, err := s.Payments.ReviewPayout(ctx, order)
		if errors.Is(err, payments.ErrOperationUsed) { // gone back to after it went out, and changed: another one
			order.Operation = payments.NewOperation()
			typedForm.OperationID = order.Operation
			plan, err = s.Payments.ReviewPayout(ctx, order)
		}
		if err != nil {
			return s.payoutRefused(c, f, typedForm, err)
		}
		if plan.Begun.Is() { // gone back to
			return s.seePayout(c, plan.Begun)
		}
		return s.showReview(c, http.StatusOK, typedForm, plan)
	}
}

func (s *Screens) showReview(c echo.Context, status int, form views.PayoutForm, plan payments.Plan) error {
	props := reviewOf(plan)
	props.Form, props.Now = form, s.Now()
	return s.Show(c, status, func(p views.Page) templ.Component { return views.PayoutReviewPage(p, props) })
}

// reviewOf is a plan as screens show it.
func reviewOf(plan payments.Plan) views.PayoutReviewProps {
	return views.PayoutReviewProps{
		Amount: plan.Amount, Phone: plan.Phone, Operator: plan.Operator,
		Holder: plan.HolderName, Saved: plan.Recipient.Name,
		Available: plan.Wallet.Available, WalletUntold: plan.Wallet.Untold, InFlight: plan.Wallet.InFlight, Fee: views.FeeEstimate{
			About: plan.Fee.About, Least: plan.Fee.Least, Most: plan.Fee.Most, IsKnown: plan.Fee.Known,
		},
		Usual: plan.Usual, FarAbove: plan.FarAbove, NeedsApproval: plan.NeedsApproval,
		Same: plan.Same.Transaction, SameWaiting: plan.Same.Approval,
	}
}

// ConfirmPayout sends what was reviewed: after the password and the answers,
// and after all was checked anew. An operation that was begun already (a second
// click, another tab) shows what became of it and sends nothing.
func (s *Screens) ConfirmPayout(screen payoutScreen) echo.HandlerFunc {
	return func(c echo.Context) error {
		order, typedForm, f, err := s.payoutOrder(c, screen)
		if err != nil {
			return err
		}
		if !f.OK() {
			return s.showPayoutForm(c, http.StatusUnprocessableEntity, typedForm)
		}
		plan, stop, err := s.confirmed(c, f, order)
		switch {
		case err != nil:
			return err
		case plan.Begun.Is() && stop == nil:
			return s.seePayout(c, plan.Begun)
		case stop != nil:
			delete(f.Errors, "password") // which the form does not ask for
			return s.payoutRefused(c, f, typedForm, stop)
		case !f.OK():
			return s.showReview(c, http.StatusUnprocessableEntity, typedForm, plan)
		}
		payout, err := s.Payments.CarryOut(c.Request().Context(), plan)
		again := (*payments.SameError)(nil)
		switch {
		case err == nil, s.SentUnkept(c, err):
			return s.seePayout(c, payout)
		case errors.As(err, &again): // another one came between
			plan.Same = again.Same
			f.Wrong("again", views.ProblemNotSure, "")
			return s.showReview(c, http.StatusConflict, typedForm, plan)
		default:
			return s.payoutRefused(c, f, typedForm, err)
		}
	}
}

// confirmed plans an order for good, and holds the form to the owner's password and to
// a yes to each question of the review. stop is why there is nothing to say yes to.
func (s *Screens) confirmed(c echo.Context, f *web.Form, order payments.PayoutOrder) (plan payments.Plan, stop, err error) {
	isOwn, err := s.OwnPassword(c, f)
	if err != nil {
		return plan, nil, err
	}
	planned := s.Payments.PlanPayout
	if !isOwn {
		planned = s.Payments.RecallPayout // CamPay is asked nothing for who does not know the password
	}
	order.Seen = seen(c)
	plan, stop = planned(c.Request().Context(), order)
	if again := (*payments.SameError)(nil); errors.As(stop, &again) {
		f.Wrong("again", views.ProblemNotSure, "")
		stop = nil
	}
	if stop != nil || plan.Begun.Is() { // the code of the first click is used up, and nothing more goes out
		return plan, stop, nil
	}
	if plan.FarAbove && c.FormValue("sure") != views.Sure(plan.Amount) {
		f.Wrong("sure", views.ProblemNotSure, "")
	}
	if isOwn {
		err = s.CodeAgain(c, f)
	}
	return plan, nil, err
}

// payoutRefused is the form again, with why nothing went out. What was refused may be
// in the book, and is over: the form is another operation's.
func (s *Screens) payoutRefused(c echo.Context, f *web.Form, typedForm views.PayoutForm, err error) error {
	if !f.Refused(err) {
		return err
	}
	typedForm.OperationID = payments.NewOperation()
	return s.showPayoutForm(c, http.StatusUnprocessableEntity, typedForm)
}

// seen is which of the same payouts a form says that its reader knows of: none, where
// it says nothing.
func seen(c echo.Context) *payments.Seen {
	transaction, approval, _ := strings.Cut(c.FormValue("again"), ".")
	var seen payments.Seen
	seen.Transaction, _ = strconv.ParseInt(transaction, 10, 64)
	seen.Approval, _ = strconv.ParseInt(approval, 10, 64)
	return &seen
}

// seePayout goes where an order can be followed.
func (s *Screens) seePayout(c echo.Context, payout payments.Payout) error {
	if payout.Transaction.ID != 0 {
		return web.See(c, web.ItemPath("/transactions/", payout.Transaction.ID))
	}
	if err := s.Flash(c, views.FlashAsksOwner); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/approvals/", payout.Approval.ID))
}
