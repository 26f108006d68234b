// Package web is the desk that all screens use: who asks and with which rights, a page
// and its frame, forms and what is wrong with them, live parts, files, errors. It knows
// no screen.
package web

import (
	"log/slog"
	"strings"
	"sync"
	"time"

	"comptoir/campay/payments"
	"comptoir/handlers/access"
	"comptoir/store"
)

// Config is what every screen may need.
type Config struct {
	Store    *store.Store
	Payments *payments.Service
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
	URL      string           // the product's own address, without a slash at the end
	PublicQR bool             // customers reach URL, so QR codes hold it; else they hold CamPay's links
	Nearby   func() string    // this machine's address in its own network; nil or "" where there is none
	Shop     string
	Book     store.Book
	Phone    string // where the sandbox's payers have their phones; "" with real keys
	Closing  <-chan struct{}
	Beat     time.Duration   // how often a live page is looked at without news; 0: LiveBeat
	Behind   *sync.WaitGroup // what goes on after an answer; whoever closes the store waits for it
	Wiring   Wiring          // nil: there are no settings

	Guesses   *access.Guesses     // of the product, whatever its settings become; nil: of this desk
	Passwords access.PasswordCost // from TunedPasswords; zero: the least
}

// Desk is what the screens of every room have in common.
type Desk struct {
	Config
	Access   *access.Service
	Sessions *Sessions
	live     live
}

// New returns a desk.
func New(c Config) *Desk {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Guesses == nil {
		c.Guesses = &access.Guesses{}
	}
	return &Desk{
		Config:   c,
		Access:   access.New(access.Config{Store: c.Store, Log: c.Log, Now: c.Now, Guesses: c.Guesses, Cost: c.Passwords, URL: c.URL, Shop: c.Shop}),
		Sessions: &Sessions{store: c.Store, now: c.Now, log: c.Log, Secure: strings.HasPrefix(c.URL, "https://"), Mark: CookieMark(c.Store.Keys)},
	}
}
