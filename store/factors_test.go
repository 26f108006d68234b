package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTOTP_IsKeptSealed_AndEachStepIsGoodOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	u := addUser(t, s, "owner")
	read := func() (secret string, step int64, err error) {
		mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			secret, step, err = tx.TOTP(ctx, u.ID)
			return nil
		}), nil)
		return secret, step, err
	}
	_, _, err := read()
	mustBe(t, err, ErrNotFound)
	write(t, s, func(tx *Tx) error { return tx.SetTOTP(t.Context(), u.ID, "JBSWY3DPEHPK3PXP") })
	use := func(step int64) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.UseTOTPStep(ctx, u.ID, step) })
	}
	mustBe(t, use(7), nil)
	mustBe(t, use(7), ErrNotFound)
	mustBe(t, use(6), ErrNotFound)
	mustBe(t, use(8), nil)
	if secret, step, err := read(); err != nil || secret != "JBSWY3DPEHPK3PXP" || step != 8 {
		t.Errorf("%q, %d, %v", secret, step, err)
	}
	if got, err := s.User(t.Context(), u.ID); err != nil || !got.HasTOTP {
		t.Errorf("%+v, %v", got, err)
	}
	file, err := os.ReadFile(filepath.Join(dir, FileName+"-wal"))
	mustBe(t, err, nil)
	if bytes.Contains(file, []byte("JBSWY3DPEHPK3PXP")) {
		t.Error("the secret stands in the file")
	}
}

func TestRecoveryCodes_AreGoodOnce_ForTheirPersonAlone(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	u, other := addUser(t, s, "owner"), addUser(t, s, "second owner")
	write(t, s, func(tx *Tx) error { return tx.SetTOTP(t.Context(), u.ID, "secret") })
	write(t, s, func(tx *Tx) error { return tx.SetRecoveryCodes(t.Context(), u.ID, []string{"old"}) })
	write(t, s, func(tx *Tx) error { return tx.SetRecoveryCodes(t.Context(), u.ID, []string{"a", "b"}) })
	use := func(id int64, code string) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.UseRecoveryCode(ctx, id, code) })
	}
	mustBe(t, use(u.ID, "old"), ErrNotFound)
	mustBe(t, use(other.ID, "a"), ErrNotFound)
	mustBe(t, use(u.ID, "a"), nil)
	mustBe(t, use(u.ID, "a"), ErrNotFound)
	if n, err := s.CountRecoveryCodes(t.Context(), u.ID); err != nil || n != 1 {
		t.Errorf("%d left, %v", n, err)
	}
	write(t, s, func(tx *Tx) error { return tx.SetTOTP(t.Context(), u.ID, "") })
	mustBe(t, use(u.ID, "b"), ErrNotFound)
}

func TestLastOwner_CannotBeTakenAway_EvenByTwoAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	var owners [2]User
	for i, name := range []string{"owner", "second owner"} {
		owners[i] = addUser(t, s, name)
		write(t, s, func(tx *Tx) error { return tx.SetRole(t.Context(), owners[i].ID, RoleOwner) })
	}
	results := make(chan error, 2)
	for _, u := range owners {
		go func() {
			results <- s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.SetDisabled(ctx, u.ID, noon) })
		}()
	}
	first, second := <-results, <-results
	if first == nil && second == nil {
		t.Fatal("nobody owns the shop")
	}
	if n, err := s.CountOwners(t.Context()); err != nil || n != 1 {
		t.Errorf("%d owners, %v", n, err)
	}
	for _, u := range owners {
		if left, err := s.User(t.Context(), u.ID); err == nil && left.Active() {
			mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.SetRole(ctx, u.ID, RoleCashier) }), ErrLastOwner)
		}
	}
}

func TestRightsThatChange_EndAllSessions(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	owner, u := addUser(t, s, "owner"), addUser(t, s, "Caisse")
	write(t, s, func(tx *Tx) error { return tx.SetRole(t.Context(), owner.ID, RoleOwner) })
	for name, change := range map[string]func(tx *Tx) error{
		"role":     func(tx *Tx) error { return tx.SetRole(t.Context(), u.ID, RoleAccountant) },
		"disabled": func(tx *Tx) error { return tx.SetDisabled(t.Context(), u.ID, noon) },
	} {
		write(t, s, func(tx *Tx) error {
			return tx.AddSession(t.Context(), Session{TokenHash: []byte(name), UserID: u.ID, SeenAt: noon, ExpiresAt: noon.AddDate(100, 0, 0), Device: "Chrome", Address: "192.0.2.1"})
		})
		if all, err := s.SessionsOfUser(t.Context(), u.ID); err != nil || len(all) != 1 || all[0].Device != "Chrome" {
			t.Fatalf("%+v, %v", all, err)
		}
		write(t, s, change)
		if all, err := s.SessionsOfUser(t.Context(), u.ID); err != nil || len(all) != 0 {
			t.Errorf("%s: %+v, %v", name, all, err)
		}
	}
}

func TestInvitation_IsGoodOnce_WhileItLasts(t *testing.T) {
	t.Parallel()
	now := noon
	s, err := Open(t.Context(), t.TempDir(), Options{Book: "sandbox", Now: func() time.Time { return now }})
	mustBe(t, err, nil)
	t.Cleanup(func() { mustBe(t, s.Close(), nil) })
	owner := addUser(t, s, "owner")
	add := func(token string, of int64) (i Invitation) {
		write(t, s, func(tx *Tx) (err error) {
			i, err = tx.AddInvitation(t.Context(), Invitation{TokenHash: []byte(token), Name: "Caisse", Role: RoleCashier, UserID: of, CreatedBy: owner.ID, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)})
			return err
		})
		return i
	}
	end := func(i Invitation) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.EndInvitation(ctx, i.ID) })
	}
	first, reset, late := add("a", 0), add("b", owner.ID), add("c", 0)
	if got, err := s.Invitation(t.Context(), []byte("a")); err != nil || got.ID != first.ID || got.Role != RoleCashier {
		t.Errorf("%+v, %v", got, err)
	}
	mustBe(t, end(first), nil)
	mustBe(t, end(first), ErrNotFound)
	_, err = s.Invitation(t.Context(), []byte("a"))
	mustBe(t, err, ErrNotFound)
	if all, err := s.Invitations(t.Context()); err != nil || len(all) != 2 || all[0].ID != late.ID {
		t.Errorf("%+v, %v", all, err)
	}
	write(t, s, func(tx *Tx) error { return tx.EndInvitationsOf(t.Context(), owner.ID) })
	mustBe(t, end(reset), ErrNotFound)
	now = noon.Add(time.Hour)
	mustBe(t, end(late), ErrNotFound)
	_, err = s.Invitation(t.Context(), []byte("c"))
	mustBe(t, err, ErrNotFound)
}

func TestPasskey_IsOnePersonsAlone(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	u, other := addUser(t, s, "owner"), addUser(t, s, "second owner")
	add := func(of User, credential string) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			return tx.AddPasskey(ctx, Passkey{UserID: of.ID, CredentialID: []byte(credential), Data: []byte(`{}`), Name: "Téléphone", CreatedAt: noon})
		})
	}
	mustBe(t, add(u, "a"), nil)
	mustBe(t, add(other, "a"), ErrDuplicate)
	mustBe(t, add(u, "b"), nil)
	got, err := s.Passkey(t.Context(), []byte("a"))
	if err != nil || got.UserID != u.ID || got.Name != "Téléphone" || !got.UsedAt.IsZero() {
		t.Fatalf("%+v, %v", got, err)
	}
	write(t, s, func(tx *Tx) error { return tx.UsePasskey(t.Context(), got.ID, []byte(`{"n":1}`), noon) })
	if all, err := s.Passkeys(t.Context(), u.ID); err != nil || len(all) != 2 || string(all[0].Data) != `{"n":1}` || !all[0].UsedAt.Equal(noon) {
		t.Errorf("%+v, %v", all, err)
	}
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.DeletePasskey(ctx, other.ID, got.ID) }), ErrNotFound)
	write(t, s, func(tx *Tx) error { return tx.DeletePasskey(t.Context(), u.ID, got.ID) })
	write(t, s, func(tx *Tx) error { return tx.DeletePasskeysOf(t.Context(), u.ID) })
	if all, err := s.Passkeys(t.Context(), u.ID); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}
