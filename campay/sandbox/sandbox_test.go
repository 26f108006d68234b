package sandbox_test

// What the tests stand on: a sandbox behind a real server, an app's callback
// behind another, and a clock that the test owns.

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

const (
	permanent  = "permanent-token"
	webhookKey = "webhook-key"
	mtn        = "237677123456"
	orange     = "237699123456"
	nexttel    = "237666123456"
	extA       = "2ceefe04-1a79-4914-9dd0-c61748c2aecb"
	extB       = "a2707130-2419-441e-95b8-1bddefc2cbfb"
)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// shop is one sandbox and the app that uses it.
type shop struct {
	*testing.T
	*sandbox.Sandbox
	clock *clock
	url   string // of the sandbox
	calls *callback
}

// callback is the app's webhook address.
type callback struct {
	mu     sync.Mutex
	got    []campay.Notification
	status int           // answered
	heard  chan struct{} // one for each delivery
}

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := campay.ReadNotification(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n, err := raw.Parse()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	c.got = append(c.got, n)
	status := c.status
	c.mu.Unlock()
	w.WriteHeader(status)
	select {
	case c.heard <- struct{}{}:
	default:
	}
}

func (c *callback) answer(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = status
}

func (c *callback) all() []campay.Notification {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]campay.Notification(nil), c.got...)
}

// open starts a sandbox with 10 000 F at MTN, 5 000 F at Orange, 1 000 F of
// airtime and 1 % of fees; with changes what the test wants otherwise.
func open(t *testing.T, with ...func(*sandbox.Config)) shop {
	t.Helper()
	s := shop{
		T:     t,
		clock: &clock{at: time.Date(2026, 3, 14, 9, 52, 34, 876707000, time.UTC)},
		calls: &callback{status: http.StatusOK, heard: make(chan struct{}, 100)},
	}
	app := httptest.NewServer(s.calls)
	t.Cleanup(app.Close)
	server := httptest.NewUnstartedServer(nil)
	s.url = "http://" + server.Listener.Addr().String() + "/sandbox"
	c := sandbox.Config{
		BaseURL:     s.url,
		Token:       permanent,
		Username:    "app-user",
		Password:    "app-password",
		WebhookKey:  webhookKey,
		CallbackURL: app.URL + "/webhook?shop=1",
		Opening:     sandbox.Balances{MTN: money.Francs(10_000), Orange: money.Francs(5_000), Airtime: money.Francs(1_000)},
		Fees:        sandbox.Fees{Collect: sandbox.OnePercent, Withdraw: sandbox.OnePercent},
		Now:         s.clock.now,
	}
	for _, change := range with {
		change(&c)
	}
	box, err := sandbox.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.Sandbox = box
	server.Config.Handler = box.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// in is the same shop in a subtest.
func (s shop) in(t *testing.T) shop {
	s.T = t
	return s
}

// browser follows no redirect: where it is sent is part of the answer.
func browser() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type reply struct {
	status int
	body   string
	header http.Header
}

// fields are the values of a JSON object.
func (r reply) fields(t *testing.T) map[string]any {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(r.body), &all); err != nil {
		t.Fatalf("%v in %q", err, r.body)
	}
	return all
}

func (s shop) try(method, path, body string, header ...string) (reply, error) {
	req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := browser().Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, string(content), resp.Header}, err
}

func (s shop) send(method, path, body string, header ...string) reply {
	s.Helper()
	r, err := s.try(method, path, body, header...)
	if err != nil {
		s.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// api calls the API with the permanent token.
func (s shop) api(method, path, body string) reply {
	s.Helper()
	return s.send(method, "/api/"+path, body, "Authorization", "Token "+permanent)
}

func (s shop) want(r reply, status int, parts ...string) {
	s.Helper()
	if r.status != status {
		s.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	for _, part := range parts {
		if !strings.Contains(r.body, part) {
			s.Errorf("no %q in %s", part, r.body)
		}
	}
}

// accepted is the reference of a call that went well.
func (s shop) accepted(r reply) string {
	s.Helper()
	s.want(r, http.StatusOK)
	reference, _ := r.fields(s.T)["reference"].(string)
	if reference == "" {
		s.Fatalf("no reference in %s", r.body)
	}
	return reference
}

func (s shop) collect(amount, from, external string) string {
	s.Helper()
	return s.accepted(s.api("POST", "collect/", collectBody(amount, from, external)))
}

func (s shop) withdraw(amount, to, external string) string {
	s.Helper()
	return s.accepted(s.api("POST", "withdraw/", payoutBody(amount, to, external)))
}

// entry is what the ledger says of a reference.
func (s shop) entry(reference string) sandbox.Entry {
	s.Helper()
	for _, e := range s.Ledger() {
		if e.Reference == reference {
			return e
		}
	}
	s.Fatalf("%s is not in the ledger", reference)
	return sandbox.Entry{}
}

func (s shop) enter(reference string) {
	s.Helper()
	if err := s.Enter(reference, "1234"); err != nil {
		s.Fatal(err)
	}
}

func (s shop) step() {
	s.Helper()
	if err := s.Step(context.Background()); err != nil {
		s.Fatal(err)
	}
}

// delivered are the notifications that the app got so far, after doing what is
// due; it wants n of them.
func (s shop) delivered(n int) []campay.Notification {
	s.Helper()
	s.step()
	got := s.calls.all()
	if len(got) != n {
		s.Fatalf("%d notifications, want %d", len(got), n)
	}
	return got
}

func collectBody(amount, from, external string) string {
	return `{"amount":"` + amount + `","currency":"XAF","from":"` + from +
		`","description":"Pain","external_reference":"` + external + `","external_user":"C7"}`
}

func payoutBody(amount, to, external string) string {
	return `{"amount":"` + amount + `","to":"` + to + `","description":"Stock","external_reference":"` + external + `"}`
}

func TestNew_WithoutWhatItNeeds_IsRefused(t *testing.T) {
	t.Parallel()
	good := sandbox.Config{
		BaseURL: "http://localhost:8080/sandbox", Token: "t",
		CallbackURL: "http://localhost:8080/hook", WebhookKey: "k",
	}
	if _, err := sandbox.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*sandbox.Config){
		"no base URL":       func(c *sandbox.Config) { c.BaseURL = "" },
		"base URL pattern":  func(c *sandbox.Config) { c.BaseURL = "http://localhost/{x}" },
		"base URL broken":   func(c *sandbox.Config) { c.BaseURL = "http://local host:%" },
		"no keys":           func(c *sandbox.Config) { c.Token = "" },
		"username alone":    func(c *sandbox.Config) { c.Token, c.Username = "", "u" },
		"callback scheme":   func(c *sandbox.Config) { c.CallbackURL = "file:///etc/passwd" },
		"no webhook key":    func(c *sandbox.Config) { c.WebhookKey = "" },
		"callback method":   func(c *sandbox.Config) { c.CallbackMethod = "PUT" },
		"state unreadable":  func(c *sandbox.Config) { c.StateFile = t.TempDir() },
		"state not to make": func(c *sandbox.Config) { c.StateFile = t.TempDir() + "/no/such/folder" },
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			spoil(&bad)
			if _, err := sandbox.New(bad); err == nil {
				t.Error("accepted")
			}
		})
	}
}
