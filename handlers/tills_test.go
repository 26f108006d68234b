package handlers

import (
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
)

// tablet is an owner's browser that he made a till, and the cashiers with a PIN.
func tablet(t *testing.T) (s *shop, b *browser) {
	t.Helper()
	s = openShop(t)
	b = s.signedIn(store.RoleOwner)
	if got := b.post("/team/tills", url.Values{"till": {"Tablette"}, "password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, problems(got))
	}
	for _, name := range []string{"Caisse 1", "Caisse 2"} {
		s.user(name, store.RoleCashier)
		c := s.browser()
		c.guess(name, testPassword)
		if got := c.post("/account/pin", url.Values{"pin": {"2580"}, "password": {testPassword}}); got.status != http.StatusSeeOther {
			t.Fatalf("answered %d: %s", got.status, problems(got))
		}
	}
	return s, b
}

func (b *browser) takesOver(person int64, pin string) answer {
	b.s.t.Helper()
	return b.post("/switch", url.Values{"person": {strconv.FormatInt(person, 10)}, "pin": {pin}})
}

func TestTill_CashiersTakeTurnsByAPIN(t *testing.T) {
	t.Parallel()
	s, b := tablet(t)
	if page := b.get("/switch").body; !strings.Contains(page, "Caisse 1") || !strings.Contains(page, "Caisse 2") || strings.Contains(page, `name="person" value="1"`) {
		t.Fatalf("the page offers %s", page)
	}
	for _, person := range []int64{2, 3} {
		if got := b.takesOver(person, "2580"); got.status != http.StatusSeeOther || got.header.Get("Location") != "/checkout" {
			t.Fatalf("%d: answered %d: %s", person, got.status, problems(got))
		}
		if got := b.get("/checkout"); got.status != http.StatusOK {
			t.Errorf("answered %d", got.status)
		}
		if got := b.get("/team"); got.status != http.StatusForbidden {
			t.Errorf("the owner's session goes on: %d", got.status)
		}
	}
	if n := strings.Count(s.log.String(), "2580"); n > 0 {
		t.Error("a PIN is in the log")
	}
}

func TestAttack_PINElsewhere_OpensNothing(t *testing.T) {
	t.Parallel()
	s, b := tablet(t)
	stranger := s.browser()
	if got := stranger.get("/switch"); got.status != http.StatusNotFound {
		t.Errorf("without a till: %d", got.status)
	}
	if got := stranger.takesOver(2, "2580"); got.status != http.StatusNotFound {
		t.Errorf("without a till: %d", got.status)
	}
	forged := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: web.TillCookie, Value: strings.Repeat("A", 43)}) }
	if got := stranger.post("/switch", url.Values{"person": {"2"}, "pin": {"2580"}}, forged); got.status != http.StatusNotFound {
		t.Errorf("with a cookie of his own: %d", got.status)
	}
	if got := b.post("/team/tills/1/remove", url.Values{}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d", got.status)
	}
	if got := b.takesOver(2, "2580"); got.status != http.StatusNotFound {
		t.Errorf("on a till that is none any more: %d", got.status)
	}
}

func TestAttack_PINsGuessed_EndAfterFive_UntilAPassword(t *testing.T) {
	t.Parallel()
	_, b := tablet(t)
	for i := range access.MostPINs {
		if got := b.takesOver(int64(2+i%2), "0001"); got.status != http.StatusUnprocessableEntity {
			t.Fatalf("guess %d answered %d", i, got.status)
		}
	}
	if got := b.takesOver(2, "2580"); got.status != http.StatusTooManyRequests {
		t.Errorf("the right one after five wrong ones answered %d", got.status)
	}
	if page := b.get("/switch").body; strings.Contains(page, `name="pin"`) {
		t.Error("the page still takes PINs")
	}
	b.post("/signout", url.Values{})
	b.guess("owner", testPassword)
	if got := b.takesOver(2, "2580"); got.status != http.StatusSeeOther {
		t.Errorf("after a password: %d: %s", got.status, problems(got))
	}
}

func TestAttack_PINsGuessedAtOnce_AreCountedFirst(t *testing.T) {
	t.Parallel()
	s, b := tablet(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for i := range 30 {
		all.Go(func() {
			if got := b.takesOver(2+int64(i%2), "0001"); got.status == http.StatusUnprocessableEntity {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	tills, err := s.store.Tills(t.Context())
	if err != nil || tills[0].Failures != access.MostPINs || looked > access.MostPINs {
		t.Errorf("%d were looked at, %+v, %v", looked, tills, err)
	}
}

func TestPIN_IsACashiersAlone_AndNotWhatEverybodyTries(t *testing.T) {
	t.Parallel()
	s, b := tablet(t)
	if got := b.post("/account/pin", url.Values{"pin": {"2580"}, "password": {testPassword}}); got.status != http.StatusForbidden {
		t.Errorf("an owner's PIN answered %d", got.status)
	}
	c := s.browser()
	c.guess("Caisse 1", testPassword)
	for _, weak := range []string{"1", "123", "1234", "4321", "0000", "111111", "1234567", "12a4", "６７８９"} {
		if got := c.post("/account/pin", url.Values{"pin": {weak}, "password": {testPassword}}); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%q answered %d", weak, got.status)
		}
	}
	if got := c.post("/account/pin", url.Values{"pin": {"9317"}, "password": {"wrong"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("without his password: %d", got.status)
	}
	for what, form := range map[string]url.Values{"disabled": {"what": {"disable"}}, "another role": {"what": {"role"}, "role": {"accountant"}}} {
		form.Set("password", testPassword)
		person := map[string]int64{"disabled": 2, "another role": 3}[what]
		if got := b.post(web.ItemPath("/team/", person), form); got.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", what, got.status)
		}
		if got := b.takesOver(person, "2580"); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: his PIN answered %d", what, got.status)
		}
	}
	c2 := s.browser()
	c2.guess("owner", testPassword)
	c2.post("/team/2", url.Values{"what": {"enable"}, "password": {testPassword}})
	c.guess("Caisse 1", testPassword)
	c.post("/account/pin", url.Values{"password": {testPassword}})
	if got := b.takesOver(2, "2580"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a PIN that was taken away answered %d", got.status)
	}
}

func TestTill_Removed_EndsWhatItsPINsOpened_AndWhatTheyAreAboutTo(t *testing.T) {
	t.Parallel()
	s, till := tablet(t)
	owner := s.browser()
	owner.guess("owner", testPassword)
	if got := till.takesOver(2, "2580"); got.status != http.StatusSeeOther {
		t.Fatalf("the PIN answered %d", got.status)
	}
	turnsOf := s.server.desk.Access.Passwords.Turns
	var turns int64
	for turnsOf.TryAcquire(1) {
		turns++
	}
	answered := make(chan answer, 1)
	go func() { answered <- till.takesOver(2, "2580") }()
	for turnsOf.TryAcquire(0) { // until it waits for its turn
		runtime.Gosched()
	}
	if got := owner.post("/team/tills/1/remove", url.Values{}); got.status != http.StatusSeeOther {
		t.Fatalf("removing it answered %d", got.status)
	}
	turnsOf.Release(turns)
	if got := <-answered; got.status == http.StatusSeeOther && got.header.Get("Location") != "/signin" {
		t.Errorf("a PIN opened a session to %s", got.header.Get("Location"))
	}
	if got := till.get("/checkout"); got.status == http.StatusOK {
		t.Error("the session goes on without its till")
	}
}

func TestSessions_All_AreAllHoweverMany(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.user("second", store.RoleCashier)
	first := s.browser()
	first.guess("second", testPassword)
	for range 55 {
		s.clock.pass(time.Minute)
		if got := s.browser().guess("second", testPassword); got.status != http.StatusSeeOther {
			t.Fatal(got.status)
		}
	}
	if got := owner.post("/team/2/sessions/end", url.Values{"session": {"all"}}); got.status != http.StatusSeeOther {
		t.Fatal(got.status)
	}
	if first.get("/checkout").status == http.StatusOK {
		t.Error("the oldest session goes on")
	}
}
