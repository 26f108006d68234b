package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestShop_IsOne_InEveryBook_AndKeepsItsLogo(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	_, err := s.Shop(t.Context())
	mustBe(t, err, ErrNotFound)
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.SetLogo(ctx, []byte("png")) }), ErrNotFound)
	want := Shop{Name: "Boutique Exemple", Address: "Marché central\nDouala", Footer: "Merci", Book: "sandbox", UpdatedAt: noon}
	write(t, s, func(tx *Tx) error { return tx.SetShop(t.Context(), want) })
	_, err = s.Logo(t.Context())
	mustBe(t, err, ErrNotFound)
	write(t, s, func(tx *Tx) error { return tx.SetLogo(t.Context(), []byte("png")) })
	want.Book, want.HasLogo = "demo", true
	write(t, s, func(tx *Tx) error { return tx.SetShop(t.Context(), want) })
	other, err := s.ForBook("demo")
	mustBe(t, err, nil)
	if got, err := other.Shop(t.Context()); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if png, err := other.Logo(t.Context()); err != nil || string(png) != "png" {
		t.Errorf("%q, %v", png, err)
	}
	write(t, s, func(tx *Tx) error { return tx.SetLogo(t.Context(), nil) })
	_, err = s.Logo(t.Context())
	mustBe(t, err, ErrNotFound)
}

func TestCamPayKeys_AreOfTheirBook_AndStandNowhereAsTheyAre(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "demo")
	production, err := s.ForBook("production")
	mustBe(t, err, nil)
	_, err = s.CamPayKeys(t.Context())
	mustBe(t, err, ErrNotFound)
	first, second := CamPayKeys{Token: "the-demo-token", WebhookKey: "the-demo-key"}, CamPayKeys{Username: "app", Password: "the-password"}
	write(t, s, func(tx *Tx) error { return s.SetCamPayKeys(t.Context(), tx, CamPayKeys{Token: "old"}, noon) })
	write(t, s, func(tx *Tx) error { return s.SetCamPayKeys(t.Context(), tx, first, noon) })
	write(t, production, func(tx *Tx) error { return production.SetCamPayKeys(t.Context(), tx, second, noon) })
	for book, want := range map[*Store]CamPayKeys{s: first, production: second} {
		if got, err := book.CamPayKeys(t.Context()); err != nil || got != want {
			t.Errorf("%s: %+v, %v", book.Book(), got, err)
		}
	}
	for _, name := range []string{FileName, FileName + "-wal"} {
		file, err := os.ReadFile(filepath.Join(dir, name))
		mustBe(t, err, nil)
		for _, secret := range []string{first.Token, first.WebhookKey, second.Password} {
			if bytes.Contains(file, []byte(secret)) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
}

func TestForBook_ShowsItsRowsAlone_AndSharesTheWriter(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	other, err := s.ForBook("production")
	mustBe(t, err, nil)
	mine, theirs := addTransaction(t, s, Transaction{}), addTransaction(t, other, Transaction{})
	_, err = s.Transaction(t.Context(), theirs.ID)
	mustBe(t, err, ErrNotFound)
	_, err = other.Transaction(t.Context(), mine.ID)
	mustBe(t, err, ErrNotFound)
	if _, err := s.ForBook("other"); err == nil {
		t.Error("there is no such book")
	}
	mustBe(t, s.Close(), nil)
	mustBe(t, other.Write(t.Context(), func(context.Context, *Tx) error { return nil }), ErrClosed)
}
