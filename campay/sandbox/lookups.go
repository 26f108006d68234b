package sandbox

// The calls that only read: a transaction, an airtime transfer, the balance,
// the history, an account's holder.

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
)

// absent is how CamPay's answers often write that there is no value.
const absent = "None"

// transaction is GET /transaction/{reference}/. A link's reference is unknown
// until a payer has begun to pay on it; airtime has its own call.
func (s *Sandbox) transaction(r *http.Request, _ []byte) (any, error) {
	e, err := s.find(r.PathValue("reference"))
	if err != nil || e.Endpoint == EndpointAirtime {
		return nil, notFound("Transaction")
	}
	return map[string]any{
		"reference":            e.Reference,
		"external_reference":   e.ExternalReference,
		"status":               e.Status,
		"amount":               twoDecimals(e.Amount),
		"app_amount":           twoDecimals(e.net()),
		"currency":             e.Currency,
		"operator":             spelled(e.Operator),
		"code":                 e.Code,
		"operator_reference":   orNull(e.OperatorReference),
		"endpoint":             e.Endpoint,
		"signature":            s.signature(s.cfg.WebhookKey),
		"description":          e.Description,
		"external_user":        e.ExternalUser,
		"extra_first_name":     e.FirstName,
		"extra_last_name":      e.LastName,
		"extra_email":          e.Email,
		"redirect_url":         e.RedirectURL,
		"failure_redirect_url": e.FailureURL,
		"reason":               orElse(e.Reason.text(), absent),
		"phone_number":         e.Phone,
	}, nil
}

// spelled is an operator as most answers write it.
func spelled(o money.Operator) string {
	if o == money.Orange {
		return "Orange"
	}
	return string(o)
}

// utility is GET /utilities/transaction/{reference}/.
func (s *Sandbox) utility(r *http.Request, _ []byte) (any, error) {
	e, err := s.find(r.PathValue("reference"))
	if err != nil || e.Endpoint != EndpointAirtime {
		return nil, notFound("Utility transaction")
	}
	return map[string]any{
		"reference":          e.Reference,
		"external_reference": e.ExternalReference,
		"status":             e.Status,
		"amount":             e.Amount,
		"currency":           e.Currency,
		"operator":           string(e.Operator) + "_CM",
		"code":               e.Code,
		"type":               "AIRTIME",
		"reason":             e.Reason.text(),
	}, nil
}

func (s *Sandbox) find(reference string) (Entry, error) {
	var found *Entry
	s.look(func(st *state) {
		if e, ok := st.byReference[strings.ToLower(reference)]; ok {
			copied := *e
			found = &copied
		}
	})
	if found == nil {
		return Entry{}, ErrUnknown
	}
	return *found, nil
}

func notFound(what string) *Refusal {
	return &Refusal{HTTPStatus: http.StatusNotFound, Message: what + " not found", field: message}
}

func (s *Sandbox) balance(*http.Request, []byte) (any, error) {
	b := s.Balance()
	return map[string]any{
		"total_balance":              decimal(b.MTN + b.Orange),
		"mtn_balance":                decimal(b.MTN),
		"orange_balance":             decimal(b.Orange),
		"utility_balance":            decimal(b.Airtime),
		"utility_commission_balance": decimal(0),
		"currency":                   currency,
	}, nil
}

// historyRow is one row of POST /history/: no external reference, and of a
// collection that failed the fee and the credit that it would have had.
type historyRow struct {
	Datetime       string        `json:"datetime"`
	Code           string        `json:"code"`
	OperatorTxCode any           `json:"operator_tx_code"` // null where there is none
	Operator       string        `json:"operator"`
	PhoneNumber    money.Phone   `json:"phone_number"`
	Description    string        `json:"description"`
	ExternalUser   string        `json:"external_user"`
	Amount         decimal       `json:"amount"`
	ChargeAmount   decimal       `json:"charge_amount"`
	Debit          decimal       `json:"debit"`
	Credit         decimal       `json:"credit"`
	Status         campay.Status `json:"status"`
	ReferenceUUID  string        `json:"reference_uuid"`
}

// history is POST /history/: what has ended, of the days (UTC) on which it
// began, both days included, newest first. See Habits.
func (s *Sandbox) history(r *http.Request, body []byte) (any, error) {
	var asked struct {
		StartDate plain `json:"start_date"`
		EndDate   plain `json:"end_date"`
	}
	if err := readBody(r, body, &asked); err != nil {
		return nil, err
	}
	from, errFrom := time.Parse(time.DateOnly, string(asked.StartDate))
	to, errTo := time.Parse(time.DateOnly, string(asked.EndDate))
	if errFrom != nil || errTo != nil {
		return nil, refuse("", "start_date and end_date are required in the format YYYY-MM-DD")
	}
	rows := []historyRow{}
	s.look(func(st *state) {
		rows = rows[:0]
		for i := len(st.Entries) - 1; i >= 0; i-- {
			e := st.Entries[i]
			if st.cfg.Habits.shows(e.Status) && !e.Begun.Before(from) && e.Begun.Before(to.AddDate(0, 0, 1)) {
				rows = append(rows, rowOf(e, st.cfg.Habits))
			}
		}
	})
	return map[string]any{"data": rows}, nil
}

func rowOf(e *Entry, h Habits) historyRow {
	charge := e.Charge
	if e.Endpoint != EndpointCollect && e.Status == campay.Failed {
		charge = 0
	}
	return historyRow{
		Datetime:       h.written(e.Begun),
		Code:           e.Code,
		OperatorTxCode: orNull(e.OperatorReference),
		Operator:       spelled(e.Operator),
		PhoneNumber:    e.Phone,
		Description:    e.Description,
		ExternalUser:   e.ExternalUser,
		Amount:         decimal(e.Amount),
		ChargeAmount:   decimal(charge),
		Debit:          decimal(e.Debit()),
		Credit:         decimal(e.net()),
		Status:         e.Status,
		ReferenceUUID:  e.Reference,
	}
}

// holder is GET /holder_info/?phone_number=: a placeholder for every number.
func (s *Sandbox) holder(r *http.Request, _ []byte) (any, error) {
	phone, err := readPhone(plain(r.URL.Query().Get("phone_number")))
	if err != nil {
		return nil, err
	}
	return map[string]string{"full_name": "Titulaire d’essai " + string(phone[len(phone)-4:])}, nil
}

// decimal is an amount written as a JSON number that always has decimals: 5.0.
type decimal money.XAF

// MarshalJSON writes 5.0 or 4.95.
func (d decimal) MarshalJSON() ([]byte, error) {
	a := money.XAF(d)
	if francs, whole := a.Whole(); whole {
		return []byte(strconv.FormatInt(francs, 10) + ".0"), nil
	}
	return []byte(a.String()), nil
}

// twoDecimals is "5.00".
func twoDecimals(a money.XAF) string {
	if _, whole := a.Whole(); whole {
		return a.String() + ".00"
	}
	return a.String()
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
