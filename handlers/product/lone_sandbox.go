package product

import (
	"crypto/rand"
	"log/slog"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// LoneSandbox is what a sandbox that stands alone is told.
type LoneSandbox struct {
	URL              string // where it is reached
	Callback         string // the app's address for webhooks; "" sends none
	CallbackMethod   string // GET or POST
	State            string // the file that keeps its state and its keys; "" forgets them
	RejectDuplicates bool   // what a repeated external_reference gets; else the first answer again
	Ceiling          int64  // the largest amount in francs; 0 for none
	FlatFee          int64  // francs that each operation costs beside its percent
	Habits           sandbox.Habits
}

// Open opens the sandbox, with keys of its own.
func (c LoneSandbox) Open(log *slog.Logger) (*sandbox.Sandbox, error) {
	keys := store.CamPayKeys{Token: rand.Text(), Username: rand.Text(), Password: rand.Text(), WebhookKey: rand.Text()}
	config := SandboxConfig(keys, log)
	config.BaseURL, config.StateFile, config.KeepKeys = c.URL, c.State, true
	config.CallbackURL, config.CallbackMethod = c.Callback, c.CallbackMethod
	config.Ceiling, config.Fees.Flat = money.Francs(c.Ceiling), money.Francs(c.FlatFee)
	config.Habits = c.Habits
	if c.RejectDuplicates {
		config.Duplicates = sandbox.Reject
	}
	return sandbox.New(config)
}
