// Comptoir is a shop's own dashboard for mobile money taken through CamPay:
// one binary, one data folder. This file is the commands: parse, wire, run.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"comptoir/campay/sandbox"
	"comptoir/handlers/access"
	"comptoir/handlers/product"
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
	at, err := product.SiteAt(listener.Addr(), c.URL)
	if err != nil {
		return err
	}
	keys, err := product.KeysFromEnvironment()
	if err != nil {
		return err
	}
	config := product.Config{Site: at, Data: c.Data, Shop: c.Shop, Callback: c.Callback, Dev: c.Dev, Log: log}
	if config.CamPay, err = product.Named(c.CamPay.URL, keys); err != nil {
		return err
	}
	if config.Proxies, err = product.Networks(c.Proxies); err != nil {
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
	return p.Serve(ctx, listener)
}

// greet says where the product is and how to get in.
func (c serveCommand) greet(out io.Writer, at product.Site, p *product.Product) {
	fmt.Fprintf(out, "\nComptoir is open at %s\n", at.Public)
	if near := at.Nearby(); near != "" && !at.Named {
		fmt.Fprintf(out, "  In this network, for other devices: %s\n", near)
	}
	if token := p.Setup(); token != "" {
		fmt.Fprintf(out, "  Set it up, and become its owner, at %s/setup?token=%s\n", at.Public, token)
	} else {
		fmt.Fprintf(out, "  Sign in as before. Locked out? comptoir user reset NAME --data %s\n", c.Data)
	}
	if p.Sandbox() {
		fmt.Fprintf(out, "  Sandbox: no real money moves. The payer's phone is at %s/sandbox/phone\n", at.Public)
	}
	fmt.Fprintln(out)
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
	at, err := product.SiteAt(listener.Addr(), "")
	if err != nil {
		return err
	}
	log := t.logger(false)
	s, err := product.LoneSandbox{
		URL: at.Public, Callback: c.Callback, CallbackMethod: c.CallbackMethod, State: c.State,
		RejectDuplicates: c.Duplicates == "reject", Ceiling: c.Ceiling, FlatFee: c.FlatFee,
		Habits: sandbox.Habits{
			LinkAlone: c.LinkAlone, SameReference: c.SecondTry == "same",
			LocalHistory: c.LocalHistory, PendingHistory: c.PendingHistory,
		},
	}.Open(log)
	if err != nil {
		return err
	}
	in := s.Keys()
	fmt.Fprintf(t.out, "\nA CamPay to try things on: %s\n  API          %s/api/\n  token        %s\n  username     %s\n  password     %s\n  webhook key  %s\n\n",
		at.Public, at.Public, in.Token, in.Username, in.Password, in.WebhookKey)
	return product.ServeSandbox(ctx, listener, s, log)
}

type doctorCommand struct {
	Data          string `default:"data" env:"COMPTOIR_DATA" help:"The data folder." type:"existingdir"`
	RebuildSearch bool   `help:"Begin the index of the search anew first; comptoir serve fills it, the newest rows first."`
}

// errUnwell says that the doctor found something.
var errUnwell = errors.New("something is wrong with the data folder")

// Run prints a line for each thing that was looked at.
func (c doctorCommand) Run(ctx context.Context, t terminal) error {
	if c.RebuildSearch {
		if err := product.RebuildSearch(ctx, c.Data); err != nil {
			return err
		}
	}
	symptoms, err := product.Examine(ctx, c.Data)
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
