package e2e

// The commands that let people in.

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"comptoir/store"
)

func TestServe_SecondStart_KeepsTheOwnerAndHisPassword(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	var first shop
	t.Run("first", func(t *testing.T) { first = show(t, data) })
	second := show(t, data)
	if second.password != "" {
		t.Fatal("a password was printed again")
	}
	second.password = first.password
	second.signIn(t)
}

func TestUserPassword_OpensTheDoorAgain_AndEndsOldSessions(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	old := p.signIn(t)
	printed, err := command(t, "user", "password", "owner", "--data", p.data)
	if err != nil {
		t.Fatal(err)
	}
	p.password = regexp.MustCompile(`: (\S+)\n`).FindStringSubmatch(printed)[1]
	p.signIn(t)
	res, err := old.Get(p.url + "/") //nolint:noctx // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Request.URL.Path != "/signin" {
		t.Fatalf("the old session still opens %s", res.Request.URL)
	}
	if _, err := command(t, "user", "password", "nobody", "--data", p.data); err == nil {
		t.Fatal("nobody got a password")
	}
}

func TestUserReset_LetsTheLockedOutIn(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	s, err := store.Open(t.Context(), p.data, store.Options{Book: "sandbox"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := t.Context()
	if err := s.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		u, err := tx.CreateUser(ctx, store.User{Name: "Gérance", Role: store.RoleOwner, Locale: "fr"})
		if err != nil {
			return err
		}
		if err := tx.SetTOTP(ctx, u.ID, "JBSWY3DPEHPK3PXP"); err != nil {
			return err
		}
		return tx.SetDisabled(ctx, u.ID, time.Now())
	}); err != nil {
		t.Fatal(err)
	}
	printed, err := command(t, "user", "reset", "gérance", "--data", p.data)
	if err != nil {
		t.Fatal(err)
	}
	p.owner, p.password = "Gérance", printedPassword.FindStringSubmatch(printed)[1]
	p.signIn(t)
	entries, err := s.Audit(ctx, store.AuditFilter{Kind: "person"})
	if err != nil || len(entries) == 0 || entries[0].Act != "person.reset_by_command" {
		t.Errorf("%+v, %v", entries, err)
	}
}

func TestUserAdd_LetsASecondOwnerIn(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	add := []string{"user", "add", "Associée", "--role", "owner", "--data", p.data}
	printed, err := command(t, add...)
	if err != nil {
		t.Fatal(err)
	}
	p.owner, p.password = "associée", regexp.MustCompile(`password: (\S+)\n`).FindStringSubmatch(printed)[1]
	p.signIn(t)
	accented := strings.Repeat("é", 51) // letters are counted, not bytes
	if _, err := command(t, "user", "add", accented, "--role", "cashier", "--data", p.data); err != nil {
		t.Error(err)
	}
	for name, arguments := range map[string][]string{
		"too long": {"user", "add", strings.Repeat("é", 61), "--role", "owner", "--data", p.data},
		"taken":    add, "no name": {"user", "add", " ", "--role", "owner", "--data", p.data},
		"no such role": {"user", "add", "Caisse", "--role", "boss", "--data", p.data},
	} {
		if _, err := command(t, arguments...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
