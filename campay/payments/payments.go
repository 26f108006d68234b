// Package payments is what the merchant does with money: each operation is
// written down, sent to CamPay, and settled by what CamPay proves. It is the
// only package that joins campay and store, and it keeps the money invariants:
//
//  1. Written before sent: no call that moves money leaves before its
//     transaction is durable.
//  2. Sent at most once in effect: a lost answer is resolved under the same
//     external reference, or from /transaction/ and /history/.
//  3. Acknowledged means kept: a webhook answered 200 survives power loss.
//  4. Said is not proved: only /transaction/{reference}/ settles anything.
//  5. No one needs the webhook: what stays open is polled with backoff.
//  6. Balances add up: what is shown as spendable is CamPay's balance less what
//     is in flight and in doubt.
package payments

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"

	"comptoir/campay"
	"comptoir/campay/refusal"
	"comptoir/store"
)

// callLimit bounds one operation's talk with CamPay. A request that is still
// marked unsent some time after it was lost its process in the middle.
const (
	callLimit   = 45 * time.Second
	unsentGrace = 2 * callLimit
)

// currency is the only one that CamPay and this book know.
const currency = "XAF"

// Config is what a Service stands on.
type Config struct {
	Store  *store.Store
	CamPay *campay.Client
	// Webhooks checks signatures; nil refuses every delivery, as no key is set.
	Webhooks *campay.Verifier
	// ReturnURL is where CamPay's page sends the payer of the link with this
	// slug when the merchant named no page of his own: back to the link or, where
	// it has many payers, to his own attempt, whose operation is not empty then.
	ReturnURL func(slug, operation string) string
	// Demo says that CamPay is its demo, which limits what it takes.
	Demo bool
	// Paid is told once of each collection that is proved paid, after it is in the
	// book; it must return at once. Nil tells nobody.
	Paid   func(store.Transaction)
	Now    func() time.Time // nil: time.Now
	Random io.Reader        // nil: crypto/rand
	Logger *slog.Logger     // nil: slog.Default
}

// Service carries out the merchant's operations. Its methods may be called
// from many goroutines.
//
// Collections ask for money, Payouts send it, Reconciliation holds the book against
// CamPay's history; they share a core, which finds out what became of one transaction,
// and know nothing of each other. What goes on by itself is the Service's own.
type Service struct {
	*core
	*Collections
	*Payouts
	*Reconciliation
}

// Collections ask for money: by a prompt on a phone, by a link, at the till.
type Collections struct{ *core }

// Payouts send money: withdrawals, airtime and refunds, by the owner's rules.
type Payouts struct{ *core }

// Reconciliation holds the book against CamPay's history.
type Reconciliation struct{ *core }

// core is one transaction from being written down to being settled.
type core struct {
	store     *store.Store
	campay    *campay.Client
	webhooks  *campay.Verifier
	returnURL func(slug, operation string) string
	demo      bool
	paid      func(store.Transaction)
	now       func() time.Time
	random    io.Reader
	log       *slog.Logger

	changes    changes
	history    sweep
	asking     questions // about CamPay's references, one at a time about each
	lately     lately    // what a person has just asked
	balances   singleflight.Group
	balance    balanceCheck
	holders    holders
	wake       chan struct{}
	inFlight   inFlight
	refusals   refusals
	arrivals   arrivals
	clockCheck clockCheck
	arrived    chan struct{} // there is something to look up
}

// New returns a Service; Run makes it settle what is open.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Paid == nil {
		c.Paid = func(store.Transaction) {}
	}
	if c.ReturnURL == nil {
		c.ReturnURL = func(string, string) string { return "" }
	}
	shared := &core{
		store: c.Store, campay: c.CamPay, webhooks: c.Webhooks, returnURL: c.ReturnURL, demo: c.Demo, paid: c.Paid,
		now: c.Now, random: c.Random, log: c.Logger,
		wake: make(chan struct{}, 1), arrived: make(chan struct{}, 1),
	}
	return &Service{shared, &Collections{shared}, &Payouts{shared}, &Reconciliation{shared}}
}

// NewOperation makes the id of an operation: a UUIDv4 drawn with its form, so
// that a form sent twice is one operation. It becomes the external reference.
func NewOperation() string { return uuid.NewString() }

// ErrOperation says that an operation's id is not one NewOperation makes.
var ErrOperation = errors.New("the operation's id is not a UUIDv4")

// ErrOperationUsed says that an operation's id belongs to another order: a form
// that was changed after it had been sent. Nothing was sent for this one.
var ErrOperationUsed = refusal.New("", "form_used")

// IsOperation reports whether id is one that NewOperation makes.
func IsOperation(id string) bool {
	u, err := uuid.Parse(id)
	return err == nil && u.Version() == 4 && u.String() == id
}

// codeAlphabet is Crockford's base 32: nothing in it is read as another.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// token returns n random letters of codeAlphabet, 5 bits each.
func (s *core) token(n int) (string, error) {
	b := make([]byte, n)
	for i := range b {
		k, err := rand.Int(s.random, big.NewInt(int64(len(codeAlphabet))))
		if err != nil {
			return "", fmt.Errorf("random token: %w", err)
		}
		b[i] = codeAlphabet[k.Int64()]
	}
	return string(b), nil
}

// onItsOwn lets an operation outlive the browser that asked for it: what was
// begun is carried to its end, whoever goes away. CamPay's part of it has its
// own limit (calling), so that its outcome can be written down in any case.
func onItsOwn(ctx context.Context) context.Context {
	return store.WithoutSession(context.WithoutCancel(ctx))
}

// calling bounds one call to CamPay, its retries and token included.
func calling(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, callLimit)
}

// writeDown makes a transaction that is about to be sent durable (invariant 1).
func (s *core) writeDown(ctx context.Context, tx *store.Tx, t store.Transaction) (store.Transaction, error) {
	code, err := s.token(operationCodeLetters)
	if err != nil {
		return t, err
	}
	now := s.now()
	t.Status, t.OperationCode, t.Currency = store.StatusUnsent, code, currency
	t.CreatedAt, t.UpdatedAt, t.NewsAt, t.PollAt = now, now, now, now.Add(unsentGrace)
	t, err = tx.CreateTransaction(ctx, t)
	if err != nil {
		return t, err
	}
	return t, s.record(ctx, tx, t, store.EventCreated, "written", "", nil)
}
