package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeyring_IsMadeOnce_AndOnlyItsOwnerReadsIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, second := open(t, dir, "sandbox"), open(t, dir, "demo")
	sealed := first.Keys.Seal("a", []byte("secret"))
	if got, err := second.Keys.Unseal("a", sealed); err != nil || string(got) != "secret" {
		t.Fatalf("%q, %v", got, err)
	}
	info, err := os.Stat(filepath.Join(dir, KeyFileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, KeyFileName+".*")); err != nil || len(left) > 0 {
		t.Fatalf("left %v, %v", left, err)
	}
}

func TestKeyring_OtherKeyPurposeOrBytes_AreRefused(t *testing.T) {
	t.Parallel()
	k, other := open(t, t.TempDir(), "sandbox").Keys, open(t, t.TempDir(), "sandbox").Keys
	sealed := k.Seal("a", []byte("secret"))
	if again := k.Seal("a", []byte("secret")); bytes.Equal(sealed, again) || bytes.Contains(sealed, []byte("secret")) {
		t.Error("the same secret looks the same")
	}
	for what, unseal := range map[string]func() error{
		"another key":     func() error { _, err := other.Unseal("a", sealed); return err },
		"another purpose": func() error { _, err := k.Unseal("b", sealed); return err },
		"a changed byte": func() error {
			changed := bytes.Clone(sealed)
			changed[len(changed)-1] ^= 1
			_, err := k.Unseal("a", changed)
			return err
		},
		"nothing": func() error { _, err := k.Unseal("a", nil); return err },
	} {
		if err := unseal(); err == nil {
			t.Errorf("%s unseals it", what)
		} else {
			mustBe(t, err, ErrSealed)
		}
	}
	if bytes.Equal(k.MAC("a").Sum(nil), k.MAC("b").Sum(nil)) {
		t.Error("two purposes have one key")
	}
}

func TestKeyring_FileThatIsNoKey_IsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "zz", strings.Repeat("ab", 31), strings.Repeat("ab", 33)} {
		dir := t.TempDir()
		mustBe(t, os.WriteFile(filepath.Join(dir, KeyFileName), []byte(text), 0o600), nil)
		if s, err := Open(t.Context(), dir, Options{Book: "sandbox"}); err == nil {
			t.Errorf("opened with the key %q: %v", text, s.Close())
		}
	}
}
