package payments

// The shop of these tests: a real database, the sandbox over real HTTP, and
// webhooks that come back over real HTTP. The test owns the clock.

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
	"comptoir/store/storetest"
)

const (
	testToken = "a-permanent-token"
	testKey   = "a-webhook-key"
)

// mtnPhone and orangePhone are valid numbers of the two carriers.
const (
	mtnPhone    money.Phone = "237677123456"
	orangePhone money.Phone = "237699123456"
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

// shop is one merchant with his CamPay. before, when set, sees each call to
// the API before the sandbox does; answering true ends it there.
type shop struct {
	telling sync.Mutex
	told    []int64 // the collections that were told to be paid
	t       *testing.T
	ctx     context.Context
	clock   *clock
	dir     string
	store   *store.Store
	sandbox *sandbox.Sandbox
	service *Service
	api     *httptest.Server
	client  *campay.Client
	down    atomic.Bool
	before  atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
	current atomic.Pointer[Service]
}

func openShop(t *testing.T, configure ...func(*sandbox.Config)) *shop {
	t.Helper()
	s := &shop{t: t, ctx: t.Context(), dir: t.TempDir(), clock: &clock{at: time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC)}}
	var handler atomic.Pointer[http.Handler]
	s.api = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down.Load() {
			panic(http.ErrAbortHandler)
		}
		if before := s.before.Load(); before != nil && (*before)(w, r) {
			return
		}
		(*handler.Load()).ServeHTTP(w, r)
	}))
	callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service := s.current.Load()
		err := service.TakeWebhook(r, "192.0.2.1")
		if err == nil {
			_, err = service.noteArrivals(s.ctx) // as Run does
		}
		if err != nil {
			http.Error(w, "refused", http.StatusForbidden)
		}
	}))
	config := sandbox.Config{
		BaseURL: s.api.URL + "/sandbox", Token: testToken, WebhookKey: testKey,
		CallbackURL: callback.URL + "/webhook", Now: s.clock.now, Logger: quiet(),
	}
	for _, c := range configure {
		c(&config)
	}
	var err error
	if s.sandbox, err = sandbox.New(config); err != nil {
		t.Fatal(err)
	}
	h := s.sandbox.Handler()
	handler.Store(&h)
	if s.client, err = campay.New(campay.Config{
		BaseURL: s.api.URL + "/sandbox/api/", Token: testToken, Now: s.clock.now, Logger: quiet(),
		Sleep: func(context.Context, time.Duration) error { return nil },
	}); err != nil {
		t.Fatal(err)
	}
	s.must(template.Begin(s.dir))
	s.start()
	t.Cleanup(func() {
		callback.Close()
		s.api.Close()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

var template = storetest.Template{Open: func(dir string) (io.Closer, error) {
	return store.Open(context.Background(), dir, store.Options{Book: "sandbox"})
}}

// start opens the book, or opens it again as after a restart.
func (s *shop) start() {
	s.t.Helper()
	if s.store != nil {
		if err := s.store.Close(); err != nil {
			s.t.Fatal(err)
		}
	}
	var err error
	if s.store, err = store.Open(s.ctx, s.dir, store.Options{Book: "sandbox", Now: s.clock.now}); err != nil {
		s.t.Fatal(err)
	}
	verifier, err := campay.NewVerifier(testKey, s.clock.now)
	if err != nil {
		s.t.Fatal(err)
	}
	s.service = New(Config{
		Store: s.store, CamPay: s.client, Webhooks: verifier, Now: s.clock.now, Logger: quiet(),
		Paid: func(t store.Transaction) {
			s.telling.Lock()
			defer s.telling.Unlock()
			s.told = append(s.told, t.ID)
		},
		ReturnURL: func(slug, operation string) string {
			return strings.TrimSuffix("https://shop.example/p/"+slug+"/"+operation, "/")
		},
	})
	s.current.Store(s.service)
}

// onCall sees each call to the API first.
func (s *shop) onCall(f func(http.ResponseWriter, *http.Request) bool) { s.before.Store(&f) }

// work lets d pass, and everything happen that is due by then.
func (s *shop) work(d time.Duration) {
	s.t.Helper()
	s.clock.pass(d)
	s.must(s.sandbox.Step(s.ctx))
	s.must(s.service.Work(s.ctx))
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) push(amount int64, phone money.Phone) store.Transaction {
	s.t.Helper()
	order := pushOrder(amount, phone)
	t, err := s.service.RequestPayment(s.ctx, order)
	var asked *AskedError
	if errors.As(err, &asked) {
		order.Again = asked.Earlier.ID
		t, err = s.service.RequestPayment(s.ctx, order)
	}
	s.must(err)
	return t
}

func pushOrder(amount int64, phone money.Phone) PushOrder {
	return PushOrder{Operation: NewOperation(), Amount: money.Francs(amount), Phone: phone, Description: "Pain"}
}

func (s *shop) link(amount int64, edit ...func(*LinkOrder)) store.LinkWithState {
	s.t.Helper()
	order := LinkOrder{Operation: NewOperation(), Amount: money.Francs(amount), Description: "Pain", PaymentOptions: money.MobileMoney}
	for _, e := range edit {
		e(&order)
	}
	l, err := s.service.CreateLink(s.ctx, order)
	s.must(err)
	return l
}

// refuseLinks has CamPay refuse to make a page, without a code, and counts how
// often it is asked.
func (s *shop) refuseLinks(calls *int) {
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/get_payment_link/") {
			return false
		}
		*calls++
		w.WriteHeader(http.StatusBadRequest)
		_, err := io.WriteString(w, `{"message":"no"}`)
		return err == nil
	})
}

// pay has a customer pay on a link's page and enter pin.
func (s *shop) pay(l store.LinkWithState, amount int64, pin string) {
	s.t.Helper()
	prompt, err := s.sandbox.Pay(s.first(l.ID).Reference, mtnPhone, money.Francs(amount))
	s.must(err)
	s.must(s.sandbox.Enter(prompt.Reference, pin))
}

// first is a link's first attempt.
func (s *shop) first(linkID int64) store.Transaction {
	s.t.Helper()
	all := s.attempts(linkID)
	return all[len(all)-1]
}

func (s *shop) attempts(linkID int64) []store.Transaction {
	s.t.Helper()
	all, err := s.store.TransactionsOfLink(s.ctx, linkID)
	s.must(err)
	return all
}

func (s *shop) again(t store.Transaction) store.Transaction {
	s.t.Helper()
	t, err := s.store.Transaction(s.ctx, t.ID)
	s.must(err)
	return t
}

func (s *shop) all() []store.Transaction {
	s.t.Helper()
	all, err := s.store.Transactions(s.ctx, store.TransactionFilter{Limit: 100})
	s.must(err)
	return all
}

func (s *shop) deliveries() []store.Delivery {
	s.t.Helper()
	s.must(s.service.KeepRefused(s.ctx))
	all, err := s.store.Deliveries(s.ctx, store.DeliveryFilter{Limit: 100})
	s.must(err)
	return all
}

func (s *shop) notes(t store.Transaction) []string {
	s.t.Helper()
	events, err := s.store.Events(s.ctx, t.ID)
	s.must(err)
	notes := make([]string, len(events))
	for i, e := range events {
		notes[i] = e.Note
	}
	return notes
}

// wantStatus checks what the book says of t, and returns it.
func (s *shop) wantStatus(t store.Transaction, want store.Status, flags ...store.Flag) store.Transaction {
	s.t.Helper()
	t = s.again(t)
	if t.Status != want {
		s.t.Fatalf("status %s, want %s; story %v", t.Status, want, s.notes(t))
	}
	if got := t.Flags.String(); got != store.Flags(flags).String() {
		s.t.Fatalf("flags %q, want %v; story %v", got, flags, s.notes(t))
	}
	return t
}

// wantEffects checks how many transactions CamPay has, and how many of them
// moved money.
func (s *shop) wantEffects(entries, successful int) {
	s.t.Helper()
	paid := 0
	ledger := s.sandbox.Ledger()
	for _, e := range ledger {
		if e.Status == campay.Successful {
			paid++
		}
	}
	if len(ledger) != entries || paid != successful {
		s.t.Fatalf("CamPay has %d transactions, %d successful; want %d and %d", len(ledger), paid, entries, successful)
	}
}

// hears has the shop take a webhook, and look up what it speaks of.
func (s *shop) hears(r *http.Request) {
	s.t.Helper()
	s.must(s.service.TakeWebhook(r, "192.0.2.1"))
	_, err := s.service.noteArrivals(s.ctx)
	s.must(err)
}
