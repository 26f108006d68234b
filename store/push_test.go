package store

// Devices that want notices.

import (
	"errors"
	"strconv"
	"testing"
)

func TestPushSubscriptions_OfOnePerson_AreTheNewestTen(t *testing.T) {
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
	mustBe(t, s.Write(t.Context(), func(tx *Tx) error { return tx.DeletePushSubscription(t.Context(), found[1].ID, other.ID) }), ErrNotFound)
	write(t, s, func(tx *Tx) error {
		if err := tx.AddSession(t.Context(), Session{TokenHash: []byte{99}, UserID: other.ID, CreatedAt: noon, SeenAt: noon, ExpiresAt: noon.Add(1)}); err != nil {
			return err
		}
		return tx.DeleteSession(t.Context(), []byte{99})
	})
	if left, err := s.PushSubscriptions(t.Context(), other.ID); err != nil || len(left) != 0 {
		t.Errorf("%d after the session's end, %v", len(left), err)
	}
}

func TestPushKeys_TheFirstPairStays_Sealed(t *testing.T) {
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
