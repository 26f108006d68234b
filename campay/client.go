// Package campay is a client of the CamPay API, through which merchants in
// Cameroon take and move mobile money, and the reader and verifier of its
// notifications. It knows nothing of the shop that uses it.
//
// What matters most is what an error says about the money: see Effect.
package campay

// The client and how it is configured.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Config says which CamPay to call, as whom, and with what around it. It holds
// secrets, which no format verb and no slog handler shows.
type Config struct {
	BaseURL string // "https://demo.campay.net/api/"; http only on this machine

	// Either the permanent token, or the app's username and password.
	Token, Username, Password string

	// Transport is nil for the client's own, which keeps Timeouts. Another one must never send a POST again by itself, and
	// its failures count as Lost unless they are dialling errors (*net.OpError)
	// or it reports to httptrace.
	Transport http.RoundTripper
	Timeouts  Timeouts

	Now    func() time.Time                           // nil: time.Now
	Rand   func() float64                             // jitter in [0,1); nil: math/rand
	Sleep  func(context.Context, time.Duration) error // between tries; nil: a timer
	Logger *slog.Logger                               // nil: none
}

// Timeouts bound each part of a call. A zero takes the default.
type Timeouts struct {
	Connect time.Duration // 5 s
	TLS     time.Duration // 5 s
	Headers time.Duration // 30 s: from the request to the answer's headers
	Body    time.Duration // 10 s: from the headers to the answer's end
	Call    time.Duration // 60 s: all of it, with the token and the further tries
}

// Client calls CamPay. It is safe for concurrent use.
type Client struct {
	base      string // ends in a slash
	reads     http.RoundTripper
	moves     http.RoundTripper
	closeIdle func() // nil where the transport is the caller's
	auth      *auth  // a pointer, so that printing a copied client shows no secret
	timeouts  Timeouts
	now       func() time.Time
	rand      func() float64
	sleep     func(context.Context, time.Duration) error
	log       *slog.Logger

	keysRefused atomic.Bool // by CamPay's last answer
}

// New makes a client. It does not call CamPay: Authenticate does.
func New(cfg Config) (*Client, error) {
	base, err := baseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	permanent, pair := cfg.Token != "", cfg.Username != "" && cfg.Password != ""
	if permanent == pair || permanent && (cfg.Username != "" || cfg.Password != "") {
		return nil, errors.New("campay: give either a permanent token, or a username and a password")
	}
	if strings.ContainsFunc(cfg.Token, notTokenRune) {
		return nil, errors.New("campay: the token holds characters that no token has")
	}
	cfg = cfg.withDefaults()
	c := &Client{
		base: base, timeouts: cfg.Timeouts,
		now: cfg.Now, rand: cfg.Rand, sleep: cfg.Sleep, log: cfg.Logger,
	}
	if cfg.Transport != nil {
		c.reads, c.moves = cfg.Transport, cfg.Transport
	} else {
		kept := keepingTransport(cfg.Timeouts)
		c.reads, c.moves, c.closeIdle = kept, freshTransport(cfg.Timeouts), kept.CloseIdleConnections
	}
	c.auth = &auth{
		permanent: cfg.Token, username: cfg.Username, password: cfg.Password,
		now: cfg.Now, limit: cfg.Timeouts.Call, fetch: c.fetchToken,
	}
	return c, nil
}

// Close ends a token renewal that is under way, waits for it, and closes the
// idle connections of the client's own transport. Calls after it fail where they need a new token.
func (c *Client) Close() {
	c.auth.close()
	if c.closeIdle != nil {
		c.closeIdle()
	}
}

// baseURL checks the address. Its errors do not repeat it: it might hold a
// password that was put there by mistake.
func baseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return "", errors.New("campay: the base URL is not an absolute URL")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#") {
		return "", errors.New("campay: the base URL must have no user, query or fragment")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", errors.New("campay: the base URL must be https, or http on this machine")
	}
	return strings.TrimSuffix(u.String(), "/") + "/", nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func notTokenRune(r rune) bool { return r <= ' ' || r > '~' }

func (cfg Config) withDefaults() Config {
	t := &cfg.Timeouts
	for _, d := range []struct {
		limit    *time.Duration
		standard time.Duration
	}{
		{&t.Connect, 5 * time.Second}, {&t.TLS, 5 * time.Second}, {&t.Headers, 30 * time.Second},
		{&t.Body, 10 * time.Second}, {&t.Call, time.Minute},
	} {
		if *d.limit <= 0 {
			*d.limit = d.standard
		}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Float64
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg
}

// Format hides the secrets from every format verb.
func (cfg Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "campay.Config") }

// LogValue hides the secrets from slog.
func (cfg Config) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(cfg)) }

// Format hides the secrets from every format verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "campay.Client of %s", c.base) }
