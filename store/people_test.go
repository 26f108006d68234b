package store

// People and their sessions.

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"
)

func TestCreateUser_RoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	want := User{Name: "Élodie", PasswordHash: "$argon2id$v=19$…", Role: RoleAccountant, Locale: "en", CreatedAt: noon.Add(1234 * time.Microsecond)}
	var created User
	write(t, s, func(tx *Tx) (err error) {
		created, err = tx.CreateUser(t.Context(), want)
		return err
	})
	want.ID, want.CreatedAt = created.ID, noon.Add(time.Millisecond) // kept to the millisecond
	if created.ID == 0 || created != want {
		t.Errorf("created %+v", created)
	}
	if read, err := s.User(t.Context(), created.ID); err != nil || read != want {
		t.Errorf("read %+v, %v", read, err)
	}
}

func TestUsers_NamesDifferingInCase_AreOnePerson(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	if n, err := s.CountUsers(t.Context()); err != nil || n != 0 {
		t.Errorf("%d users before the first, %v", n, err)
	}
	first := addUser(t, s, "Élodie")
	addUser(t, s, "Elodie") // another name
	for _, same := range []string{"élodie", "ÉLODIE", " Élodie ", "E\u0301lodie"} {
		err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			_, err := tx.CreateUser(ctx, User{Name: same, Role: RoleOwner, Locale: "fr"})
			return err
		})
		mustBe(t, err, ErrTaken)
		if found, err := s.UserByName(t.Context(), same); err != nil || found.ID != first.ID {
			t.Errorf("%q is %+v, %v", same, found, err)
		}
	}
	_, err := s.UserByName(t.Context(), "nobody")
	mustBe(t, err, ErrNotFound)
	_, err = s.User(t.Context(), 99)
	mustBe(t, err, ErrNotFound)
	if n, err := s.CountUsers(t.Context()); err != nil || n != 2 {
		t.Errorf("%d users, %v", n, err)
	}
}

func TestUsers_AreTheSameInEveryBook(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	created := addUser(t, open(t, dir, "sandbox"), "Caisse")
	if found, err := open(t, dir, "production").UserByName(t.Context(), "caisse"); err != nil || found.ID != created.ID {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestSetPasswordAndLocale_ChangeOnePerson(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	one, other := addUser(t, s, "one"), addUser(t, s, "other")
	write(t, s, func(tx *Tx) error {
		if err := tx.SetPassword(t.Context(), one.ID, "new"); err != nil {
			return err
		}
		return tx.SetLocale(t.Context(), one.ID, "en")
	})
	one.PasswordHash, one.Locale = "new", "en"
	for _, want := range []User{one, other} {
		if got, err := s.User(t.Context(), want.ID); err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
	}
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.SetPassword(ctx, 99, "x") }), ErrNotFound)
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.SetLocale(ctx, 99, "fr") }), ErrNotFound)
	if err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.SetLocale(ctx, one.ID, "de") }); err == nil {
		t.Error("a language that there is not was kept")
	}
}

func TestSession_RoundTrip_AndEndedOnesStayEnded(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "Caisse")
	want := Session{TokenHash: []byte{0, 1, 2}, Data: []byte("anonymous"), CreatedAt: noon, SeenAt: noon, ExpiresAt: noon.Add(time.Hour)}
	wantKept := func() {
		t.Helper()
		if got, err := s.Session(t.Context(), want.TokenHash); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	write(t, s, func(tx *Tx) error { return tx.AddSession(t.Context(), want) })
	wantKept()
	want.UserID, want.Data = user.ID, []byte("signed in")
	write(t, s, func(tx *Tx) error { return tx.UpdateSession(t.Context(), want.TokenHash, user.ID, want.Data) })
	wantKept() // and is good no longer than it was
	write(t, s, func(tx *Tx) error { return tx.DeleteSessionsOfUser(t.Context(), user.ID) })
	err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.UpdateSession(ctx, want.TokenHash, user.ID, nil) })
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("an ended session was kept: %v", err)
	}
	if _, err := s.Session(t.Context(), want.TokenHash); !errors.Is(err, ErrNotFound) {
		t.Errorf("an ended session came back: %v", err)
	}
}

func TestSession_Expired_IsNotFoundAndIsRemoved(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	put := func(token string, expires time.Time) {
		t.Helper()
		write(t, s, func(tx *Tx) error {
			return tx.AddSession(t.Context(), Session{TokenHash: []byte(token), ExpiresAt: expires})
		})
	}
	put("good", noon.Add(time.Millisecond))
	put("just over", noon)
	put("over", noon.Add(-time.Hour))
	for token, want := range map[string]error{"good": nil, "just over": ErrNotFound, "over": ErrNotFound} {
		_, err := s.Session(t.Context(), []byte(token))
		mustBe(t, err, want)
	}
	write(t, s, func(tx *Tx) error { return tx.DeleteExpiredSessions(t.Context()) })
	if n, err := one(t.Context(), s.rows, scanCount, "SELECT COUNT(*) FROM sessions"); err != nil || n != 1 {
		t.Errorf("%d sessions are left, %v", n, err)
	}
}

func TestTouchAndDeleteSession(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	token := []byte("token")
	touch := func(tx *Tx) error {
		return tx.TouchSession(context.Background(), token, noon.Add(time.Minute), noon.Add(2*time.Hour))
	}
	end := func(tx *Tx) error { return tx.DeleteSession(context.Background(), token) }
	mustBe(t, s.Write(t.Context(), of(touch)), ErrNotFound)
	write(t, s, func(tx *Tx) error {
		return tx.AddSession(t.Context(), Session{TokenHash: token, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)})
	})
	write(t, s, touch)
	got, err := s.Session(t.Context(), token)
	if err != nil || !got.SeenAt.Equal(noon.Add(time.Minute)) || !got.ExpiresAt.Equal(noon.Add(2*time.Hour)) || !got.CreatedAt.Equal(noon) {
		t.Errorf("%+v, %v", got, err)
	}
	write(t, s, end)
	_, err = s.Session(t.Context(), token)
	mustBe(t, err, ErrNotFound)
	write(t, s, end) // twice is fine
}
