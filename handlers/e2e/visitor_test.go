package e2e

// The browser that tests drive: one Chromium, and in it one visitor for each
// person.

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// visitor is one person's browser: what he sees and does. Anything that the
// console complains of, a blocked script among it, fails the test.
type visitor struct {
	t   *testing.T
	ctx context.Context

	scriptless bool

	mu         sync.Mutex
	complaints []string
	allowed    []string // what the console may say: answers that are meant to be errors
}

// gently asks the page 20 times a second whether a state has come: the
// driver's own pace, 200 times, takes more of the machine than the product does.
var gently = chromedp.RetryInterval(50 * time.Millisecond)

func visit(t *testing.T) *visitor {
	t.Helper()
	browser.once.Do(startBrowser)
	if browser.err != nil {
		t.Fatalf("Chromium: %v", browser.err)
	}
	ctx, closeTab := chromedp.NewContext(browser.ctx, chromedp.WithNewBrowserContext())
	v := &visitor{t: t, ctx: ctx}
	t.Cleanup(func() {
		closeTab()
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, c := range v.complaints {
			if !slices.ContainsFunc(v.allowed, func(a string) bool { return strings.Contains(c, a) }) {
				t.Errorf("console: %s", c)
			}
		}
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 740)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, v.listen); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *visitor) listen(event any) {
	var complaint string
	switch e := event.(type) {
	case *log.EventEntryAdded:
		complaint = logged(e.Entry)
	case log.EventEntryAdded:
		complaint = logged(e.Entry)
	case *runtime.EventExceptionThrown:
		complaint = e.ExceptionDetails.Text
	case runtime.EventExceptionThrown:
		complaint = e.ExceptionDetails.Text
	}
	if complaint != "" {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.complaints = append(v.complaints, complaint)
	}
}

func logged(e *log.Entry) string {
	if e.Level != log.EntryLevelError && e.Source != log.EntrySourceSecurity {
		return ""
	}
	return e.Text + " " + e.URL
}

func (v *visitor) allow(complaint string) { v.allowed = append(v.allowed, complaint) }

// swapped are the complaints of a driver, or of a script in a page, under which
// something was swapped, or went, or which is not there yet: nothing was done.
var swapped = []string{
	"node with given id", "Cannot find context with specified id", "Cannot find default execution context",
	"Cannot read properties of null", "Cannot set properties of null",
}

// act does one thing in the visitor's tab and returns what it found. A live
// region may be swapped while the driver looks at it: then it looks again.
func act[T any](v *visitor, a chromedp.Action[T]) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	for {
		found, err := chromedp.Run(ctx, a)
		if err == nil {
			return found
		}
		if !slices.ContainsFunc(swapped, func(s string) bool { return strings.Contains(err.Error(), s) }) {
			v.t.Fatalf("%v; the page is\n%s", err, v.page())
		}
		if _, err := chromedp.Run(ctx, chromedp.Sleep(50*time.Millisecond)); err != nil {
			v.t.Fatalf("%v; the page is\n%s", err, v.page())
		}
	}
}

// page is what stands on the page now, for a failed test to tell.
func (v *visitor) page() string {
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	where, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	return where + "\n" + text
}

func (v *visitor) open(address string) {
	v.t.Helper()
	act(v, chromedp.Navigate(address))
}

func (v *visitor) see(selector string) {
	v.t.Helper()
	act(v, chromedp.WaitVisible(chromedp.CSS(selector), gently))
}

// text waits for something and reads it, in a live region that may be swapped at
// any moment.
func (v *visitor) text(selector string) string {
	v.t.Helper()
	v.see(selector)
	return v.eval(fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// says waits until something says all of it: what comes late is no fault.
func (v *visitor) says(selector string, want ...string) {
	v.t.Helper()
	for begun := time.Now(); ; {
		said := v.text(selector)
		missing := slices.IndexFunc(want, func(part string) bool { return !strings.Contains(said, part) })
		if missing < 0 {
			return
		}
		if time.Since(begun) > patience {
			v.t.Fatalf("%s says %q, and not %q", selector, said, want[missing])
		}
		act(v, chromedp.Sleep(50*time.Millisecond))
	}
}

// fill writes into a field of a page that its scripts have taken hold of.
func (v *visitor) fill(name, value string) {
	v.t.Helper()
	if value != "" {
		v.does("fill "+name, fmt.Sprintf(`(el => {
			if (!el) return false
			el.value = %q
			for (const kind of ['input', 'change']) el.dispatchEvent(new Event(kind, { bubbles: true }))
			return true
		})(document.querySelector('[name=%q]'))`, value, name))
	}
}

// fillPlain types as a person does, for a page without scripts.
func (v *visitor) fillPlain(name, value string) {
	v.t.Helper()
	act(v, chromedp.SendKeys(named(name), value, gently))
}

func named(name string) chromedp.CSS { return chromedp.CSS(fmt.Sprintf("[name=%q]", name)) }

// click presses what a finger could press: something that is on the screen with
// nothing before it. Looking and pressing are one step, as a mouse that is sent to a
// place comes late on a page that still moves; and scripts take hold of what they
// swapped in when it has settled: pressed before, a form would load the page anew.
func (v *visitor) click(selector string) {
	v.t.Helper()
	v.see(selector)
	if v.scriptless {
		act(v, chromedp.Click(chromedp.CSS(selector), gently))
		return
	}
	v.does("press "+selector, fmt.Sprintf(`(selector => {
		if (document.querySelector('.htmx-swapping, .htmx-settling')) return false
		const el = document.querySelector(selector)
		if (!el) return false
		el.scrollIntoView({ block: 'center', behavior: 'instant' })
		const box = el.getClientRects()[0]
		if (!box) return false
		const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
		if (!there || !(el.contains(there) || there.contains(el))) return false
		el.click()
		return true
	})(%q)`, selector))
}

// does tries an act of the hand, which says whether it was done, until it was. No
// hand is quicker than the scripts, which take hold of a page when it is parsed.
func (v *visitor) does(what, script string) {
	v.t.Helper()
	held := "!!performance.getEntriesByType('navigation')[0]?.domContentLoadedEventEnd && " + script
	byHand := func(p *runtime.EvaluateParams) { p.UserGesture = new(true) }
	for begun := time.Now(); !act(v, chromedp.Evaluate[bool](held, byHand)); {
		if time.Since(begun) > patience {
			v.t.Fatalf("cannot %s; the page is\n%s", what, v.page())
		}
		act(v, chromedp.Sleep(50*time.Millisecond))
	}
}

// forbidScripts makes the browser one without scripts.
func (v *visitor) forbidScripts() {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		v.t.Fatal(err)
	}
	v.scriptless = true
}

func (v *visitor) eval(script string) string {
	v.t.Helper()
	return act(v, chromedp.Evaluate[string]("String("+script+")"))
}

// until asks a promise again and again, until it holds a text.
func (v *visitor) until(promise, want string) {
	v.t.Helper()
	awaited := func(p *runtime.EvaluateParams) { p.AwaitPromise = new(true) }
	for begun := time.Now(); ; {
		got := act(v, chromedp.Evaluate[string](promise+".then(String)", awaited))
		if got == want {
			return
		}
		if time.Since(begun) > patience {
			v.t.Fatalf("%s holds %q, and not %q", promise, got, want)
		}
		act(v, chromedp.Sleep(50*time.Millisecond))
	}
}

// merchant is a browser in which the owner is signed in.
func merchant(t *testing.T, p shop) *visitor {
	t.Helper()
	v := visit(t)
	v.signsIn(p)
	return v
}

// signsIn signs the owner in.
func (v *visitor) signsIn(p shop) {
	v.t.Helper()
	v.open(p.url + "/")
	v.fill("name", ownerName)
	v.fill("password", p.password)
	v.click("main form button[type=submit]")
	v.see(".nav [aria-current=page]")
}

// makeLink fills in the form of a new link and stays on the link's page, which
// is marked so that a reload would show.
func (v *visitor) makeLink(p shop, amount string) {
	v.t.Helper()
	v.open(p.url + "/links/new")
	v.fill("amount", amount)
	v.fill("description", "Pain et café")
	v.click("main form button[type=submit]")
	v.see(".link-card .qr")
	v.mark()
}

func (v *visitor) mark() { v.t.Helper(); v.eval("window.unreloaded = 'yes'") }

// turnsInto waits until the open page shows a status of this tone, and checks
// that it got there without a reload.
func (v *visitor) turnsInto(tone string) {
	v.t.Helper()
	v.see("main .status." + tone)
	if got := v.eval("window.unreloaded"); got != "yes" {
		v.t.Fatal("the page was loaded anew")
	}
}

// scanPlain is scan in a browser without scripts, which cannot be told to
// scroll: its window is made as long as the page.
func (v *visitor) scanPlain() string {
	v.t.Helper()
	v.see(".link-card .qr")
	v.size(360, 1600)
	return v.read(func() {})
}

// scan reads the QR code off a picture of the screen.
func (v *visitor) scan() string {
	v.t.Helper()
	return v.read(func() {
		v.eval("document.querySelector('.link-card .qr').scrollIntoView({block: 'center', behavior: 'instant'})")
	})
}

// address is what the link's page offers to copy: the same that its QR code says.
func (v *visitor) address() string {
	v.t.Helper()
	v.see("#link-url")
	return v.eval("document.querySelector('#link-url').value")
}

// read looks at the screen, as a phone held before it does, until its QR code can
// be read; show brings it there before each look, as a page that was swapped just
// now begins at its top.
func (v *visitor) read(show func()) string {
	v.t.Helper()
	for begun := time.Now(); ; {
		show()
		code, err := decodeQR(v.t, act(v, chromedp.CaptureScreenshot()))
		if err == nil {
			return code
		}
		if time.Since(begun) > patience {
			v.t.Fatalf("the QR code cannot be read: %v", err)
		}
	}
}

// decodeQR reads the QR code of a picture with zbar, which .ci/setup installs.
func decodeQR(t *testing.T, picture []byte) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "screen.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	code, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "--oneshot", file).Output()
	return strings.TrimSpace(string(code)), err
}

// payOn opens CamPay's page, as the QR code of a shop without a public address
// says, and asks to pay there.
func payOn(t *testing.T, address string) *visitor {
	t.Helper()
	customer := visit(t)
	customer.open(address)
	customer.see("form#pay")
	customer.fill("phone", "6 77 12 34 56")
	customer.click("form#pay button[type=submit]")
	customer.see("#try[data-status=PENDING]")
	return customer
}

// answer takes the payer's phone and answers the newest prompt.
func answer(t *testing.T, p shop, pin, button string) {
	t.Helper()
	phone := visit(t)
	phone.open(p.url + "/sandbox/phone")
	phone.see("article.prompt")
	phone.fill("pin", pin)
	phone.click("article.prompt button[value=" + button + "]")
	act(phone, chromedp.WaitNotPresent(chromedp.CSS("article.prompt"), gently))
}

// request pushes a payment to a phone at the till, and goes on to its
// transaction's page, marked.
func (v *visitor) request(p shop, amount, phone string) {
	v.t.Helper()
	v.askAtTheTill(p, amount, phone)
	v.see(".counter .status.wait")
	v.open(p.url + strings.Replace(v.path(), "/checkout/phone/", "/transactions/", 1))
	v.see("main .status.wait")
	v.mark()
}

// browser is the one Chromium that all tests share; each user in it has a
// context (cookies, storage) of his own.
var browser struct {
	once  sync.Once
	ctx   context.Context
	close []context.CancelFunc
	err   error
}

// ownNetworkName is a name under which that Chromium finds this machine, as a
// shop's own network has one.
const ownNetworkName = "boutique.lan"

func startBrowser() {
	path := ""
	// The shell is Chromium without its window: it takes half the processor time.
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.ExecPath(path),
		chromedp.Flag("disable-quic", true), chromedp.Flag("force-prefers-reduced-motion", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("lang", "fr"),
		chromedp.Flag("host-resolver-rules", "MAP "+ownNetworkName+" 127.0.0.1"),
	)
	allocator, closeAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeContext := chromedp.NewContext(allocator)
	browser.ctx, browser.close = ctx, []context.CancelFunc{closeContext, closeAllocator}
	browser.err = chromedp.Do(ctx)
}

func closeBrowser() {
	for _, c := range browser.close {
		c()
	}
}

// patience is how long a browser test waits for a state: far above what any
// takes, since machines are noisy.
const patience = 60 * time.Second
