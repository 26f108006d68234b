package e2e

// The people who work with the binary while it is killed: whoever gets no
// answer sends the same form again, as a person or a browser would.

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"comptoir/campay"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
)

// crowd is everybody at work, and what they were told was done.
type crowd struct {
	v      *victim
	client *http.Client
	ctx    context.Context
	stop   context.CancelFunc
	all    sync.WaitGroup

	mu        sync.Mutex
	done      []string // operations that were answered with their page
	pages     []string // of these operations
	announced []string // markers of our own webhooks that were answered with 200
	next      int
}

func newCrowd(v *victim) *crowd {
	v.t.Helper()
	c := &crowd{v: v, client: shop{url: v.url(), owner: ownerName, password: v.password}.signIn(v.t)}
	c.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.ctx, c.stop = context.WithCancel(context.Background())
	v.t.Cleanup(c.leave)
	return c
}

func (c *crowd) work(people ...func(context.Context)) {
	for _, person := range people {
		c.all.Go(func() { person(c.ctx) })
	}
}

func (c *crowd) leave() {
	c.stop()
	c.all.Wait()
}

// number is another one each time, so that no two orders look like a mistake.
func (c *crowd) number() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	return c.next
}

// insist sends a request until it is answered for good: not by a process that
// was killed over it, nor by one that cannot just now.
func (c *crowd) insist(ctx context.Context, method, path string, form url.Values) (status int, location, body string) {
	for ctx.Err() == nil {
		status, location, body, err := c.send(ctx, method, path, form)
		if err == nil && status < http.StatusInternalServerError {
			return status, location, body
		}
		time.Sleep(5 * time.Millisecond)
	}
	return 0, "", ""
}

func (c *crowd) send(ctx context.Context, method, path string, form url.Values) (status int, location, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.v.url()+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	res, err := c.client.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Location"), string(text), err
}

// order sends one form; it is done when it leads to its page.
func (c *crowd) order(ctx context.Context, path string, form url.Values) {
	operation := payments.NewOperation()
	form.Set("operation", operation)
	status, location, body := c.insist(ctx, http.MethodPost, path, form)
	switch status {
	case http.StatusSeeOther:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.done, c.pages = append(c.done, operation), append(c.pages, location)
	case 0, http.StatusUnprocessableEntity: // gone home; CamPay or the balance said no
	default:
		c.v.t.Errorf("%s answered %d: %.300s", path, status, body)
	}
}

func (c *crowd) till(ctx context.Context) {
	for ctx.Err() == nil {
		c.order(ctx, "/checkout/phone", url.Values{"amount": {strconv.Itoa(100 + c.number())}, "phone": {"677123456"}, "description": {"Pain"}})
	}
}

func (c *crowd) linkMaker(ctx context.Context) {
	for ctx.Err() == nil {
		c.order(ctx, "/links", url.Values{"amount": {strconv.Itoa(100 + c.number())}, "description": {"Pain"}, "payment_options": {"MOMO"}})
	}
}

func (c *crowd) treasurer(ctx context.Context) {
	for ctx.Err() == nil {
		c.order(ctx, "/withdraw/confirm", url.Values{
			"amount": {strconv.Itoa(100 + c.number())}, "phone": {"699123456"}, "description": {"Loyer"}, "password": {c.v.password},
		})
	}
}

// announcedReference is what our own webhooks speak of: nothing that is.
const announcedReference = "00000000-0000-4000-8000-000000000000"

// announcement is a webhook of our own, told apart by its marker.
func announcement(marker string) (url.Values, error) {
	signature, err := campay.SignNotification(killKey, time.Now())
	return url.Values{
		"status": {"SUCCESSFUL"}, "reference": {announcedReference}, "external_reference": {marker}, "signature": {signature},
	}, err
}

// announcer sends webhooks of its own, each with a marker.
func (c *crowd) announcer(ctx context.Context) {
	for ctx.Err() == nil {
		marker := payments.NewOperation()
		form, err := announcement(marker)
		if err != nil {
			c.v.t.Error(err)
			return
		}
		status, _, body := c.insist(ctx, http.MethodPost, "/webhook/campay", form)
		switch status {
		case http.StatusOK:
			c.mu.Lock()
			c.announced = append(c.announced, marker)
			c.mu.Unlock()
		case 0:
		default:
			c.v.t.Errorf("a webhook was answered with %d: %.300s", status, body)
		}
	}
}

// payers pay what they are asked for.
func payers(ctx context.Context, camPay *sandbox.Sandbox) {
	for ctx.Err() == nil {
		for _, p := range camPay.Prompts() {
			_ = camPay.Enter(p.Reference, "1234") // it may have timed out
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// phone pays as payers do, on the embedded sandbox's own page.
func (c *crowd) phone(ctx context.Context) {
	for ctx.Err() == nil {
		_, _, page := c.insist(ctx, http.MethodGet, "/sandbox/phone", nil)
		for _, prompt := range promptOnPhone.FindAllStringSubmatch(page, -1) {
			c.insist(ctx, http.MethodPost, "/sandbox/phone", url.Values{"reference": {prompt[1]}, "pin": {"1234"}, "answer": {"confirm"}})
		}
	}
}

// askAboutAll has the shop ask CamPay about each operation, as a person who
// opens its page can.
func (c *crowd) askAboutAll() {
	for _, page := range c.pages {
		if strings.HasPrefix(page, "/transactions/") {
			c.insist(context.Background(), http.MethodPost, page+"/check", nil)
		}
	}
}
