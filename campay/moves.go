package campay

// The calls that move money, or make a page on which it moves. None of them is
// ever tried again by the client.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"comptoir/campay/money"
)

// The names of the calls, as they stand in Error.Op.
const (
	opToken              = "token"
	opCollect            = "collect"
	opPaymentLink        = "get_payment_link"
	opTransaction        = "transaction"
	opWithdraw           = "withdraw"
	opBalance            = "balance"
	opHistory            = "history"
	opAirtime            = "airtime transfer"
	opUtilityTransaction = "utility transaction"
	opHolder             = "holder info"
)

const currency = "XAF"

// acceptance is how CamPay takes on any of these calls. Without a reference
// nobody could ask what became of it.
type acceptance struct {
	Reference text `json:"reference"`
	Status    text `json:"status"`
	USSDCode  text `json:"ussd_code"`
	Operator  text `json:"operator"`
	Link      text `json:"link"`
}

func (a *acceptance) check() error { return checkReference(string(a.Reference)) }

// Collect asks a payer's phone for money (POST /collect/).
func (c *Client) Collect(ctx context.Context, r CollectRequest) (Collection, error) {
	amount, err := amountAndPhone(r.Amount, r.From)
	if err != nil {
		return Collection{}, &Error{Op: opCollect, Effect: NotSent, Err: err}
	}
	in := struct {
		Amount            string      `json:"amount"`
		Currency          string      `json:"currency"`
		From              money.Phone `json:"from"`
		Description       string      `json:"description"`
		ExternalReference string      `json:"external_reference"`
		ExternalUser      string      `json:"external_user"`
	}{amount, currency, r.From, r.Description, r.ExternalReference, r.ExternalUser}
	var a acceptance
	raw, err := c.call(ctx, move(opCollect, "collect/"), in, into(&a, (*acceptance).check))
	if err != nil {
		return Collection{}, err
	}
	operator := money.ParseOperator(string(a.Operator))
	if operator == money.OtherOperator {
		operator = r.From.Operator()
	}
	out := Collection{Reference: string(a.Reference), USSDCode: string(a.USSDCode), Operator: operator, Raw: raw}
	if out.USSDCode == "" {
		out.USSDCode = operator.USSD()
	}
	return out, nil
}

// checkLink wants the link. Customers are sent to it, so it must be a web address.
// A reference need not come with it: CamPay's own documentation shows none.
func (a *acceptance) checkLink() error {
	u, err := url.Parse(string(a.Link))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return errors.New("no web address as the link")
	}
	if absent(string(a.Reference)) {
		a.Reference = ""
		return nil
	}
	return a.check()
}

// PaymentLink makes a hosted payment page (POST /get_payment_link/).
func (c *Client) PaymentLink(ctx context.Context, r PaymentLinkRequest) (PaymentLink, error) {
	amount, err := r.Amount.Payable()
	if err == nil && r.From != "" {
		err = r.From.Check()
	}
	if err != nil {
		return PaymentLink{}, &Error{Op: opPaymentLink, Effect: NotSent, Err: err}
	}
	in := struct {
		Amount             string               `json:"amount"`
		Currency           string               `json:"currency"`
		From               money.Phone          `json:"from,omitempty"`
		Description        string               `json:"description"`
		FirstName          string               `json:"first_name,omitempty"`
		LastName           string               `json:"last_name,omitempty"`
		Email              string               `json:"email,omitempty"`
		ExternalReference  string               `json:"external_reference"`
		RedirectURL        string               `json:"redirect_url,omitempty"`
		FailureRedirectURL string               `json:"failure_redirect_url,omitempty"`
		PaymentOptions     money.PaymentOptions `json:"payment_options,omitempty"`
		PayerCanPayMore    string               `json:"payer_can_pay_more"`
	}{
		amount, currency, r.From, r.Description, r.FirstName, r.LastName, r.Email, r.ExternalReference,
		r.RedirectURL, r.FailureRedirectURL, r.PaymentOptions, yesNo(r.PayerCanPayMore),
	}
	var a acceptance
	raw, err := c.call(ctx, move(opPaymentLink, "get_payment_link/"), in, into(&a, (*acceptance).checkLink))
	if err != nil {
		return PaymentLink{}, err
	}
	return PaymentLink{URL: string(a.Link), Reference: string(a.Reference), Raw: raw}, nil
}

// Withdraw pays out to a mobile money account (POST /withdraw/).
func (c *Client) Withdraw(ctx context.Context, r WithdrawRequest) (Withdrawal, error) {
	amount, err := amountAndPhone(r.Amount, r.To)
	if err != nil {
		return Withdrawal{}, &Error{Op: opWithdraw, Effect: NotSent, Err: err}
	}
	in := struct {
		Amount            string      `json:"amount"`
		To                money.Phone `json:"to"`
		Description       string      `json:"description"`
		ExternalReference string      `json:"external_reference"`
	}{amount, r.To, r.Description, r.ExternalReference}
	var a acceptance
	raw, err := c.call(ctx, move(opWithdraw, "withdraw/"), in, into(&a, (*acceptance).check))
	if err != nil {
		return Withdrawal{}, err
	}
	return Withdrawal{Reference: string(a.Reference), Status: status(a.Status), Raw: raw}, nil
}

// TransferAirtime sends airtime (POST /utilities/airtime/transfer/).
func (c *Client) TransferAirtime(ctx context.Context, r AirtimeRequest) (AirtimeTransfer, error) {
	amount, err := amountAndPhone(r.Amount, r.To)
	if err != nil {
		return AirtimeTransfer{}, &Error{Op: opAirtime, Effect: NotSent, Err: err}
	}
	in := struct {
		Amount            string      `json:"amount"`
		To                money.Phone `json:"to"`
		ExternalReference string      `json:"external_reference"`
	}{amount, r.To, r.ExternalReference}
	var a acceptance
	raw, err := c.call(ctx, move(opAirtime, "utilities/airtime/transfer/"), in, into(&a, (*acceptance).check))
	if err != nil {
		return AirtimeTransfer{}, err
	}
	return AirtimeTransfer{Reference: string(a.Reference), Status: status(a.Status), Raw: raw}, nil
}

func move(op, path string) endpoint {
	return endpoint{op: op, method: http.MethodPost, path: path, limit: maxAnswer}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func amountAndPhone(amount money.XAF, p money.Phone) (string, error) {
	if err := p.Check(); err != nil {
		return "", err
	}
	return amount.Payable()
}

var referenceForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// checkReference refuses what is no reference, and so whatever could lead a
// path elsewhere.
func checkReference(s string) error {
	if !referenceForm.MatchString(s) {
		return fmt.Errorf("%w: %.80q", ErrReference, s)
	}
	return nil
}
