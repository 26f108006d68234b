package handlers

// Power that is taken while something else of it is under way: beyond the table of
// power_test.go.

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
)

// switchOff takes the second one's power.
func (p *powerful) switchOff() { p.owner.post(pathOfSecond, what("disable")) }

func TestAttack_ImportUnderWay_IsNotMadeByWhoIsSwitchedOff(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	p.s.paidThere("700")
	p.owner.post("/reconciliation", today)
	p.s.work()
	rows, err := p.s.store.Transactions(t.Context(), store.TransactionFilter{})
	p.s.must(err)
	before := len(rows)
	asked := false
	f := func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/transaction/") && !asked {
			asked = true
			p.switchOff()
		}
		return false
	}
	p.s.onCall.Store(&f)
	got := p.second.post("/reconciliation/import/1", url.Values{})
	rows, err = p.s.store.Transactions(t.Context(), store.TransactionFilter{})
	p.s.must(err)
	if !asked || len(rows) != before || got.status != http.StatusUnauthorized {
		t.Errorf("asked: %v; %d rows after %d, answered %d", asked, len(rows), before, got.status)
	}
}

func TestAttack_InvitationOfWhoWasNoOwnerMeanwhile_StaysDead(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	link := p.second.invites("Complice", store.RoleOwner)
	p.owner.post(pathOfSecond, what("role", "role", "cashier"))
	p.owner.post(pathOfSecond, what("role", "role", "owner"))
	if got := p.s.browser().post(link, joining()); got.status != http.StatusGone {
		t.Errorf("it answered %d", got.status)
	}
	if page := p.owner.get("/team").body; strings.Contains(page, "Complice") {
		t.Error("the team still shows it")
	}
}

func TestAttack_HalfSignIn_IsGoodOnce(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	p.withFactor()
	b := p.s.browser()
	b.guess("second", testPassword)
	half, code := b.token(), p.code()
	var in atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		one := p.s.browser()
		all.Go(func() {
			got := one.post("/signin/second", url.Values{"code": {code}}, func(r *http.Request) {
				r.AddCookie(&http.Cookie{Name: p.s.server.desk.Sessions.CookieName(web.SessionName), Value: half})
			})
			if got.status == http.StatusSeeOther && one.get("/team").status == http.StatusOK {
				in.Add(1)
			}
		})
	}
	all.Wait()
	if n := in.Load(); n != 1 {
		t.Errorf("%d sessions of one code", n)
	}
	again := p.s.browser()
	got := again.get("/signin/second", func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: p.s.server.desk.Sessions.CookieName(web.SessionName), Value: half})
	})
	if got.status != http.StatusSeeOther {
		t.Errorf("what was half a sign-in answers %d", got.status)
	}
}

func TestAttack_LongFile_EndsWithTheSession(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	ctx := t.Context()
	p.s.must(p.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for i := range 40 * web.LinesAtATime {
			if err := tx.AddAudit(ctx, store.AuditEntry{At: p.s.clock.now(), Act: "link.made", Subject: "link", SubjectID: int64(i), Detail: []byte(`{"description":"` + strconv.Itoa(i) + strings.Repeat(" pain", 200) + `"}`)}); err != nil {
				return err
			}
		}
		return nil
	}))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.s.url+"/audit.csv", http.NoBody)
	p.s.must(err)
	req.Header.Set("Accept-Encoding", "identity")
	res, err := p.second.client.Do(req)
	p.s.must(err)
	defer res.Body.Close()
	first := make([]byte, 1000)
	_, err = res.Body.Read(first)
	p.s.must(err)
	p.switchOff()
	var total int
	for buffer := make([]byte, 64<<10); ; {
		n, err := res.Body.Read(buffer)
		total += n
		if err != nil {
			if err.Error() == "EOF" {
				t.Errorf("the file came to its end, %d bytes", total)
			}
			return
		}
	}
}

func TestAttack_SessionOfAnotherPerson_MakesNoWriteInHisName(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	ctx := store.WithSession(t.Context(), store.Session{TokenHash: access.HashToken(p.second.token()), UserID: 1})
	if err := p.s.store.Write(ctx, func(context.Context, *store.Tx) error { return nil }); err == nil {
		t.Error("a session speaks for another person")
	}
}

func TestAttack_SwitchedOffAndOnAgain_HasNothingOfBefore(t *testing.T) {
	t.Parallel()
	p := openPowerful(t)
	p.withKey()
	p.second = p.signIn() // the key ended its other sessions
	path := p.second.invites("Complice", store.RoleOwner)
	p.switchOff()
	p.owner.post(pathOfSecond, what("enable"))
	b := p.s.browser()
	b.show(p.key.shown(b.askSignIn()))
	if p.second.get("/team").status == http.StatusOK || b.get("/team").status == http.StatusOK || p.s.browser().post(path, joining()).status != http.StatusGone {
		t.Error("a session, a passkey or a link came back")
	}
}
