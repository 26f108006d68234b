package sandbox

// POST /get_payment_link/ and what a payer does on the link's page. The first
// try to pay has the link's reference; each further one has its own, or that of
// the one that failed (Habits), under the same external reference.

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
)

const linkBytes = 12

// link is one hosted payment page.
type link struct {
	ID                 string               `json:"id"` // in its address
	Reference          string               `json:"reference"`
	ExternalReference  string               `json:"external_reference,omitempty"`
	Amount             money.XAF            `json:"amount"`
	PayerCanPayMore    bool                 `json:"payer_can_pay_more,omitempty"`
	Phone              money.Phone          `json:"phone,omitempty"`
	Description        string               `json:"description,omitempty"`
	FirstName          string               `json:"first_name,omitempty"`
	LastName           string               `json:"last_name,omitempty"`
	Email              string               `json:"email,omitempty"`
	RedirectURL        string               `json:"redirect_url,omitempty"`
	FailureRedirectURL string               `json:"failure_redirect_url,omitempty"`
	Options            money.PaymentOptions `json:"payment_options"`
	Made               time.Time            `json:"made"`
}

type askedLink struct {
	Amount             plain `json:"amount"`
	Currency           plain `json:"currency"`
	From               plain `json:"from"`
	Description        plain `json:"description"`
	FirstName          plain `json:"first_name"`
	LastName           plain `json:"last_name"`
	Email              plain `json:"email"`
	ExternalReference  plain `json:"external_reference"`
	UUID               plain `json:"uuid"`
	RedirectURL        plain `json:"redirect_url"`
	FailureRedirectURL plain `json:"failure_redirect_url"`
	PaymentOptions     plain `json:"payment_options"`
	PayerCanPayMore    plain `json:"payer_can_pay_more"`
}

func (s *Sandbox) makeLink(r *http.Request, body []byte) (any, error) {
	var asked askedLink
	if err := readBody(r, body, &asked); err != nil {
		return nil, err
	}
	k, err := readIdentity(asked.ExternalReference, asked.UUID)
	if err != nil {
		return nil, err
	}
	return s.once(EndpointLink, k, func(st *state) (any, error) {
		l, err := asked.link(st.cfg)
		if err != nil {
			return nil, err
		}
		if l.Reference, err = st.newUUID(); err != nil {
			return nil, err
		}
		random := make([]byte, linkBytes)
		if _, err := io.ReadFull(st.cfg.Rand, random); err != nil {
			return nil, fmt.Errorf("random: %w", err)
		}
		l.ID, l.ExternalReference, l.Made = hex.EncodeToString(random), k.external, st.now
		st.Links = append(st.Links, &l)
		st.touch()
		return l.answer(s.base.String(), st.cfg.Habits), nil
	})
}

func (l *link) answer(base string, h Habits) map[string]string {
	answer := map[string]string{"link": base + "/pay/" + l.ID}
	if !h.LinkAlone {
		answer["reference"], answer["status"] = l.Reference, string(campay.Successful)
	}
	return answer
}

// link checks what was asked.
func (a askedLink) link(c *Config) (link, error) {
	amount, err := readAmount(a.Amount)
	if err != nil {
		return link{}, err
	}
	var phone money.Phone
	if a.From != "" {
		if phone, err = readPhone(a.From); err != nil {
			return link{}, err
		}
	}
	redirect, err := readRedirect(a.RedirectURL)
	if err != nil {
		return link{}, err
	}
	failure, err := readRedirect(a.FailureRedirectURL)
	if err != nil {
		return link{}, err
	}
	options := money.PaymentOptions(orElse(a.PaymentOptions, plain(money.MobileMoney)))
	known := []money.PaymentOptions{money.MobileMoney, money.Card, money.MobileMoneyCard}
	if !slices.Contains(known, options) {
		return link{}, refuse("", "payment_options must be MOMO, CARD or MOMO,CARD")
	}
	if !slices.Contains([]plain{"", "yes", "no"}, a.PayerCanPayMore) {
		return link{}, refuse("", "payer_can_pay_more must be yes or no")
	}
	return link{
			Amount: amount, PayerCanPayMore: a.PayerCanPayMore == "yes", Phone: phone,
			Description: string(a.Description), FirstName: string(a.FirstName),
			LastName: string(a.LastName), Email: string(a.Email),
			RedirectURL: redirect, FailureRedirectURL: failure, Options: options,
		}, firstError(
			readCurrency(a.Currency),
			readTexts(a.Description, a.FirstName, a.LastName, a.Email),
			c.belowCeiling(amount),
		)
}

// Pay begins a payment on a link's page, as its form does. The link is known by
// its reference or its address; amount 0 is the link's own. A *Refusal says why
// the page would not have it.
func (s *Sandbox) Pay(of string, phone money.Phone, amount money.XAF) (Prompt, error) {
	var prompt Prompt
	err := s.change(func(st *state) error {
		i := slices.IndexFunc(st.Links, func(l *link) bool {
			return l.Reference == of || s.base.String()+"/pay/"+l.ID == of
		})
		if i < 0 {
			return fmt.Errorf("link %s: %w", of, ErrUnknown)
		}
		l := st.Links[i]
		asked := orElse(amount, l.Amount)
		if err := firstError(
			l.takes(asked),
			st.cfg.belowCeiling(asked),
			servedCarrier(phone),
			carrierMinimum(phone, asked),
		); err != nil {
			return err
		}
		e, err := st.begin(l.try(st, phone, asked))
		if err != nil {
			return err
		}
		prompt = st.prompt(e)
		return nil
	})
	return prompt, err
}

func (l *link) takes(amount money.XAF) error {
	_, whole := amount.Whole()
	switch {
	case !whole:
		return refuse(campay.CodeAmount, "Invalid amount. Decimal numbers are NOT allowed")
	case amount < l.Amount:
		return refuse(campay.CodeAmount, fmt.Sprintf("The minimum amount is %s XAF", twoDecimals(l.Amount)))
	case amount > l.Amount && !l.PayerCanPayMore:
		return refuse(campay.CodeAmount, fmt.Sprintf("The amount is %s XAF", twoDecimals(l.Amount)))
	}
	return nil
}

// lastTry is the newest attempt to pay; nil: there was none.
func (l *link) lastTry(st *state) *Entry {
	for _, e := range slices.Backward(st.Entries) {
		if e.LinkReference == l.Reference {
			return e
		}
	}
	return nil
}

// try is the transaction of one more attempt to pay.
func (l *link) try(st *state, phone money.Phone, amount money.XAF) Entry {
	e := Entry{
		Endpoint:          EndpointCollect,
		ExternalReference: l.ExternalReference,
		LinkReference:     l.Reference,
		Asked:             amount,
		Phone:             phone,
		Description:       l.Description,
		FirstName:         l.FirstName,
		LastName:          l.LastName,
		Email:             l.Email,
		RedirectURL:       l.RedirectURL,
		FailureURL:        l.FailureRedirectURL,
	}
	last := l.lastTry(st)
	switch {
	case last == nil:
		e.Reference = l.Reference
	case st.cfg.Habits.SameReference && last.Status == campay.Failed:
		e.Reference = last.Reference
	}
	return e
}
