package handlers

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"comptoir/store"
)

func TestPasswords_NobodysHash_CostsWhatEverybodysDoes(t *testing.T) {
	for _, cost := range []PasswordCost{0, leastCost, mostCost} {
		if !cost.isOf(cost.nobodys()) {
			t.Fatalf("at %d: %s", cost, cost.nobodys())
		}
	}
	p := newPasswords(leastCost)
	if ok, err := p.match(t.Context(), "nobody's password", ""); ok || err != nil {
		t.Fatalf("the password of nobody opens: %v, %v", ok, err)
	}
}

func TestPasswordCost_IsABlinkWithinBounds(t *testing.T) {
	for least, want := range map[time.Duration]PasswordCost{
		0: mostCost, time.Millisecond: mostCost, 25 * time.Millisecond: 8, blink / 2: 4, blink: leastCost, time.Minute: leastCost,
	} {
		if got := costOf(least); got != want {
			t.Errorf("where the least takes %v: %d, want %d", least, got, want)
		}
	}
}

// One cost for all, or the time of an answer would tell names apart.
func TestTunedPasswords_AreMeasuredOnce(t *testing.T) {
	s := openShop(t)
	s.must(s.store.Write(t.Context(), func(tx *store.Tx) error { return tx.SetPasswordIterations(t.Context(), 7) }))
	for range 2 {
		if cost, err := TunedPasswords(t.Context(), s.store); cost != 7 || err != nil {
			t.Fatalf("%d, %v", cost, err)
		}
	}
	fresh := openShop(t)
	first, err := TunedPasswords(t.Context(), fresh.store)
	if kept, missing := fresh.store.PasswordIterations(t.Context()); err != nil || missing != nil || int(first) != kept || first < leastCost || first > mostCost {
		t.Fatalf("measured %d, kept %d, %v, %v", first, kept, err, missing)
	}
}

func TestSignIn_WithAPasswordHashedAtAnotherCost_IsHashedAnew(t *testing.T) {
	s := openShop(t)
	name := s.user("Gérance", store.RoleOwner).Name
	s.server.passwords.cost = 3
	hashOf := func() string {
		u, err := s.store.UserByName(t.Context(), name)
		s.must(err)
		return u.PasswordHash
	}
	signIn := func(password string, want int) {
		t.Helper()
		if got := s.browser().post("/signin", url.Values{"name": {name}, "password": {password}}); got.status != want {
			t.Fatalf("answered %d", got.status)
		}
	}
	before := hashOf()
	signIn("not the password", http.StatusUnprocessableEntity)
	if hashOf() != before {
		t.Fatal("a wrong password was hashed")
	}
	for range 2 {
		signIn(testPassword, http.StatusSeeOther)
		if hash := hashOf(); !s.server.passwords.cost.isOf(hash) {
			t.Fatalf("kept %s", hash)
		}
	}
}

func TestSignIn_PasswordAndCodes_AreReadAsKeyboardsAndMessengersWriteThem(t *testing.T) {
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	const composed, apart = "une clé très secrète", "une cle\u0301 tre\u0300s secre\u0300te"
	if got := owner.post("/account/password", url.Values{"new_password": {apart}, "password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d", got.status)
	}
	for _, typed := range []string{composed, apart} {
		if got := s.browser().guess("owner", typed); got.status != http.StatusSeeOther {
			t.Errorf("%+q answered %d", typed, got.status)
		}
	}
	old, err := argon2id.CreateHash(apart, &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}) // of before
	s.must(err)
	s.must(s.store.Write(t.Context(), func(tx *store.Tx) error { return tx.SetPasswordHash(t.Context(), 1, old) }))
	if got := s.browser().guess("owner", composed); got.status != http.StatusSeeOther {
		t.Errorf("an older hash: %d", got.status)
	}
	for _, typed := range []string{"123\u00a0456", " 123 456 ", "123-456", "123–456", "123\u2011456", "\u200e123456\ufeff"} {
		if got := typedCode(typed); got != "123456" {
			t.Errorf("%+q is read as %q", typed, got)
		}
	}
	if got := typedCode("abcde–f2345"); got != "ABCDEF2345" {
		t.Errorf("read as %q", got)
	}
}
