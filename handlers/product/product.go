// Package product is the whole of Comptoir, wired: the book, CamPay or the
// sandbox in its place, the payments and the handlers. When the owner changes
// the shop or its keys, it goes on with the new ones without a pause.
package product

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"comptoir/campay"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/handlers"
	"comptoir/handlers/access"
	"comptoir/handlers/pay"
	"comptoir/handlers/push"
	"comptoir/handlers/web"
	"comptoir/store"
)

// Config is what a product stands on, beside what its owner sets in it.
type Config struct {
	Site
	Data     string       // the folder
	Shop     string       // the shop's name until it is set up; "" for the default
	CamPay   CamPay       // from the environment; the zero value leaves CamPay to the settings
	Callback string       // how the sandbox calls the webhook: GET or POST
	Proxies  []*net.IPNet // whose word about a client's address is taken
	Dev      bool
	Log      *slog.Logger

	// Sites are the API addresses of the books that the settings offer; nil for
	// CamPay's own. Nobody can type one: it would make this machine call anything.
	Sites map[store.Book]string
	// Push reaches the push services of browsers; nil for public addresses alone.
	Push *http.Client
}

// defaultShop is the shop's name while nobody has given it one.
const defaultShop = "Ma boutique"

var camPaySites = map[store.Book]string{
	store.Demo:       "https://demo.campay.net/api/",
	store.Production: "https://www.campay.net/api/",
}

// Product is a running Comptoir: a handler, and the work behind it.
type Product struct {
	config    Config
	store     *store.Store // people and settings; each generation has its own book
	release   func() error // lets another process serve the folder
	sandbox   *sandbox.Sandbox
	shop      atomic.Pointer[string] // its name, as the sandbox's payers read it
	api       store.CamPayKeys       // the sandbox's, of this run
	passwords access.PasswordCost
	guesses   *access.Guesses
	notices   *push.Notices
	behind    sync.WaitGroup // what goes on after an answer, or with the settings of before
	setup     string         // with which an owner claims the product; "" when somebody has

	opening sync.Mutex // one generation is made at a time
	mu      sync.RWMutex
	now     *generation
	changed chan struct{} // there is a newer generation to work for
}

// generation is the product between two changes of its settings.
type generation struct {
	book     store.Book
	client   *campay.Client
	payments *payments.Service
	handler  http.Handler
	stop     func() // ends what streams
	requests sync.WaitGroup
}

// Open opens the product in its folder.
func Open(ctx context.Context, c Config) (*Product, error) {
	outliveFileLimit()
	if c.Sites == nil {
		c.Sites = camPaySites
	}
	p := &Product{config: c, changed: make(chan struct{}, 1)}
	if err := p.open(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Product) open(ctx context.Context) (err error) {
	if p.release, err = store.ClaimFolder(ctx, p.config.Data); err != nil {
		return err
	}
	book := p.config.CamPay.book
	if book == "" {
		book = store.Sandbox
		if err := p.embedSandbox(); err != nil {
			return err
		}
	}
	if p.store, err = store.Open(ctx, p.config.Data, store.Options{Book: book, Log: p.config.Log}); err != nil {
		return err
	}
	if err := p.sayDamage(ctx); err != nil {
		return err
	}
	if p.passwords, err = access.TunedPasswords(ctx, p.store); err != nil {
		return err
	}
	if p.guesses, err = access.OpenGuesses(ctx, p.store, time.Now()); err != nil {
		return err
	}
	p.notices = push.NewNotices(p.store, p.config.Log, time.Now, p.config.Push, p.config.Public)
	people, err := p.store.CountUsers(ctx)
	if err != nil {
		return err
	}
	if people == 0 {
		p.setup = rand.Text()
	}
	p.now, err = p.make(ctx)
	return err
}

// embedSandbox starts a CamPay of the product's own, with keys of this run.
func (p *Product) embedSandbox() (err error) {
	p.api = store.CamPayKeys{Token: rand.Text(), WebhookKey: rand.Text()}
	if err := os.MkdirAll(p.config.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	config := SandboxConfig(p.api, p.config.Log)
	config.BaseURL = p.config.Public + "/sandbox"
	config.AppName = func() string {
		if name := p.shop.Load(); name != nil {
			return *name
		}
		return ""
	}
	config.CallbackURL, config.CallbackMethod = p.config.Local+"/webhook/campay", p.config.Callback
	config.StateFile = filepath.Join(p.config.Data, "sandbox.json")
	p.sandbox, err = sandbox.New(config)
	return err
}

// Setup is the token with which the product can be claimed; "" when it is
// somebody's already.
func (p *Product) Setup() string { return p.setup }

// Book is the book that is open: sandbox, demo or production.
func (p *Product) Book() store.Book { return p.generation().book }

// Sandbox reports whether the sandbox takes CamPay's place.
func (p *Product) Sandbox() bool { return p.sandbox != nil && p.Book() == store.Sandbox }

func (p *Product) generation() *generation {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.now
}

// make wires a generation by what is set now.
func (p *Product) make(ctx context.Context) (*generation, error) {
	shop, err := p.store.Shop(ctx)
	isNew := errors.Is(err, store.ErrNotFound)
	if err != nil && !isNew {
		return nil, err
	}
	if isNew {
		shop = store.Shop{Name: defaultShop, Book: store.Sandbox}
	}
	if p.config.Shop != "" && isNew {
		shop.Name = p.config.Shop
	}
	p.shop.Store(&shop.Name)
	site, keys, err := p.reach(ctx, &shop)
	if err != nil {
		return nil, err
	}
	book, err := p.store.ForBook(shop.Book)
	if err != nil {
		return nil, err
	}
	closing := make(chan struct{})
	g := &generation{book: shop.Book, stop: sync.OnceFunc(func() { close(closing) })}
	if g.client, err = newClient(site, keys, p.config.Log); err != nil {
		return nil, err
	}
	var verifier *campay.Verifier
	if keys.WebhookKey != "" {
		if verifier, err = campay.NewVerifier(keys.WebhookKey, time.Now); err != nil {
			return nil, err
		}
	} else {
		p.config.Log.Warn("no webhook key: webhooks are refused, payments are found by polling")
	}
	g.payments = payments.New(payments.Config{
		Store: book, CamPay: g.client, Webhooks: verifier, Logger: p.config.Log, Demo: shop.Book == store.Demo,
		Paid: func(t store.Transaction) { p.notices.Paid(shop.Book, t) },
		ReturnURL: func(slug, operation string) string {
			if !p.config.Named && shop.Book != store.Sandbox {
				return "" // a payer's phone is not this machine: CamPay's own page is better than one that does not open
			}
			return p.config.Public + pay.ReturnPath(slug, operation)
		},
	})
	desk := web.Config{
		Store: book, Payments: g.payments, Log: p.config.Log, URL: p.config.Public, PublicQR: p.config.Named, Nearby: p.config.Nearby,
		Shop: shop.Name, Book: shop.Book, Closing: closing, Behind: &p.behind, Wiring: wiring{p}, Passwords: p.passwords, Guesses: p.guesses,
	}
	config := handlers.Config{Config: desk, Dev: p.config.Dev, Proxies: p.config.Proxies, Notices: p.notices}
	if p.sandbox != nil && shop.Book == store.Sandbox {
		config.Sandbox = p.sandbox.Handler()
	}
	g.handler = handlers.New(config)
	return g, nil
}

// reach is where and with which keys CamPay is asked for the shop's book.
func (p *Product) reach(ctx context.Context, shop *store.Shop) (site string, keys store.CamPayKeys, err error) {
	if fixed := p.config.CamPay; fixed.book != "" {
		shop.Book = fixed.book
		return fixed.url, fixed.keys, nil
	}
	if shop.Book == store.Sandbox {
		return p.config.Local + "/sandbox/api/", p.api, nil
	}
	book, err := p.store.ForBook(shop.Book)
	if err != nil {
		return "", keys, err
	}
	keys, err = book.CamPayKeys(ctx)
	return p.config.Sites[shop.Book], keys, err
}

func newClient(site string, keys store.CamPayKeys, log *slog.Logger) (*campay.Client, error) {
	return campay.New(campay.Config{
		BaseURL: site, Token: keys.Token, Username: keys.Username, Password: keys.Password, Logger: log,
	})
}

// ServeHTTP answers by the settings of now; what has begun ends by those it
// began with.
func (p *Product) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.RLock()
	g := p.now
	g.requests.Add(1)
	p.mu.RUnlock()
	defer g.requests.Done()
	g.handler.ServeHTTP(w, r)
}

// Reopen goes on with what is set now. After an error it goes on as before.
func (p *Product) Reopen(ctx context.Context) error {
	p.opening.Lock()
	defer p.opening.Unlock()
	next, err := p.make(ctx)
	if err != nil {
		return fmt.Errorf("open with the new settings: %w", err)
	}
	p.mu.Lock()
	old := p.now
	p.now = next
	p.mu.Unlock()
	old.stop()
	select {
	case p.changed <- struct{}{}:
	default:
	}
	p.behind.Go(func() { // its last requests may still ask CamPay
		old.requests.Wait()
		old.client.Close()
	})
	return nil
}

// Run does the work behind the handler until ctx ends.
func (p *Product) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if p.sandbox != nil {
		group.Go(func() error { return p.sandbox.Run(ctx) })
	}
	group.Go(func() error { return p.work(ctx) })
	group.Go(func() error { return p.notices.Run(ctx) })
	group.Go(func() error { p.lookAtRows(ctx); return nil })
	return group.Wait()
}

// looksEvery is how often some rows of the book are looked at: five million are
// within a day, at a few milliseconds each time. roundsEvery is how long it rests
// after the last one.
const (
	looksEvery  = 5 * time.Second
	roundsEvery = 10 * time.Minute
)

// lookAtRows walks through the book's rows of money, some at a time, for damage.
func (p *Product) lookAtRows(ctx context.Context) {
	for at := (store.Look{}); ; {
		next, err := p.store.LookAtRows(ctx, at)
		if err != nil && ctx.Err() == nil {
			p.config.Log.ErrorContext(ctx, "look at the rows of money", "error", err)
		}
		wait := looksEvery
		if at = next; at == (store.Look{}) {
			wait = roundsEvery
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// sayDamage has the log say what was found broken and nobody has seen to.
func (p *Product) sayDamage(ctx context.Context) error {
	found, err := p.store.Damages(ctx)
	for _, d := range found {
		p.config.Log.ErrorContext(ctx, "the book is damaged: keep a copy of the folder and reconcile with CamPay", "found", d.String())
	}
	return err
}

// work settles what is open, for one generation after the other: never for two
// at once.
func (p *Product) work(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := p.workFor(ctx, p.generation()); err != nil {
			return err
		}
	}
	return nil
}

func (p *Product) workFor(ctx context.Context, g *generation) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- g.payments.Run(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-p.changed:
		cancel()
		return <-ended
	}
}

// StopStreams ends what streams, so that a server may shut down.
func (p *Product) StopStreams() { p.generation().stop() }

// Close waits for what goes on behind the answers, and closes the database. The
// server in front has to be shut down.
func (p *Product) Close() error {
	p.behind.Wait()
	if p.now != nil {
		p.now.client.Close()
	}
	var err error
	if p.store != nil {
		err = p.store.Close()
	}
	if p.release != nil {
		err = errors.Join(err, p.release())
	}
	return err
}
