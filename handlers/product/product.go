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

	"comptoir/campay/sandbox"
	"comptoir/handlers/access"
	"comptoir/handlers/push"
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
