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

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/handlers/access"
	"comptoir/handlers/product"
	"comptoir/store"
)

// version is set by the linker.
var version = "dev"

type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve the dashboard; without CamPay keys, on the embedded sandbox."`
	Sandbox sandboxCommand `cmd:"" help:"Serve the sandbox alone, to try any CamPay client against it."`
	User    userCommand    `cmd:"" help:"People who sign in."`
	Doctor  doctorCommand  `cmd:"" help:"Look at the data folder: is the database sound, the audit log untouched, and who else may read it."`
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
	Shop     string       `env:"COMPTOIR_SHOP" help:"The shop's name, until it is set up."`
	Proxies  []string     `name:"trusted-proxy" env:"COMPTOIR_TRUSTED_PROXY" placeholder:"CIDR" help:"Addresses of reverse proxies whose X-Forwarded-For tells who asks: 127.0.0.1/32."`
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
	at, err := c.site(listener.Addr())
	if err != nil {
		return err
	}
	keys, err := readKeys()
	if err != nil {
		return err
	}
	config := product.Config{
		Data: c.Data, Local: at.local, Public: at.public, Named: at.named, Nearby: at.nearby, Shop: c.Shop, Callback: c.Callback, Dev: c.Dev, Log: log,
	}
	if config.CamPay, err = product.Named(c.CamPay.URL, keys); err != nil {
		return err
	}
	if config.Proxies, err = networks(c.Proxies); err != nil {
		return err
	}
	p, err := product.Open(ctx, config)
	if err != nil {
		return err
	}
	defer func() {
		if err := p.Close(); err != nil {
			log.Error("close the database", "error", err)
		}
	}()
	c.greet(t.out, at, p)
	server := patient(p, log)
	server.RegisterOnShutdown(p.StopStreams)
	return serveUntil(ctx, server, listener, p.Run)
}

// patient is a server that waits for slow clients, for none without end, and reads
// no more of their headers than any browser sends.
func patient(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 90 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ConnState: product.GiveWay(product.MostIdle),
		ErrorLog:  slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// networks reads addresses and ranges of them.
func networks(texts []string) ([]*net.IPNet, error) {
	var all []*net.IPNet
	for _, text := range texts {
		if !strings.Contains(text, "/") {
			if ip := net.ParseIP(text); ip != nil && ip.To4() != nil {
				text += "/32"
			} else {
				text += "/128"
			}
		}
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy: %w", err)
		}
		all = append(all, network)
	}
	return all, nil
}

// site is where the product is reached.
type site struct {
	local  string // from this machine: http://127.0.0.1:8080
	public string // by people: the configured URL, else http://localhost:8080
	named  bool   // public was configured
	nearby func() string
}

func (c serveCommand) site(addr net.Addr) (site, error) {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return site{}, fmt.Errorf("listen address: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	s := site{local: "http://" + net.JoinHostPort(host, port), public: "http://localhost:" + port, nearby: nearby(addr)}
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

// nearby tells this machine's address in its own network, which may change while
// it runs; "" where it listens to itself alone.
func nearby(listening net.Addr) func() string {
	host, port, err := net.SplitHostPort(listening.String())
	ip := net.ParseIP(host)
	if err != nil || ip.IsLoopback() {
		return func() string { return "" }
	}
	return func() string {
		if ip != nil && !ip.IsUnspecified() {
			return "http://" + net.JoinHostPort(host, port)
		}
		route, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 9}) // sends nothing: it asks which way leads out
		if err != nil {
			return ""
		}
		defer route.Close()
		own, isUDP := route.LocalAddr().(*net.UDPAddr)
		if !isUDP || own.IP.IsLoopback() {
			return ""
		}
		return "http://" + net.JoinHostPort(own.IP.String(), port)
	}
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
func (c serveCommand) greet(out io.Writer, at site, p *product.Product) {
	fmt.Fprintf(out, "\nComptoir is open at %s\n", at.public)
	if near := at.nearby(); near != "" && !at.named {
		fmt.Fprintf(out, "  In this network, for other devices: %s\n", near)
	}
	if token := p.Setup(); token != "" {
		fmt.Fprintf(out, "  Set it up, and become its owner, at %s/setup?token=%s\n", at.public, token)
	} else {
		fmt.Fprintf(out, "  Sign in as before. Locked out? comptoir user reset NAME --data %s\n", c.Data)
	}
	if p.Sandbox() {
		fmt.Fprintf(out, "  Sandbox: no real money moves. The payer's phone is at %s/sandbox/phone\n", at.public)
	}
	fmt.Fprintln(out)
}

// readKeys reads the keys to CamPay that the environment holds.
func readKeys() (k store.CamPayKeys, err error) {
	for _, v := range []struct {
		name string
		to   *string
	}{
		{"COMPTOIR_CAMPAY_TOKEN", &k.Token},
		{"COMPTOIR_CAMPAY_USERNAME", &k.Username},
		{"COMPTOIR_CAMPAY_PASSWORD", &k.Password},
		{"COMPTOIR_CAMPAY_WEBHOOK_KEY", &k.WebhookKey},
	} {
		if *v.to, err = secret(v.name); err != nil {
			return k, err
		}
	}
	return k, nil
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

type sandboxCommand struct {
	Listen         string `default:"localhost:8081" help:"Address to listen on."`
	Callback       string `help:"Your app's callback URL; none sends no webhooks."`
	CallbackMethod string `default:"GET" enum:"GET,POST" help:"How it is called."`
	State          string `help:"A file to keep its state in; none forgets it." type:"path"`
	Duplicates     string `default:"replay" enum:"replay,reject" help:"What a repeated external_reference gets."`
	Ceiling        int64  `help:"The largest amount in francs, as on CamPay's demo; 0 for none."`
	FlatFee        int64  `help:"Francs that each operation costs beside its percent."`
	LinkAlone      bool   `help:"Answer a payment link with its address alone, without a reference."`
	SecondTry      string `default:"new" enum:"new,same" help:"The reference of a second try on one payment page, when the first failed."`
	LocalHistory   bool   `help:"Write the history's times as Cameroon's, without a zone."`
	PendingHistory bool   `help:"Show in the history what has not ended, too."`
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
	keys := store.CamPayKeys{Token: rand.Text(), Username: rand.Text(), Password: rand.Text(), WebhookKey: rand.Text()}
	config := product.SandboxConfig(keys, t.logger(false))
	config.BaseURL, config.StateFile, config.Ceiling = "http://localhost:"+port, c.State, money.Francs(c.Ceiling)
	config.CallbackURL, config.CallbackMethod = c.Callback, c.CallbackMethod
	config.Fees.Flat = money.Francs(c.FlatFee)
	config.Habits = sandbox.Habits{
		LinkAlone: c.LinkAlone, SameReference: c.SecondTry == "same",
		LocalHistory: c.LocalHistory, PendingHistory: c.PendingHistory,
	}
	if c.Duplicates == "reject" {
		config.Duplicates = sandbox.Reject
	}
	config.KeepKeys = true
	s, err := sandbox.New(config)
	if err != nil {
		return err
	}
	in := s.Keys()
	fmt.Fprintf(t.out, "\nA CamPay to try things on: %s\n  API          %s/api/\n  token        %s\n  username     %s\n  password     %s\n  webhook key  %s\n\n",
		config.BaseURL, config.BaseURL, in.Token, in.Username, in.Password, in.WebhookKey)
	return serveUntil(ctx, patient(s.Handler(), config.Logger), listener, s.Run)
}

type doctorCommand struct {
	Data string `default:"data" env:"COMPTOIR_DATA" help:"The data folder." type:"existingdir"`
}

// errUnwell says that the doctor found something.
var errUnwell = errors.New("something is wrong with the data folder")

// Run prints a line for each thing that was looked at.
func (c doctorCommand) Run(ctx context.Context, t terminal) error {
	if _, err := os.Stat(filepath.Join(c.Data, store.FileName)); err != nil {
		return fmt.Errorf("no data folder of Comptoir's: %w", err)
	}
	s, err := store.Open(ctx, c.Data, store.Options{Book: store.Sandbox}) // all books are looked at
	if err != nil {
		return err
	}
	defer s.Close()
	symptoms, err := s.Examine(ctx, c.Data)
	for _, f := range symptoms {
		fmt.Fprintf(t.out, "%-12s %s\n", f.Name, f.Said)
		if f.Wrong != "" {
			fmt.Fprintf(t.out, "%-12s %s\n", "", f.Wrong)
			err = errors.Join(err, errUnwell)
		}
	}
	return err
}

type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Let someone sign in, with a first password."`
	Password userPasswordCommand `cmd:"" help:"Give someone a new password and end his sessions."`
	Reset    userResetCommand    `cmd:"" help:"Give someone who is locked out a new password, end sessions, remove codes and passkeys, and enable the account again."`
}

type userAddCommand struct {
	Name string      `arg:"" help:"The name to sign in with."`
	Role access.Role `required:"" enum:"owner,cashier,accountant" help:"owner, cashier or accountant."`
	Data string      `default:"data" env:"COMPTOIR_DATA" help:"The data folder." type:"existingdir"`
}

// Run adds the person and prints the first password.
func (c userAddCommand) Run(ctx context.Context, t terminal) error {
	return access.InFolder(ctx, c.Data, func(s *access.Service) error {
		u, password, err := s.AddByCommand(ctx, c.Name, c.Role)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(t.out, "%s can sign in as %s, with the password: %s\n", u.Name, u.Role, password)
		return err
	})
}

type userPasswordCommand struct {
	Name string `arg:"" help:"The name they sign in with."`
	Data string `default:"data" env:"COMPTOIR_DATA" help:"The data folder." type:"existingdir"`
}

// Run sets and prints a new password.
func (c userPasswordCommand) Run(ctx context.Context, t terminal) error {
	return access.InFolder(ctx, c.Data, func(s *access.Service) error {
		u, password, err := s.GivePassword(ctx, c.Name)
		return t.newPassword(u.Name, password, err)
	})
}

type userResetCommand struct {
	Name string `arg:"" help:"The name they sign in with."`
	Data string `default:"data" env:"COMPTOIR_DATA" help:"The data folder." type:"existingdir"`
}

// Run opens the door to somebody who is locked out.
func (c userResetCommand) Run(ctx context.Context, t terminal) error {
	return access.InFolder(ctx, c.Data, func(s *access.Service) error {
		u, password, err := s.Reset(ctx, c.Name)
		return t.newPassword(u.Name, password, err)
	})
}

// newPassword prints whose password was set, where err is nil.
func (t terminal) newPassword(name, password string, err error) error {
	if err == nil {
		_, err = fmt.Fprintf(t.out, "The new password of %s: %s\n", name, password)
	}
	return err
}
