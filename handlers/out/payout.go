package out

// Money out: a withdrawal, airtime and a refund are one way through form,
// review and password. Whatever is clicked twice or sent from two tabs carries
// the operation id of its form, and so is one payout.

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/campay/refusal"
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
		preview, err := s.Payments.PreviewPayout(c.Request().Context(), order)
		if f.Refused(err) {
			return s.showPayoutForm(c, http.StatusUnprocessableEntity, typedForm)
		}
		if err != nil {
			return err
		}
		return s.showReview(c, http.StatusOK, typedForm, preview)
	}
}

func (s *Screens) showReview(c echo.Context, status int, form views.PayoutForm, preview payments.PayoutPreview) error {
	props := reviewOf(preview)
	props.Form, props.Now = form, s.Now()
	return s.Show(c, status, func(p views.Page) templ.Component { return views.PayoutReviewPage(p, props) })
}

// reviewOf is a preview as screens show it.
func reviewOf(preview payments.PayoutPreview) views.PayoutReviewProps {
	return views.PayoutReviewProps{
		Amount: preview.Order.Amount, Phone: preview.Order.Phone, Operator: preview.Operator,
		Holder: preview.HolderName, Saved: preview.Recipient.Name,
		Available: preview.Available, WalletUntold: preview.WalletUntold, InFlight: preview.InFlight, Fee: views.FeeEstimate{
			About: preview.Fee.About, Least: preview.Fee.Least, Most: preview.Fee.Most, IsKnown: preview.Fee.Known,
		},
		Usual: preview.Usual, FarAbove: preview.FarAbove, NeedsApproval: preview.NeedsApproval,
		Same: preview.Same.Transaction, SameWaiting: preview.Same.Approval,
	}
}

// ConfirmPayout sends what was reviewed: after the password and the answers,
// and after all was checked anew. An operation that was begun already (a second
// click, another tab) shows what became of it and sends nothing.
func (s *Screens) ConfirmPayout(screen payoutScreen) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		order, typedForm, f, err := s.payoutOrder(c, screen)
		if err != nil {
			return err
		}
		if !f.OK() {
			return s.showPayoutForm(c, http.StatusUnprocessableEntity, typedForm)
		}
		isOwn, err := s.OwnPassword(c, f)
		if err != nil {
			return err
		}
		foresee := s.Payments.PreviewPayout
		if !isOwn {
			foresee = s.Payments.PreviewKnown // CamPay is asked nothing for who does not know the password
		}
		preview, stop := foresee(ctx, order)
		begun, err := s.begun(c, order.Operation)
		if err != nil {
			return err
		}
		if !begun { // else the code of the first click is used up, and nothing more goes out
			if _, isStop := refusal.Of(stop); isStop {
				delete(f.Errors, "password") // which the form does not ask for
				f.Refused(stop)
				return s.showPayoutForm(c, http.StatusUnprocessableEntity, typedForm)
			}
			if stop != nil {
				return stop
			}
			answered(c, f, preview)
			if isOwn {
				err = s.CodeAgain(c, f)
			}
		}
		if err != nil {
			return err
		}
		if !f.OK() {
			return s.showReview(c, http.StatusUnprocessableEntity, typedForm, preview)
		}
		order.Seen = preview.Same.Seen()
		payout, err := s.Payments.PayOut(ctx, order)
		if s.SentUnkept(c, err) {
			return s.seePayout(c, payout)
		}
		if again := (*payments.SameError)(nil); errors.As(err, &again) { // another one came between
			preview.Same = again.Same
			f.Wrong("again", views.ProblemNotSure, "")
			return s.showReview(c, http.StatusConflict, typedForm, preview)
		}
		if f.Refused(err) {
			typedForm.OperationID = payments.NewOperation() // the refused one may be in the book, and is over
			return s.showPayoutForm(c, http.StatusUnprocessableEntity, typedForm)
		}
		if err != nil {
			return err
		}
		return s.seePayout(c, payout)
	}
}

// begun reports whether an operation is in the book. The preview is asked for
// first: of an operation that is not in the book after it, nothing that the
// preview counts is its own.
func (s *Screens) begun(c echo.Context, operation string) (bool, error) {
	ctx := c.Request().Context()
	_, err := s.Store.TransactionByExternalReference(ctx, operation)
	if errors.Is(err, store.ErrNotFound) {
		_, err = s.Store.ApprovalByOperation(ctx, operation)
	}
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// answered wants a yes to each question of the review.
func answered(c echo.Context, f *web.Form, preview payments.PayoutPreview) {
	if preview.FarAbove && c.FormValue("sure") != views.Sure(preview.Order.Amount) {
		f.Wrong("sure", views.ProblemNotSure, "")
	}
	if preview.Same.Is() && c.FormValue("again") != views.Again(preview.Same.Transaction.ID, preview.Same.Approval.ID) {
		f.Wrong("again", views.ProblemNotSure, "")
	}
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
