package handlers

// Request by phone: amount and number, then the push to the payer.

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/views"
)

func (s *server) requestForm(c echo.Context) error {
	return s.showRequest(c, http.StatusOK, views.RequestProps{Form: views.RequestForm{
		OperationID: payments.NewOperation(), Amount: c.QueryParam("amount"), Phone: c.QueryParam("phone"),
	}})
}

func (s *server) showRequest(c echo.Context, status int, props views.RequestProps) error {
	props.Now = s.Now()
	return s.show(c, status, func(p views.Page) templ.Component { return views.RequestPage(p, props) })
}

func (s *server) request(c echo.Context) error {
	ctx := c.Request().Context()
	typedForm := views.RequestForm{
		OperationID: c.FormValue("operation"), Amount: typed(c, "amount"), Phone: typed(c, "phone"), Description: typed(c, "description"),
	}
	f := newForm(c)
	order := payments.PushOrder{Description: typedForm.Description, By: user(c).ID}
	var err error
	order.Amount, err = payments.ParseAmount(typedForm.Amount)
	f.amount(err)
	order.Phone, err = payments.ParsePhone(typedForm.Phone)
	f.phone(err)
	f.atMost("description", order.Description, views.MaxDescription)
	order.Operation = f.operation(typedForm.OperationID)
	typedForm.OperationID, typedForm.Errors = order.Operation, f.errors
	if !f.ok() {
		return s.showRequest(c, http.StatusUnprocessableEntity, views.RequestProps{Form: typedForm})
	}
	same, asked, err := s.Payments.AskedAlready(ctx, order.Phone, order.Amount)
	if err != nil {
		return err
	}
	isThisForm := same.ExternalReference == order.Operation // sent twice: one request
	knowsOfIt := c.FormValue("again") == strconv.FormatInt(same.ID, 10)
	if asked && !isThisForm && !knowsOfIt {
		return s.showRequest(c, http.StatusConflict, views.RequestProps{Form: typedForm, Again: same})
	}
	t, err := s.Payments.RequestPayment(ctx, order)
	if s.sentUnkept(c, err) {
		return see(c, itemPath("/transactions/", t.ID))
	}
	if f.refused(err) {
		typedForm.OperationID = payments.NewOperation() // the refused one is in the book, and over
		return s.showRequest(c, http.StatusUnprocessableEntity, views.RequestProps{Form: typedForm})
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.FlashRequestSent); err != nil {
		return err
	}
	return see(c, itemPath("/transactions/", t.ID))
}
