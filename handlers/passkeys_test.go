package handlers

// Passkeys over real HTTP, shown by a device that can lie.

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"comptoir/handlers/access"
	"comptoir/handlers/people"
	"comptoir/store"
)

const tillAddress = "https://till.example"

// openNamedShop is a shop at an address that can have passkeys.
func openNamedShop(t *testing.T) *shop {
	t.Helper()
	s := openShop(t)
	s.isNamed()
	return s
}

// isNamed has authenticators know the shop by tillAddress.
func (s *shop) isNamed() {
	s.t.Helper()
	config := s.server.desk.Access.Config
	config.URL = tillAddress
	if s.server.desk.Access = access.New(config); !s.server.desk.Access.TakesPasskeys() {
		s.t.Fatal("no passkeys")
	}
}

// authenticator keeps one passkey. What it tells can be changed, to lie.
type authenticator struct {
	s        *shop
	key      *ecdsa.PrivateKey
	id       []byte
	handle   []byte // the person's, as it was told
	count    uint32
	origin   string
	site     string
	verified bool // its lock was opened
}

func (s *shop) authenticator() *authenticator {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err)
	return &authenticator{s: s, key: key, id: []byte(rand.Text()), origin: tillAddress, site: "till.example", verified: true}
}

type deviceQuestion struct {
	Challenge string
	User      struct{ ID string }
}

type deviceOptions struct{ PublicKey deviceQuestion }

func unpadded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (d *authenticator) clientData(kind, challenge string) []byte {
	d.s.t.Helper()
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	d.s.must(err)
	return b
}

// authenticatorData is site, flags and counter, and the key where it is new.
func (d *authenticator) authenticatorData(isNew bool) []byte {
	d.s.t.Helper()
	flags := byte(0x01)
	if d.verified {
		flags |= 0x04
	}
	if isNew {
		flags |= 0x40
	}
	site := sha256.Sum256([]byte(d.site))
	b := binary.BigEndian.AppendUint32(append(site[:], flags), d.count)
	if !isNew {
		return b
	}
	point, err := d.key.PublicKey.Bytes()
	d.s.must(err)
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	d.s.must(err)
	b = append(b, make([]byte, 16)...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(d.id)))
	return append(append(b, d.id...), cose...)
}

func (d *authenticator) answer(response map[string]string) string {
	d.s.t.Helper()
	b, err := json.Marshal(map[string]any{"id": unpadded(d.id), "rawId": unpadded(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	d.s.must(err)
	return string(b)
}

// made answers the question for a new key.
func (d *authenticator) made(q deviceQuestion) string {
	d.s.t.Helper()
	handle, err := base64.RawURLEncoding.DecodeString(q.User.ID)
	d.s.must(err)
	d.handle = handle
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.authenticatorData(true)})
	d.s.must(err)
	return d.answer(map[string]string{
		"clientDataJSON": unpadded(d.clientData("webauthn.create", q.Challenge)), "attestationObject": unpadded(object),
	})
}

// shown answers the question for a key that it has.
func (d *authenticator) shown(q deviceQuestion) string {
	d.s.t.Helper()
	client, data := d.clientData("webauthn.get", q.Challenge), d.authenticatorData(false)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(slices.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, digest[:])
	d.s.must(err)
	return d.answer(map[string]string{
		"clientDataJSON": unpadded(client), "authenticatorData": unpadded(data), "signature": unpadded(signature), "userHandle": unpadded(d.handle),
	})
}

var newKeyOptions = regexp.MustCompile(`data-options="([^"]*)"`)

// askForKey begins to add a passkey, and returns what the device is asked.
func (b *browser) askForKey(name string) deviceQuestion {
	b.s.t.Helper()
	got := b.post("/account/passkeys/new", url.Values{"name": {name}, "password": {testPassword}})
	options := newKeyOptions.FindStringSubmatch(got.body)
	if got.status != http.StatusOK || options == nil {
		b.s.t.Fatalf("answered %d: %s", got.status, problems(got))
	}
	var q deviceOptions
	b.s.must(json.Unmarshal([]byte(html.UnescapeString(options[1])), &q))
	return q.PublicKey
}

// sendJSON posts what a page's script does.
func (b *browser) sendJSON(path, body string) answer {
	b.s.t.Helper()
	return b.send(http.MethodPost, path, nil, header("Content-Type", "application/json"), func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	})
}

func (b *browser) confirmKey(said string) answer {
	b.s.t.Helper()
	return b.sendJSON("/account/passkeys", said)
}

// addKey adds a passkey, and returns what that was answered.
func (b *browser) addKey(d *authenticator) answer {
	b.s.t.Helper()
	return b.confirmKey(d.made(b.askForKey("Téléphone")))
}

// askSignIn is what the sign-in asks any device.
func (b *browser) askSignIn() deviceQuestion {
	b.s.t.Helper()
	got := b.sendJSON("/signin/passkey/begin", "{}")
	var q deviceOptions
	if err := json.Unmarshal([]byte(got.body), &q); err != nil || got.status != http.StatusOK {
		b.s.t.Fatalf("answered %d: %s", got.status, got.body)
	}
	return q.PublicKey
}

func (b *browser) show(said string) answer {
	b.s.t.Helper()
	return b.sendJSON("/signin/passkey/finish?next=/links", said)
}

// letsIn holds whether a passkey's answer signed somebody in.
func (b *browser) letsIn(got answer, want bool) {
	b.s.t.Helper()
	home := b.get("/").status
	if isIn := got.status == http.StatusOK && strings.Contains(got.body, `"next":"/links"`) && home == http.StatusOK; isIn != want || !want && (got.status < 400 || got.status >= 500 || home == http.StatusOK) {
		b.s.t.Errorf("answered %d %s, and home %d; want in: %v", got.status, got.body, home, want)
	}
}

func TestPasskey_SignsInWithoutANameOrACode(t *testing.T) {
	t.Parallel()
	s := openNamedShop(t)
	owner, d := s.signedIn(store.RoleOwner), s.authenticator()
	if got := owner.addKey(d); got.status != http.StatusOK {
		t.Fatalf("answered %d: %s", got.status, s.log.String())
	}
	owner.turnsTOTPOn()
	b := s.browser()
	b.letsIn(b.show(d.shown(b.askSignIn())), true)
	if keys, err := s.store.Passkeys(t.Context(), 1); err != nil || len(keys) != 1 || keys[0].Name != "Téléphone" || !keys[0].UsedAt.Equal(s.clock.now()) {
		t.Errorf("%+v, %v", keys, err)
	}
	if page := owner.get("/account").body; !strings.Contains(page, "Téléphone") {
		t.Error("the account does not list it")
	}
}

func TestAttack_PasskeysThatLie(t *testing.T) {
	t.Parallel()
	for name, lie := range map[string]func(d *authenticator){
		"another site's page":  func(d *authenticator) { d.origin = "https://evil.example" },
		"made for another":     func(d *authenticator) { d.site = "evil.example" },
		"the lock not opened":  func(d *authenticator) { d.verified = false },
		"another person's key": func(d *authenticator) { d.handle = []byte("somebody else") },
		"a key of no one":      func(d *authenticator) { d.id = []byte("unknown") },
		"a forged signature":   func(d *authenticator) { d.key = d.s.authenticator().key },
		"a copy":               func(d *authenticator) { d.count = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			s := openNamedShop(t)
			d := s.authenticator()
			d.count = 5
			s.signedIn(store.RoleOwner).addKey(d)
			d.count++
			b := s.browser()
			q := b.askSignIn()
			lie(d)
			b.letsIn(b.show(d.shown(q)), false)
		})
	}
}

func TestAttack_PasskeyAnswers_AreGoodOnceInTheirSessionAndForFiveMinutes(t *testing.T) {
	t.Parallel()
	s := openNamedShop(t)
	d := s.authenticator()
	s.signedIn(store.RoleOwner).addKey(d)
	victim, thief := s.browser(), s.browser()
	said := d.shown(victim.askSignIn())
	thief.askSignIn()
	thief.letsIn(thief.show(said), false)
	stranger := s.browser()
	stranger.letsIn(stranger.show(said), false)
	victim.letsIn(victim.show(said), true)
	victim.post("/signout", url.Values{})
	victim.letsIn(victim.show(said), false)
	q := victim.askSignIn()
	victim.show("{}")
	victim.letsIn(victim.show(d.shown(q)), false) // after a wrong answer to it
	late := d.shown(victim.askSignIn())
	s.clock.pass(people.HalfLife)
	victim.letsIn(victim.show(late), false)
	for _, junk := range []string{"", "{}", "null", `{"id":"AA"}`, strings.Repeat("[", 9000)} {
		victim.askSignIn()
		victim.letsIn(victim.show(junk), false)
	}
}

func TestPasskey_OfADisabledPerson_OpensNothing(t *testing.T) {
	t.Parallel()
	s := openNamedShop(t)
	cashier, d := s.signedIn(store.RoleCashier), s.authenticator()
	cashier.addKey(d)
	s.signedIn(store.RoleOwner).post("/team/1", what("disable"))
	b := s.browser()
	b.letsIn(b.show(d.shown(b.askSignIn())), false)
}

func TestPasskey_ToAdd_WantsThePasswordAndAnAnswerToItsOwnQuestion(t *testing.T) {
	t.Parallel()
	s := openNamedShop(t)
	b, d := s.signedIn(store.RoleOwner), s.authenticator()
	for name, form := range map[string]url.Values{
		"no password": {"name": {"x"}}, "wrong password": {"name": {"x"}, "password": {"wrong"}}, "no name": {"password": {testPassword}},
	} {
		if got := b.post("/account/passkeys/new", form); got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, "data-options") {
			t.Errorf("%s answered %d", name, got.status)
		}
	}
	refused := func(name string, got answer) {
		t.Helper()
		if got.status < 400 || got.status >= 500 {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	refused("without a question", b.confirmKey(d.made(deviceQuestion{Challenge: unpadded(make([]byte, 32))})))
	q := b.askForKey("Téléphone")
	s.clock.pass(people.HalfLife)
	refused("too late", b.confirmKey(d.made(q)))
	d.verified = false
	refused("without its lock", b.confirmKey(d.made(b.askForKey("Téléphone"))))
	d.verified = true
	if keys, err := s.store.Passkeys(t.Context(), 1); err != nil || len(keys) != 0 {
		t.Fatalf("%+v, %v", keys, err)
	}
	q = b.askForKey("Téléphone")
	if got := b.confirmKey(d.made(q)); got.status != http.StatusOK {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	refused("the same again", b.confirmKey(d.made(q)))
}

func TestPasskey_IsRemovedByItsOwnerAlone_WithThePassword(t *testing.T) {
	t.Parallel()
	s := openNamedShop(t)
	owner, d := s.signedIn(store.RoleOwner), s.authenticator()
	owner.addKey(d)
	s.user("second", store.RoleOwner)
	other := s.browser()
	other.guess("second", testPassword)
	const path = "/account/passkeys/1/remove"
	password := url.Values{"password": {testPassword}}
	if got := other.post(path, password); got.status != http.StatusNotFound {
		t.Errorf("another owner: %d", got.status)
	}
	if got := owner.post(path, url.Values{"password": {"wrong"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password: %d", got.status)
	}
	if got := owner.post(path, password); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d", got.status)
	}
	b := s.browser()
	b.letsIn(b.show(d.shown(b.askSignIn())), false)
}

func TestPasskey_AskingForOne_DoesNotMakeAHalfDoneSignInLastLonger(t *testing.T) {
	t.Parallel()
	s := openNamedShop(t)
	s.signedIn(store.RoleOwner).turnsTOTPOn()
	b := s.halfSignedIn()
	s.clock.pass(people.HalfLife - time.Second)
	b.askSignIn()
	if got := b.get("/signin/second"); got.status != http.StatusOK {
		t.Fatalf("within its time: %d", got.status)
	}
	s.clock.pass(time.Second)
	if got := b.get("/signin/second"); got.status != http.StatusSeeOther {
		t.Errorf("after five minutes: %d", got.status)
	}
}

func TestPasskey_QuestionsToStrangers_AreLimited(t *testing.T) {
	t.Parallel()
	s := openNamedShop(t)
	for range access.AskedLimit.Free {
		s.browser().askSignIn()
	}
	if got := s.browser().sendJSON("/signin/passkey/begin", "{}"); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("answered %d", got.status)
	}
	s.clock.pass(time.Hour + time.Second)
	s.browser().askSignIn()
}

func TestPasskey_AnAddressWithoutAName_OffersNone(t *testing.T) {
	t.Parallel()
	s := openShop(t) // at 127.0.0.1
	if strings.Contains(s.browser().get("/signin").body, "data-passkey=") {
		t.Error("the sign-in offers a passkey")
	}
	if got := s.browser().sendJSON("/signin/passkey/begin", "{}"); got.status != http.StatusNotFound {
		t.Errorf("answered %d", got.status)
	}
	if got := s.signedIn(store.RoleOwner).get("/account/passkeys/new"); got.status != http.StatusNotFound {
		t.Errorf("answered %d", got.status)
	}
}
