package sandbox

// POST /collect/: a push prompt to a payer's phone.

import (
	"net/http"

	"comptoir/campay"
	"comptoir/campay/money"
)

func (s *Sandbox) collect(r *http.Request, body []byte) (any, error) {
	var asked struct {
		Amount            plain `json:"amount"`
		Currency          plain `json:"currency"`
		From              plain `json:"from"`
		Description       plain `json:"description"`
		ExternalReference plain `json:"external_reference"`
		ExternalUser      plain `json:"external_user"`
		UUID              plain `json:"uuid"`
	}
	if err := readBody(r, body, &asked); err != nil {
		return nil, err
	}
	k, err := readIdentity(asked.ExternalReference, asked.UUID)
	if err != nil {
		return nil, err
	}
	return s.once(EndpointCollect, k, func(st *state) (any, error) {
		amount, err := readAmount(asked.Amount)
		if err != nil {
			return nil, err
		}
		phone, err := readPhone(asked.From)
		if err != nil {
			return nil, err
		}
		if err := firstError(
			readCurrency(asked.Currency),
			readTexts(asked.Description, asked.ExternalUser),
			st.cfg.belowCeiling(amount),
			carrierMinimum(phone, amount),
		); err != nil {
			return nil, err
		}
		e, err := st.begin(Entry{
			Endpoint:          EndpointCollect,
			ExternalReference: k.external,
			Asked:             amount,
			Phone:             phone,
			Description:       string(asked.Description),
			ExternalUser:      string(asked.ExternalUser),
		})
		if err != nil {
			return nil, err
		}
		return collected(e), nil
	})
}

// collected is the answer to a collect.
func collected(e *Entry) map[string]string {
	return map[string]string{
		"reference": e.Reference,
		"ussd_code": e.Operator.USSD(),
		"operator":  spelled(e.Operator),
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// afford refuses a payout that its balance does not cover, fee included.
func (st *state) afford(e Endpoint, phone money.Phone, amount money.XAF) error {
	charge := st.cfg.Fees.on(e, amount)
	if amount+charge <= *st.wallet(e, phone.Operator()) {
		return nil
	}
	return refuse(campay.CodeBalance, "Insufficient balance")
}
