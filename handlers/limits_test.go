package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
)

func (b *browser) guess(name, password string) answer {
	b.s.t.Helper()
	return b.post("/signin", url.Values{"name": {name}, "password": {password}})
}

func TestAttack_BruteForce_IsSlowedDown_ForKnownAndUnknownNamesAlike(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("owner", store.RoleOwner)
	for _, name := range []string{"owner", "nobody"} {
		b := s.browser()
		for i := range access.PairLimit.Free {
			if got := b.guess(name, "wrong"); got.status != http.StatusUnprocessableEntity {
				t.Fatalf("%s, guess %d answered %d", name, i, got.status)
			}
		}
		for _, wait := range []int{1, 2, 4, 8, 16} {
			got := b.guess(name, testPassword) // even the right one
			if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != strconv.Itoa(wait) {
				t.Fatalf("%s answered %d, wait %s; want %d", name, got.status, got.header.Get("Retry-After"), wait)
			}
			s.clock.pass(time.Duration(wait) * time.Second)
			if got := b.guess(name, "wrong"); got.status != http.StatusUnprocessableEntity {
				t.Fatalf("%s after %d s answered %d", name, wait, got.status)
			}
		}
	}
	s.clock.pass(access.PairLimit.Longest)
	if got := s.browser().guess("owner", testPassword); got.status != http.StatusSeeOther {
		t.Errorf("after the longest wait the right one answered %d", got.status)
	}
}

func TestAttack_ManyNamesFromOneAddress_AreSlowedDown(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := s.browser()
	for i := range access.AddressLimit.Free {
		b.guess(fmt.Sprint("name ", i), "wrong")
	}
	if got := b.guess("another", "wrong"); got.status != http.StatusTooManyRequests {
		t.Errorf("answered %d", got.status)
	}
}

// Whoever knows an owner's name must not keep him out.
func TestAttack_LockOut_DoesNotReachABrowserThatIsKnown(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.post("/signout", url.Values{})
	attacker := s.browser()
	for range 200 {
		attacker.guess("owner", "wrong")
		s.clock.pass(time.Second)
	}
	if got := attacker.guess("owner", testPassword); got.status != http.StatusTooManyRequests {
		t.Fatalf("the attacker is answered %d", got.status)
	}
	if got := owner.guess("owner", testPassword); got.status != http.StatusSeeOther {
		t.Errorf("the owner is answered %d", got.status)
	}
}

func TestLimits_OfWhatGuardsMoney_OutliveARestartAndAChangeOfSettings(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.post("/payout-rules/freeze", url.Values{})
	for range access.PairLimit.Free {
		owner.post("/payout-rules/unfreeze", url.Values{"password": {"wrong"}})
	}
	ofOwner := access.Guess{Kind: "again", Of: "1", Limit: access.PairLimit}
	again, err := access.OpenGuesses(t.Context(), s.store, s.clock.now())
	s.must(err)
	if again.Take(s.clock.now(), ofOwner) == 0 {
		t.Error("a restart begins the count anew")
	}
	config := s.server.Config
	s.server = newServer(config)
	if s.server.Guesses.Take(s.clock.now(), ofOwner) == 0 {
		t.Error("new settings begin the count anew")
	}
	s.clock.pass(access.PairLimit.Longest)
	if got := owner.post("/payout-rules/unfreeze", url.Values{"password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Fatalf("the right one: %d", got.status)
	}
	again, err = access.OpenGuesses(t.Context(), s.store, s.clock.now())
	s.must(err)
	if again.Take(s.clock.now(), ofOwner) != 0 {
		t.Error("a right one does not end the count for good")
	}
}

func TestPasswordAgain_ManyWrongAtOnce_AreNotAllLookedAt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.post("/payout-rules/freeze", url.Values{})
	var looked atomic.Int64
	var all sync.WaitGroup
	for range 45 {
		all.Go(func() {
			if got := owner.post("/payout-rules/unfreeze", url.Values{"password": {"wrong"}}); got.header.Get("Retry-After") == "" {
				looked.Add(1)
			}
		})
	}
	all.Wait()
	if n := looked.Load(); n != int64(access.PairLimit.Free) {
		t.Errorf("%d of 45 wrong passwords were looked at", n)
	}
}

// A flood of sign-ins turns others away before anybody has looked at what they typed.
func TestLimits_WhatNobodyLookedAt_IsNotCounted(t *testing.T) {
	t.Parallel()
	s, till := tablet(t)
	owner := s.browser()
	owner.guess("owner", testPassword)
	owner.post("/payout-rules/freeze", url.Values{})
	tries := map[string]func() answer{
		"sign-in":        func() answer { return s.browser().guess("Caisse 1", testPassword) },
		"password again": func() answer { return owner.post("/payout-rules/unfreeze", url.Values{"password": {testPassword}}) },
		"PIN":            func() answer { return till.takesOver(2, "2580") },
	}
	s.server.desk.Access.Passwords.Strangers.TryAcquire(access.MostQueued)
	s.server.desk.Access.Passwords.Own.TryAcquire(access.MostQueued)
	for name, try := range tries {
		for range 2 * access.MostPINs {
			if got := try(); got.status != http.StatusServiceUnavailable {
				t.Fatalf("%s in the flood: %d", name, got.status)
			}
		}
	}
	s.server.desk.Access.Passwords.Strangers.Release(access.MostQueued)
	s.server.desk.Access.Passwords.Own.Release(access.MostQueued)
	for name, try := range tries {
		if got := try(); got.status != http.StatusSeeOther {
			t.Errorf("%s after the flood: %d", name, got.status)
		}
	}
}

func TestPasswordAgain_GuessedFromAnOpenSession_IsSlowedDown(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.post("/payout-rules/freeze", url.Values{})
	for range access.PairLimit.Free {
		owner.post("/payout-rules/unfreeze", url.Values{"password": {"wrong"}})
	}
	if got := owner.post("/payout-rules/unfreeze", url.Values{"password": {testPassword}}); got.status == http.StatusSeeOther || got.header.Get("Retry-After") != "1" {
		t.Errorf("answered %d", got.status)
	}
	s.clock.pass(time.Second)
	if got := owner.post("/payout-rules/unfreeze", url.Values{"password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Errorf("after the wait: %d", got.status)
	}
}

func TestDevice_IsNamedByBrowserAndSystem(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"": "", "nonsense": "", "curl/8.5.0": "curl",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36":                         "Chrome, Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0":                                                        "Firefox, Windows",
	} {
		if got := web.Device(agent); got != want {
			t.Errorf("%.30s is %q", agent, got)
		}
	}
}

func TestLimits_NameSpeltOtherwise_IsTheSameName(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("André", store.RoleOwner)
	b := s.browser()
	for range access.PairLimit.Free {
		b.guess("Andr\u00e9", "wrong")
	}
	for _, spelt := range []string{"Andr\u00e9", "Andre\u0301", "ANDR\u00c9"} {
		if got := b.guess(spelt, testPassword); got.status != http.StatusTooManyRequests {
			t.Errorf("%q answered %d", spelt, got.status)
		}
	}
}

func TestLimits_StrangersInTheQueue_KeepNobodyFromHisWork(t *testing.T) {
	t.Parallel()
	s, till := tablet(t)
	owner := s.browser()
	owner.guess("owner", testPassword)
	s.server.desk.Access.Passwords.Strangers.TryAcquire(access.MostQueued)
	if got := till.takesOver(2, "2580"); got.status != http.StatusSeeOther {
		t.Errorf("the PIN answered %d", got.status)
	}
	if got := owner.post("/account/password", url.Values{"new_password": {chosen}, "password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Errorf("the password answered %d", got.status)
	}
}
