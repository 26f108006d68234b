package handlers

// What an attacker sends over the wire: webhooks that are not CamPay's, bodies
// without end, references that are paths, and ids that are somebody else's.

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/handlers/web"
	"comptoir/store"
)

// pushed is a payment request that nobody has paid, by its transaction.
func (s *shop) pushed(b *browser) store.Transaction {
	s.t.Helper()
	path := b.request("2500", "677123456")
	all, err := s.store.Transactions(s.t.Context(), store.TransactionFilter{Limit: 1})
	s.must(err)
	if web.ItemPath("/transactions/", all[0].ID) != path {
		s.t.Fatalf("%s is not the newest", path)
	}
	return all[0]
}

func (s *shop) signature() string {
	s.t.Helper()
	signature, err := campay.SignNotification(s.key, s.clock.now())
	s.must(err)
	return signature
}

func said(t store.Transaction, signature string) url.Values {
	return url.Values{
		"status": {"SUCCESSFUL"}, "reference": {t.Reference}, "amount": {"2500"}, "currency": {"XAF"}, "operator": {"MTN"},
		"external_reference": {t.ExternalReference}, "signature": {signature},
	}
}

// notPaid holds that a transaction is not called paid, in the book or on a page.
func (s *shop) notPaid(b *browser, t store.Transaction) {
	s.t.Helper()
	s.work()
	now, err := s.store.Transaction(s.t.Context(), t.ID)
	s.must(err)
	if now.PaidInFull() {
		s.t.Errorf("it is called paid: %+v", now)
	}
	if page := b.get(web.ItemPath("/transactions/", t.ID)).body; strings.Contains(page, "status good") {
		s.t.Error("its page says paid")
	}
}

func TestAttack_WebhookForged_ChangesNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	asked := s.pushed(owner)
	other, err := campay.SignNotification("another key", s.clock.now())
	s.must(err)
	for name, signature := range map[string]string{
		"none": "", "no JWT": "5d41402abc4b2a76b9719d911017c592", "another key's": other, "cut": s.signature()[:40],
		"unsigned": "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30.", "twice": s.signature() + s.signature(),
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			var got answer
			if method == http.MethodGet {
				got = s.browser().get("/webhook/campay?" + said(asked, signature).Encode())
			} else {
				got = s.browser().post("/webhook/campay", said(asked, signature))
			}
			if got.status != http.StatusForbidden {
				t.Errorf("%s by %s answered %d", name, method, got.status)
			}
		}
	}
	s.notPaid(owner, asked)
}

func TestAttack_WebhookOfYesterday_IsRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	signature := s.signature()
	s.clock.pass(25 * time.Hour)
	owner := s.signedIn(store.RoleOwner)
	asked := s.pushed(owner)
	if got := s.browser().post("/webhook/campay", said(asked, signature)); got.status != http.StatusForbidden {
		t.Errorf("answered %d", got.status)
	}
	s.notPaid(owner, asked)
}

// CamPay's signature fits any parameters for an hour: it proves nothing.
func TestAttack_WebhookSignatureBoundToAnotherPayment_ProvesNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	asked := s.pushed(owner)
	if got := s.browser().post("/webhook/campay", said(asked, s.signature())); got.status != http.StatusOK {
		t.Fatalf("answered %d", got.status)
	}
	s.notPaid(owner, asked)
}

// A reference is not a path: nothing but questions about a transaction leaves.
func TestAttack_WebhookReferenceThatIsAPath_AsksNothingElse(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.signedIn(store.RoleOwner)
	var mu sync.Mutex
	var asked []string
	f := func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/sandbox/api/") {
			mu.Lock()
			asked = append(asked, r.URL.EscapedPath())
			mu.Unlock()
		}
		return false
	}
	s.onCall.Store(&f)
	for _, reference := range []string{"../balance", "../../../signout", "a/../../withdraw/", "%2e%2e/balance", "?x=1", "#", "..", ".", "//evil.example/", "a\x00b", strings.Repeat("../", 100), "https://evil.example/"} {
		form := said(store.Transaction{Reference: reference}, s.signature())
		s.browser().post("/webhook/campay", form)
		s.work()
	}
	mu.Lock()
	defer mu.Unlock()
	for _, path := range asked {
		rest, isQuestion := strings.CutPrefix(path, "/sandbox/api/transaction/")
		if !isQuestion {
			rest, isQuestion = strings.CutPrefix(path, "/sandbox/api/utilities/transaction/")
		}
		isOwn := slices.Contains([]string{"/sandbox/api/balance/", "/sandbox/api/history/", "/sandbox/api/token/"}, path)
		if !isOwn && (!isQuestion || strings.Contains(strings.TrimSuffix(rest, "/"), "/") || strings.HasPrefix(rest, ".")) {
			t.Errorf("asked %s", path)
		}
	}
}

func TestAttack_EndlessBody_IsCutOff(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for _, path := range []string{"/signin", "/webhook/campay", "/checkout/phone", "/join/" + strings.Repeat("A", 43), "/language"} {
		var read countedZeros
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, &read)
		s.must(err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := owner.client.Do(req)
		if err == nil {
			if res.StatusCode < 400 {
				t.Errorf("%s answered %d", path, res.StatusCode)
			}
			_ = res.Body.Close()
		}
		if read.bytes() > 8<<20 {
			t.Errorf("%s took %d bytes", path, read.bytes())
		}
	}
}

// countedZeros is a body that never ends.
type countedZeros struct {
	mu sync.Mutex
	n  int64
}

func (z *countedZeros) Read(p []byte) (int, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.n > 64<<20 {
		return 0, io.ErrUnexpectedEOF
	}
	for i := range p {
		p[i] = 'a'
	}
	z.n += int64(len(p))
	return len(p), nil
}

func (z *countedZeros) bytes() int64 {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.n
}

// An id of another book, and one of nobody, look the same on every route.
func TestAttack_IDOR_EveryRouteWithAnID(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	demo, err := s.store.ForBook("demo")
	s.must(err)
	s.must(demo.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.CreateTransaction(ctx, store.Transaction{
			Kind: store.KindCollect, Origin: store.OriginPush, Status: store.StatusPending, ExternalReference: newOperation(), Currency: "XAF", Asked: 100, CreatedAt: s.clock.now(),
		})
		return err
	}))
	for _, r := range s.server.routes() {
		if !strings.Contains(r.path, ":id") || strings.HasPrefix(r.path, "/team") {
			continue // people are the same in every book, and an owner's to see
		}
		path := strings.Replace(r.path, ":id", "1", 1)
		form := url.Values{"password": {testPassword}, "amount": {"100"}, "operation": {newOperation()}, "outcome": {"failed"}, "sure": {"yes"}}
		got := owner.send(r.method, path, form)
		isStepBack := r.method == http.MethodGet && got.status == http.StatusSeeOther // to the form, which asks for the row
		if got.status != http.StatusNotFound && !isStepBack {
			t.Errorf("%s %s answered %d %s", r.method, path, got.status, got.header.Get("Location"))
		}
	}
	if got, err := demo.Transaction(t.Context(), 1); err != nil || got.Status != store.StatusPending {
		t.Errorf("the other book's: %+v, %v", got, err)
	}
}

func TestAttack_StoredXSS_InPeoplesNamesAndTills(t *testing.T) {
	t.Parallel()
	s := openNamedShop(t)
	owner := s.signedIn(store.RoleOwner)
	name := hostile[:50]
	s.user(name, store.RoleCashier)
	for path, form := range map[string]url.Values{
		"/team/invite": {"name": {"b" + name}, "role": {"cashier"}}, "/team/tills": {"till": {name}}, "/account/passkeys/new": {"name": {name}},
		"/recipients": {"name": {name}, "phone": {"677123456"}},
	} {
		form.Set("password", testPassword)
		if got := owner.post(path, form); got.status >= 400 || strings.Contains(got.body, "<script>alert") {
			t.Errorf("%s answered %d, or with a stranger's markup", path, got.status)
		}
	}
	d := s.authenticator()
	owner.confirmKey(d.made(owner.askForKey(name)))
	agent := func(r *http.Request) { r.Header.Set("User-Agent", hostile+" Chrome/1") }
	owner.post("/signin", url.Values{"name": {name}, "password": {testPassword}}, agent)
	cashier := s.browser()
	cashier.post("/signin", url.Values{"name": {name}, "password": {testPassword}}, agent)
	cashier.post("/account/pin", url.Values{"pin": {"2580"}, "password": {testPassword}})
	for _, path := range []string{"/team", "/team/2", "/account", "/audit", "/audit?q=" + url.QueryEscape(hostile), "/audit?from=" + url.QueryEscape(hostile), "/switch", "/recipients", "/"} {
		for _, b := range []*browser{owner, cashier} {
			if got := b.get(path); strings.Contains(got.body, "<script>alert") || strings.Contains(got.body, "<img src=x") || got.status >= 500 {
				t.Errorf("%s answered %d with a stranger's markup", path, got.status)
			}
		}
	}
}
