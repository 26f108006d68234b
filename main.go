// Comptoir is a shop's own dashboard for mobile money taken through CamPay:
// one binary, one data folder. This file is the commands: parse, wire, run.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // Africa/Douala on machines without a zone database

	"github.com/alecthomas/kong"
	"golang.org/x/sync/errgroup"

	"comptoir/campay"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/handlers"
	"comptoir/store"
)

// version is set by the linker.
var version = "dev"

type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve the dashboard; without CamPay keys, on the embedded sandbox."`
	Sandbox sandboxCommand `cmd:"" help:"Serve the sandbox alone, to try any CamPay client against it."`
	User    userCommand    `cmd:"" help:"People who sign in."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "comptoir:", err)
		os.Exit(1)
	}
}

// run carries out one command line until it is done or ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var cli commands
	parser, err := kong.New(&cli, kong.Name("comptoir"),
		kong.Description("The shop's own dashboard for mobile money through CamPay."),
		kong.Writers(stdout, stderr), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(terminal{stdout, stderr}))
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return command.Run()
}

// terminal is where a command prints.
type terminal struct{ out, err io.Writer }

func (t terminal) logger(dev bool) *slog.Logger {
	level := slog.LevelInfo
	if dev {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: level}))
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(t terminal) error {
	_, err := fmt.Fprintln(t.out, "comptoir", version)
	return err
}

type serveCommand struct {
	Listen   string       `default:"localhost:8080" env:"COMPTOIR_LISTEN" help:"Address to listen on."`
	Data     string       `default:"data" env:"COMPTOIR_DATA" help:"The data folder." type:"path"`
	URL      string       `env:"COMPTOIR_URL" help:"The shop's public address, which QR codes and CamPay's callback use: https://pay.example.com. Without one, QR codes hold CamPay's own links."`
	Shop     string       `default:"Ma boutique" env:"COMPTOIR_SHOP" help:"The shop's name, as customers read it."`
	Dev      bool         `env:"COMPTOIR_DEV" help:"Development: /styleguide, debug log."`
	CamPay   campayConfig `embed:"" prefix:"campay-"`
	Callback string       `default:"GET" enum:"GET,POST" env:"COMPTOIR_SANDBOX_CALLBACK" help:"How the embedded sandbox calls the webhook."`
}

// campayConfig is how to reach CamPay; its secrets come by environment alone.
type campayConfig struct {
	URL string `env:"COMPTOIR_CAMPAY_URL" help:"CamPay's API: https://demo.campay.net/api/ or https://www.campay.net/api/. Needs COMPTOIR_CAMPAY_TOKEN, or COMPTOIR_CAMPAY_USERNAME and _PASSWORD, and COMPTOIR_CAMPAY_WEBHOOK_KEY (each also as …_FILE)."`
}

// Run serves until ctx ends.
func (c serveCommand) Run(ctx context.Context, t terminal) error {
	log := t.logger(c.Dev)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer listener.Close()
	site, err := c.site(listener.Addr())
	if err != nil {
		return err
	}
	app, err := c.open(ctx, site, log)
	if err != nil {
		return err
	}
	defer app.close(log)
	firstPassword, err := seedOwner(ctx, app.store)
	if err != nil {
		return err
	}
	c.greet(t.out, site, app.sandbox != nil, firstPassword)
	return app.serve(ctx, listener, log)
}

// site is where the product is reached.
type site struct {
	local  string // from this machine: http://127.0.0.1:8080
	public string // by people: the configured URL, else http://localhost:8080
	named  bool   // public was configured
}

func (c serveCommand) site(addr net.Addr) (site, error) {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return site{}, fmt.Errorf("listen address: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	s := site{local: "http://" + net.JoinHostPort(host, port), public: "http://localhost:" + port}
	if c.URL == "" {
		return s, nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return s, fmt.Errorf("--url %q: want the address of a site, like https://pay.example.com", c.URL)
	}
	s.public, s.named = u.Scheme+"://"+u.Host, true
	return s, nil
}

// app is the wired product.
type app struct {
	book     string
	store    *store.Store
	campay   *campay.Client
	payments *payments.Service
	sandbox  *sandbox.Sandbox // nil with real keys
	handler  http.Handler
	closing  chan struct{} // closed when the server stops taking requests
}

func (c serveCommand) open(ctx context.Context, at site, log *slog.Logger) (*app, error) {
	secrets, err := readSecrets()
	if err != nil {
		return nil, err
	}
	a := &app{closing: make(chan struct{})}
	if a.book, err = bookOf(c.CamPay.URL, secrets); err != nil {
		return nil, err
	}
	apiURL := c.CamPay.URL
	if a.book == embedded {
		apiURL, a.book = at.local+"/sandbox/api/", "sandbox"
		if secrets, a.sandbox, err = c.embedSandbox(at, log); err != nil {
			return nil, err
		}
	}
	if a.campay, err = campay.New(campay.Config{
		BaseURL: apiURL, Token: secrets.token, Username: secrets.username, Password: secrets.password, Logger: log,
	}); err != nil {
		return nil, err
	}
	var verifier *campay.Verifier
	if secrets.webhookKey != "" {
		if verifier, err = campay.NewVerifier(secrets.webhookKey, time.Now); err != nil {
			return nil, err
		}
	} else {
		log.Warn("no COMPTOIR_CAMPAY_WEBHOOK_KEY: webhooks are refused, payments are found by polling")
	}
	if a.store, err = store.Open(ctx, c.Data, store.Options{Book: a.book}); err != nil {
		return nil, err
	}
	a.payments = payments.New(payments.Config{
		Store: a.store, CamPay: a.campay, Webhooks: verifier, Logger: log, Demo: a.book == "demo",
		ReturnURL: func(slug string) string { return at.public + handlers.ReturnPath(slug) },
	})
	config := handlers.Config{
		Store: a.store, Payments: a.payments, Log: log,
		URL: at.public, PublicQR: at.named, Shop: c.Shop, Book: a.book, Dev: c.Dev, Closing: a.closing,
	}
	if a.sandbox != nil {
		config.Sandbox = a.sandbox.Handler()
	}
	a.handler = handlers.New(config)
	return a, nil
}

func (a *app) close(log *slog.Logger) {
	a.campay.Close()
	if err := a.store.Close(); err != nil {
		log.Error("close the database", "error", err)
	}
}

// embedSandbox starts a CamPay of the product's own, with keys of this run.
func (c serveCommand) embedSandbox(at site, log *slog.Logger) (secrets, *sandbox.Sandbox, error) {
	keys := secrets{token: rand.Text(), webhookKey: rand.Text()}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return keys, nil, fmt.Errorf("data folder: %w", err)
	}
	config := sandboxOf(keys, log)
	config.BaseURL, config.AppName = at.public+"/sandbox", c.Shop
	config.CallbackURL, config.CallbackMethod = at.local+"/webhook/campay", c.Callback
	config.StateFile = filepath.Join(c.Data, "sandbox.json")
	s, err := sandbox.New(config)
	return keys, s, err
}

// sandboxOf is a sandbox with some money in it, and fees as CamPay takes them.
func sandboxOf(keys secrets, log *slog.Logger) sandbox.Config {
	return sandbox.Config{
		Token: keys.token, Username: keys.username, Password: keys.password, WebhookKey: keys.webhookKey,
		Fees:        sandbox.Fees{Collect: sandbox.OnePercent, Withdraw: sandbox.OnePercent},
		Opening:     sandbox.Balances{MTN: campay.Francs(45_000), Orange: campay.Francs(12_000), Airtime: campay.Francs(10_000)},
		PayoutDelay: 2 * time.Second, Logger: log,
	}
}

// serve runs the server and the work behind it until ctx ends, then lets what
// is under way come to its end.
func (a *app) serve(ctx context.Context, listener net.Listener, log *slog.Logger) error {
	server := &http.Server{
		Handler: a.handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 90 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(func() { close(a.closing) })
	work := []func(context.Context) error{a.payments.Run}
	if a.sandbox != nil {
		work = append(work, a.sandbox.Run)
	}
	return serveUntil(ctx, server, listener, work...)
}

// serveUntil serves, and does the work beside it, until ctx ends or one of them
// fails; then requests under way get some seconds to come to their end.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener, work ...func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, do := range work {
		group.Go(func() error { return do(ctx) })
	}
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := server.Shutdown(grace); err != nil {
			return errors.Join(err, server.Close())
		}
		return nil
	})
	return group.Wait()
}

// greet says where the product is and how to get in.
func (c serveCommand) greet(out io.Writer, at site, isSandbox bool, firstPassword string) {
	fmt.Fprintf(out, "\nComptoir is open at %s\n", at.public)
	if firstPassword != "" {
		fmt.Fprintf(out, "  Sign in as \"%s\" with the password: %s\n", ownerName, firstPassword)
	} else {
		fmt.Fprintf(out, "  Sign in as before. Password forgotten? comptoir user password %s --data %s\n", ownerName, c.Data)
	}
	if isSandbox {
		fmt.Fprintf(out, "  Sandbox: no real money moves. The payer's phone is at %s/sandbox/phone\n", at.public)
	}
	fmt.Fprintln(out)
}

// secrets are the keys to CamPay.
type secrets struct{ token, username, password, webhookKey string }

func readSecrets() (s secrets, err error) {
	for _, v := range []struct {
		name string
		to   *string
	}{
		{"COMPTOIR_CAMPAY_TOKEN", &s.token},
		{"COMPTOIR_CAMPAY_USERNAME", &s.username},
		{"COMPTOIR_CAMPAY_PASSWORD", &s.password},
		{"COMPTOIR_CAMPAY_WEBHOOK_KEY", &s.webhookKey},
	} {
		if *v.to, err = secret(v.name); err != nil {
			return s, err
		}
	}
	return s, nil
}

// secret reads an environment variable, or the file that NAME_FILE names.
func secret(name string) (string, error) {
	file := os.Getenv(name + "_FILE")
	if file == "" {
		return os.Getenv(name), nil
	}
	b, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return strings.TrimSpace(string(b)), nil
}

// embedded asks for the sandbox inside this binary.
const embedded = ""

// bookOf tells which book the configured CamPay fills, so that play money and
// real money never share one.
func bookOf(apiURL string, s secrets) (string, error) {
	hasKeys := s.token != "" || s.username != ""
	if apiURL == "" {
		if hasKeys {
			return "", errors.New("CamPay keys are set but no --campay-url: name https://demo.campay.net/api/ or https://www.campay.net/api/")
		}
		return embedded, nil
	}
	if !hasKeys {
		return "", errors.New("--campay-url needs COMPTOIR_CAMPAY_TOKEN, or COMPTOIR_CAMPAY_USERNAME and COMPTOIR_CAMPAY_PASSWORD")
	}
	u, err := url.Parse(apiURL)
	if err != nil {
		return "", fmt.Errorf("--campay-url: %w", err)
	}
	switch host := u.Hostname(); {
	case host == "demo.campay.net":
		return "demo", nil
	case host == "localhost" || net.ParseIP(host).IsLoopback():
		return "sandbox", nil
	default:
		return "production", nil
	}
}

type sandboxCommand struct {
	Listen         string `default:"localhost:8081" help:"Address to listen on."`
	Callback       string `help:"Your app's callback URL; none sends no webhooks."`
	CallbackMethod string `default:"GET" enum:"GET,POST" help:"How it is called."`
	State          string `help:"A file to keep its state in; none forgets it." type:"path"`
	Duplicates     string `default:"replay" enum:"replay,reject" help:"What a repeated external_reference gets."`
	Ceiling        int64  `help:"The largest amount in francs, as on CamPay's demo; 0 for none."`
}

// Run serves the sandbox alone until ctx ends.
func (c sandboxCommand) Run(ctx context.Context, t terminal) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return fmt.Errorf("listen address: %w", err)
	}
	keys := secrets{token: rand.Text(), username: rand.Text(), password: rand.Text(), webhookKey: rand.Text()}
	config := sandboxOf(keys, t.logger(false))
	config.BaseURL, config.StateFile, config.Ceiling = "http://localhost:"+port, c.State, campay.Francs(c.Ceiling)
	config.CallbackURL, config.CallbackMethod = c.Callback, c.CallbackMethod
	if c.Duplicates == "reject" {
		config.Duplicates = sandbox.Reject
	}
	s, err := sandbox.New(config)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "\nA CamPay to try things on: %s\n  API          %s/api/\n  token        %s\n  username     %s\n  password     %s\n  webhook key  %s\n\n",
		config.BaseURL, config.BaseURL, keys.token, keys.username, keys.password, keys.webhookKey)
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	return serveUntil(ctx, server, listener, s.Run)
}

type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Let someone sign in, with a first password."`
	Password userPasswordCommand `cmd:"" help:"Give someone a new password and end his sessions."`
}

type userAddCommand struct {
	Name string     `arg:"" help:"The name to sign in with."`
	Role store.Role `required:"" enum:"owner,cashier,accountant" help:"owner, cashier or accountant."`
	Data string     `default:"data" env:"COMPTOIR_DATA" help:"The data folder." type:"existingdir"`
}

// Run adds the person and prints the first password.
func (c userAddCommand) Run(ctx context.Context, t terminal) error {
	name := strings.TrimSpace(c.Name)
	if name == "" || len(name) > 60 {
		return errors.New("the name has to have 1 to 60 letters")
	}
	s, err := store.Open(ctx, c.Data, store.Options{Book: "sandbox"}) // people belong to no book
	if err != nil {
		return err
	}
	defer s.Close()
	password, err := addUser(ctx, s, name, c.Role)
	if errors.Is(err, store.ErrTaken) {
		return fmt.Errorf("someone signs in as %q already", name)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s can sign in as %s, with the password: %s\n", name, c.Role, password)
	return err
}

type userPasswordCommand struct {
	Name string `arg:"" help:"The name he signs in with."`
	Data string `default:"data" env:"COMPTOIR_DATA" help:"The data folder." type:"existingdir"`
}

// Run sets and prints a new password.
func (c userPasswordCommand) Run(ctx context.Context, t terminal) error {
	s, err := store.Open(ctx, c.Data, store.Options{Book: "sandbox"}) // people belong to no book
	if err != nil {
		return err
	}
	defer s.Close()
	user, err := s.UserByName(ctx, c.Name)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("nobody signs in as %q", c.Name)
	}
	if err != nil {
		return err
	}
	password := newPassword()
	hash, err := handlers.HashPassword(password)
	if err != nil {
		return err
	}
	err = s.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetPassword(ctx, user.ID, hash); err != nil {
			return err
		}
		return tx.DeleteSessionsOfUser(ctx, user.ID)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "The new password of %s: %s\n", user.Name, password)
	return err
}

// ownerName is who a fresh data folder belongs to.
const ownerName = "owner"

// seedOwner gives a fresh data folder its owner and returns his password;
// it returns none when people exist already.
func seedOwner(ctx context.Context, s *store.Store) (password string, err error) {
	n, err := s.CountUsers(ctx)
	if err != nil || n > 0 {
		return "", err
	}
	return addUser(ctx, s, ownerName, store.RoleOwner)
}

// addUser lets someone sign in and returns the first password.
func addUser(ctx context.Context, s *store.Store, name string, role store.Role) (password string, err error) {
	password = newPassword()
	hash, err := handlers.HashPassword(password)
	if err != nil {
		return "", err
	}
	err = s.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.CreateUser(ctx, store.User{Name: name, PasswordHash: hash, Role: role, Locale: "fr", CreatedAt: time.Now()})
		return err
	})
	return password, err
}

// newPassword returns 80 random bits that are easy to type on a phone.
func newPassword() string {
	t := strings.ToLower(rand.Text())
	return t[0:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:16]
}
