package e2e

// The till at the sizes that phones and counters have.

import (
	"fmt"
	"testing"
)

func TestFits_TheTill_ItsSales_AndTheirEnds(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir(), "--shop", longShop)
	m := merchant(t, p)
	m.askAtTheTill(p, "12500000", "677 12 34 56")
	m.see(".counter .status.wait")
	prompt := m.path()
	m.open(p.url + "/checkout")
	m.fill("amount", "12500000")
	m.fill("description", longShop)
	m.click("[data-till] button.primary")
	m.see(".counter .qr")
	m.fitsAtOnce("sale-code", ".mend")
	m.open(p.url + "/checkout?amount=12500000")
	m.see(".strip li + li")
	m.fitsAtOnce("till", ".ways")
	m.open(p.url + prompt)
	m.see(".counter .status.wait")
	m.fitsAtOnce("sale-prompt", ".counter .actions a")
	m.open(p.url + "/checkout/phone?amount=12500000")
	m.fitsAtOnce("number", "[data-number] button[type=submit]")
	p.enter(t, "1234")
	m.open(p.url + prompt)
	m.see(".counter .status.good")
	m.fitsAtOnce("paid", ".counter [data-next]")
	m.askAtTheTill(p, "12500000", "699 12 34 56")
	m.see(".counter .status.wait")
	p.enter(t, "0000")
	m.see(".counter .status.bad")
	m.fitsAtOnce("failed", ".counter [data-next]")
	m.open(p.url + "/checkout/claim")
	m.fits("claim", "main [name=said]")
}

// sends fills in one of several forms of a page, and sends it.
func (v *visitor) sends(action string, fields ...string) {
	v.t.Helper()
	form := fmt.Sprintf("form[action=%q] ", action)
	v.see(form)
	for i := 0; i < len(fields); i += 2 {
		v.eval(fmt.Sprintf("document.querySelector(%q).value = %q", form+"[name="+fields[i]+"]", fields[i+1]))
	}
	v.click(form + "button[type=submit]")
}

// trustsThisTill makes the owner's browser a till on which cashiers take turns.
func (v *visitor) trustsThisTill(p shop, cashiers ...string) {
	v.t.Helper()
	const password = "une autre phrase que je retiens"
	for _, name := range cashiers {
		v.open(p.url + "/team/invite")
		v.fill("name", name)
		v.confirm(p.password)
		v.see(".qr")
		cashier := visit(v.t)
		cashier.open(v.eval("document.getElementById('link-url').value"))
		cashier.fill("new_password", password)
		cashier.click("main form.form button[type=submit]")
		cashier.see("main a[href='/checkout']")
		cashier.open(p.url + "/account")
		cashier.sends("/account/pin", "pin", "2580", "password", password)
		cashier.see(".toast")
	}
	v.open(p.url + "/team")
	v.sends("/team/tills", "till", "Comptoir", "password", p.password)
	v.see("form[action^='/team/tills/']")
	v.open(p.url + "/switch")
	v.see(".pin-pad")
}

func TestFits_SwitchOfPersons(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir(), "--shop", longShop)
	m := merchant(t, p)
	m.trustsThisTill(p, "Marie-Antoinette Ngo Mbarga", "Caisse 2")
	m.fitsAtOnce("switch", ".narrow form button[type=submit]")
}
