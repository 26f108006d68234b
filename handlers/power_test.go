package handlers

// Power ends when it is taken: whatever a person has set going, by every way in which
// his power ends, begun before and finished after it. The table is in docs/people.md.

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
)

// powerful is a shop with an owner, and another one, "second", whose power ends.
type powerful struct {
	s      *shop
	owner  *browser
	second *browser // where what ends was begun
	other  *browser // another browser of the second one's
	secret string   // of his second factor, where he has one
	key    *authenticator
}

const secondID = 2

// pathOfSecond is where the owner acts on the second one.
const pathOfSecond = "/team/2"

func openPowerful(t *testing.T) *powerful {
	t.Helper()
	s := openShop(t, func(c *sandbox.Config) {
		c.Opening = sandbox.Balances{MTN: money.Francs(45_000), Orange: money.Francs(12_000), Airtime: money.Francs(5_000)}
	})
	s.isNamed()
	p := &powerful{s: s, owner: s.signedIn(store.RoleOwner)}
	s.user("second", store.RoleOwner)
	p.second, p.other = p.signIn(), p.signIn()
	return p
}

// signIn is a browser of the second one's.
func (p *powerful) signIn() *browser {
	p.s.t.Helper()
	b := p.s.browser()
	if got := b.guess("second", testPassword); got.status != http.StatusSeeOther {
		p.s.t.Fatalf("sign-in answered %d", got.status)
	}
	return b
}

// code is one of the second one's factor, "" where he has none.
func (p *powerful) code() string {
	if p.secret == "" {
		return ""
	}
	p.s.clock.pass(2 * access.TOTPPeriod * time.Second)
	return p.s.code(p.secret, 0)
}

func (p *powerful) withFactor() {
	p.secret, _ = p.other.turnsTOTPOn()
}

func (p *powerful) withKey() {
	p.key = p.s.authenticator()
	if got := p.other.addKey(p.key); got.status != http.StatusOK {
		p.s.t.Fatalf("a passkey: %d", got.status)
	}
}

func (p *powerful) sent() int {
	p.s.t.Helper()
	sent := 0
	for _, entry := range p.s.sandbox.Ledger() {
		if entry.Endpoint != "collect" {
			sent++
		}
	}
	return sent
}

// whenAsked has the end come while CamPay is asked for the balance.
func (p *powerful) whenAsked(end func()) { p.s.before("/balance/", end) }

// goesOn reports whether something comes, and not the end.
func (w watching) goesOn() bool {
	_, err := w.stream.ReadString('\n')
	return err == nil
}

// token is what the browser's session is known by.
func (b *browser) token() string {
	b.s.t.Helper()
	site, err := url.Parse(b.s.url)
	b.s.must(err)
	for _, cookie := range b.client.Jar.Cookies(site) {
		if cookie.Name == b.s.server.desk.Sessions.CookieName(web.SessionName) {
			return cookie.Value
		}
	}
	b.s.t.Fatal("no session")
	return ""
}

// subscribedIn is a device that is told of payments while this browser is signed in.
func (s *shop) subscribedIn(b *browser, person int64) {
	s.t.Helper()
	s.must(s.store.Write(s.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.AddPushSubscription(ctx, store.PushSubscription{
			UserID: person, Endpoint: "https://push.example/1", P256dh: "k", Auth: "a", Device: "Chrome, Android", SessionHash: access.HashToken(b.token()), CreatedAt: s.clock.now(),
		})
	}))
}

var powerActs = []struct {
	name  string
	ready func(*powerful)                         // what he has beforehand
	act   func(p *powerful, end func()) (is bool) // begun, ended, finished: whether his power is
	goes  string                                  // the ends after which it goes on, by their letters
}{
	{"session", nil, func(p *powerful, end func()) bool {
		end()
		return p.second.get("/team").status == http.StatusOK
	}, "G"},
	{"sign-in, password shown", (*powerful).withFactor, func(p *powerful, end func()) bool {
		b := p.s.browser()
		b.guess("second", testPassword)
		end()
		b.post("/signin/second", url.Values{"code": {p.code()}})
		return b.get("/team").status == http.StatusOK
	}, "ABI"},
	{"sign-in by passkey, asked", (*powerful).withKey, func(p *powerful, end func()) bool {
		b := p.s.browser()
		q := b.askSignIn()
		end()
		b.show(p.key.shown(q))
		return b.get("/team").status == http.StatusOK
	}, "ABCI"},
	{"invitation made", nil, func(p *powerful, end func()) bool {
		link := p.second.invites("Complice", store.RoleOwner)
		end()
		b := p.s.browser()
		b.post(link, joining())
		return b.get("/team").status == http.StatusOK
	}, "ABGI"},
	{"new password given to another", nil, func(p *powerful, end func()) bool {
		link := p.second.post("/team/1", what("reset")).oneTimeLink(p.s.t)
		end()
		b := p.s.browser()
		return b.post(link, joining()).status == http.StatusSeeOther
	}, "ABGI"},
	{"withdrawal confirmed", nil, func(p *powerful, end func()) bool {
		p.whenAsked(end)
		p.second.post("/withdraw/confirm", confirmed(payoutOf("3000", "677123456")))
		return p.sent() > 0
	}, "G"},
	{"airtime confirmed", nil, func(p *powerful, end func()) bool {
		p.whenAsked(end)
		p.second.post("/airtime/confirm", confirmed(payoutOf("300", "677123456")))
		return p.sent() > 0
	}, "G"},
	{"refund confirmed", nil, func(p *powerful, end func()) bool {
		path := p.owner.collected("5000", "677123456")
		p.whenAsked(end)
		p.second.post(path+"/refund/confirm", confirmed(payoutOf("300", "")))
		return p.sent() > 0
	}, "G"},
	{"payout asked of a second owner", func(p *powerful) { rules(store.PayoutRules{ApprovalAbove: 100})(p.s) }, func(p *powerful, end func()) bool {
		path := p.second.payOut("/withdraw", payoutOf("3000", "677123456"))
		end()
		p.owner.post(path+"/approve", url.Values{"password": {testPassword}})
		return p.sent() > 0
	}, "ABGI"},
	{"approval confirmed", func(p *powerful) { rules(store.PayoutRules{ApprovalAbove: 100})(p.s) }, func(p *powerful, end func()) bool {
		path := p.owner.payOut("/withdraw", payoutOf("3000", "677123456"))
		p.whenAsked(end)
		p.second.post(path+"/approve", url.Values{"password": {testPassword}})
		return p.sent() > 0
	}, "G"},
	{"live page", nil, func(p *powerful, end func()) bool {
		path := p.owner.request("500", "677123456")
		page, status := p.second.watch(path)
		if status != http.StatusOK {
			p.s.t.Fatalf("the page answered %d", status)
		}
		end()
		p.s.must(p.s.sandbox.Enter(p.s.sandbox.Prompts()[0].Reference, "1234"))
		p.s.work()
		return page.goesOn()
	}, "G"},
	{"notices on a device", nil, func(p *powerful, end func()) bool {
		p.s.subscribedIn(p.second, secondID)
		end()
		told, err := p.s.store.PushTargets(p.s.t.Context())
		p.s.must(err)
		return len(told) > 0
	}, "G"},
	{"passkey being added", nil, func(p *powerful, end func()) bool {
		d := p.s.authenticator()
		q := p.second.askForKey("Autre")
		end()
		p.second.confirmKey(d.made(q))
		keys, err := p.s.store.Passkeys(p.s.t.Context(), secondID)
		p.s.must(err)
		return slices.ContainsFunc(keys, func(k store.Passkey) bool { return k.Name == "Autre" })
	}, "G"},
	{"second factor being set up", nil, func(p *powerful, end func()) bool {
		m := shownSecret.FindStringSubmatch(p.second.get("/account/totp").body)
		end()
		p.second.post("/account/totp", url.Values{"code": {p.s.code(m[1], 0)}, "password": {testPassword}})
		u, err := p.s.store.User(p.s.t.Context(), secondID)
		p.s.must(err)
		return u.HasTOTP
	}, "G"},
	{"till trusted", nil, func(p *powerful, end func()) bool {
		p.second.post("/team/tills", url.Values{"till": {"Tablette"}, "password": {testPassword}})
		end()
		tills, err := p.s.store.Tills(p.s.t.Context())
		p.s.must(err)
		return len(tills) > 0
	}, "ABCDGI"},
	{"PIN", func(p *powerful) {
		p.owner.post(pathOfSecond, what("role", "role", "cashier"))
		p.second, p.other = p.signIn(), p.signIn()
		p.owner.post("/team/tills", url.Values{"till": {"Tablette"}, "password": {testPassword}})
		p.other.post("/account/pin", url.Values{"pin": {"2580"}, "password": {testPassword}})
	}, func(p *powerful, end func()) bool {
		end()
		return p.owner.takesOver(secondID, "2580").status == http.StatusSeeOther
	}, "ABCGI"},
}

// powerEnds are the ways in which power ends, each with its letter.
var powerEnds = []struct {
	letter, name string
	do           func(*powerful)
}{
	{"A", "signed out", func(p *powerful) { p.second.post("/signout", url.Values{}) }},
	{"B", "ended from afar", func(p *powerful) { p.owner.post(pathOfSecond+"/sessions/end", url.Values{"session": {"all"}}) }},
	{"C", "password changed by himself", func(p *powerful) {
		p.other.post("/account/password", url.Values{"new_password": {chosen}, "password": {testPassword}, "code": {p.code()}})
	}},
	{"D", "password given by another", func(p *powerful) {
		p.s.browser().post(p.owner.post(pathOfSecond, what("reset")).oneTimeLink(p.s.t), joining())
	}},
	{"E", "another role", func(p *powerful) { p.owner.post(pathOfSecond, what("role", "role", "accountant")) }},
	{"F", "switched off", func(p *powerful) { p.owner.post(pathOfSecond, what("disable")) }},
	{"G", "a factor removed", func(p *powerful) {
		switch {
		case p.secret != "":
			p.other.post("/account/totp/off", url.Values{"password": {testPassword}, "code": {p.code()}})
		case p.key != nil:
			p.other.post("/account/passkeys/1/remove", url.Values{"password": {testPassword}})
		}
	}},
	{"I", "a factor added", func(p *powerful) {
		switch {
		case p.secret != "":
			p.other.post("/account/recovery", url.Values{"password": {testPassword}, "code": {p.code()}})
		case p.key != nil:
			p.other.turnsTOTPOn()
		default:
			p.other.addKey(p.s.authenticator())
		}
	}},
	{"H", "reset by a command", func(p *powerful) {
		ctx := p.s.t.Context()
		p.s.must(p.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.GivePassword(ctx, secondID, "another"); err != nil {
				return err
			}
			if err := tx.SetTOTP(ctx, secondID, ""); err != nil {
				return err
			}
			return tx.SetDisabled(ctx, secondID, time.Time{})
		}))
	}},
}

func TestPower_WhateverWasSetGoing_EndsWithIt(t *testing.T) {
	t.Parallel()
	for _, a := range powerActs {
		for _, e := range powerEnds {
			t.Run(a.name+"/"+e.name, func(t *testing.T) {
				t.Parallel()
				p := openPowerful(t)
				if a.ready != nil {
					a.ready(p)
				}
				ended := false
				is := a.act(p, func() { ended = true; e.do(p) })
				if want := strings.Contains(a.goes, e.letter); !ended || is != want {
					t.Errorf("goes on: %v, want %v (the end came: %v)", is, want, ended)
				}
			})
		}
	}
}

// A session that was opened without a factor is not worth what the factor is.
func TestPower_FactorAddedOrChanged_EndsTheOtherSessions_AndNotThisOne(t *testing.T) {
	t.Parallel()
	for name, add := range map[string]func(p *powerful){
		"code":    func(p *powerful) { p.other.turnsTOTPOn() },
		"passkey": (*powerful).withKey,
		"recovery codes": func(p *powerful) {
			p.other.post("/account/recovery", url.Values{"password": {testPassword}, "code": {p.code()}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := openPowerful(t)
			if name == "recovery codes" {
				p.secret, _ = p.second.turnsTOTPOn()
				p.other = p.s.halfSignedInAs("second")
				p.other.post("/signin/second", url.Values{"code": {p.code()}})
			}
			p.s.subscribedIn(p.second, secondID)
			add(p)
			if p.second.get("/team").status == http.StatusOK || p.other.get("/team").status != http.StatusOK {
				t.Errorf("the other session: %d, this one: %d", p.second.get("/team").status, p.other.get("/team").status)
			}
			if told, err := p.s.store.PushTargets(t.Context()); err != nil || len(told) != 0 {
				t.Errorf("the other device is told of payments: %v, %v", told, err)
			}
		})
	}
}

// Without an end each of them is finished: the table would hold of what never works.
func TestPower_ThatDoesNotEnd_IsThere(t *testing.T) {
	t.Parallel()
	for _, a := range powerActs {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			p := openPowerful(t)
			if a.ready != nil {
				a.ready(p)
			}
			if !a.act(p, func() {}) {
				t.Error("it does not work at all")
			}
		})
	}
}

// A sign-in whose password was read from the book before it changed, and is found
// right after it.
func TestPower_SignInThatIsBeingLookedAt_OpensNothingAfterwards(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*powerful, *store.Tx) error{
		"another password": func(p *powerful, tx *store.Tx) error { return tx.SetPassword(p.s.t.Context(), secondID, "another") },
		"switched off": func(p *powerful, tx *store.Tx) error {
			return tx.SetDisabled(p.s.t.Context(), secondID, p.s.clock.now())
		},
		"a second factor": func(p *powerful, tx *store.Tx) error {
			return tx.SetTOTP(p.s.t.Context(), secondID, "JBSWY3DPEHPK3PXP")
		},
	} {
		p := openPowerful(t)
		b, turnsOf := p.s.browser(), p.s.server.desk.Access.Passwords.Turns
		var turns int64
		for turnsOf.TryAcquire(1) {
			turns++
		}
		answered := make(chan answer, 1)
		go func() { answered <- b.guess("second", testPassword) }()
		for turnsOf.TryAcquire(0) { // until it waits for its turn
			if len(answered) > 0 {
				t.Fatalf("%s: it was answered before its turn", name)
			}
			runtime.Gosched()
		}
		p.s.must(p.s.store.Write(t.Context(), func(_ context.Context, tx *store.Tx) error { return end(p, tx) }))
		turnsOf.Release(turns)
		if got := <-answered; got.status != http.StatusUnauthorized || b.get("/team").status == http.StatusOK {
			t.Errorf("%s: answered %d", name, got.status)
		}
	}
}

func TestPower_OnePasskeyAssertionSentManyTimes_SignsInOnce(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	p.withKey()
	b := p.s.browser()
	said := p.key.shown(b.askSignIn())
	cookie := b.token()
	var in atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		one := p.s.browser()
		all.Go(func() {
			got := one.send(http.MethodPost, "/signin/passkey/finish", nil, header("Content-Type", "application/json"), func(r *http.Request) {
				r.AddCookie(&http.Cookie{Name: p.s.server.desk.Sessions.CookieName(web.SessionName), Value: cookie})
				r.Body, r.ContentLength = io.NopCloser(strings.NewReader(said)), int64(len(said))
			})
			if got.status == http.StatusOK {
				in.Add(1)
			}
		})
	}
	all.Wait()
	if n := in.Load(); n != 1 {
		t.Errorf("%d sessions of one assertion", n)
	}
}

func TestPower_SecretBeingSetUp_IsNowhereInTheClear(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	m := shownSecret.FindStringSubmatch(p.second.get("/account/totp").body)
	for _, name := range []string{store.FileName, store.FileName + "-wal"} {
		file, err := os.ReadFile(filepath.Join(p.s.dir, name))
		p.s.must(err)
		if bytes.Contains(file, []byte(m[1])) {
			t.Errorf("%s has the secret", name)
		}
	}
}
