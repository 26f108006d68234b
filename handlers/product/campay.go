package product

// Which CamPay a product stands on: the embedded sandbox, or one that the
// environment or the settings name.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/handlers/web"
	"comptoir/store"
)

// CamPay is one that was named outside the product, with its keys.
type CamPay struct {
	url  string
	book store.Book
	keys store.CamPayKeys
}

// Named tells which book the configured CamPay fills, so that play money and
// real money never share one; without an address it is nobody's, and the
// settings decide.
func Named(apiURL string, keys store.CamPayKeys) (CamPay, error) {
	hasKeys := keys.Token != "" || keys.Username != ""
	if apiURL == "" {
		if hasKeys {
			return CamPay{}, errors.New("CamPay keys are set but no --campay-url: name https://demo.campay.net/api/ or https://www.campay.net/api/")
		}
		return CamPay{}, nil
	}
	if !hasKeys {
		return CamPay{}, errors.New("--campay-url needs COMPTOIR_CAMPAY_TOKEN, or COMPTOIR_CAMPAY_USERNAME and COMPTOIR_CAMPAY_PASSWORD")
	}
	u, err := url.Parse(apiURL)
	if err != nil {
		return CamPay{}, fmt.Errorf("--campay-url: %w", err)
	}
	c := CamPay{url: apiURL, book: store.Production, keys: keys}
	switch host := u.Hostname(); {
	case host == "demo.campay.net":
		c.book = store.Demo
	case host == "localhost" || net.ParseIP(host).IsLoopback():
		c.book = store.Sandbox
	}
	return c, nil
}

// SandboxConfig is a sandbox with some money in it, and fees as CamPay takes them.
func SandboxConfig(keys store.CamPayKeys, log *slog.Logger) sandbox.Config {
	return sandbox.Config{
		Token: keys.Token, Username: keys.Username, Password: keys.Password, WebhookKey: keys.WebhookKey,
		Fees:        sandbox.Fees{Collect: sandbox.OnePercent, Withdraw: sandbox.OnePercent},
		Opening:     sandbox.Balances{MTN: money.Francs(45_000), Orange: money.Francs(12_000), Airtime: money.Francs(10_000)},
		PayoutDelay: 2 * time.Second, Logger: log,
	}
}

// wiring is what the settings' screens may do to the product.
type wiring struct{ *Product }

func (w wiring) SetupToken() string { return w.setup }

func (w wiring) Fixed() bool { return w.config.CamPay.book != "" }

// CheckKeys asks CamPay for the balance (GET /balance/) with the keys of a book.
func (w wiring) CheckKeys(ctx context.Context, book store.Book, keys store.CamPayKeys) error {
	client, err := newClient(w.config.Sites[book], keys, w.config.Log)
	if err != nil {
		return fmt.Errorf("%w: %w", web.ErrKeysRefused, err)
	}
	defer client.Close()
	_, err = client.Balance(ctx)
	var failure *campay.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failure) && failure.HTTPStatus >= 400 && failure.HTTPStatus < 500 && failure.HTTPStatus != 429:
		return fmt.Errorf("%w: %w", web.ErrKeysRefused, err)
	default:
		return fmt.Errorf("%w: %w", web.ErrKeysUnchecked, err)
	}
}
