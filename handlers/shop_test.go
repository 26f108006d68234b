package handlers

// The product of these tests: the whole of it over real HTTP, on a real
// database and the sandbox. The test owns the clock.

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"comptoir/campay"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/store/storetest"
)

const testPassword = "a password for tests"

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

type shop struct {
	t       *testing.T
	clock   *clock
	dir     string
	store   *store.Store
	sandbox *sandbox.Sandbox
	service *payments.Service
	server  *server
	log     *lockedBuffer
	url     string
	key     string
	onCall  atomic.Pointer[func(http.ResponseWriter, *http.Request) (answered bool)]
	handle  func(http.Handler) // from now on
}

var template = storetest.Template{Open: func(dir string) (io.Closer, error) {
	return store.Open(context.Background(), dir, store.Options{Book: "sandbox"})
}}

// before does something once, just before a call whose path ends so is answered.
func (s *shop) before(path string, do func()) {
	var once sync.Once
	f := func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, path) {
			once.Do(do)
		}
		return false
	}
	s.onCall.Store(&f)
}

// answers has CamPay answer each call whose path ends so with this body.
func (s *shop) answers(path string, status int, body string) {
	f := func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, path) {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, err := io.WriteString(w, body)
		return err == nil
	}
	s.onCall.Store(&f)
}

// lockedBuffer is a log that tests read.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func openShop(t *testing.T, configure ...func(*sandbox.Config)) *shop {
	t.Helper()
	s := &shop{t: t, clock: &clock{at: time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC)}, key: "a-webhook-key", log: &lockedBuffer{}}
	var handler atomic.Pointer[http.Handler]
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if first := s.onCall.Load(); first != nil && (*first)(w, r) {
			return
		}
		(*handler.Load()).ServeHTTP(w, r)
	}))
	s.url = site.URL
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	s.must2(&err, func() {
		config := sandbox.Config{
			BaseURL: site.URL + "/sandbox", Token: "a-permanent-token", WebhookKey: s.key,
			CallbackURL: site.URL + "/webhook/campay", Now: s.clock.now, Logger: log,
		}
		for _, edit := range configure {
			edit(&config)
		}
		s.sandbox, err = sandbox.New(config)
	})
	var client *campay.Client
	s.must2(&err, func() {
		client, err = campay.New(campay.Config{
			BaseURL: site.URL + "/sandbox/api/", Token: "a-permanent-token", Now: s.clock.now, Logger: log,
			Sleep: func(context.Context, time.Duration) error { return nil },
		})
	})
	var verifier *campay.Verifier
	s.must2(&err, func() { verifier, err = campay.NewVerifier(s.key, s.clock.now) })
	s.must2(&err, func() {
		s.dir = t.TempDir()
		s.must(template.Begin(s.dir))
		s.store, err = store.Open(t.Context(), s.dir, store.Options{Book: "sandbox", Now: s.clock.now})
	})
	s.service = payments.New(payments.Config{Store: s.store, CamPay: client, Webhooks: verifier, Now: s.clock.now, Logger: log})
	closing := make(chan struct{})
	guesses, err := access.OpenGuesses(s.t.Context(), s.store, s.clock.now())
	s.must(err)
	desk := web.Config{
		Guesses: guesses, Behind: new(sync.WaitGroup),
		Store: s.store, Payments: s.service, Log: log, Now: s.clock.now, URL: site.URL,
		Shop: "Boutique Exemple", Book: "sandbox", Closing: closing,
	}
	s.server = newServer(Config{Config: desk, Dev: true, Sandbox: s.sandbox.Handler()})
	s.handle = func(h http.Handler) { handler.Store(&h) }
	s.handle(s.server.handler())
	t.Cleanup(func() {
		close(closing)
		site.Close()
		s.server.Behind.Wait()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *shop) must2(err *error, do func()) {
	s.t.Helper()
	do()
	s.must(*err)
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// testHash is testPassword's, at a cost that lets tests sign in often.
var testHash = sync.OnceValues(func() (string, error) {
	return argon2id.CreateHash(testPassword, &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
})

func (s *shop) user(name string, role store.Role) store.User {
	s.t.Helper()
	hash, err := testHash()
	s.must(err)
	var u store.User
	s.must(s.store.Write(s.t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = tx.CreateUser(ctx, store.User{Name: name, PasswordHash: hash, Role: role, Locale: "fr", CreatedAt: s.clock.now()})
		return err
	}))
	return u
}

// browser is a client with cookies that follows no redirects.
type browser struct {
	s      *shop
	client *http.Client
}

func (s *shop) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	s.must(err)
	return &browser{s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signedIn is a browser of a new user with this role.
func (s *shop) signedIn(role store.Role) *browser {
	s.t.Helper()
	s.user(string(role), role)
	b := s.browser()
	if a := b.post("/signin", url.Values{"name": {string(role)}, "password": {testPassword}}); a.status != http.StatusSeeOther {
		s.t.Fatalf("sign-in answered %d: %s", a.status, a.body)
	}
	return b
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (b *browser) send(method, path string, form url.Values, edit ...func(*http.Request)) answer {
	b.s.t.Helper()
	var body io.Reader = http.NoBody
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(b.s.t.Context(), method, b.s.url+path, body)
	b.s.must(err)
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, e := range edit {
		e(req)
	}
	res, err := b.client.Do(req)
	b.s.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	b.s.must(err)
	return answer{res.StatusCode, res.Header, string(text)}
}

func (b *browser) get(path string, edit ...func(*http.Request)) answer {
	b.s.t.Helper()
	return b.send(http.MethodGet, path, nil, edit...)
}

func (b *browser) post(path string, form url.Values, edit ...func(*http.Request)) answer {
	b.s.t.Helper()
	return b.send(http.MethodPost, path, form, edit...)
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// work has everything happen that is due.
func (s *shop) work() {
	s.t.Helper()
	s.must(s.sandbox.Step(s.t.Context()))
	s.must(s.service.Work(s.t.Context()))
}
