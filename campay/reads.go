package campay

// The calls that ask. They change nothing, so they may be tried again.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"comptoir/campay/money"
)

// maxStatusWord bounds a status that is none of CamPay's, in runes.
const maxStatusWord = 40

func status(t text) Status {
	word := clean(string(t))
	for _, known := range []Status{Pending, Successful, Failed} {
		if strings.EqualFold(word, string(known)) {
			return known
		}
	}
	if runes := []rune(word); len(runes) > maxStatusWord {
		word = string(runes[:maxStatusWord]) + "…"
	}
	return Status(word)
}

// transactionAnswer serves both kinds of transaction.
type transactionAnswer struct {
	Reference         text       `json:"reference"`
	ExternalReference text       `json:"external_reference"`
	Status            text       `json:"status"`
	Amount            money.Told `json:"amount"`
	NetAmount         money.Told `json:"app_amount"`
	Currency          text       `json:"currency"`
	Operator          text       `json:"operator"`
	Code              text       `json:"code"`
	OperatorReference text       `json:"operator_reference"`
	Description       text       `json:"description"`
	Reason            text       `json:"reason"`
	Phone             text       `json:"phone_number"`
	Type              text       `json:"type"`
}

// check holds the answer to the question: another transaction's truth must not
// be taken for this one's.
func (t *transactionAnswer) check(asked string) error {
	if !strings.EqualFold(string(t.Reference), asked) {
		return errors.New("it is not about the reference that was asked for")
	}
	if t.Status == "" {
		return errors.New("no status in it")
	}
	return nil
}

// Transaction asks for the truth about one reference
// (GET /transaction/{reference}/). See IsNotFound.
func (c *Client) Transaction(ctx context.Context, reference string) (Transaction, error) {
	t, raw, err := c.transaction(ctx, opTransaction, "transaction/", reference)
	if err != nil {
		return Transaction{}, err
	}
	return Transaction{
		Reference: string(t.Reference), ExternalReference: string(t.ExternalReference),
		Status: status(t.Status), Amount: t.Amount, NetAmount: t.NetAmount, Currency: strings.ToUpper(string(t.Currency)),
		Operator: money.ParseOperator(string(t.Operator)), Code: string(t.Code),
		OperatorReference: string(t.OperatorReference), Description: string(t.Description),
		Reason: string(t.Reason), Phone: string(t.Phone), Raw: raw,
	}, nil
}

// UtilityTransaction asks for the truth about one airtime transfer
// (GET /utilities/transaction/{reference}/).
func (c *Client) UtilityTransaction(ctx context.Context, reference string) (UtilityTransaction, error) {
	t, raw, err := c.transaction(ctx, opUtilityTransaction, "utilities/transaction/", reference)
	if err != nil {
		return UtilityTransaction{}, err
	}
	return UtilityTransaction{
		Reference: string(t.Reference), ExternalReference: string(t.ExternalReference),
		Status: status(t.Status), Amount: t.Amount, Currency: strings.ToUpper(string(t.Currency)),
		Operator: string(t.Operator), Code: string(t.Code), Type: string(t.Type),
		Reason: string(t.Reason), Raw: raw,
	}, nil
}

func (c *Client) transaction(ctx context.Context, op, path, reference string) (*transactionAnswer, json.RawMessage, error) {
	if err := checkReference(reference); err != nil {
		return nil, nil, &Error{Op: op, Effect: NotSent, Err: err}
	}
	var t transactionAnswer
	e := ask(op, http.MethodGet, path+url.PathEscape(reference)+"/", maxAnswer)
	raw, err := c.call(ctx, e, nil, into(&t, func(t *transactionAnswer) error { return t.check(reference) }))
	return &t, raw, err
}

type balanceAnswer struct {
	Total             money.Told `json:"total_balance"`
	MTN               money.Told `json:"mtn_balance"`
	Orange            money.Told `json:"orange_balance"`
	Utility           money.Told `json:"utility_balance"`
	UtilityCommission money.Told `json:"utility_commission_balance"`
	Currency          text       `json:"currency"`
}

// check refuses an answer without any balance: it is about something else.
func (b *balanceAnswer) check() error {
	if !b.Total.Known && !b.MTN.Known && !b.Orange.Known {
		return errors.New("no balance in it")
	}
	return nil
}

// Balance asks what the app holds (GET /balance/).
func (c *Client) Balance(ctx context.Context) (Balance, error) {
	var b balanceAnswer
	raw, err := c.call(ctx, ask(opBalance, http.MethodGet, "balance/", maxAnswer), nil, into(&b, (*balanceAnswer).check))
	if err != nil {
		return Balance{}, err
	}
	return Balance{
		Total: b.Total, MTN: b.MTN, Orange: b.Orange, Utility: b.Utility,
		UtilityCommission: b.UtilityCommission, Currency: strings.ToUpper(clean(string(b.Currency))), Raw: raw,
	}, nil
}

type historyAnswer struct {
	Data *[]historyRow `json:"data"`
}

func (h *historyAnswer) check() error {
	if h.Data == nil {
		return errors.New("no rows in it")
	}
	return nil
}

// History asks for the final transactions of the days from and to name, both
// inclusive, each in its own time zone (POST /history/). Rows keep CamPay's
// order; one that cannot be read is Unreadable and harms no other.
func (c *Client) History(ctx context.Context, from, to time.Time) ([]HistoryRow, error) {
	in := struct {
		Start string `json:"start_date"`
		End   string `json:"end_date"`
	}{from.Format(time.DateOnly), to.Format(time.DateOnly)}
	if in.Start > in.End {
		return nil, &Error{Op: opHistory, Effect: NotSent, Err: fmt.Errorf("%s is after %s", in.Start, in.End)}
	}
	var h historyAnswer
	if _, err := c.call(ctx, ask(opHistory, http.MethodPost, "history/", maxHistory), in, into(&h, (*historyAnswer).check)); err != nil {
		return nil, err
	}
	rows := make([]HistoryRow, 0, len(*h.Data))
	for _, r := range *h.Data {
		rows = append(rows, HistoryRow(r))
	}
	return rows, nil
}

// historyRow reads one row and keeps its bytes.
type historyRow HistoryRow

// UnmarshalJSON reads the row's wire form. It never fails: an error would take
// the other rows with it.
func (r *historyRow) UnmarshalJSON(b []byte) error {
	*r = historyRow{Unreadable: true}
	if read, err := readRow(b); err == nil {
		*r = read
	}
	r.Raw = bytes.Clone(b)
	return nil
}

func readRow(b []byte) (historyRow, error) {
	var w struct {
		At                text       `json:"datetime"`
		Code              text       `json:"code"`
		OperatorReference text       `json:"operator_tx_code"`
		Operator          text       `json:"operator"`
		Phone             text       `json:"phone_number"`
		Description       text       `json:"description"`
		ExternalUser      text       `json:"external_user"`
		Amount            money.Told `json:"amount"`
		Charge            money.Told `json:"charge_amount"`
		Debit             money.Told `json:"debit"`
		Credit            money.Told `json:"credit"`
		Status            text       `json:"status"`
		Reference         text       `json:"reference_uuid"`
	}
	if err := exactly(b, &w); err != nil {
		return historyRow{}, err
	}
	return historyRow{
		At: moment(string(w.At)), Code: string(w.Code), OperatorReference: string(w.OperatorReference),
		Operator: money.ParseOperator(string(w.Operator)), Phone: string(w.Phone),
		Description: string(w.Description), ExternalUser: string(w.ExternalUser),
		Amount: w.Amount, Charge: w.Charge, Debit: w.Debit, Credit: w.Credit,
		Status: status(w.Status), Reference: string(w.Reference),
	}, nil
}

// moment reads a time with or without a zone, without one as Cameroon's. One
// that cannot be read is zero: a row is worth more than its time.
func moment(s string) time.Time {
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00",
		"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999",
	} {
		if t, err := time.ParseInLocation(layout, s, money.Douala); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func ask(op, method, path string, limit int64) endpoint {
	return endpoint{op: op, method: method, path: path, limit: limit, read: true}
}

// IsReference reports whether a text can be one of CamPay's references.
func IsReference(s string) bool { return referenceForm.MatchString(s) }
