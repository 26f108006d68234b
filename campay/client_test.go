package campay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
)

const (
	permanentToken = "permanent-token-of-the-app"
	ref            = "2ceefe04-1a79-4914-9dd0-c61748c2aecb"
)

// pauses records what the client would have slept, and does not sleep.
type pauses struct {
	mu   sync.Mutex
	each []time.Duration
}

func (p *pauses) sleep(ctx context.Context, d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.each = append(p.each, d)
	return ctx.Err()
}

// received is one request as the server saw it.
type received struct {
	Method, Path, Token string
	Body                map[string]any
}

// server is a real HTTP server that keeps what it received.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []received
}

func serve(t testing.TB, handle http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
		got := received{Method: r.Method, Path: r.URL.Path, Token: r.Header.Get("Authorization")}
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &got.Body); err != nil {
				t.Errorf("%s %s: body %q: %v", r.Method, r.URL.Path, raw, err)
			}
		}
		s.mu.Lock()
		s.requests = append(s.requests, got)
		s.mu.Unlock()
		handle(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// got is what was received under a path that ends in suffix.
func (s *server) got(suffix string) []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []received
	for _, r := range s.requests {
		if strings.HasSuffix(r.Path, suffix) {
			out = append(out, r)
		}
	}
	return out
}

func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func client(t testing.TB, cfg campay.Config) *campay.Client {
	t.Helper()
	if cfg.Token == "" && cfg.Username == "" {
		cfg.Token = permanentToken
	}
	if cfg.Sleep == nil {
		cfg.Sleep = new(pauses).sleep
	}
	c, err := campay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func clientOf(t testing.TB, s *server) *campay.Client {
	t.Helper()
	return client(t, campay.Config{BaseURL: s.URL + "/api/"})
}

var (
	payer      = money.Phone("237677123456")
	collection = campay.CollectRequest{
		Amount: money.Francs(5), From: payer, Description: "Test",
		ExternalReference: "a2707130-2419-441e-95b8-1bddefc2cbfb", ExternalUser: "op-1",
	}
	withdrawal = campay.WithdrawRequest{Amount: money.Francs(1), To: payer, Description: "Test", ExternalReference: "b"}
	airtime    = campay.AirtimeRequest{Amount: money.Francs(100), To: payer, ExternalReference: "c"}
	link       = campay.PaymentLinkRequest{Amount: money.Francs(5), Description: "Test", ExternalReference: "d"}
)

type call func(context.Context, *campay.Client) error

// moves are the calls that move money, or make a page on which it moves.
var moves = map[string]call{
	"collect": func(ctx context.Context, c *campay.Client) error {
		_, err := c.Collect(ctx, collection)
		return err
	},
	"withdraw": func(ctx context.Context, c *campay.Client) error {
		_, err := c.Withdraw(ctx, withdrawal)
		return err
	},
	"airtime transfer": func(ctx context.Context, c *campay.Client) error {
		_, err := c.TransferAirtime(ctx, airtime)
		return err
	},
	"get_payment_link": func(ctx context.Context, c *campay.Client) error {
		_, err := c.PaymentLink(ctx, link)
		return err
	},
}

// reads are the calls that ask.
var reads = map[string]call{
	"transaction": func(ctx context.Context, c *campay.Client) error {
		_, err := c.Transaction(ctx, ref)
		return err
	},
	"utility transaction": func(ctx context.Context, c *campay.Client) error {
		_, err := c.UtilityTransaction(ctx, ref)
		return err
	},
	"balance": func(ctx context.Context, c *campay.Client) error {
		_, err := c.Balance(ctx)
		return err
	},
	"history": func(ctx context.Context, c *campay.Client) error {
		_, err := c.History(ctx, noon, noon)
		return err
	},
}

func TestAnswer_WithAByteOrderMark_IsReadAsWithout(t *testing.T) {
	t.Parallel()
	s := serve(t, say(http.StatusOK, "\ufeff"+`{"total_balance": 15, "mtn_balance": 5, "orange_balance": 10, "currency": "XAF"}`))
	b, err := client(t, campay.Config{BaseURL: s.URL}).Balance(t.Context())
	if err != nil || b.Total.XAF != money.Francs(15) {
		t.Errorf("read %+v, %v", b, err)
	}
}

func TestNew_TakesHTTPSAnywhereAndHTTPOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	for base, ok := range map[string]bool{
		"https://demo.campay.net/api/": true, "https://demo.campay.net/api": true, "https://demo.campay.net": true,
		"http://localhost:8080/api/": true, "http://LOCALHOST/": true, "http://127.0.0.1:1/": true, "http://127.9.9.9/": true, "http://[::1]:80/": true,
		"http://demo.campay.net/api/": false, "http://localhost.example.com/": false, "http://128.0.0.1/": false,
		"http://127.0.0.1.example.com/": false, "http://0.0.0.0/": false, "http://192.168.1.2/": false,
		"ftp://localhost/": false, "localhost:8080": false, "//demo.campay.net/": false, "": false, "https://": false, "https://:443/": false, "%zz": false,
		"https://user:pass@demo.campay.net/": false, "https://user@demo.campay.net/": false, "https://demo.campay.net/?a=b": false,
		"https://demo.campay.net/?": false, "https://demo.campay.net/#x": false, "https://demo.campay.net/#": false,
	} {
		_, err := campay.New(campay.Config{BaseURL: base, Token: permanentToken})
		if (err == nil) != ok {
			t.Errorf("%q: %v", base, err)
		}
		if err != nil && strings.Contains(err.Error(), "user:pass") {
			t.Errorf("the error repeats a password: %v", err)
		}
	}
}

func TestNew_TakesExactlyOneWayToAuthenticate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		token, username, password string
		ok                        bool
	}{
		{"t", "", "", true}, {"", "u", "p", true},
		{"", "", "", false}, {"", "u", "", false}, {"", "", "p", false},
		{"t", "u", "p", false}, {"t", "u", "", false}, {"t", "", "p", false}, {"t\r\nX: y", "", "", false}, {"t t", "", "", false},
	} {
		_, err := campay.New(campay.Config{
			BaseURL: "https://demo.campay.net/api/", Token: c.token, Username: c.username, Password: c.password,
		})
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestConfigAndClient_HideTheirSecrets(t *testing.T) {
	t.Parallel()
	for _, cfg := range []campay.Config{
		{BaseURL: "https://demo.campay.net/api/", Token: "secret-1"},
		{BaseURL: "https://demo.campay.net/api/", Username: "someone", Password: "secret-2"},
	} {
		c := client(t, cfg)
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, strings.Repeat(verb, 4)+"\n", cfg, &cfg, c, struct {
				C   *campay.Client
				Cfg campay.Config
			}{c, cfg})
		}
		for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
			slog.New(handler).Info("x", "cfg", cfg, "pointer", &cfg, "client", c)
		}
		for _, form := range spellings("secret-") {
			if strings.Contains(out.String(), form) {
				t.Errorf("a secret shows in\n%s", &out)
			}
		}
	}
}

// spellings are how format verbs may write a text.
func spellings(s string) []string {
	return []string{s, fmt.Sprintf("%x", s), strings.Trim(fmt.Sprintf("%d", []byte(s)), "[]")}
}

func TestEveryFailure_KeepsTheSecretsToItself(t *testing.T) {
	t.Parallel()
	const password, temporary = `pass"word<1>`, "temporary-token"
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for _, status := range []int{200, 302, 400, 401, 403, 404, 500} {
		for _, tokenStatus := range []int{200, 400, 500} {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/token/") {
					given := "none"
					if tokenStatus == 200 {
						given = temporary
					}
					say(tokenStatus, echo(given, password))(w, r)
					return
				}
				say(status, echo(r.Header.Get("Authorization"), password))(w, r)
			})
			for _, cfg := range []campay.Config{
				{BaseURL: s.URL, Username: "someone", Password: password, Logger: logger},
				{BaseURL: s.URL, Token: permanentToken, Logger: logger},
			} {
				for _, call := range []call{moves["collect"], reads["balance"]} {
					err := call(t.Context(), client(t, cfg))
					e := asError(t, err)
					shown := fmt.Sprintf("%v %+v %s %s %s %s", err, err, e.Raw, e.Message, e.Code, &log)
					secrets := []string{permanentToken}
					if cfg.Token == "" {
						secrets = []string{temporary, password, `pass\"word`, "pass&#34;word"}
					}
					for _, secret := range secrets {
						if strings.Contains(shown, secret) {
							t.Fatalf("%d/%d: %q shows in %s", status, tokenStatus, secret, shown)
						}
					}
				}
			}
		}
	}
	if log.Len() == 0 {
		t.Error("nothing was logged")
	}
}

// echo is an answer that repeats what it was sent, in every way of writing it.
func echo(token, password string) string {
	var b bytes.Buffer
	for _, escape := range []bool{true, false} {
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(escape)
		_ = enc.Encode(password)
	}
	plain, escaped, _ := strings.Cut(strings.TrimSpace(b.String()), "\n")
	return fmt.Sprintf(`{"message":%s,"error_code":%q,"token":%q,"page":%s,"html":"<p>%s</p>"}`,
		plain, token, token, escaped, html.EscapeString(password))
}
