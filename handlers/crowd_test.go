package handlers

// Many at once: whatever 64 clients do to one withdrawal or to one balance,
// there is one effect of each, and never more than the balance.

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

const clients = 64

// crowd signs the owner in on so many devices. His password is hashed cheaply:
// it is not what is tried here.
func (s *shop) crowd() []*browser {
	s.t.Helper()
	hash, err := argon2id.CreateHash(testPassword, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	s.must(err)
	s.must(s.store.Write(s.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.CreateUser(ctx, store.User{Name: "crowd", PasswordHash: hash, Role: store.RoleOwner, Locale: "fr", CreatedAt: s.clock.now()})
		return err
	}))
	all := make([]*browser, clients)
	for i := range all {
		all[i] = s.browser()
		if a := all[i].post("/signin", url.Values{"name": {"crowd"}, "password": {testPassword}}); a.status != http.StatusSeeOther {
			s.t.Fatalf("sign-in answered %d", a.status)
		}
	}
	return all
}

// atOnce has each client confirm its withdrawal, again while too many do, and
// returns what they were answered.
func atOnce(all []*browser, form func(client int) url.Values) []answer {
	answers := make([]answer, len(all))
	var wg sync.WaitGroup
	for i, b := range all {
		wg.Go(func() {
			for answers[i].status == 0 || answers[i].status == http.StatusServiceUnavailable {
				answers[i] = b.post("/withdraw/confirm", confirmed(form(i)))
			}
		})
	}
	wg.Wait()
	return answers
}

func TestCrowd_SameWithdrawal_IsOneEffect(t *testing.T) {
	t.Parallel()
	s, _ := fundedShop(t)
	all := s.crowd()
	form := payoutOf("3000", "677123456")
	for i, a := range atOnce(all, func(int) url.Values { return form }) {
		if a.status != http.StatusSeeOther || a.header.Get("Location") != "/transactions/1" {
			t.Errorf("client %d was answered %d %s: %s", i, a.status, a.header.Get("Location"), problems(a))
		}
	}
	s.work()
	s.wantLedger(1)
	if b := s.sandbox.Balance(); b.MTN != money.Francs(42_000) {
		t.Errorf("MTN holds %s", b.MTN)
	}
}

func TestCrowd_DifferentWithdrawals_NeverMoreThanTheBalance(t *testing.T) {
	t.Parallel()
	s, _ := fundedShop(t, func(c *sandbox.Config) { c.Opening.MTN = money.Francs(45_000) })
	all := s.crowd()
	orders := make([]url.Values, clients)
	for i := range orders {
		orders[i] = payoutOf(strconv.Itoa(900+i), "677123456")
	}
	sent := 0
	for {
		s.work()
		s.clock.pass(time.Minute) // what was settled is in the balance that is asked for now
		before := sent
		var left []url.Values
		for i, a := range atOnce(all[:len(orders)], func(i int) url.Values { return orders[i] }) {
			switch a.status {
			case http.StatusSeeOther:
				sent++
			case http.StatusUnprocessableEntity:
				left = append(left, orders[i])
			default:
				t.Fatalf("client %d was answered %d: %s", i, a.status, problems(a))
			}
		}
		if orders = left; sent == before || len(orders) == 0 {
			break // what is left is more than there is
		}
	}
	ledger := s.sandbox.Ledger()
	s.wantLedger(sent)
	var out money.XAF
	for _, e := range ledger {
		out += e.Amount
	}
	held := s.sandbox.Balance().MTN
	if held < 0 || held+out != money.Francs(45_000) || held >= money.Francs(963) {
		t.Errorf("%s went out and %s is held", out, held)
	}
	// What was sent was covered: CamPay had to refuse none of it.
	kept, err := s.store.Transactions(t.Context(), store.TransactionFilter{Limit: 500})
	s.must(err)
	if i := slices.IndexFunc(kept, func(t store.Transaction) bool { return t.Status == store.StatusFailed }); i >= 0 || len(kept) != sent {
		t.Errorf("%d are in the book, %d were sent; one failed with %s", len(kept), sent, kept[max(i, 0)].Reason)
	}
}
