package e2e

// Screens at the sizes that phones and counters have, with the longest amounts
// and names that shops have: nothing overflows, and the button that a screen is
// for is in view.

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// longShop is a name of 60 letters.
const longShop = "Établissement Ngo Mbarga et Fils, Quincaillerie et Matériaux"

// sizes are a phone with its browser's bars shown, a small one, a phone laid on
// its side, a counter, and the same at 200 %.
var sizes = []struct {
	name          string
	width, height int64
}{
	{"phone", 360, 612}, {"small", 320, 640}, {"aside", 740, 360}, {"counter", 1280, 800}, {"doubled", 640, 400},
}

// fits opens a screen at each size: it scrolls nowhere sideways, no text of it is
// cut, what a thumb presses at the till is large enough, and what has to be in view is.
func (v *visitor) fits(name string, inView string) {
	v.t.Helper()
	v.fitsFrom(600, name, inView) // at 200 % and on a side a scroll leads there
}

// fitsAtOnce is fits for a screen on which one sells or pays: no scroll leads to its
// button, at any size.
func (v *visitor) fitsAtOnce(name string, inView string) {
	v.t.Helper()
	v.fitsFrom(0, name, inView)
}

func (v *visitor) fitsFrom(height int, name string, inView string) {
	v.t.Helper()
	for _, size := range sizes {
		v.size(size.width, size.height)
		v.eval("window.scrollTo(0, 0)")
		if *screenshots != "" {
			v.keep(fmt.Sprintf("fit-%s-%d", name, size.height), "fr", "light", size.width)
			v.keep(fmt.Sprintf("fit-%s-%d", name, size.height), "fr", "dark", size.width)
			v.scheme("light")
		}
		var found struct{ Wide, Cut, Bottom, Small string }
		script := fmt.Sprintf(`(() => {
		  const name = el => el.tagName + '.' + (el.getAttribute('class') || '') + ' "' + el.textContent.trim().slice(0, 40) + '"'
		  const seen = el => el.checkVisibility() && !el.closest('.hidden, dialog:not([open]), [hidden]')
		  const all = [...document.querySelectorAll('body *')].filter(seen)
		  const wide = all.filter(el => { const b = el.getBoundingClientRect(); return b.width > 1 && (b.right > innerWidth + 1 || b.left < -1) && !el.closest('.strip, .skip, svg, table') })
		  const spills = [...document.querySelectorAll('.card, .status, .button')].filter(seen).filter(el => el.scrollWidth > el.clientWidth + 1)
		  const cut = all.filter(el => !el.children.length && el.tagName !== 'INPUT' && el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).overflowX === 'hidden' && getComputedStyle(el).textOverflow !== 'ellipsis')
		  const nav = document.querySelector('.nav')
		  const foot = nav && getComputedStyle(nav).position === 'fixed' && nav.getBoundingClientRect().top > innerHeight / 2 && !document.querySelector('dialog[open]') ? nav.getBoundingClientRect().top : innerHeight
		  const wanted = document.querySelector(%q)
		  return {
		    Wide: document.documentElement.scrollWidth > innerWidth ? 'the page' : [...wide, ...spills].slice(0, 3).map(name).join('; '),
		    Cut: [...cut, ...all.filter(el => el.matches('[name=amount]') && el.scrollWidth > el.clientWidth + 1)].slice(0, 3).map(name).join('; '),
		    Small: all.filter(el => el.matches('.till :is(a, button), .counter :is(a, button), .narrow:has(.pin-pad) :is(a, button, .choice)')).filter(el => (b => b.height < 44 || b.width < 44)(el.getBoundingClientRect())).slice(0, 5).map(name).join('; '),
		    Bottom: !wanted ? 'is not there' : innerHeight < %d ? '' : (b => b.bottom > foot + 1 || b.top < 0 ? 'ends at ' + Math.round(b.bottom) : '')(wanted.getBoundingClientRect()),
		  }
		})()`, inView, height)
		if err := json.Unmarshal(act(v, chromedp.Evaluate[[]byte](script)), &found); err != nil {
			v.t.Fatal(err)
		}
		where := fmt.Sprintf("%s, %s (%dx%d)", name, size.name, size.width, size.height)
		if found.Wide != "" {
			v.t.Errorf("%s overflows: %s", where, found.Wide)
		}
		if found.Cut != "" {
			v.t.Errorf("%s cuts: %s", where, found.Cut)
		}
		if found.Small != "" {
			v.t.Errorf("%s is too small for a thumb: %s", where, found.Small)
		}
		if found.Bottom != "" {
			v.t.Errorf("%s: %s %s", where, inView, found.Bottom)
		}
	}
	v.size(360, 612)
}

func TestFits_NewLinkAndItsCode(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir(), "--shop", longShop)
	m := merchant(t, p)
	m.open(p.url + "/links/new")
	m.fits("link-new", "main [name=description]")
	m.makeLink(p, "12 500 000")
	m.fits("link", ".link-card .qr")
	m.click("[data-open=qr-large]")
	m.see("dialog[open] .qr")
	m.fits("link-large", "dialog[open] .qr")
	if larger := m.eval("document.querySelector('dialog .qr').getBoundingClientRect().width > document.querySelector('.link-card .qr').getBoundingClientRect().width"); larger != "true" {
		t.Error("enlarged, the code is no larger")
	}
}

func TestFits_CustomersPages(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	p := show(t, t.TempDir(), "--shop", longShop, "--listen", "127.0.0.1:"+port, "--url", "http://localhost:"+port)
	m := merchant(t, p)
	m.makeLink(p, "12 500 000")
	one := p.url + m.eval("document.querySelector('[data-customer]').getAttribute('href')")
	customer, other := visit(t), visit(t)
	customer.open(one)
	customer.fitsAtOnce("pay", ".pay-form button.pay")
	customer.fill("phone", "677 12 34 56")
	customer.click(".pay-form button.pay")
	customer.see(".bill[data-state=on_phone]")
	customer.fitsAtOnce("pay-on-phone", ".ussd")
	customer.click(".other-number summary")
	customer.fitsAtOnce("pay-other-number", ".bill h1")
	other.open(one)
	other.fitsAtOnce("pay-elsewhere", ".bill h1")
	p.enter(t, "0000")
	customer.see(".bill[data-state=failed]")
	customer.fitsAtOnce("pay-failed", ".pay-form button.pay")
	other.see(".bill[data-state=ready]")
	customer.click(".pay-form button.pay")
	customer.see(".bill[data-state=on_phone]")
	p.enter(t, "1234")
	customer.see(".bill[data-state=paid]")
	customer.fitsAtOnce("pay-paid", ".bill h1")
	open := m.reusableLink(p, "")
	other.open(p.url + open)
	other.fitsAtOnce("pay-open", "[name=amount]")
}

func TestCustomer_Offline_IsToldAtOnceWhereHeLooks(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	m := merchant(t, p)
	page := m.reusableLink(p, "900")
	customer := visit(t)
	customer.allow("ERR_INTERNET_DISCONNECTED")
	customer.size(360, 612)
	customer.open(p.url + page)
	customer.fill("phone", "677 12 34 56")
	customer.losesTheNetwork(true)
	customer.see("[data-offline]:not([hidden])")
	customer.click(".pay-form button.pay")
	customer.see("[data-offline]:not([hidden])")
	if got := customer.eval(`(b => b.top >= 0 && b.bottom <= innerHeight)(document.querySelector('[data-offline]').getBoundingClientRect()) + document.querySelector('[name=phone]').value`); got != "true677 12 34 56" {
		t.Errorf("the notice is out of sight, or the number is lost: %s", got)
	}
	customer.keepsPicture("pay-offline")
	customer.losesTheNetwork(false)
	act(customer, chromedp.WaitNotVisible(chromedp.CSS("[data-offline]"), gently))
	customer.click(".pay-form button.pay")
	customer.see(".bill[data-state=on_phone]")
	customer.losesTheNetwork(true)
	customer.see("[data-offline]:not([hidden])")
	customer.losesTheNetwork(false)
	act(customer, chromedp.WaitNotVisible(chromedp.CSS("[data-offline]"), gently))
	p.enter(t, "1234")
	customer.see(".bill[data-state=paid]")
}

// losesTheNetwork does to a browser what a phone without a signal does, or gives
// it back.
func (v *visitor) losesTheNetwork(lost bool) {
	v.t.Helper()
	if lost {
		v.offline()
	} else {
		v.onSlow3G()
	}
	if _, err := chromedp.Call(v.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: lost, DownloadThroughput: -1, UploadThroughput: -1}); err != nil {
		v.t.Fatal(err)
	}
}

// keepsPicture keeps one for whoever looks.
func (v *visitor) keepsPicture(name string) {
	v.t.Helper()
	if *screenshots != "" {
		v.keep("fit-"+name, "fr", "light", 360)
	}
}

func TestFits_FirstRunKeysAndFrozen(t *testing.T) {
	t.Parallel()
	p, setup := serveUnclaimed(t)
	owner := visit(t)
	owner.open(setup)
	owner.fits("setup", "[name=shop]")
	owner.fill("shop", longShop)
	owner.fill("name", "Gérance")
	owner.fill("password", "une phrase que je retiens")
	owner.click("[data-secret]")
	if got := owner.eval("document.querySelector('[name=password]').type"); got != "text" {
		t.Errorf("a password that is to be shown is %q", got)
	}
	owner.keepsPicture("setup-shown")
	owner.click("main form.form button[type=submit]")
	owner.see("[data-till]")
	owner.open(p.url + "/")
	owner.see("#balance .total")
	owner.fits("home-sandbox", ".page-head .button, main .button")
	owner.open(p.url + "/settings/campay")
	owner.fits("keys", "main h1")
	owner.click("details.fold summary")
	owner.see("[name=username]")
	owner.open(p.url + "/payout-rules")
	owner.click("form[action='/payout-rules/freeze'] button")
	owner.see(".toast")
	for name, path := range map[string]string{"frozen-home": "/", "frozen-withdraw": "/withdraw", "frozen-airtime": "/airtime"} {
		owner.open(p.url + path)
		owner.see("main .notice.warn")
		owner.fits(name, "main .notice.warn h2")
	}
	owner.open(p.url + "/links")
	owner.fits("links-empty", "main .empty h2, main h1")
}

func TestFits_WhatCamPayDoesNotTell(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir(), "--shop", longShop)
	m := merchant(t, p)
	for i, unclear := range []struct{ fault, phone, state string }{
		{`{"kind":"amount_untold","text":"None","times":-1}`, "677 12 34 56", "CamPay ne dit pas combien"},
		{`{"kind":"status_word","text":"TEMPORARILY_REVERSED_BY_THE_OPERATOR","times":-1}`, "699 12 34 56", "TEMPORARILY_REVERSED_BY_THE_OPERATOR"},
	} {
		p.post(t, "/sandbox/faults/clear", "application/x-www-form-urlencoded", "")
		p.fault(t, unclear.fault)
		m.askAtTheTill(p, "12 500", unclear.phone)
		m.see(".counter .status")
		p.enter(t, "1234")
		m.see("main .status.warn")
		m.fits(fmt.Sprintf("unclear-sale-%d", i), "main h1")
		m.open(p.url + "/transactions")
		m.click("main table a")
		m.see("main .status.warn")
		m.says("main", unclear.state)
		m.fits(fmt.Sprintf("unclear-%d", i), "main h1")
	}
	m.open(p.url + "/")
	m.fits("unclear-home", "main h1")
}
