package sandbox_test

// The state: kept in its file, whole under load, and adding up.

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

func inFile(path string) func(*sandbox.Config) {
	return func(c *sandbox.Config) { c.StateFile = path }
}

func TestState_InAFile_OutlivesTheProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	s := open(t, inFile(path))
	_, link := s.link(extA, "")
	s.enter(s.pay(link, 0).Reference)
	waiting := s.collect("300", mtn, extB)
	token := "Token " + s.send("POST", "/api/token/", `{"username":"app-user","password":"app-password"}`).fields(t)["token"].(string)

	again := open(t, inFile(path))
	if a, b := fmt.Sprint(s.Ledger()), fmt.Sprint(again.Ledger()); a != b {
		t.Errorf("%s\n%s", a, b)
	}
	if s.Balance() != again.Balance() {
		t.Errorf("%+v", again.Balance())
	}
	again.want(again.send("GET", "/api/balance/", "", "Authorization", token), 200)
	if got := again.collect("300", mtn, extB); got != waiting {
		t.Error("the external reference was forgotten")
	}
	again.enter(waiting)
	again.delivered(2) // one of them from before
	if mode, err := os.Stat(path); err != nil || mode.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", mode, err)
	}
}

func TestState_ThatIsNotOne_IsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(path, []byte(`{"entries":`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := sandbox.New(sandbox.Config{BaseURL: "http://localhost", Token: "t", StateFile: path})
	if err == nil {
		t.Error("opened")
	}
}

func TestState_ThatCannotBeSaved_HasNotHappened(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	s := open(t, inFile(filepath.Join(folder, "state.json")))
	kept := s.collect("500", mtn, "")
	if err := os.Rename(folder, folder+"-gone"); err != nil {
		t.Fatal(err)
	}
	r := s.api("POST", "withdraw/", payoutBody("100", mtn, extA))
	s.want(r, 500, "Server error.")
	if err := s.Enter(kept, "1234"); err == nil {
		t.Error("a PIN was taken that nobody can remember")
	}
	if s.Balance().MTN != money.Francs(10_000) || len(s.Ledger()) != 1 || len(s.Prompts()) != 1 {
		t.Errorf("%+v %+v", s.Balance(), s.Ledger())
	}
	// Time alone may have changed something that cannot be saved yet.
	s.clock.pass(time.Hour)
	if e := s.entry(kept); e.Status != campay.Pending {
		t.Errorf("%+v", e)
	}
	if err := s.Step(t.Context()); err == nil {
		t.Error("no error")
	}
	if err := os.Rename(folder+"-gone", folder); err != nil {
		t.Fatal(err)
	}
	s.withdraw("100", mtn, extA)
	if e := s.entry(kept); e.Status != campay.Failed {
		t.Errorf("%+v", e)
	}
}

func TestState_ManyAtOnce_LosesNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				r := s.api("POST", "collect/", collectBody("100", mtn, ""))
				if err := s.Enter(r.fields(t)["reference"].(string), "1234"); err != nil {
					t.Error(err)
				}
				s.api("POST", "withdraw/", payoutBody("100", mtn, extA)) // once in effect
			}
		})
	}
	all.Wait()
	// 40 collections of 99 net, one withdrawal of 101.
	if got := s.Balance().MTN; got != money.Francs(10_000+40*99-101) {
		t.Errorf("balance %s", got)
	}
}

// TestLedger_WhateverHappens_BalancesAreTheOpeningOnesPlusAllEffects draws
// random lives of a shop.
func TestLedger_WhateverHappens_BalancesAreTheOpeningOnesPlusAllEffects(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		now := &clock{at: time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)}
		opening := sandbox.Balances{MTN: money.Francs(1_000), Orange: money.Francs(500), Airtime: money.Francs(300)}
		box, err := sandbox.New(sandbox.Config{
			BaseURL: "http://localhost", Token: permanent, Opening: opening, Now: now.now, PayoutDelay: time.Minute,
			Fees: sandbox.Fees{Collect: 137, Withdraw: 211, Airtime: 50},
		})
		if err != nil {
			r.Fatal(err)
		}
		life := life{box: box, clock: now}
		for range rapid.IntRange(1, 40).Draw(r, "length") {
			life.event(r)
			sum := opening
			for _, e := range box.Ledger() {
				*life.wallet(&sum, e) += e.Effect()
			}
			if got := box.Balance(); got != sum {
				r.Fatalf("balances %+v, the ledger says %+v", got, sum)
			}
			if b := box.Balance(); b.Airtime < 0 || life.settled == 0 && (b.MTN < 0 || b.Orange < 0) {
				r.Fatalf("paid out more than there was: %+v", b)
			}
		}
	})
}
