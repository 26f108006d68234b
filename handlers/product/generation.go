package product

// The product by the settings of now, and the step to the next ones without a pause.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"comptoir/campay"
	"comptoir/campay/payments"
	"comptoir/handlers"
	"comptoir/handlers/pay"
	"comptoir/handlers/web"
	"comptoir/store"
)

// generation is the product between two changes of its settings.
type generation struct {
	book     store.Book
	client   *campay.Client
	payments *payments.Service
	handler  http.Handler
	stop     func() // ends what streams
	requests sync.WaitGroup
}

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
