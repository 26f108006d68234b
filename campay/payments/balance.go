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
	balanceEvery = time.Hour        // an unchanged balance is written down this often
)

// Balance is the last known balance. Checked is when CamPay last said so;
// Unreachable says that it did not answer just now. Known is false while
// CamPay never answered.
type Balance struct {
	store.BalanceSnapshot
	Known       bool
	Checked     time.Time
	Unreachable bool
}

// balanceCheck remembers when an unchanged balance was last confirmed.
type balanceCheck struct {
	mu sync.Mutex
	at time.Time
}

// LastBalance is what the book knows, without asking CamPay.
func (s *Service) LastBalance(ctx context.Context) (Balance, error) {
	snapshot, err := s.store.LatestBalance(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return Balance{}, nil
	}
	if err != nil {
		return Balance{}, fmt.Errorf("latest balance: %w", err)
	}
	s.balance.mu.Lock()
	defer s.balance.mu.Unlock()
	checked := snapshot.At
	if s.balance.at.After(checked) {
		checked = s.balance.at
	}
	return Balance{BalanceSnapshot: snapshot, Known: true, Checked: checked}, nil
}

// RefreshBalance asks CamPay, unless it has just answered. When CamPay cannot
// be reached the last known balance comes back, marked so.
func (s *Service) RefreshBalance(ctx context.Context) (Balance, error) {
	last, err := s.LastBalance(ctx)
	if err != nil {
		return last, err
	}
	if last.Known && s.now().Sub(last.Checked) < balanceFresh {
		return last, nil
	}
	v, err, _ := s.balances.Do("", func() (any, error) { return s.askBalance(ctx, last) })
	if err != nil {
		return last, err
	}
	return v.(Balance), nil
}

func (s *Service) askBalance(ctx context.Context, last Balance) (Balance, error) {
	ctx = onItsOwn(ctx)
	call, cancel := calling(ctx)
	defer cancel()
	answer, err := s.campay.Balance(call)
	if err != nil {
		s.log.WarnContext(ctx, "balance", "error", err)
		last.Unreachable = true
		return last, nil
	}
	now := s.now()
	snapshot := store.BalanceSnapshot{
		At: now, Total: int64(answer.Total), MTN: int64(answer.MTN),
		Orange: int64(answer.Orange), Utility: int64(answer.Utility),
	}
	if !last.Known || changed(last.BalanceSnapshot, snapshot) || now.Sub(last.At) >= balanceEvery {
		if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.AddBalance(ctx, snapshot) }); err != nil {
			return last, fmt.Errorf("keep the balance: %w", err)
		}
	}
	s.balance.mu.Lock()
	s.balance.at = now
	s.balance.mu.Unlock()
	return Balance{BalanceSnapshot: snapshot, Known: true, Checked: now}, nil
}

func changed(a, b store.BalanceSnapshot) bool {
	a.At = b.At
	return a != b
}
