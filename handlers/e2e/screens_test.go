package e2e

// Every screen in Chromium, at both sizes, in both languages: nothing overflows,
// everything can be touched and reached by keyboard, the console is silent. With
// -screenshots DIR the pictures, light and dark, are kept there.

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var screenshots = flag.String("screenshots", "", "keep the pictures of TestScreens in this folder")

// screen is one picture: a name and how to get there.
type screen struct {
	name string
	open func(v *visitor, p shop)
}

func at(path string) func(*visitor, shop) {
	return func(v *visitor, p shop) { v.open(p.url + path) }
}

// sent opens a form, fills it in and sends it, to where something is wrong.
func sent(path string, fields ...string) func(*visitor, shop) {
	return filled(path, ".summary, .field-error, .notice.warn", fields)
}

// reviewed is sent for a form that leads to its review.
func reviewed(path string, fields ...string) func(*visitor, shop) {
	return filled(path, "main form [name=password]", fields)
}

func filled(path, seen string, fields []string) func(*visitor, shop) {
	return func(v *visitor, p shop) {
		v.open(p.url + path)
		for i := 0; i < len(fields); i += 2 {
			v.fill(fields[i], fields[i+1])
		}
		v.click("main form.form button[type=submit]")
		v.see(seen)
	}
}

func TestScreens(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir(), "--dev", "--shop", "Boutique Exemple")
	stranger, v := visit(t), merchant(t, p)
	v.allowRefusals()
	v.pictures(p, []screen{
		{"home-empty", at("/")}, {"links-empty", at("/links")},
		{"transactions-empty", at("/transactions")}, {"webhooks-empty", at("/webhooks")},
	})
	stranger.pictures(p, []screen{{"signin", at("/signin")}})
	fresh, setup := serveUnclaimed(t)
	first := visit(t)
	first.allow("403")
	first.allow("422")
	path := strings.TrimPrefix(setup, fresh.url)
	first.pictures(fresh, []screen{
		{"setup-token", at("/setup?token=wrong")}, {"setup", at(path)}, {"setup-errors", sent(path, "shop", "Boutique Exemple", "password", "court")},
	})
	seenByMany(t, p, v.fillTheShop(p))
}

// seenByMany has visitors look at the screens side by side, each signed in and with a
// share of them: a tab draws and is searched by one thread.
func seenByMany(t *testing.T, p shop, screens []screen) {
	t.Helper()
	visitors := 4
	if *screenshots != "" {
		visitors = 1 // in two languages, and they are the same person, who has one
	}
	for i := range visitors {
		t.Run(fmt.Sprintf("visitor %d", i+1), func(t *testing.T) {
			t.Parallel()
			v := merchant(t, p)
			v.allowRefusals()
			var share []screen
			for at := i; at < len(screens); at += visitors {
				share = append(share, screens[at])
			}
			v.pictures(p, share)
		})
	}
}

// allowRefusals lets the console tell of the answers that screens of errors come with.
func (v *visitor) allowRefusals() {
	for _, status := range []string{"404", "409", "410", "422"} {
		v.allow(status)
	}
}

// pictures takes each screen in French, then in English.
func (v *visitor) pictures(p shop, screens []screen) {
	v.t.Helper()
	languages := []string{"fr", "en"}
	if *screenshots == "" {
		languages = languages[:1] // French is the longer language: what fits there fits here
	}
	for _, language := range languages {
		v.speak(p, language, "/signin") // who is signed in is led to the home page
		for _, s := range screens {
			v.picture(p, language, s)
		}
	}
	v.speak(p, "fr", "/signin")
}

// fillTheShop has a morning's business happen, and lists the screens that show it.
func (v *visitor) fillTheShop(p shop) []screen {
	v.t.Helper()
	t := v.t
	v.makeLink(p, "2 500")
	paid, paidPage := v.path(), v.customerPath()
	address := v.address()
	p.pay(t, address)
	p.enter(t, "1234")
	v.turnsInto("good")

	p.fault(t, `{"kind":"true_amount","amount":"1500"}`)
	v.makeLink(p, "12 500")
	underpaid, underpaidPage := v.path(), v.customerPath()
	p.pay(t, v.address())
	p.enter(t, "1234")
	v.turnsInto("warn")

	v.makeLink(p, "7 200")
	failed, failedPage := v.path(), v.customerPath()
	p.pay(t, v.address())
	p.enter(t, "1111")
	v.turnsInto("bad")

	p.fault(t, `{"kind":"webhook_amount","amount":"50000"}`)
	v.request(p, "3 000", "699 12 34 56")
	flagged := v.path()
	p.enter(t, "1234")
	v.turnsInto("good")

	p.post(t, "/webhook/campay", "application/x-www-form-urlencoded", url.Values{
		"status": {"SUCCESSFUL"}, "reference": {"0b1f0a5e-9e4f-4c43-8b39-2b8f6f7a5d10"}, "amount": {"50000"}, "currency": {"XAF"}, "signature": {"forged"},
	}.Encode())

	v.makeLink(p, "6 000")
	waiting := v.path()
	v.request(p, "1 200", "650 11 22 33")
	pending := v.path()

	v.reusableLink(p, "")
	many := v.path()
	v.reusableLink(p, "500")
	paused, pausedPage := v.path(), v.customerPath()
	v.click(".manage > summary")
	v.click(".manage form[action$=pause] button")
	v.see(".status.warn")
	v.open(p.url + "/links/new")
	v.eval(`document.querySelector('[name=kind][value=counter]').checked = true`)
	v.eval(`document.querySelector('[name=amount_kind][value=open]').checked = true`)
	v.fill("description", "Caisse 1")
	v.click("main form.form button[type=submit]")
	v.see("#link-url")
	counter := v.path()
	customerSent(many, "amount", "1500", "phone", "677123456")(v, p)
	onPhone := v.path()

	p.fault(t, `{"kind":"cut_before","endpoint":"collect","times":-1}`)
	v.askAtTheTill(p, "4 000", "677 12 34 56")
	v.see(".counter .status.warn")
	doubtful := strings.Replace(v.path(), "/checkout/phone/", "/transactions/", 1)

	return append(v.sendMoneyOut(p, paid), []screen{
		{"transaction-pending", at(pending)}, {"transaction-in-doubt", at(doubtful)},
		{"link", at(waiting)}, {"link-paid", at(paid)}, {"link-underpaid", at(underpaid)}, {"link-failed", at(failed)},
		{"transaction-flagged", at(flagged)},
		{"home", at("/")}, {"balance", at("/balance")},
		{"transactions", at("/transactions")}, {"transactions-nothing", at("/transactions?q=zzz")},
		{"links", at("/links")},
		{"link-reusable", at(many)}, {"link-edit", at(many + "/edit")}, {"link-edit-errors", sent(many+"/edit", "description", "", "most_payments", "x")},
		{"link-counter", at(counter)}, {"link-paused", at(paused)}, {"links-archived", at("/links?show=archived")},
		{"batch", at("/links/batch")}, {"batch-errors", listed("A;12;500;Pain")}, {"batch-ready", listed("Élève Un;677123456;25000;Scolarité")},
		{"receipt", receiptOf(paid)},
		{"customer-open", customerOf(counter)}, {"customer-paused", at(pausedPage)}, {"customer-errors", customerSent(counter, "amount", "12,5", "phone", "12")},
		{"customer-on-phone", at(onPhone)}, {"customer-in-doubt", customerSent(many, "amount", "1700", "phone", "699123456")},
		{"link-new", at("/links/new")}, {"link-new-errors", sent("/links/new", "amount", "-5", "redirect_url", "example")},
		{"webhooks", at("/webhooks")}, {"webhook-refused", firstRow("/webhooks?verdict=refused")}, {"webhook-differs", firstRow("/webhooks?q=50000&verdict=accepted")},
		{"customer", customerOf(waiting)}, {"customer-paid", at(paidPage)}, {"customer-failed", at(failedPage)}, {"customer-underpaid", at(underpaidPage)},
		{"settings", at("/settings")}, {"settings-errors", sent("/settings", "shop", strings.Repeat("Boutique ", 8))},
		{"campay-keys", at("/settings/campay")}, {"campay-keys-errors", sent("/settings/campay")}, {"webhook-check", at("/settings/webhook")}, {"audit", at("/audit")},
		{"team", at("/team")}, {"team-invite", at("/team/invite")}, {"team-invited", invited("Caisse")}, {"person", at("/team/1")},
		{"account", at("/account")}, {"totp", at("/account/totp")}, {"passkey", at("/account/passkeys/new")}, {"join-over", at("/join/nothing")},
		{"error", at("/nothing-here")}, {"styleguide", at("/styleguide")},
		{"sandbox", at("/sandbox/")}, {"sandbox-phone", at("/sandbox/phone")}, {"sandbox-pay", at(strings.TrimPrefix(address, p.url))},
	}...)
}

// customerPath is where the customer's page of the link in view is; a link that was
// paid or paused leads there no more.
func (v *visitor) customerPath() string {
	v.t.Helper()
	return v.eval("document.querySelector('[data-customer]').getAttribute('href')")
}

func (v *visitor) path() string { v.t.Helper(); return v.eval("location.pathname") }

// firstRow opens the first row of a list.
func firstRow(list string) func(*visitor, shop) {
	return once(func(v *visitor, p shop) {
		v.open(p.url + list)
		v.click("table.rows tbody tr a")
		v.see("main .facts")
	})
}

// customerOf opens the customer's page of a link, as our own QR code would.
func customerOf(link string) func(*visitor, shop) {
	return once(func(v *visitor, p shop) {
		v.open(p.url + link)
		v.open(p.url + v.customerPath())
		v.see(".bill")
	})
}

// receiptOf opens the receipt of what was paid by a link, as its merchant does.
func receiptOf(link string) func(*visitor, shop) {
	return once(func(v *visitor, p shop) {
		v.open(p.url + link)
		v.click("table.transactions td.what a")
		v.click("a[href$='/receipt']")
		v.see(".receipt")
	})
}

// customerSent fills in the customer's form of a link and sends it.
func customerSent(link string, fields ...string) func(*visitor, shop) {
	return func(v *visitor, p shop) {
		customerOf(link)(v, p)
		for i := 0; i < len(fields); i += 2 {
			v.fill(fields[i], fields[i+1])
		}
		v.click(".pay-form button.pay")
		v.see(".bill.wait, .bill.warn, .summary, .field-error, .notice.warn:not([hidden])")
	}
}

// listed sends a list of links.
func listed(list string) func(*visitor, shop) {
	return func(v *visitor, p shop) {
		v.open(p.url + "/links/batch")
		v.fill("list", list)
		v.click("main form:last-of-type button[type=submit]")
		v.see("table.batch")
	}
}

// invited makes a one-time link for somebody.
func invited(name string) func(*visitor, shop) {
	return func(v *visitor, p shop) {
		v.open(p.url + "/team/invite")
		v.fill("name", name)
		v.confirm(p.password)
		v.see(".qr")
	}
}

// once finds the way to a page the first time, and then goes there directly.
func once(find func(*visitor, shop)) func(*visitor, shop) {
	path := ""
	return func(v *visitor, p shop) {
		if path != "" {
			v.open(p.url + path)
			return
		}
		find(v, p)
		path = v.path()
	}
}

// speak changes the language as a person does.
func (v *visitor) speak(p shop, language, from string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": language},
	}); err != nil {
		v.t.Fatal(err)
	}
	v.open(p.url + from)
	if v.eval("document.documentElement.lang") != language {
		v.click(".language button")
		v.see("html[lang=" + language + "] main")
	}
}

// layout is what a picture is checked for.
type layout struct {
	Lang     string
	Title    string
	H1       int
	Overflow string   // the widest thing that makes the page scroll sideways
	Small    []string // what is too small to touch
}

const measure = `(() => {
  const wide = document.documentElement.scrollWidth > innerWidth + 1
  const widest = wide && [...document.querySelectorAll('body *')].reduce((a, b) => b.getBoundingClientRect().right > a.getBoundingClientRect().right ? b : a)
  const small = [...document.querySelectorAll('button, a.button, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), summary, .nav-link')].filter(e => {
    const r = e.getBoundingClientRect()
    const beside = e.matches('.nav .nav-link') && innerWidth >= 960 // rows for a mouse: all of the owner's fit 800 pixels
    return e.checkVisibility() && r.width > 1 && r.height > 1 && (r.height < (beside ? 36 : 40) || r.width < 40)
  })
  return {
    Lang: document.documentElement.lang, Title: document.title, H1: [...document.querySelectorAll('h1')].filter(e => e.checkVisibility()).length,
    Overflow: wide ? widest.outerHTML.slice(0, 200) : '', Small: small.map(e => e.outerHTML.slice(0, 120)),
  }
})()`

func (v *visitor) picture(p shop, language string, s screen) {
	v.t.Helper()
	v.size(360, 740)
	s.open(v, p)
	sizes := []struct{ width, height int64 }{{360, 740}, {1280, 800}}
	for _, size := range sizes {
		v.size(size.width, size.height)
		if *screenshots != "" {
			v.keep(s.name, language, "light", size.width)
			v.keep(s.name, language, "dark", size.width)
		}
		var l layout
		if err := json.Unmarshal(act(v, chromedp.Evaluate[[]byte](measure)), &l); err != nil {
			v.t.Fatal(err)
		}
		where := fmt.Sprintf("%s at %d in %s", s.name, size.width, language)
		if l.Lang != language || l.Title == "" {
			v.t.Errorf("%s: language %q, title %q", where, l.Lang, l.Title)
		}
		if l.Overflow != "" {
			v.t.Errorf("%s scrolls sideways: %s", where, l.Overflow)
		}
		if len(l.Small) > 0 {
			v.t.Errorf("%s: too small to touch: %s", where, strings.Join(l.Small, "\n"))
		}
		if l.H1 != 1 && s.name != "styleguide" {
			v.t.Errorf("%s has %d headings of the first level", where, l.H1)
		}
	}
	if language == "fr" {
		v.isAccessible(s.name)
		v.reachesByKeyboard(s.name)
	}
}

func (v *visitor) size(width, height int64) {
	v.t.Helper()
	act(v, chromedp.EmulateViewport(width, height))
}

// keep takes a picture in one colour scheme. French and light is the one that
// the project keeps; the variants are for whoever looks.
func (v *visitor) keep(name, language, scheme string, width int64) {
	v.t.Helper()
	v.scheme(scheme)
	file := filepath.Join(*screenshots, fmt.Sprintf("%s-%d.png", name, width))
	if language != "fr" || scheme != "light" {
		file = filepath.Join(*screenshots, "variants", fmt.Sprintf("%s-%d-%s-%s.png", name, width, language, scheme))
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(file, act(v, chromedp.CaptureScreenshot()), 0o644); err != nil {
		v.t.Fatal(err)
	}
}

// reachesByKeyboard walks the page with the Tab key: each stop has a visible
// focus, and the main content is reached.
func (v *visitor) reachesByKeyboard(name string) {
	v.t.Helper()
	v.eval("document.activeElement && document.activeElement.blur()")
	reached := false
	for range 40 {
		act(v, chromedp.KeyEvent(kb.Tab))
		stop := v.eval(`(() => {
		  const e = document.activeElement
		  if (!e || e === document.body) return 'end'
		  const around = e.closest('.input') || e
		  const lit = [e, around].map(x => getComputedStyle(x)).some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none') || e.type === 'radio' || e.type === 'checkbox'
		  return (lit ? '' : 'unlit ' + e.outerHTML.slice(0, 120)) + (e.closest('main') ? 'main' : '')
		})()`)
		if strings.HasPrefix(stop, "unlit") {
			v.t.Errorf("%s: the focus cannot be seen on %s", name, stop)
		}
		if strings.HasSuffix(stop, "main") {
			reached = true
			break
		}
		if stop == "end" {
			break
		}
	}
	if !reached && v.eval("document.querySelectorAll('main a, main button, main input').length") != "0" {
		v.t.Errorf("%s: the Tab key does not reach the main content", name)
	}
}
