package sandbox

// POST /withdraw/ and POST /utilities/airtime/transfer/: money that leaves.

import (
	"fmt"
	"net/http"

	"comptoir/campay"
	"comptoir/campay/money"
)

func (s *Sandbox) withdraw(r *http.Request, body []byte) (any, error) {
	if s.cfg.ForbidWithdrawals {
		return nil, &Refusal{
			HTTPStatus: http.StatusForbidden,
			Message:    "Withdrawals through the API are not allowed for this application", field: message,
		}
	}
	asked, err := readPayout(r, body)
	if err != nil {
		return nil, err
	}
	return s.payOut(EndpointWithdraw, asked, func(st *state, phone money.Phone, amount money.XAF) error {
		return firstError(st.cfg.belowCeiling(amount), carrierMinimum(phone, amount))
	})
}

func (s *Sandbox) airtime(r *http.Request, body []byte) (any, error) {
	asked, err := readPayout(r, body)
	if err != nil {
		return nil, err
	}
	return s.payOut(EndpointAirtime, asked, func(st *state, _ money.Phone, amount money.XAF) error {
		if st.cfg.Ceiling > 0 && amount != money.Francs(demoAirtime) {
			return refuse(campay.CodeAmount, fmt.Sprintf(
				"This is a demo system. Minimum and maximum amount is %d XAF", demoAirtime))
		}
		return nil
	})
}

type payout struct {
	Amount            plain `json:"amount"`
	To                plain `json:"to"`
	Description       plain `json:"description"`
	ExternalReference plain `json:"external_reference"`
	UUID              plain `json:"uuid"`
}

func readPayout(r *http.Request, body []byte) (payout, error) {
	var asked payout
	err := readBody(r, body, &asked)
	return asked, err
}

func (s *Sandbox) payOut(e Endpoint, asked payout, rules func(*state, money.Phone, money.XAF) error) (any, error) {
	k, err := readIdentity(asked.ExternalReference, asked.UUID)
	if err == nil && e == EndpointWithdraw {
		k.external, err = readReference(asked.ExternalReference)
	}
	if err != nil {
		return nil, err
	}
	return s.once(e, k, func(st *state) (any, error) {
		amount, err := readAmount(asked.Amount)
		if err != nil {
			return nil, err
		}
		phone, err := readPhone(asked.To)
		if err != nil {
			return nil, err
		}
		if err := firstError(
			readTexts(asked.Description),
			rules(st, phone, amount),
			st.afford(e, phone, amount),
		); err != nil {
			return nil, err
		}
		entry, err := st.begin(Entry{
			Endpoint:          e,
			ExternalReference: k.external,
			Asked:             amount,
			Phone:             phone,
			Description:       string(asked.Description),
		})
		if err != nil {
			return nil, err
		}
		return map[string]string{"reference": entry.Reference, "status": string(campay.Pending)}, nil
	})
}
