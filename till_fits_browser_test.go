package main

// The till at the sizes that phones and counters have.

import "testing"

func TestFits_TheTill_ItsSales_AndTheirEnds(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--shop", longShop)
	m := merchant(t, p)
	m.askAtTheTill(p, "12500000", "677 12 34 56")
	m.see(".counter .status.wait")
	prompt := m.path()
	m.open(p.url + "/checkout")
	m.fill("amount", "12500000")
	m.fill("description", longShop)
	m.click("[data-till] button.primary")
	m.see(".counter .qr")
	m.fits("sale-code", ".mend")
	m.open(p.url + "/checkout?amount=12500000")
	m.see(".strip li + li")
	m.fits("till", ".ways")
	m.open(p.url + prompt)
	m.see(".counter .status.wait")
	m.fits("sale-prompt", ".counter .actions a")
	m.open(p.url + "/checkout/phone?amount=12500000")
	m.fits("number", "[data-number] button[type=submit]")
	p.enter(t, "1234")
	m.open(p.url + prompt)
	m.see(".counter .status.good")
	m.fits("paid", ".counter [data-next]")
}
