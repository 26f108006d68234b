package handlers

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/alexedwards/argon2id"

	"comptoir/store"
)

func TestSignIn_WithAPasswordHashedAtAnotherCost_IsHashedAnew(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	name := s.user("Gérance", store.RoleOwner).Name
	s.server.desk.Access.Passwords.Cost = 3
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
		if of, _, _, err := argon2id.DecodeHash(hashOf()); err != nil || of.Iterations != 3 {
			t.Fatalf("kept %s, %v", hashOf(), err)
		}
	}
}

func TestSignIn_Password_IsReadAsKeyboardsWriteIt(t *testing.T) {
	t.Parallel()
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
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.SetPasswordHash(ctx, 1, old) }))
	if got := s.browser().guess("owner", composed); got.status != http.StatusSeeOther {
		t.Errorf("an older hash: %d", got.status)
	}
}
