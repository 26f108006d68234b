// Package sandbox is a CamPay that runs inside the binary: its API, the hosted
// payment page, the payer's phone, the webhooks, and faults on demand. It takes
// no real money. Tests, the first run without keys and `comptoir sandbox` all
// use this one.
package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"comptoir/campay/money"
)

// DuplicateMode is what a repeated external_reference gets. CamPay's
// documentation says both, so a client has to live with either.
type DuplicateMode int

// The two modes.
const (
	Replay DuplicateMode = iota // the first request's answer again
	Reject                      // HTTP 400
)

// Balances is what the app holds with each carrier, and its airtime float.
type Balances struct {
	MTN     money.XAF `json:"mtn"`
	Orange  money.XAF `json:"orange"`
	Airtime money.XAF `json:"airtime"`
}

// Config is what a Sandbox stands on. The zero value of a field is its default.
type Config struct {
	// BaseURL is where customers and the app reach the sandbox. Its path is the
	// prefix that Handler expects in the paths it sees.
	BaseURL string
	// AppName tells the shop's name as payers see it; "Boutique d’essai" where it is
	// nil or tells none.
	AppName func() string

	// The keys it accepts: the permanent token, username and password, or both.
	Token              string
	Username, Password string
	TokenLife          time.Duration // of a temporary token; 1 hour

	// WebhookKey signs what is sent to CallbackURL by CallbackMethod (POST when
	// empty). Without a CallbackURL nothing is sent.
	WebhookKey     string
	CallbackURL    string
	CallbackMethod string

	// StateFile keeps the state across runs; empty: in memory only. With KeepKeys
	// it keeps the keys too, and those it has stand above the ones given here.
	StateFile string
	KeepKeys  bool

	// Ceiling is the most that one call may move, as on CamPay's demo site;
	// airtime is then exactly 100 XAF. 0: none.
	Ceiling    money.XAF
	Duplicates DuplicateMode
	Habits     Habits
	// ForbidWithdrawals answers 403 to withdrawals, as CamPay does for an app
	// whose settings do not allow them.
	ForbidWithdrawals bool
	PromptTimeout     time.Duration // how long a payer may take; 2 minutes
	// PayoutDelay is how long withdrawals and airtime stay PENDING. With 0 they
	// are settled by whatever looks at the state next.
	PayoutDelay time.Duration
	Opening     Balances // used when there is no state yet
	Fees        Fees     // zero: no fees

	Now        func() time.Time // nil: time.Now
	Rand       io.Reader        // nil: crypto/rand
	Logger     *slog.Logger     // nil: slog.Default
	HTTPClient *http.Client     // for webhooks; nil: one with time limits
	// Sleep waits for Fault's Delay on a call; nil: by the real clock.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Sandbox is one CamPay with one app in it. Its methods may be called from many
// goroutines.
type Sandbox struct {
	cfg      Config
	base     *url.URL
	prefix   string
	callback *url.URL // nil: no webhooks
	screens  *screens

	mu    sync.Mutex // guards state and saved
	state *state
	saved []byte // what the state file holds, to go back to when a write fails

	stepping sync.Mutex    // one Step at a time
	wake     chan struct{} // something has changed: what is due may be nearer
}

// New returns a sandbox with the state of its file, or with a fresh one. Its
// webhooks and time-outs need Run, or Step.
func New(c Config) (*Sandbox, error) {
	c = c.withDefaults()
	s := &Sandbox{cfg: c, wake: make(chan struct{}, 1)}
	if err := s.parseAddresses(); err != nil {
		return nil, err
	}
	if c.Token == "" && (c.Username == "" || c.Password == "") {
		return nil, errors.New("sandbox: no keys: set a token, or username and password")
	}
	var err error
	if s.screens, err = loadScreens(); err != nil {
		return nil, fmt.Errorf("sandbox pages: %w", err)
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	if c.KeepKeys {
		if err := s.keepKeys(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (c Config) withDefaults() Config {
	c.CallbackMethod = orElse(c.CallbackMethod, http.MethodPost)
	c.PromptTimeout = orElse(c.PromptTimeout, 2*time.Minute)
	c.TokenLife = orElse(c.TokenLife, time.Hour)
	c.HTTPClient = orElse(c.HTTPClient, webhookClient())
	c.Logger = orElse(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	return c
}

// appName is the shop's name as payers see it.
func (c Config) appName() string {
	name := ""
	if c.AppName != nil {
		name = c.AppName()
	}
	return orElse(name, "Boutique d’essai")
}

func orElse[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

func (s *Sandbox) parseAddresses() error {
	base, err := url.Parse(strings.TrimRight(s.cfg.BaseURL, "/"))
	if err != nil {
		return fmt.Errorf("sandbox: base URL: %w", err)
	}
	if !webAddress(base) || strings.ContainsAny(base.Path, "{}") {
		return fmt.Errorf("sandbox: base URL %q is not an http(s) address", s.cfg.BaseURL)
	}
	s.base, s.prefix = base, base.Path
	if s.cfg.CallbackURL == "" {
		return nil
	}
	callback, err := url.Parse(s.cfg.CallbackURL)
	if err != nil || !webAddress(callback) {
		return errors.New("sandbox: the callback URL is not an http(s) address")
	}
	if s.cfg.WebhookKey == "" {
		return errors.New("sandbox: a callback URL needs a webhook key")
	}
	if m := s.cfg.CallbackMethod; m != http.MethodGet && m != http.MethodPost {
		return fmt.Errorf("sandbox: callback method %q is neither GET nor POST", m)
	}
	s.callback = callback
	return nil
}

func webAddress(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// now is in UTC, to the microsecond that CamPay's history shows.
func (s *Sandbox) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
