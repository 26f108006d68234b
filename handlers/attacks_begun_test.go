package handlers

// Power that is used after it was taken, by way of something begun before: a payout
// that was reviewed, an approval, a code, a link, a PIN, a device.

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/handlers/access"
	"comptoir/handlers/push"
	"comptoir/handlers/web"
	"comptoir/store"
)

// signedInBy does the same in many browsers at once, and counts those that are signed
// in afterwards.
func signedInBy(browsers []*browser, act func(*browser) answer) (in int) {
	var all sync.WaitGroup
	var n atomic.Int64
	for _, b := range browsers {
		all.Go(func() {
			act(b)
			if b.get("/account").status == http.StatusOK {
				n.Add(1)
			}
		})
	}
	all.Wait()
	return int(n.Load())
}

func TestAttack_PayoutReviewedBeforeTheRulesWereTightened_KeepsToThem(t *testing.T) {
	t.Parallel()
	saved := func(p *powerful) {
		p.owner.post("/recipients", url.Values{"name": {"Fournisseur"}, "phone": {"677123456"}, "password": {testPassword}})
	}
	for name, c := range map[string]struct {
		ready, tighten func(*powerful)
	}{
		"frozen":   {nil, func(p *powerful) { p.owner.post("/payout-rules/freeze", url.Values{}) }},
		"most":     {nil, func(p *powerful) { p.rule("most_each", "1000") }},
		"day":      {nil, func(p *powerful) { p.rule("most_day", "1000") }},
		"approval": {nil, func(p *powerful) { p.rule("approval_above", "1000") }},
		"saved":    {nil, func(p *powerful) { p.rule("saved_only", "yes") }},
		"recipient removed": {func(p *powerful) { saved(p); p.rule("saved_only", "yes") }, func(p *powerful) {
			p.owner.post("/recipients/1/remove", url.Values{"password": {testPassword}})
		}},
	} {
		for _, when := range []string{"after the review", "while CamPay is asked"} {
			t.Run(name+"/"+when, func(t *testing.T) {
				t.Parallel()
				p := openPowerful(t)
				if c.ready != nil {
					c.ready(p)
				}
				form := payoutOf("3000", "677123456")
				if got := p.second.post("/withdraw", form); got.status != http.StatusOK {
					t.Fatalf("the review answered %d: %s", got.status, problems(got))
				}
				p.s.clock.pass(time.Minute)
				tightened := false
				do := func() { tightened = true; c.tighten(p) }
				if when == "after the review" {
					do()
				} else {
					p.whenAsked(do)
				}
				got := p.second.post("/withdraw/confirm", confirmed(form))
				if !tightened || p.sent() > 0 {
					t.Errorf("tightened: %v; %d were sent, answered %d", tightened, p.sent(), got.status)
				}
			})
		}
	}
}

// rule saves one rule alone.
func (p *powerful) rule(field, value string) {
	p.s.t.Helper()
	if got := p.owner.post("/payout-rules", url.Values{field: {value}, "password": {testPassword}}); got.status != http.StatusSeeOther {
		p.s.t.Fatalf("the rule answered %d: %s", got.status, problems(got))
	}
}

func TestAttack_ApprovalConfirmed_EndsWithWhatItStoodOn(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(p *powerful, path string){
		"taken back by who asked": func(p *powerful, path string) { p.owner.post(path+"/refuse", url.Values{}) },
		"frozen":                  func(p *powerful, _ string) { p.owner.post("/payout-rules/freeze", url.Values{}) },
		"who approves must wait anew": func(p *powerful, _ string) {
			ctx := store.WithoutSession(p.s.t.Context())
			p.s.must(p.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
				return tx.SetApprovesFrom(ctx, secondID, p.s.clock.now().Add(time.Hour))
			}))
		},
		"who asked is switched off":  func(p *powerful, _ string) { p.third().post("/team/1", what("disable")) },
		"who asked has another role": func(p *powerful, _ string) { p.third().post("/team/1", what("role", "role", "accountant")) },
		"who asked has a new password": func(p *powerful, _ string) {
			p.owner.post("/account/password", url.Values{"new_password": {chosen}, "password": {testPassword}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openPowerful(t)
			p.s.user("third", store.RoleOwner)
			rules(store.PayoutRules{ApprovalAbove: 100})(p.s)
			path := p.owner.payOut("/withdraw", payoutOf("3000", "677123456"))
			ended := false
			p.whenAsked(func() { ended = true; end(p, path) })
			got := p.second.post(path+"/approve", url.Values{"password": {testPassword}})
			if !ended || p.sent() > 0 {
				t.Errorf("ended: %v; %d were sent, answered %d", ended, p.sent(), got.status)
			}
		})
	}
}

// third is an owner's browser beside those two.
func (p *powerful) third() *browser {
	b := p.s.browser()
	b.guess("third", testPassword)
	return b
}

func TestAttack_OneCodeInManyBrowsersAtOnce_OpensOne(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"code", "recovery code"} {
		s := openShop(t)
		owner := s.signedIn(store.RoleOwner)
		secret, recovery := owner.turnsTOTPOn()
		code := s.code(secret, 0)
		if kind == "recovery code" {
			code = recovery[0]
		}
		var browsers []*browser
		for range 4 {
			browsers = append(browsers, s.halfSignedIn())
		}
		if n := signedInBy(browsers, func(b *browser) answer { return b.post("/signin/second", url.Values{"code": {code}}) }); n != 1 {
			t.Errorf("%s: %d sessions", kind, n)
		}
	}
}

// A code that was read over a shoulder while its owner pays.
func TestAttack_CodeOfAPayout_OpensNoSession_AndTheOtherWayRound(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	secret, _ := owner.turnsTOTPOn()
	code := s.code(secret, 0)
	form := with(confirmed(payoutOf("500", "677123456")), "code", code)
	if got := owner.post("/withdraw/confirm", form); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d", got.status)
	}
	thief := s.halfSignedIn()
	if got := thief.post("/signin/second", url.Values{"code": {code}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("the payout's code signs in: %d", got.status)
	}
	s.clock.pass(2 * access.TOTPPeriod * time.Second)
	code = s.code(secret, 0)
	if got := thief.post("/signin/second", url.Values{"code": {code}}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d", got.status)
	}
	form = with(confirmed(payoutOf("600", "677123456")), "code", code)
	if got := owner.post("/withdraw/confirm", form); got.status != http.StatusUnprocessableEntity {
		t.Errorf("the sign-in's code pays out: %d", got.status)
	}
	s.wantLedger(1)
}

func TestAttack_LinkToANewPassword_UsedAtOnce_OrAfterItsPersonChanged(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	link := p.owner.post(pathOfSecond, what("reset")).oneTimeLink(t)
	var browsers []*browser
	for range 4 {
		browsers = append(browsers, p.s.browser())
	}
	if n := signedInBy(browsers, func(b *browser) answer { return b.post(link, joining()) }); n != 1 {
		t.Errorf("%d sessions of one link", n)
	}
	for name, change := range map[string]func(p *powerful){
		"a newer link":       func(p *powerful) { p.owner.post(pathOfSecond, what("reset")) },
		"a password chosen":  powerEnds[2].do,
		"another role":       powerEnds[4].do,
		"switched off":       (*powerful).switchOff,
		"off and on again":   func(p *powerful) { p.switchOff(); p.owner.post(pathOfSecond, what("enable")) },
		"reset by a command": powerEnds[len(powerEnds)-1].do,
		"cashier, then owner": func(p *powerful) {
			p.owner.post(pathOfSecond, what("role", "role", "cashier"))
			p.owner.post(pathOfSecond, what("role", "role", "owner"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openPowerful(t)
			link := p.owner.post(pathOfSecond, what("reset")).oneTimeLink(t)
			change(p)
			if got := p.s.browser().post(link, joining()); got.status != http.StatusGone {
				t.Errorf("it answered %d", got.status)
			}
		})
	}
}

// held has a PIN wait for its turn to be looked at while something happens.
func held(s *shop, b *browser, person int64, do func()) answer {
	turnsOf := s.server.desk.Access.Passwords.Turns
	var turns int64
	for turnsOf.TryAcquire(1) {
		turns++
	}
	answered := make(chan answer, 1)
	go func() { answered <- b.takesOver(person, "2580") }()
	for turnsOf.TryAcquire(0) {
		runtime.Gosched()
	}
	do()
	turnsOf.Release(turns)
	return <-answered
}

func TestAttack_PINBeingLookedAt_OpensNothingOnceItsPersonHasNone(t *testing.T) {
	t.Parallel()
	write := func(s *shop, do func(*store.Tx) error) func() {
		return func() {
			s.must(s.store.Write(s.t.Context(), func(_ context.Context, tx *store.Tx) error { return do(tx) }))
		}
	}
	t.Run("as it was", func(t *testing.T) { // or the rest would hold of what never works
		s, b := tablet(t)
		b.post("/signout", url.Values{})
		if got := held(s, b, 2, func() {}); got.header.Get("Location") != "/checkout" || b.get("/checkout").status != http.StatusOK {
			t.Errorf("answered %d", got.status)
		}
	})
	for name, end := range map[string]func(s *shop) func(){
		"switched off": func(s *shop) func() {
			return write(s, func(tx *store.Tx) error { return tx.SetDisabled(s.t.Context(), 2, s.clock.now()) })
		},
		"another role": func(s *shop) func() {
			return write(s, func(tx *store.Tx) error { return tx.SetRole(s.t.Context(), 2, store.RoleAccountant) })
		},
		"PIN taken away": func(s *shop) func() {
			return write(s, func(tx *store.Tx) error { return tx.SetPIN(s.t.Context(), 2, "") })
		},
		"another PIN": func(s *shop) func() {
			return write(s, func(tx *store.Tx) error { return tx.SetPIN(s.t.Context(), 2, "of another") })
		},
		"another password": func(s *shop) func() {
			return write(s, func(tx *store.Tx) error { return tx.SetPassword(s.t.Context(), 2, "another") })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, b := tablet(t)
			b.post("/signout", url.Values{})
			held(s, b, 2, end(s))
			if got := b.get("/checkout"); got.status == http.StatusOK {
				t.Error("it opened a session")
			}
		})
	}
}

// Whoever saw a PIN is out when it is changed.
func TestAttack_SessionOfAPIN_EndsWithThePIN(t *testing.T) {
	t.Parallel()
	for name, pin := range map[string]string{"changed": "9317", "taken away": ""} {
		s, b := tablet(t)
		if got := b.takesOver(2, "2580"); got.status != http.StatusSeeOther {
			t.Fatalf("answered %d", got.status)
		}
		c := s.browser()
		c.guess("Caisse 1", testPassword)
		form := url.Values{"password": {testPassword}}
		if pin != "" {
			form.Set("pin", pin)
		}
		if got := c.post("/account/pin", form); got.status != http.StatusSeeOther {
			t.Fatalf("answered %d", got.status)
		}
		if b.get("/checkout").status == http.StatusOK {
			t.Errorf("%s: what the old one opened goes on", name)
		}
		if c.get("/checkout").status != http.StatusOK {
			t.Errorf("%s: who changed it, by his password, is out", name)
		}
	}
}

// A copy of a device's cookie is worth nothing once the device is trusted anew.
func TestAttack_TillTrustedAnew_IsNotWhatItWas(t *testing.T) {
	t.Parallel()
	s, b := tablet(t)
	site, err := url.Parse(s.url)
	s.must(err)
	copied := s.browser()
	for _, cookie := range b.client.Jar.Cookies(site) {
		if cookie.Name == s.server.desk.Sessions.CookieName(web.TillCookie) {
			copied.client.Jar.SetCookies(site, []*http.Cookie{cookie})
		}
	}
	if got := copied.takesOver(2, "2580"); got.status != http.StatusSeeOther {
		t.Fatalf("the copy answered %d", got.status)
	}
	if got := b.post("/team/tills", url.Values{"till": {"Tablette 2"}, "password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d", got.status)
	}
	if got := copied.takesOver(3, "2580"); got.status != http.StatusNotFound {
		t.Errorf("the copy opens on: %d", got.status)
	}
	if got := copied.get("/checkout"); got.status == http.StatusOK {
		t.Error("what the copy opened goes on")
	}
	tills, err := s.store.Tills(t.Context())
	s.must(err)
	if len(tills) != 1 {
		t.Errorf("%d tills of one device", len(tills))
	}
}

// More devices than are told at once, and the last one's owner is switched off while the
// first ones are told.
func TestAttack_NoticeUnderWay_IsNotSentToWhoIsSwitchedOffMeanwhile(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]bool{"as it is": false, "switched off": true} {
		s := openShop(t)
		off := sync.OnceFunc(func() {
			if end {
				s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.SetDisabled(ctx, 3, s.clock.now()) }))
			}
		})
		var told atomic.Bool
		service := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			off()
			if r.URL.Path == "/last" {
				told.Store(true)
			}
			w.WriteHeader(http.StatusCreated)
		}))
		service.Config.ErrorLog = log.New(io.Discard, "", 0) // connections that were not needed
		service.StartTLS()
		t.Cleanup(service.Close)
		b, n := pushedTo(t), s.withNotices(service.Client())
		for i, u := range []store.User{s.user("gerance", store.RoleOwner), s.user("associee", store.RoleOwner)} {
			for j := range push.NoticesAtOnce / 2 {
				s.subscribed(b, u, service.URL+"/"+strconv.Itoa(i)+"/"+strconv.Itoa(j))
			}
		}
		s.subscribed(b, s.user("caisse", store.RoleCashier), service.URL+"/last")
		s.must(n.Tell(t.Context(), "production", paidSale()))
		if told.Load() == end {
			t.Errorf("%s: told %v", name, told.Load())
		}
	}
}

// A page of rules that was opened before another owner tightened them.
var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

func TestAttack_RulesSavedFromAnOldPage_LoosenNothingUnsaid(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	p.rule("most_each", "50000")
	old := p.second.get("/payout-rules").body
	form := url.Values{"password": {testPassword}}
	for _, m := range hiddenField.FindAllStringSubmatch(old, -1) {
		form.Set(m[1], m[2])
	}
	form.Set("most_each", "50000")
	form.Set("count_day", "20")
	p.s.clock.pass(time.Minute)
	p.rule("most_each", "1000")
	got := p.second.post("/payout-rules", form)
	if most := p.s.rules().MostEach; got.status != http.StatusConflict || most != 100_000 || !strings.Contains(problems(got), "entre-temps") {
		t.Errorf("answered %d, and the most is %d", got.status, most)
	}
}

func TestAttack_UnfrozenFromAnOldPage_StaysFrozen(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	p.owner.post("/payout-rules/freeze", url.Values{})
	form := url.Values{"password": {testPassword}}
	for _, m := range hiddenField.FindAllStringSubmatch(p.second.get("/payout-rules/unfreeze").body, -1) {
		form.Set(m[1], m[2])
	}
	p.owner.post("/payout-rules/unfreeze", url.Values{"password": {testPassword}})
	p.s.clock.pass(time.Minute)
	p.owner.post("/payout-rules/freeze", url.Values{})
	if got := p.second.post("/payout-rules/unfreeze", form); got.status != http.StatusConflict || !p.s.rules().Frozen {
		t.Errorf("answered %d, frozen %v", got.status, p.s.rules().Frozen)
	}
}
