package sandbox_test

// Payment links and the tries to pay on them.

import (
	"errors"
	"strings"
	"testing"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

// linkBody asks for a link of 500 F; more is further fields, each with a comma
// before it.
func linkBody(external, more string) string {
	return `{"amount":"500","currency":"XAF","description":"Pain","external_reference":"` + external + `"` + more + `}`
}

// link makes a payment link: its path below the sandbox, and its reference.
func (s shop) link(external, more string) (path, reference string) {
	s.Helper()
	r := s.api("POST", "get_payment_link/", linkBody(external, more))
	reference = s.accepted(r)
	address, _ := r.fields(s.T)["link"].(string)
	path, ok := strings.CutPrefix(address, s.url)
	if !ok {
		s.Fatalf("the link is %q", address)
	}
	return path, reference
}

func (s shop) pay(link string, amount money.XAF) sandbox.Prompt {
	s.Helper()
	p, err := s.Pay(link, mtn, amount)
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func TestLink_BeforeAnyoneBeganToPay_IsNoTransaction(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, reference := s.link(extA, "")
	s.want(s.api("GET", "transaction/"+reference+"/", ""), 404, `"message"`, "not found")
	s.pay(reference, 0)
	s.want(s.api("GET", "transaction/"+reference+"/", ""), 200, "PENDING", extA)
}

func TestLink_EachFurtherTry_HasItsOwnReferenceUnderTheSameExternalOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, reference := s.link(extA, `,"first_name":"A","last_name":"B","email":"a@example.org"`)
	first := s.pay(reference, 0)
	if first.Reference != reference {
		t.Errorf("the first try is %s, the link %s", first.Reference, reference)
	}
	if err := s.Refuse(first.Reference); err != nil {
		t.Fatal(err)
	}
	second := s.pay(reference, 0)
	s.enter(second.Reference)
	third := s.pay(reference, 0) // paid twice
	s.enter(third.Reference)
	n := s.delivered(3)
	seen := map[string]bool{}
	for _, one := range n {
		seen[one.Reference] = true
		if one.ExternalReference != extA || one.FirstName != "A" || one.LastName != "B" || one.Email != "a@example.org" {
			t.Errorf("%#v", one)
		}
	}
	if len(seen) != 3 {
		t.Errorf("references %v", seen)
	}
	if got := s.Balance().MTN.String(); got != "10990" {
		t.Errorf("balance %s", got)
	}
}

func TestLink_AmountOfThePayer_OnlyWhereItMayBeMore(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Ceiling = money.Francs(1000) })
	_, fixed := s.link("", "")
	_, least := s.link("", `,"payer_can_pay_more":"yes"`)
	for name, c := range map[string]struct {
		link   string
		phone  money.Phone
		amount money.XAF
		code   string
	}{
		"more than a fixed one": {fixed, mtn, money.Francs(501), campay.CodeAmount},
		"less":                  {least, mtn, money.Francs(499), campay.CodeAmount},
		"decimals":              {least, mtn, 50_050, campay.CodeAmount},
		"above the ceiling":     {least, mtn, money.Francs(1001), campay.CodeAmount},
		"another carrier":       {fixed, nexttel, 0, campay.CodeCarrier},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Pay(c.link, c.phone, c.amount)
			var refusal *sandbox.Refusal
			if !errors.As(err, &refusal) || refusal.Code != c.code || !strings.Contains(err.Error(), c.code) {
				t.Errorf("%v", err)
			}
		})
	}
	if p := s.pay(least, money.Francs(700)); p.Amount != money.Francs(700) {
		t.Errorf("%+v", p)
	}
	if _, err := s.Pay(extB, mtn, 0); !errors.Is(err, sandbox.ErrUnknown) {
		t.Errorf("%v", err)
	}
}

func TestLink_WhatCamPayRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Ceiling = money.Francs(1000) })
	for _, more := range []string{
		`,"amount":"0"`, `,"amount":"1001"`, `,"from":"677"`, `,"redirect_url":"javascript:alert(1)"`,
		`,"failure_redirect_url":"x"`, `,"redirect_url":"https://example.org;script-src"`, `,"payment_options":"CASH"`, `,"payer_can_pay_more":"perhaps"`,
		`,"currency":"USD"`, `,"email":"` + strings.Repeat("e", 1001) + `"`,
	} {
		s.want(s.api("POST", "get_payment_link/", linkBody("", more)), 400, `"message"`)
	}
	s.want(s.api("POST", "get_payment_link/", `"`), 400)
	for _, options := range []string{"MOMO", "CARD", "MOMO,CARD"} {
		s.want(s.api("POST", "get_payment_link/", linkBody("", `,"payment_options":"`+options+`"`)), 200)
	}
}
