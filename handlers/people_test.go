package handlers

// People: invited, given another role, switched off, given a new password, and
// their sessions.

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"comptoir/handlers/access"
	"comptoir/store"
)

var joinLink = regexp.MustCompile(`value="http://[^"]+(/join/[^"]+)"`)

// oneTimeLink is the path of the link that a page shows.
func (a answer) oneTimeLink(t *testing.T) string {
	t.Helper()
	m := joinLink.FindStringSubmatch(a.body)
	if a.status != http.StatusOK || m == nil {
		t.Fatalf("answered %d without a link: %s", a.status, a.body)
	}
	return m[1]
}

func (b *browser) invites(name string, role store.Role) string {
	b.s.t.Helper()
	return b.post("/team/invite", url.Values{"name": {name}, "role": {string(role)}, "password": {testPassword}}).oneTimeLink(b.s.t)
}

const chosen = "une phrase que je retiens"

func joining() url.Values { return url.Values{"new_password": {chosen}} }

func TestInvitation_LetsSomebodyIn_Once(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	link := owner.invites("Caisse", store.RoleCashier)
	if page := owner.get("/team").body; !strings.Contains(page, "Caisse") || strings.Contains(page, link) {
		t.Error("the list lacks the invitation, or shows its link again")
	}
	if strings.Contains(s.log.String(), strings.TrimPrefix(link, "/join/")) {
		t.Error("the link is in the log")
	}
	cashier := s.browser()
	if got := cashier.get(link); got.status != http.StatusOK || got.header.Get("Referrer-Policy") != "same-origin" || !strings.Contains(got.body, "Caisse") {
		t.Fatalf("answered %d", got.status)
	}
	for _, wrong := range []string{"", "too short", "caisse", strings.Repeat("x", 300), strings.Repeat("ab", 10), "1234567890123", "MotDePasse123", "Azertyuiop"} {
		if got := cashier.post(link, url.Values{"new_password": {wrong}}); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%.10q answered %d", wrong, got.status)
		}
	}
	if got := cashier.post(link, joining()); got.status != http.StatusSeeOther || got.header.Get("Location") != "/" {
		t.Fatalf("answered %d", got.status)
	}
	if got := cashier.get("/checkout"); got.status != http.StatusOK {
		t.Errorf("a cashier's page answered him %d", got.status)
	}
	if got := cashier.get("/team"); got.status != http.StatusForbidden {
		t.Errorf("the team answered a cashier %d", got.status)
	}
	for _, b := range []*browser{s.browser(), cashier} {
		if got := b.post(link, joining()); got.status != http.StatusGone {
			t.Errorf("used again it answered %d", got.status)
		}
	}
}

func TestInvitation_UsedByManyAtOnce_LetsOneIn(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	link := s.signedIn(store.RoleOwner).invites("Caisse", store.RoleCashier)
	var all sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 8 {
		b := s.browser()
		all.Go(func() {
			got := b.post(link, joining())
			mu.Lock()
			defer mu.Unlock()
			statuses[got.status]++
		})
	}
	all.Wait()
	if statuses[http.StatusSeeOther] != 1 || statuses[http.StatusGone] != 7 {
		t.Errorf("%v", statuses)
	}
}

func TestInvitation_TakenBackOrTooOld_IsGoodForNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	first, second := owner.invites("Caisse", store.RoleCashier), owner.invites("Comptable", store.RoleAccountant)
	owner.post("/team/invitations/1/revoke", url.Values{})
	if got := s.browser().post(first, joining()); got.status != http.StatusGone {
		t.Errorf("taken back, it answered %d", got.status)
	}
	s.clock.pass(access.InvitationLife)
	strange := "/join/" + strings.Repeat("A", 43)
	gone, unknown := s.browser().get(second), s.browser().get(strange)
	if gone.status != http.StatusGone || unknown.status != http.StatusGone || strings.ReplaceAll(gone.body, second, strange) != unknown.body {
		t.Errorf("too old: %d, unknown: %d", gone.status, unknown.status)
	}
	if n, err := s.store.CountUsers(t.Context()); err != nil || n != 1 {
		t.Errorf("%d people, %v", n, err)
	}
}

func TestInvite_WrongInput_IsSaidOnItsField(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for field, typed := range map[string]string{"name": "OWNER", "role": "boss", "password": "not mine"} {
		form := url.Values{"name": {"Caisse"}, "role": {"cashier"}, "password": {testPassword}}
		form.Set(field, typed)
		got := owner.post("/team/invite", form)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+field+`-error"`) {
			t.Errorf("%s: answered %d", field, got.status)
		}
	}
	if all, err := s.store.Invitations(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

func what(do string, more ...string) url.Values {
	form := url.Values{"what": {do}, "password": {testPassword}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestPerson_Disabled_IsOutAtOnce_AndLooksLikeAWrongPassword(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
	if got := owner.post("/team/2", what("disable")); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d", got.status)
	}
	if got := cashier.get("/checkout"); got.status != http.StatusSeeOther {
		t.Errorf("his page answered %d", got.status)
	}
	signIn := url.Values{"name": {"cashier"}, "password": {testPassword}}
	disabled := s.browser().post("/signin", signIn)
	signIn.Set("password", "wrong")
	wrong := s.browser().post("/signin", signIn)
	if disabled.status != http.StatusUnprocessableEntity || disabled.body != wrong.body {
		t.Errorf("answered %d, and a wrong password %d", disabled.status, wrong.status)
	}
	owner.post("/team/2", what("enable"))
	signIn.Set("password", testPassword)
	if got := s.browser().post("/signin", signIn); got.status != http.StatusSeeOther {
		t.Errorf("enabled again: %d", got.status)
	}
}

func TestPerson_AnotherRole_SignsInAgain(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
	owner.post("/team/2", what("role", "role", "accountant"))
	if got := cashier.get("/"); got.status != http.StatusSeeOther {
		t.Errorf("with his old session: %d", got.status)
	}
	entries, err := s.store.Audit(t.Context(), store.AuditFilter{Kind: "person"})
	if err != nil || len(entries) != 1 || !strings.Contains(string(entries[0].Detail), `"after":"accountant","before":"cashier"`) {
		t.Errorf("%+v, %v", entries, err)
	}
}

// An owner must not be his own second owner: not by a new name, nor by another's
// role or password.
func TestApproval_ByWhomAnotherOwnerLetIn_WaitsADay(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, later := s.signedIn(store.RoleOwner), s.clock.now().Add(store.SecondOwnerWait)
	s.signedIn(store.RoleCashier)
	approvesFrom := func(id int64) time.Time {
		u, err := s.store.User(t.Context(), id)
		s.must(err)
		return u.ApprovesFrom
	}
	s.browser().post(owner.invites("Associée", store.RoleOwner), joining())
	owner.post("/team/2", what("role", "role", "owner"))
	for _, id := range []int64{2, 3} {
		if got := approvesFrom(id); !got.Equal(later) {
			t.Errorf("%d approves from %v", id, got)
		}
	}
	s.clock.pass(time.Hour)
	s.browser().post(owner.post("/team/3", what("reset")).oneTimeLink(t), joining())
	if got := approvesFrom(3); !got.Equal(later.Add(time.Hour)) {
		t.Errorf("with a new password from %v", got)
	}
	if got := approvesFrom(1); !got.IsZero() {
		t.Errorf("the first owner from %v", got)
	}
}

func TestApproval_ByAnOwnerAddedByCommand_WaitsADay_AndIsInTheJournal(t *testing.T) {
	t.Parallel()
	s, asker, _ := partners(t)
	added, password, err := s.server.desk.Access.AddByCommand(t.Context(), "Associée", store.RoleOwner)
	s.must(err)
	approves := func(phone string) answer {
		asker.guess("owner", testPassword)
		second := s.browser()
		second.guess(added.Name, password)
		path := asker.payOut("/withdraw", payoutOf("20 000", phone))
		return second.post(path+"/approve", url.Values{"password": {password}})
	}
	if got := approves("677123456"); got.status == http.StatusSeeOther {
		t.Errorf("at once: approved with %d", got.status)
	}
	if page := asker.get("/audit").body; !strings.Contains(page, "ajoutée depuis le serveur") || !strings.Contains(page, added.Name) {
		t.Error("the journal does not tell")
	}
	s.clock.pass(store.SecondOwnerWait)
	if got := approves("677123450"); got.status != http.StatusSeeOther {
		t.Errorf("a day later: %d %s", got.status, problems(got))
	}
}

func TestPerson_TheLastOwner_Stays(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for _, form := range []url.Values{what("disable"), what("role", "role", "cashier")} {
		if got := owner.post("/team/1", form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "dernier propriétaire") {
			t.Errorf("%v answered %d", form, got.status)
		}
	}
	if got := owner.get("/team"); got.status != http.StatusOK {
		t.Errorf("he is no owner any more: %d", got.status)
	}
}

func TestPerson_Reset_GivesANewPassword_AndEndsTheOldOne(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
	old := owner.post("/team/2", what("reset")).oneTimeLink(t)
	link := owner.post("/team/2", what("reset")).oneTimeLink(t)
	if got := s.browser().get(old); got.status != http.StatusGone {
		t.Errorf("the link before answered %d", got.status)
	}
	if got := cashier.get("/"); got.status != http.StatusOK {
		t.Errorf("before it is used: %d", got.status)
	}
	if got := s.browser().post(link, joining()); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d", got.status)
	}
	if got := cashier.get("/"); got.status != http.StatusSeeOther {
		t.Errorf("his old session answers %d", got.status)
	}
	for password, status := range map[string]int{testPassword: http.StatusUnprocessableEntity, chosen: http.StatusSeeOther} {
		if got := s.browser().post("/signin", url.Values{"name": {"cashier"}, "password": {password}}); got.status != status {
			t.Errorf("%q answered %d", password, got.status)
		}
	}
}

func TestPeople_WithoutThePassword_NothingChanges(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.user("Caisse", store.RoleCashier)
	for _, form := range []url.Values{what("disable"), what("role", "role", "owner"), what("reset"), what("nonsense")} {
		form.Set("password", "not mine")
		if got := owner.post("/team/2", form); got.status == http.StatusSeeOther || got.status == http.StatusOK {
			t.Errorf("%v answered %d", form, got.status)
		}
		owner.s.clock.pass(time.Hour) // guesses are limited
	}
	u, err := s.store.User(t.Context(), 2)
	if err != nil || u.Role != store.RoleCashier || !u.Active() {
		t.Errorf("%+v, %v", u, err)
	}
}

var endForm = regexp.MustCompile(`name="session" value="([0-9a-f]{64})"`)

func TestSessions_AreEndedOneOrAll_ButOnlyOnesOwn(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	first := s.signedIn(store.RoleCashier)
	signIn := func() *browser {
		b := s.browser()
		b.post("/signin", url.Values{"name": {"cashier"}, "password": {testPassword}}, header("User-Agent", "Mozilla/5.0 (Linux; Android 10) Chrome/120.0"))
		return b
	}
	second, third := signIn(), signIn()
	page := first.get("/account").body
	if !strings.Contains(page, "Chrome, Android") || !strings.Contains(page, "127.0.0.1") {
		t.Errorf("no device on %s", page)
	}
	ids := endForm.FindAllStringSubmatch(page, -1)
	if len(ids) != 2 {
		t.Fatalf("%d sessions can be ended", len(ids))
	}
	other := s.signedIn(store.RoleAccountant)
	for _, id := range ids {
		other.post("/account/sessions/end", url.Values{"session": {id[1]}})
	}
	for _, b := range []*browser{second, third} {
		if got := b.get("/"); got.status != http.StatusOK {
			t.Fatalf("somebody else ended it: %d", got.status)
		}
	}
	first.post("/account/sessions/end", url.Values{"session": {ids[0][1]}})
	if a, b := second.get("/").status, third.get("/").status; a+b != http.StatusOK+http.StatusSeeOther {
		t.Errorf("one of two was ended: %d, %d", a, b)
	}
	signIn()
	first.post("/account/sessions/end", url.Values{"session": {"all"}})
	if got := first.get("/account"); got.status != http.StatusOK || len(endForm.FindAllString(got.body, -1)) != 0 {
		t.Errorf("all others: %d", got.status)
	}
	owner := s.signedIn(store.RoleOwner)
	owner.post("/team/1/sessions/end", url.Values{"session": {"all"}})
	if got := first.get("/"); got.status != http.StatusSeeOther {
		t.Errorf("an owner ended it: %d", got.status)
	}
}

func TestPassword_ChangedByOneself_EndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	first := s.signedIn(store.RoleCashier)
	second := s.browser()
	second.post("/signin", url.Values{"name": {"cashier"}, "password": {testPassword}})
	for field, form := range map[string]url.Values{
		"new_password": {"new_password": {"short"}, "password": {testPassword}},
		"password":     {"new_password": {chosen}, "password": {"wrong"}},
	} {
		if got := first.post("/account/password", form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+field+`-error"`) {
			t.Errorf("%s: %d", field, got.status)
		}
	}
	if got := first.post("/account/password", url.Values{"new_password": {chosen}, "password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if a, b := first.get("/account").status, second.get("/account").status; a != http.StatusOK || b != http.StatusSeeOther {
		t.Errorf("this one %d, the other %d", a, b)
	}
}
