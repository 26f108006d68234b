package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"comptoir/handlers/access"
	"comptoir/handlers/people"
	"comptoir/handlers/web"
	"comptoir/store"
)

var (
	shownSecret = regexp.MustCompile(`<code>([A-Z2-7]{32})</code>`)
	shownCode   = regexp.MustCompile(`<li><code>([A-Z2-7]{5}-[A-Z2-7]{5})</code></li>`)
)

// code is what an authenticator shows now, or some steps from now.
func (s *shop) code(secret string, steps int) string {
	s.t.Helper()
	code, err := totp.GenerateCode(secret, s.clock.now().Add(time.Duration(steps)*access.TOTPPeriod*time.Second))
	s.must(err)
	return code
}

// turnsTOTPOn sets the second factor up, and returns its secret and the recovery
// codes.
func (b *browser) turnsTOTPOn() (secret string, recovery []string) {
	b.s.t.Helper()
	m := shownSecret.FindStringSubmatch(b.get("/account/totp").body)
	if m == nil {
		b.s.t.Fatal("no secret is shown")
	}
	got := b.post("/account/totp", url.Values{"code": {b.s.code(m[1], 0)}, "password": {testPassword}})
	for _, code := range shownCode.FindAllStringSubmatch(got.body, -1) {
		recovery = append(recovery, code[1])
	}
	if got.status != http.StatusOK || len(recovery) != access.Recoveries {
		b.s.t.Fatalf("answered %d with %d codes: %s", got.status, len(recovery), got.body)
	}
	b.s.clock.pass(2 * access.TOTPPeriod * time.Second) // the next code is a new one
	return m[1], recovery
}

// halfSignedIn is a browser that has shown the password alone.
func (s *shop) halfSignedIn() *browser { return s.halfSignedInAs("owner") }

func (s *shop) halfSignedInAs(name string) *browser {
	s.t.Helper()
	b := s.browser()
	if got := b.guess(name, testPassword); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/signin/second") {
		s.t.Fatalf("answered %d %s", got.status, got.header.Get("Location"))
	}
	return b
}

func TestTOTP_IsAskedForAfterThePassword_EachCodeOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	secret, _ := owner.turnsTOTPOn()
	if strings.Contains(owner.get("/account").body, secret) || strings.Contains(s.log.String(), secret) {
		t.Error("the secret is shown again, or logged")
	}
	code := s.code(secret, 0)
	b := s.halfSignedIn()
	if got := b.post("/signin/second", url.Values{"code": {"000000"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code answered %d", got.status)
	}
	if got := b.post("/signin/second", url.Values{"code": {code}, "next": {"/links"}}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/links" {
		t.Fatalf("answered %d", got.status)
	}
	if got := b.get("/team"); got.status != http.StatusOK {
		t.Errorf("signed in, and answered %d", got.status)
	}
	if got := s.halfSignedIn().post("/signin/second", url.Values{"code": {code}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("the same code again answered %d", got.status)
	}
	if got := s.halfSignedIn().post("/signin/second", url.Values{"code": {s.code(secret, 1)}}); got.status != http.StatusSeeOther {
		t.Errorf("a clock that is half a minute ahead: %d", got.status)
	}
	if got := s.halfSignedIn().post("/signin/second", url.Values{"code": {s.code(secret, 3)}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("one that is further off: %d", got.status)
	}
}

func TestTOTP_RecoveryCode_OpensOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	_, recovery := s.signedIn(store.RoleOwner).turnsTOTPOn()
	typed := strings.ToLower(recovery[3])
	if got := s.halfSignedIn().post("/signin/second", url.Values{"code": {typed}}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d", got.status)
	}
	if got := s.halfSignedIn().post("/signin/second", url.Values{"code": {typed}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("again: %d", got.status)
	}
}

// Whoever has shown his password alone is nobody yet, everywhere.
func TestAttack_HalfSignedIn_ReachesNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.signedIn(store.RoleOwner).turnsTOTPOn()
	b := s.halfSignedIn()
	for _, r := range s.server.routes() {
		if r.audience == nil {
			continue
		}
		path := strings.NewReplacer(":id", "1").Replace(r.path)
		if got := b.send(r.method, path, url.Values{}); got.status != http.StatusSeeOther && got.status != http.StatusUnauthorized ||
			got.status == http.StatusSeeOther && !strings.HasPrefix(got.header.Get("Location"), "/signin") {
			t.Errorf("%s %s answered %d %s", r.method, path, got.status, got.header.Get("Location"))
		}
	}
	s.clock.pass(people.HalfLife)
	if got := b.get("/signin/second"); got.status != http.StatusSeeOther {
		t.Errorf("too late, and answered %d", got.status)
	}
}

func TestAttack_CodesAreNotGuessed(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	secret, _ := s.signedIn(store.RoleOwner).turnsTOTPOn()
	b := s.halfSignedIn()
	for range access.PairLimit.Free {
		b.post("/signin/second", url.Values{"code": {"000000"}})
	}
	again := s.halfSignedIn() // another session is the same account
	if got := again.post("/signin/second", url.Values{"code": {s.code(secret, 0)}}); got.status != http.StatusTooManyRequests {
		t.Errorf("answered %d", got.status)
	}
}

// Whoever knows the password must not keep its owner from his own browsers.
func TestAttack_CodesGuessedByWhoKnowsThePassword_DoNotReachABrowserThatIsKnown(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	secret, _ := owner.turnsTOTPOn()
	for range 2 * access.CodeLimit.Free {
		s.halfSignedIn().post("/signin/second", url.Values{"code": {"000000"}})
		s.clock.pass(time.Minute)
	}
	attacker := s.halfSignedIn()
	if got := attacker.post("/signin/second", url.Values{"code": {s.code(secret, 0)}}); got.status != http.StatusTooManyRequests {
		t.Fatalf("the attacker is answered %d", got.status)
	}
	owner.post("/signout", url.Values{})
	owner.guess("owner", testPassword)
	if got := owner.post("/signin/second", url.Values{"code": {s.code(secret, 0)}}); got.status != http.StatusSeeOther {
		t.Errorf("the owner is answered %d", got.status)
	}
	for range access.PairLimit.Free { // his own browsers guess no more than anybody
		owner.post("/account/totp/off", url.Values{"password": {testPassword}, "code": {"000000"}})
	}
	if got := owner.post("/account/totp/off", url.Values{"password": {testPassword}, "code": {s.code(secret, 1)}}); got.status != http.StatusTooManyRequests {
		t.Errorf("a known browser guesses on: %d", got.status)
	}
}

func TestAttack_Fixation_TheSessionIsAnotherAtEachStep(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	secret, _ := s.signedIn(store.RoleOwner).turnsTOTPOn()
	b := s.browser()
	seen := map[string]bool{}
	for _, a := range []answer{
		b.guess("owner", testPassword), b.post("/signin/second", url.Values{"code": {s.code(secret, 0)}}),
		b.post("/account/password", url.Values{"new_password": {chosen}, "password": {testPassword}, "code": {s.code(secret, 1)}}),
	} {
		if a.status != http.StatusSeeOther {
			t.Fatalf("answered %d: %s", a.status, a.body)
		}
		token, isSession := strings.CutPrefix(strings.Split(lastCookie(a), ";")[0], s.server.desk.Sessions.CookieName(web.SessionName)+"=")
		if !isSession || seen[token] {
			t.Errorf("the same token again, or none: %s", lastCookie(a))
		}
		seen[token] = true
	}
}

func TestTOTP_IsAskedForBesideThePassword_BeforeMoney(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	secret, _ := owner.turnsTOTPOn()
	form := confirmed(payoutOf("500", "677123456"))
	for name, code := range map[string]string{"none": "", "wrong": "000000"} {
		form.Set("code", code)
		got := owner.post("/withdraw/confirm", form)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-code-error"`) || !strings.Contains(got.body, form.Get("operation")) {
			t.Fatalf("%s: answered %d: %s", name, got.status, got.body)
		}
	}
	s.wantLedger(0)
	form.Set("code", s.code(secret, 0))
	if got := owner.post("/withdraw/confirm", form); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	s.wantLedger(1)
	if got := owner.post("/withdraw/confirm", form); got.status != http.StatusSeeOther { // clicked twice
		t.Errorf("the second click answered %d", got.status)
	}
	s.wantLedger(1)
}

func TestTOTP_HalfSignedIn_EndsWithThePassword(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	secret, _ := owner.turnsTOTPOn()
	b := s.halfSignedIn()
	owner.post("/account/password", url.Values{"new_password": {chosen}, "password": {testPassword}, "code": {s.code(secret, 0)}})
	if got := b.post("/signin/second", url.Values{"code": {s.code(secret, 1)}}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/signin" {
		t.Errorf("answered %d %s", got.status, got.header.Get("Location"))
	}
}

func TestTOTP_TurnedOff_OrRenewed_WithPasswordAndCodeAlone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	secret, recovery := owner.turnsTOTPOn()
	for _, path := range []string{"/account/totp/off", "/account/recovery"} {
		if got := owner.post(path, url.Values{"password": {testPassword}}); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s without a code answered %d", path, got.status)
		}
	}
	got := owner.post("/account/recovery", url.Values{"password": {testPassword}, "code": {s.code(secret, 0)}})
	if fresh := shownCode.FindAllString(got.body, -1); len(fresh) != access.Recoveries || strings.Contains(got.body, recovery[0]) {
		t.Errorf("answered %d with %d codes", got.status, len(fresh))
	}
	if got := owner.post("/account/totp/off", url.Values{"password": {testPassword}, "code": {recovery[0]}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("with an old recovery code: %d", got.status)
	}
	s.clock.pass(access.TOTPPeriod * time.Second)
	if got := owner.post("/account/totp/off", url.Values{"password": {testPassword}, "code": {s.code(secret, 0)}}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if got := s.browser().guess("owner", testPassword); got.header.Get("Location") != "/" {
		t.Errorf("a code is asked for: %s", got.header.Get("Location"))
	}
}

func TestTOTP_WithoutAShownCode_IsNotOn(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	if got := owner.post("/account/totp", url.Values{"code": {"123456"}, "password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Errorf("without a secret: %d", got.status)
	}
	secret := shownSecret.FindStringSubmatch(owner.get("/account/totp").body)[1]
	for _, form := range []url.Values{
		{"code": {"000000"}, "password": {testPassword}}, {"code": {s.code(secret, 0)}, "password": {"wrong"}},
	} {
		if got := owner.post("/account/totp", form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, secret) {
			t.Errorf("%v: %d", form, got.status)
		}
	}
	if u, err := s.store.User(t.Context(), 1); err != nil || u.HasTOTP {
		t.Errorf("%+v, %v", u, err)
	}
}
