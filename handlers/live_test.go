package handlers

// Live pages end with the session of who looks, and nobody takes those of the others.

import (
	"bufio"
	"context"
	"database/sql"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comptoir/handlers/till"
	"comptoir/handlers/web"
	"comptoir/store"
)

// watching is an open live page.
type watching struct {
	t      *testing.T
	stream *bufio.Reader
	close  func()
}

// watch opens a live page, for less than a beat, so that none helps it, and reads its
// first event; status is not 200 where it may not.
func (b *browser) watch(path string) (w watching, status int) {
	b.s.t.Helper()
	return b.watchFor(web.LiveBeat/2, path)
}

func (b *browser) watchFor(long time.Duration, path string) (w watching, status int) {
	b.s.t.Helper()
	ctx, cancel := context.WithTimeout(b.s.t.Context(), long)
	b.s.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.s.url+path+"/live", http.NoBody)
	b.s.must(err)
	res, err := b.client.Do(req)
	b.s.must(err)
	b.s.t.Cleanup(func() { _ = res.Body.Close() })
	w = watching{b.s.t, bufio.NewReader(res.Body), cancel}
	if res.StatusCode == http.StatusOK {
		w.event()
	}
	return w, res.StatusCode
}

func (w watching) event() string {
	w.t.Helper()
	var event strings.Builder
	for {
		line, err := w.stream.ReadString('\n')
		if err != nil {
			w.t.Fatalf("the stream ended in an event: %v", err)
		}
		if line == "\n" {
			return event.String()
		}
		event.WriteString(line)
	}
}

// rest is what comes until the stream ends by itself.
func (w watching) rest() string {
	w.t.Helper()
	rest, err := io.ReadAll(w.stream)
	if err != nil {
		w.t.Errorf("the stream went on: %v", err)
	}
	return string(rest)
}

func TestLive_EndsAtOnce_HoweverTheSessionEnds(t *testing.T) {
	t.Parallel()
	type cast struct {
		s              *shop
		owner, cashier *browser
		of             string // the cashier's session
	}
	for _, end := range []struct {
		name string
		do   func(cast) answer
	}{
		{"signed out", func(c cast) answer { return c.cashier.post("/signout", url.Values{}) }},
		{"ended from afar", func(c cast) answer {
			return c.owner.post("/team/2/sessions/end", url.Values{"session": {c.of}})
		}},
		{"all ended from afar", func(c cast) answer {
			return c.owner.post("/team/2/sessions/end", url.Values{"session": {"all"}})
		}},
		{"ended by himself elsewhere", func(c cast) answer {
			return c.s.sessionOf(store.RoleCashier).post("/account/sessions/end", url.Values{"session": {"all"}})
		}},
		{"switched off", func(c cast) answer { return c.owner.post("/team/2", what("disable")) }},
		{"another role", func(c cast) answer { return c.owner.post("/team/2", what("role", "role", "accountant")) }},
		{"a new password", func(c cast) answer {
			return c.cashier.post("/account/password", url.Values{"new_password": {chosen}, "password": {testPassword}})
		}},
		{"a new password by a link", func(c cast) answer {
			return c.s.browser().post(c.owner.post("/team/2", what("reset")).oneTimeLink(c.s.t), joining())
		}},
		{"signed in anew", func(c cast) answer {
			return c.cashier.post("/signin", url.Values{"name": {"owner"}, "password": {testPassword}})
		}},
	} {
		t.Run(end.name, func(t *testing.T) {
			t.Parallel()
			s := openShop(t)
			owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
			path := cashier.request("500", "677123456")
			all, err := s.store.SessionsOfUser(t.Context(), 2)
			s.must(err)
			his, status := cashier.watch(path)
			hers, _ := owner.watch(path)
			if status != http.StatusOK {
				t.Fatalf("answered %d", status)
			}
			if got := end.do(cast{s, owner, cashier, all[0].ID()}); got.status != http.StatusSeeOther {
				t.Fatalf("answered %d: %s", got.status, got.body)
			}
			if rest := his.rest(); rest != "" {
				t.Errorf("he is shown %q", rest)
			}
			s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
			s.work()
			if rest := hers.rest(); !strings.Contains(rest, "status good") {
				t.Errorf("the owner's page is shown %q", rest)
			}
		})
	}
}

// A command in another process ends a session without a word to this one.
func TestLive_ShowsNothing_ToASessionThatIsGoneFromTheBook(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	cashier := s.signedIn(store.RoleCashier)
	page, _ := cashier.watch(cashier.request("500", "677123456"))
	db, err := sql.Open("sqlite", filepath.Join(s.dir, store.FileName)+"?_pragma=busy_timeout(5000)")
	s.must(err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "DELETE FROM sessions")
	s.must(err)
	s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
	s.work()
	if rest := page.rest(); rest != "" {
		t.Errorf("he is shown %q", rest)
	}
}

// A browser has six connections with a host on plain http.
func TestLive_OneBrowser_HasTheStreamsOpenedLast(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	cashier := s.signedIn(store.RoleCashier)
	path := cashier.request("500", "677123456")
	first, _ := cashier.watch(path)
	for range web.LiveTabs {
		if _, status := cashier.watch(path); status != http.StatusOK {
			t.Fatalf("answered %d", status)
		}
	}
	if rest := first.rest(); rest != "event: rest\ndata:\n\n" {
		t.Errorf("the first is told %q", rest)
	}
	if got := cashier.get(path + "/status"); got.status != http.StatusOK {
		t.Errorf("polling answered %d", got.status)
	}
	_, status := s.sessionOf(store.RoleCashier).watch(path)
	if open := s.streams(); status != http.StatusOK || open != web.LiveTabs+1 {
		t.Errorf("another browser is answered %d, %d are open", status, open)
	}
}

func TestLive_OnePerson_TakesNobodysStream(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
	path := cashier.request("500", "677123456")
	var last watching
	for i := range web.LiveEach {
		if i%web.LiveTabs == 0 {
			cashier = s.sessionOf(store.RoleCashier)
		}
		var status int
		if last, status = cashier.watchFor(web.LiveLongest, path); status != http.StatusOK { // all of them have to open meanwhile
			t.Fatalf("stream %d answered %d", i, status)
		}
	}
	another := s.sessionOf(store.RoleCashier)
	if _, status := another.watch(path); status != http.StatusServiceUnavailable {
		t.Errorf("one too many answered %d", status)
	}
	if got := another.get(path + "/status"); got.status != http.StatusOK {
		t.Errorf("polling answered %d", got.status)
	}
	if _, status := owner.watch(path); status != http.StatusOK {
		t.Errorf("the owner is answered %d", status)
	}
	last.close()
	for deadline := time.Now().Add(web.LiveBeat / 2); ; {
		if _, status := another.watch(path); status == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a closed page leaves no room")
		}
	}
}

// What ends with time alone is not published: it is looked at now and then.
func TestLive_Strip_LosesAFailedSaleWithTime(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.server.desk.Beat = 10 * time.Millisecond
	cashier := s.signedIn(store.RoleCashier)
	cashier.request("500", "677123456")
	s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "0000"))
	s.work()
	strip, _ := cashier.watch("/checkout/strip")
	s.clock.pass(till.SaleFailed + time.Second)
	for event := ": beat\n"; strings.HasPrefix(event, ": beat"); {
		if event = strip.event(); strings.Contains(event, "<li>") {
			t.Errorf("it shows %q", event)
		}
	}
}

// A customer's page has no stream: it asks, by the link's slug and his own payment's
// operation, of which nobody can guess one. What is streamed is the staff's.
func TestAttack_Stranger_FollowsNobodysPayment(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l, customer, stranger := s.linked(500), s.browser(), s.browser()
	path := customer.onItsWay(customer.paysLink(l))
	payment := s.newest()
	if page := customer.get(path).body; strings.Contains(page, "sse-connect") || !strings.Contains(page, path+"/status") {
		t.Error("a customer's page streams, or asks for nothing")
	}
	for _, r := range s.server.routes() {
		if strings.HasSuffix(r.path, "/live") && r.audience == nil {
			t.Errorf("%s is public", r.path)
		}
	}
	next := func(text string) string { // the one beside it
		last := text[len(text)-1]
		return text[:len(text)-1] + string(last^1)
	}
	for _, guess := range []string{
		"/transactions/1/live", "/links/1/live", "/checkout/phone/1/live", "/checkout/qr/1/live", "/checkout/strip/live", "/p/" + l.Slug + "/live", path + "/live",
		"/p/1/status", "/p/" + next(l.Slug) + "/status", "/p/" + l.Slug + "/1/status", "/p/" + l.Slug + "/" + payment.Reference + "/status", "/p/" + l.Slug + "/" + next(payment.ExternalReference) + "/status",
	} {
		got := stranger.get(guess)
		if got.status != http.StatusNotFound && got.status != http.StatusUnauthorized && got.status != http.StatusSeeOther || strings.Contains(got.header.Get("Content-Type"), "event-stream") {
			t.Errorf("%s answered %d: %.200s", guess, got.status, got.body)
		}
	}
	// The link of many, by which others pay too, tells nothing of him.
	if got := stranger.get("/p/" + l.Slug + "/status"); strings.Contains(got.body, "6 77") || strings.Contains(got.body, "677") {
		t.Errorf("another customer reads %s", got.body)
	}
}
