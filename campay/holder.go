package campay

// Whose account a number is. The call is beyond CamPay's documentation: use it
// where it answers, and do without where it does not.

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"comptoir/campay/money"
)

const maxHolderName = 80 // runes

type holderAnswer struct {
	FullName text `json:"full_name"`
}

// check refuses an answer that names nobody.
func (h *holderAnswer) check() error {
	if h.FullName == "" {
		return errors.New("no name in it")
	}
	return nil
}

// HolderInfo asks for the name under which a number is registered
// (GET /holder_info/). It is said by CamPay and proves nothing.
func (c *Client) HolderInfo(ctx context.Context, p money.Phone) (name string, err error) {
	if err := p.Check(); err != nil {
		return "", &Error{Op: opHolder, Effect: NotSent, Err: err}
	}
	var h holderAnswer
	path := "holder_info/?" + url.Values{"phone_number": {string(p)}}.Encode()
	if _, err := c.call(ctx, ask(opHolder, http.MethodGet, path, maxAnswer), nil, into(&h, (*holderAnswer).check)); err != nil {
		return "", err
	}
	name = clean(string(h.FullName))
	if runes := []rune(name); len(runes) > maxHolderName {
		name = string(runes[:maxHolderName]) + "…"
	}
	return name, nil
}
