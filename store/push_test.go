package store

// Devices that want notices.

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"
)

func TestPushSubscriptions_OfOnePerson_AreTheNewestTen(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	u, other := addUser(t, s, "Caisse"), addUser(t, s, "Autre")
	for i := range mostDevices + 3 {
		write(t, s, func(tx *Tx) error {
			return tx.AddPushSubscription(t.Context(), PushSubscription{UserID: u.ID, Endpoint: "https://push.example.com/" + strconv.Itoa(i), SessionHash: []byte{byte(i)}, CreatedAt: noon})
		})
	}
	found, err := s.PushSubscriptions(t.Context(), u.ID)
	if err != nil || len(found) != mostDevices || found[0].Endpoint != "https://push.example.com/12" || found[0].Locale != "fr" {
		t.Fatalf("%d, %+v, %v", len(found), found, err)
	}
	// The same device in another's hands is his alone.
	write(t, s, func(tx *Tx) error {
		return tx.AddPushSubscription(t.Context(), PushSubscription{UserID: other.ID, Endpoint: found[0].Endpoint, SessionHash: []byte{99}, CreatedAt: noon})
	})
	if left, err := s.PushSubscriptions(t.Context(), u.ID); err != nil || len(left) != mostDevices-1 {
		t.Errorf("%d, %v", len(left), err)
	}
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.DeletePushSubscription(ctx, found[1].ID, other.ID) }), ErrNotFound)
}

func TestPushTargets_RestWhenTheirSessionIsEnded_AndNotWhenItLapses(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	u := addUser(t, s, "Caisse")
	const ended, lapses, kept = 1, 2, 3
	write(t, s, func(tx *Tx) error {
		for _, n := range []byte{ended, lapses, kept} {
			until := time.Now().Add(time.Hour)
			if n == lapses {
				until = time.Now().Add(-time.Hour)
			}
			if err := errors.Join(
				tx.AddSession(t.Context(), Session{TokenHash: []byte{n}, UserID: u.ID, CreatedAt: noon, SeenAt: noon, ExpiresAt: until}),
				tx.AddPushSubscription(t.Context(), PushSubscription{UserID: u.ID, Endpoint: strconv.Itoa(int(n)), SessionHash: []byte{n}, CreatedAt: noon}),
			); err != nil {
				return err
			}
		}
		return errors.Join(tx.DeleteSession(t.Context(), []byte{ended}), tx.DeleteExpiredSessions(t.Context()))
	})
	told := func(when string, want ...int64) {
		t.Helper()
		var got []int64
		found, err := s.PushTargets(t.Context())
		for _, d := range found {
			got = append(got, d.ID)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s %v are told, %v", when, got, err)
		}
	}
	told("after one was ended", lapses, kept)
	write(t, s, func(tx *Tx) error { return tx.RestPushSubscriptions(t.Context(), u.ID, []byte{kept}) })
	told("after all others were ended", kept)
	write(t, s, func(tx *Tx) error { return tx.WakePushSubscription(t.Context(), ended, u.ID, []byte{4}) })
	told("signed in anew", ended, kept)
	write(t, s, func(tx *Tx) error { return tx.DeleteSessionsOfUser(t.Context(), u.ID) })
	told("signed out everywhere")
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		return tx.WakePushSubscription(ctx, ended, u.ID+1, []byte{4})
	}), ErrNotFound)
}

func TestPushTargets_RefusedAgainAndAgain_Rest(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	u := addUser(t, s, "Caisse")
	write(t, s, func(tx *Tx) error {
		return tx.AddPushSubscription(t.Context(), PushSubscription{UserID: u.ID, Endpoint: "device", SessionHash: []byte{1}, CreatedAt: noon})
	})
	results := func(all ...PushResult) int {
		t.Helper()
		write(t, s, func(tx *Tx) error {
			for _, r := range all {
				if err := tx.SetPushResult(t.Context(), 1, r, noon); err != nil {
					return err
				}
			}
			return nil
		})
		found, err := s.PushTargets(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	// A shop without a network is no refusal, and one that arrives begins anew.
	for range mostRefusals - 1 {
		if results(PushRefused, PushUnreachable) != 1 {
			t.Fatal("it rests too early")
		}
	}
	results(PushSent)
	for range mostRefusals - 1 {
		results(PushRefused)
	}
	if results(PushUnreachable) != 1 {
		t.Error("it rests though one arrived between")
	}
	if results(PushRefused) != 0 {
		t.Error("it is told on")
	}
}

func TestPushKeys_TheFirstPairStays_Sealed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	_, err := s.PushKeys(t.Context())
	mustBe(t, err, ErrNotFound)
	for _, k := range []PushKeys{{"public", "private"}, {"another", "another"}} {
		if err := s.AddPushKeys(t.Context(), k, noon); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.PushKeys(t.Context()); err != nil || got != (PushKeys{"public", "private"}) {
		t.Errorf("%+v, %v", got, err)
	}
	var sealed []byte
	if err := s.readDB.QueryRow("SELECT sealed FROM push_keys").Scan(&sealed); err != nil || string(sealed) == "private" {
		t.Errorf("%q, %v", sealed, err)
	}
	s.Keys = Keyring{root: make([]byte, keyBytes)}
	if _, err := s.PushKeys(t.Context()); !errors.Is(err, ErrSealed) {
		t.Errorf("with another key: %v", err)
	}
}
