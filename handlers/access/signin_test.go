package access

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"comptoir/store"
)

// person is somebody who was let in before.
func (h *house) person(name string, role store.Role) (u store.User) {
	h.t.Helper()
	hash, err := h.Passwords.Cost.Hash(testPassword)
	h.must(err)
	h.must(h.store.Write(h.t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = tx.CreateUser(ctx, store.User{Name: name, PasswordHash: hash, Role: role, Locale: "fr", CreatedAt: h.clock.now()})
		return err
	}))
	return u
}

func waitOf(err error) time.Duration {
	var wait *WaitError
	if errors.As(err, &wait) {
		return wait.For
	}
	return 0
}

func TestSignIn_WrongPasswordAndNobody_AreOneAnswer_AndSlowedDownAlike(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.person("Gérance", store.RoleOwner)
	for _, name := range []string{"gérance", "personne"} {
		from := Asker{Network: "192.0.2.1" + name}
		for i := range PairLimit.Free {
			if _, err := h.SignIn(t.Context(), name, "wrong", from); !errors.Is(err, ErrWrong) {
				t.Fatalf("%s, guess %d: %v", name, i, err)
			}
		}
		if _, err := h.SignIn(t.Context(), name, testPassword, from); waitOf(err) != time.Second {
			t.Errorf("%s after %d wrong ones: %v", name, PairLimit.Free, err)
		}
	}
	if _, err := h.SignIn(t.Context(), "gérance", testPassword, Asker{Network: "192.0.2.1gérance", Mark: h.BrowserMark("GÉRANCE")}); err != nil {
		t.Errorf("from a browser that is known: %v", err)
	}
}

func TestSignIn_RightPassword_BeginsTheCountAnew(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.person("Gérance", store.RoleOwner)
	for i := range 3 * PairLimit.Free {
		password, want := "wrong", ErrWrong
		if i%PairLimit.Free == PairLimit.Free-1 {
			password, want = testPassword, nil
		}
		if _, err := h.SignIn(t.Context(), "Gérance", password, Asker{Network: "192.0.2.1"}); !errors.Is(err, want) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
}

func TestConfirm_WrongOnes_OutliveARestart(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	owner := h.person("Gérance", store.RoleOwner)
	for range PairLimit.Free {
		if err := h.Confirm(t.Context(), owner, "wrong"); !errors.Is(err, ErrWrong) {
			t.Fatal(err)
		}
	}
	h.restart()
	if err := h.Confirm(t.Context(), owner, testPassword); waitOf(err) != time.Second {
		t.Errorf("after a restart: %v", err)
	}
	h.clock.pass(time.Second)
	if err := h.Confirm(t.Context(), owner, testPassword); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestPIN_WrongOnes_LockTheDevice_WhosoeverTheyAre(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	owner := h.person("Gérance", store.RoleOwner)
	var till store.Till
	h.must(h.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		till, err = tx.AddTill(ctx, store.Till{TokenHash: []byte("till"), Name: "Caisse", TrustedBy: owner.ID, CreatedAt: h.clock.now()})
		return err
	}))
	for i := range MostPINs {
		cashier := h.person(fmt.Sprint("Caisse ", i), store.RoleCashier)
		h.must(h.SetPIN(t.Context(), cashier, "2580", nil))
		if _, _, err := h.PIN(t.Context(), till, cashier.ID, "1111"); !errors.Is(err, ErrWrong) {
			t.Fatalf("PIN %d: %v", i, err)
		}
	}
	if _, _, err := h.PIN(t.Context(), till, owner.ID+1, "2580"); !errors.Is(err, ErrTillLocked) {
		t.Errorf("after %d wrong ones: %v", MostPINs, err)
	}
}

// Whoever holds a locked device keeps no cashier from another one.
func TestPIN_AtALockedDevice_CountsAgainstNobody(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	owner, cashier := h.person("Gérance", store.RoleOwner), h.person("Caisse", store.RoleCashier)
	h.must(h.SetPIN(t.Context(), cashier, "2580", nil))
	var locked, other store.Till
	h.must(h.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		if locked, err = tx.AddTill(ctx, store.Till{TokenHash: []byte("locked"), Name: "Caisse A", TrustedBy: owner.ID, CreatedAt: h.clock.now()}); err != nil {
			return err
		}
		other, err = tx.AddTill(ctx, store.Till{TokenHash: []byte("other"), Name: "Caisse B", TrustedBy: owner.ID, CreatedAt: h.clock.now()})
		return err
	}))
	for range MostPINs {
		h.must(h.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.CountTillFailure(ctx, locked.ID, MostPINs) }))
	}
	for i := range 4 * MostPINs {
		if _, _, err := h.PIN(t.Context(), locked, cashier.ID, "1111"); !errors.Is(err, ErrTillLocked) {
			t.Fatalf("PIN %d: %v", i, err)
		}
	}
	if _, _, err := h.PIN(t.Context(), other, cashier.ID, "2580"); err != nil {
		t.Errorf("at the other till: %v", err)
	}
}
