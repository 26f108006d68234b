package payments

// The shop of the tests of money that goes out: two owners, and something in
// each wallet.

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// opening is what the shop has with CamPay.
var opening = sandbox.Balances{
	MTN: money.Francs(100_000), Orange: money.Francs(50_000), Airtime: money.Francs(10_000),
}

type payoutShop struct {
	*shop
	owner, second int64
	sent          atomic.Int32 // requests that would move money out
}

func openPayoutShop(t *testing.T, configure ...func(*sandbox.Config)) *payoutShop {
	t.Helper()
	fund := func(c *sandbox.Config) { c.Opening = opening }
	s := &payoutShop{shop: openShop(t, append([]func(*sandbox.Config){fund}, configure...)...)}
	s.owner, s.second = s.person("owner"), s.person("second owner")
	s.intercept(nothing)
	return s
}

func (s *payoutShop) person(name string) (id int64) {
	s.t.Helper()
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error {
		u, err := tx.CreateUser(ctx, store.User{Name: name, Role: store.RoleOwner, Locale: "fr", CreatedAt: s.clock.now()})
		id = u.ID
		return err
	}))
	return id
}

// intercept is onCall that goes on counting what would move money out.
func (s *payoutShop) intercept(f func(http.ResponseWriter, *http.Request) bool) {
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if movesOut(r) {
			s.sent.Add(1)
		}
		return f(w, r)
	})
}

func movesOut(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/withdraw/") || strings.HasSuffix(r.URL.Path, "/airtime/transfer/")
}

// nothing lets every call pass.
func nothing(http.ResponseWriter, *http.Request) bool { return false }

func asksBalance(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/balance/") }

// payoutKinds are the orders of the tests that hold for both kinds.
var payoutKinds = map[store.Kind]sandbox.Endpoint{
	store.KindWithdraw: sandbox.EndpointWithdraw,
	store.KindAirtime:  sandbox.EndpointAirtime,
}

func (s *payoutShop) order(kind store.Kind, amount int64, phone money.Phone) PayoutOrder {
	return PayoutOrder{
		Operation: NewOperation(), Kind: kind, Amount: money.Francs(amount), Phone: phone, Description: "Farine", By: s.owner,
	}
}

func (s *payoutShop) withdrawal(amount int64) PayoutOrder {
	return s.order(store.KindWithdraw, amount, mtnPhone)
}

// payOut gives an order that must be taken, and returns its transaction.
func (s *payoutShop) payOut(order PayoutOrder) store.Transaction {
	s.t.Helper()
	out, err := s.service.PayOut(s.ctx, order)
	s.must(err)
	if out.Transaction.ID == 0 {
		s.t.Fatalf("no transaction, but %+v", out)
	}
	return out.Transaction
}

// waiting gives an order that must wait for a second owner.
func (s *payoutShop) waiting(order PayoutOrder) store.Approval {
	s.t.Helper()
	out, err := s.service.PayOut(s.ctx, order)
	s.must(err)
	if out.Approval.ID == 0 || out.Approval.State != store.ApprovalWaiting || out.Transaction.ID != 0 {
		s.t.Fatalf("it does not wait: %+v", out)
	}
	return out.Approval
}

func (s *payoutShop) rules(rules store.PayoutRules) {
	s.t.Helper()
	s.must(s.service.SetRules(s.ctx, rules, "", s.owner))
}

// collected is a collection that was paid in.
func (s *payoutShop) collected(amount int64) store.Transaction {
	s.t.Helper()
	asked := s.push(amount, mtnPhone)
	s.must(s.sandbox.Enter(asked.Reference, "1234"))
	s.work(0)
	return s.wantStatus(asked, store.StatusSuccessful)
}

// days lets time pass in steps, with all that becomes due.
func (s *payoutShop) days(n int) {
	s.t.Helper()
	for range n * 8 {
		s.work(3 * time.Hour)
	}
}

// wantSent checks how many requests to move money out have left.
func (s *payoutShop) wantSent(want int32) {
	s.t.Helper()
	if got := s.sent.Load(); got != want {
		s.t.Fatalf("%d requests to pay out have left, want %d", got, want)
	}
}

// gone is what left the shop's wallets at CamPay.
func (s *payoutShop) gone() money.XAF {
	b := s.sandbox.Balance()
	return opening.MTN + opening.Orange + opening.Airtime - b.MTN - b.Orange - b.Airtime
}

// impatient replaces the client by one that waits for an answer no longer than
// limit.
func (s *payoutShop) impatient(limit time.Duration) {
	s.t.Helper()
	s.useClient(campay.Config{Timeouts: campay.Timeouts{Headers: limit}})
}

func (s *payoutShop) useClient(c campay.Config) {
	s.t.Helper()
	c.BaseURL, c.Token, c.Now, c.Logger = s.api.URL+"/sandbox/api/", testToken, s.clock.now, quiet()
	c.Sleep = func(context.Context, time.Duration) error { return nil }
	var err error
	s.client, err = campay.New(c)
	s.must(err)
	s.start()
}
