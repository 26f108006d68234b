package handlers

// Notices over the wire: a push service that reads what it is sent with the
// browser's own keys.

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"comptoir/campay/money"
	"comptoir/handlers/push"
	"comptoir/store"
)

// browserPush is a browser's side of web push: its keys, and a service that
// takes what is for it.
type browserPush struct {
	t        *testing.T
	key      *ecdh.PrivateKey
	secret   []byte
	service  *httptest.Server
	answer   int
	received []string
}

func pushedTo(t *testing.T) *browserPush {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browserPush{t: t, key: key, secret: []byte("sixteen bytes ok"), answer: http.StatusCreated}
	b.service = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !strings.HasPrefix(r.Header.Get("Authorization"), "vapid t=") || r.Header.Get("Content-Encoding") != "aes128gcm" {
			t.Errorf("not a push: %v, %v", err, r.Header)
		}
		b.received = append(b.received, b.read(body))
		w.WriteHeader(b.answer)
	}))
	t.Cleanup(b.service.Close)
	return b
}

// read decrypts a message as RFC 8291 says.
func (b *browserPush) read(body []byte) string {
	b.t.Helper()
	salt, keyLength := body[:16], int(body[20])
	sender, err := ecdh.P256().NewPublicKey(body[21 : 21+keyLength])
	if err != nil {
		b.t.Fatal(err)
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		b.t.Fatal(err)
	}
	derive := func(secret, salt []byte, info string, length int) []byte {
		key, err := hkdf.Key(sha256.New, secret, salt, info, length)
		if err != nil {
			b.t.Fatal(err)
		}
		return key
	}
	root := derive(shared, b.secret, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(sender.Bytes()), 32)
	block, err := aes.NewCipher(derive(root, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		b.t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		b.t.Fatal(err)
	}
	plain, err := gcm.Open(nil, derive(root, salt, "Content-Encoding: nonce\x00", 12), body[21+keyLength:], nil)
	if err != nil {
		b.t.Fatal(err)
	}
	text, _, _ := bytes.Cut(plain, []byte{2}) // the rest is padding
	return string(text)
}

func (b *browserPush) form(endpoint string) url.Values {
	return url.Values{
		"endpoint": {endpoint}, "auth": {base64.RawURLEncoding.EncodeToString(b.secret)},
		"p256dh": {base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes())},
	}
}

// withNotices has a shop tell what is paid.
func (s *shop) withNotices(client *http.Client) *push.Notices {
	s.server.Notices = push.NewNotices(s.store, slog.New(slog.NewTextHandler(s.log, nil)), s.clock.now, client, s.url)
	return s.server.Notices
}

// subscribed is a device of a person's, past the form, which takes no address of
// this machine.
func (s *shop) subscribed(b *browserPush, u store.User, endpoint string) {
	s.t.Helper()
	form := b.form(endpoint)
	s.must(s.store.Write(s.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.AddPushSubscription(ctx, store.PushSubscription{
			UserID: u.ID, Endpoint: endpoint, P256dh: form.Get("p256dh"), Auth: form.Get("auth"), Device: "Chrome, Android", SessionHash: []byte{1}, CreatedAt: s.clock.now(),
		})
	}))
}

func paidSale() store.Transaction {
	return store.Transaction{ID: 7, Kind: store.KindCollect, Status: store.StatusSuccessful, Amount: money.Francs(12_500), Operator: "MTN", Phone: "237677123456", Description: "Pain"}
}

func TestNotices_OfAPayment_TellTheAmountAndNobody(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := pushedTo(t)
	n := s.withNotices(b.service.Client())
	u := s.user("gerance", store.RoleOwner)
	s.subscribed(b, u, b.service.URL+"/device")
	s.must(n.Tell(t.Context(), "production", paidSale()))
	if len(b.received) != 1 || !strings.Contains(b.received[0], "12\u202f500\u202fFCFA reçus") || !strings.Contains(b.received[0], "MTN") ||
		strings.Contains(b.received[0], "677") || strings.Contains(b.received[0], "Pain") {
		t.Fatalf("received %q", b.received)
	}
	if d, err := s.store.PushSubscriptions(t.Context(), u.ID); err != nil || d[0].LastResult != store.PushSent || d[0].LastAt.IsZero() {
		t.Errorf("kept %+v, %v", d, err)
	}
}

func TestNotices_WhatTheServiceAnswers_IsKept(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := pushedTo(t)
	n := s.withNotices(b.service.Client())
	u := s.user("gerance", store.RoleOwner)
	s.subscribed(b, u, b.service.URL+"/device")
	devices := func() []store.PushSubscription {
		all, err := s.store.PushSubscriptions(t.Context(), u.ID)
		s.must(err)
		return all
	}
	b.answer = http.StatusForbidden
	s.must(n.Tell(t.Context(), "production", paidSale()))
	if got := devices(); got[0].LastResult != store.PushRefused {
		t.Errorf("refused: kept %q", got[0].LastResult)
	}
	b.answer = http.StatusGone
	s.must(n.Tell(t.Context(), "production", paidSale()))
	if got := devices(); len(got) != 0 {
		t.Errorf("gone: kept %+v", got)
	}
	s.subscribed(b, u, b.service.URL+"/device")
	b.service.Close()
	s.must(n.Tell(t.Context(), "production", paidSale()))
	if got := devices(); got[0].LastResult != store.PushUnreachable {
		t.Errorf("out of reach: kept %q", got[0].LastResult)
	}
}

func TestNotices_OfSomebodySwitchedOff_AreNotSent(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := pushedTo(t)
	n := s.withNotices(b.service.Client())
	s.user("gerance", store.RoleOwner)
	u := s.user("caisse", store.RoleCashier)
	s.subscribed(b, u, b.service.URL+"/device")
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.SetDisabled(ctx, u.ID, s.clock.now()) }))
	s.must(n.Tell(t.Context(), "production", paidSale()))
	if len(b.received) != 0 {
		t.Fatalf("received %q", b.received)
	}
}

func TestNotices_Devices_AreOnesOwnAndRestUntilTheNextSignIn(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := pushedTo(t)
	s.withNotices(b.service.Client())
	s.handle(s.server.handler())
	owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
	if got := owner.post("/account/notices", b.form("https://push.example.com/device")); got.status != http.StatusNoContent {
		t.Fatalf("turned on: %d %s", got.status, got.body)
	}
	if got := owner.get("/account"); !strings.Contains(got.body, "/account/notices/1/test") {
		t.Error("the account does not list it")
	}
	for _, path := range []string{"/account/notices/1/test", "/account/notices/1/remove"} {
		if got := cashier.post(path, url.Values{}); got.status != http.StatusNotFound {
			t.Errorf("another's %s: %d", path, got.status)
		}
	}
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.DeleteSessionsOfUser(ctx, 1) }))
	if left, err := s.store.PushTargets(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("after the session was ended from afar: %+v, %v", left, err)
	}
	wake := func(b *browser) int {
		if got := b.post("/account/notices/wake", url.Values{"endpoint": {"https://push.example.com/device"}}); got.status != http.StatusNoContent {
			t.Errorf("answered %d", got.status)
		}
		told, err := s.store.PushTargets(t.Context())
		s.must(err)
		return len(told)
	}
	if wake(cashier) != 0 {
		t.Error("another's sign-in has it told")
	}
	if got := owner.get("/settings"); got.status == http.StatusOK {
		t.Error("the owner is still in")
	}
	owner = s.sessionOf(store.RoleOwner)
	if got := owner.get("/account"); !strings.Contains(got.body, "En pause jusqu’à") {
		t.Error("the account does not say that it rests")
	}
	for range 2 { // each page of hers asks for it
		if wake(owner) != 1 {
			t.Error("signed in anew, it is not told")
		}
	}
	owner.post("/signout", nil)
	if told, err := s.store.PushTargets(t.Context()); err != nil || len(told) != 0 {
		t.Errorf("signed out, it is told: %+v, %v", told, err)
	}
}

func TestNotices_TriedTooOften_AreNotSent(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := pushedTo(t)
	s.withNotices(b.service.Client())
	s.handle(s.server.handler())
	owner := s.signedIn(store.RoleOwner)
	u, err := s.store.UserByName(t.Context(), "owner")
	s.must(err)
	s.subscribed(b, u, b.service.URL+"/device")
	for range push.TriedLimit.Free {
		if got := owner.post("/account/notices/1/test", url.Values{}); got.status != http.StatusSeeOther {
			t.Fatalf("answered %d", got.status)
		}
	}
	if got := owner.post("/account/notices/1/test", url.Values{}); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" || len(b.received) != push.TriedLimit.Free {
		t.Errorf("answered %d, and %d were sent", got.status, len(b.received))
	}
}

func TestAttack_PushServiceOnTheShopsOwnNetwork_IsRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	b := pushedTo(t)
	s.withNotices(nil)
	s.handle(s.server.handler())
	owner := s.signedIn(store.RoleOwner)
	for _, endpoint := range []string{
		"", "http://push.example.com/x", "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x", "https://push.example.com:8443/x",
		"https://user@push.example.com/x", "https://169.254.169.254/latest", "https://push.example.com/" + strings.Repeat("x", push.MaxEndpoint), "ftp://push.example.com/",
	} {
		if got := owner.post("/account/notices", b.form(endpoint)); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%.60s: %d", endpoint, got.status)
		}
	}
	for name, edit := range map[string]func(url.Values){
		"no point": func(f url.Values) { f.Set("p256dh", base64.RawURLEncoding.EncodeToString(make([]byte, 65))) },
		"no key":   func(f url.Values) { f.Set("p256dh", "%%%") },
		"a secret": func(f url.Values) { f.Set("auth", "c2hvcnQ") },
	} {
		form := b.form("https://push.example.com/x")
		edit(form)
		if got := owner.post("/account/notices", form); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}
