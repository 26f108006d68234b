package payments

// What the merchant has at CamPay (GET /balance/), and when that was true.

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"comptoir/store"
)

const (
	balanceFresh = 10 * time.Second // asked for again only when older
	balanceEvery = time.Hour        // it is asked for, and written down though unchanged, this often
	balanceRetry = 5 * time.Minute  // the same while CamPay does not answer
)

// Balance is the last known balance. Checked is when CamPay last said so;
// Unreachable says that it did not answer just now, or, where Foreign names
// another currency than XAF, that it answered in that. Known is false while CamPay
// never answered.
type Balance struct {
	store.BalanceSnapshot
	Known       bool
	Checked     time.Time
	Unreachable bool
	Foreign     string

	asked time.Time // before CamPay was asked: what was settled since may not be in it
}

// balanceCheck remembers when an unchanged balance was last confirmed, and
// when it is to be asked for by itself.
type balanceCheck struct {
	mu          sync.Mutex
	at          time.Time
	asked       time.Time
	next        time.Time // zero for at once
	settlements int
}

// outdated has the balance asked for soon: something was settled.
func (c *balanceCheck) outdated() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settlements++
	c.next = time.Time{}
}

// due reports whether it is time; a clock that was set back does not hold it up.
func (c *balanceCheck) due(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !now.Before(c.next) || c.next.Sub(now) > balanceEvery
}

// settled counts the settlements so far.
func (c *balanceCheck) settled() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settlements
}

// missed notes a question that had no answer.
func (c *balanceCheck) missed(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = now.Add(balanceRetry)
}

// said notes an answer that was asked for after so many settlements.
func (c *balanceCheck) said(b Balance, settlements int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.at = b.asked, b.Checked
	if c.settlements == settlements {
		c.next = b.Checked.Add(balanceEvery)
	}
}

// LastBalance is what the book knows, without asking CamPay.
func (s *core) LastBalance(ctx context.Context) (Balance, error) {
	now := s.now()
	snapshot, err := s.store.BalanceBefore(ctx, now) // a later one is of a clock that was ahead
	if errors.Is(err, store.ErrNotFound) {
		return Balance{}, nil
	}
	if err != nil {
		return Balance{}, fmt.Errorf("latest balance: %w", err)
	}
	s.balance.mu.Lock()
	defer s.balance.mu.Unlock()
	if s.balance.at.IsZero() || s.balance.at.After(now) { // this process has not asked yet, by this clock
		return Balance{BalanceSnapshot: snapshot, Known: true, Checked: snapshot.At, asked: snapshot.At.Add(-callLimit)}, nil
	}
	return Balance{
		BalanceSnapshot: snapshot, Known: true, Checked: s.balance.at, asked: s.balance.asked,
	}, nil
}

// RefreshBalance asks CamPay, unless it has just answered. When CamPay cannot
// be reached the last known balance comes back, marked so.
func (s *core) RefreshBalance(ctx context.Context) (Balance, error) {
	last, err := s.LastBalance(ctx)
	if err != nil {
		return last, err
	}
	if last.Known && s.now().Sub(last.Checked) < balanceFresh {
		return last, nil
	}
	return s.askBalance(onItsOwn(ctx))
}

// askBalance asks CamPay anew; who asks at the same time shares the answer.
func (s *core) askBalance(ctx context.Context) (Balance, error) {
	v, err, _ := s.balances.Do("", func() (any, error) { return s.askBalanceNow(ctx) })
	if err != nil {
		return Balance{}, err
	}
	return v.(Balance), nil
}

func (s *core) askBalanceNow(ctx context.Context) (Balance, error) {
	last, err := s.LastBalance(ctx)
	if err != nil {
		return last, err
	}
	asked, settlements := s.now(), s.balance.settled()
	call, cancel := calling(ctx)
	defer cancel()
	answer, err := s.campay.Balance(call)
	if err != nil {
		s.log.WarnContext(ctx, "balance", "error", err)
		s.balance.missed(s.now())
		last.Unreachable = true
		return last, nil
	}
	if answer.Currency != "" && answer.Currency != currency { // CamPay's own documentation leaves it out
		s.log.WarnContext(ctx, "balance in another currency", "currency", answer.Currency)
		s.balance.missed(s.now())
		last.Unreachable, last.Foreign = true, answer.Currency
		return last, nil
	}
	now := s.now()
	snapshot := store.BalanceSnapshot{
		At: now, Total: answer.Total.XAF, MTN: answer.MTN.XAF, Orange: answer.Orange.XAF, Utility: answer.Utility.XAF,
		TotalUnknown: !answer.Total.Known, MTNUnknown: !answer.MTN.Known, OrangeUnknown: !answer.Orange.Known, UtilityUnknown: !answer.Utility.Known,
	}
	if !last.Known || changed(last.BalanceSnapshot, snapshot) || now.Sub(last.At) >= balanceEvery {
		if err := s.store.Write(onItsOwn(ctx), func(ctx context.Context, tx *store.Tx) error { return tx.AddBalance(ctx, snapshot) }); err != nil {
			s.log.WarnContext(ctx, "a balance is said and not kept", "error", err)
		}
	}
	said := Balance{BalanceSnapshot: snapshot, Known: true, Checked: now, asked: asked}
	s.balance.said(said, settlements)
	return said, nil
}

func changed(a, b store.BalanceSnapshot) bool {
	a.At = b.At
	return a != b
}

// KeysRefused reports whether CamPay's last answer was that it does not take the
// shop's keys: nothing can be asked for or paid out until they are right.
func (s *core) KeysRefused() bool { return s.campay.KeysRefused() }
