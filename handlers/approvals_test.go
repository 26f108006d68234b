package handlers

// Approvals and decisions: what a second owner, and a day later a person, may
// do, and what nobody may.

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"comptoir/campay/sandbox"
	"comptoir/handlers/out"
	"comptoir/handlers/web"
	"comptoir/store"
)

// partners is a till with a threshold and two owners.
func partners(t *testing.T) (s *shop, asker, other *browser) {
	t.Helper()
	s, asker = fundedShop(t)
	rules(store.PayoutRules{ApprovalAbove: 1_000_000})(s)
	s.user("second", store.RoleOwner)
	other = s.browser()
	other.post("/signin", url.Values{"name": {"second"}, "password": {testPassword}})
	return s, asker, other
}

func TestApproval_WaitsForTheOtherOwner_AndIsSentOnce(t *testing.T) {
	t.Parallel()
	s, asker, other := partners(t)
	form := payoutOf("20 000", "677123456")
	if got := asker.post("/withdraw", form); !strings.Contains(got.body, "Il faut l’approbation d’un autre propriétaire") || !strings.Contains(got.body, "Demander l’approbation") {
		t.Fatal("the review does not say that it waits")
	}
	path := asker.post("/withdraw/confirm", confirmed(form)).header.Get("Location")
	if again := asker.post("/withdraw/confirm", confirmed(form)).header.Get("Location"); path != "/approvals/1" || again != path {
		t.Fatalf("led to %s and %s", path, again)
	}
	s.wantLedger(0)
	if own := asker.get(path).body; strings.Contains(own, path+`/approve"`) || !strings.Contains(own, "Qui demande n’approuve pas") || !strings.Contains(own, path+`/refuse"`) {
		t.Error("whoever asked is not told that he cannot approve")
	}
	if got := asker.post(path+"/approve", url.Values{"password": {testPassword}}); got.status != http.StatusForbidden {
		t.Errorf("his own approval answered %d", got.status)
	}
	if got := other.get("/"); !strings.Contains(got.body, `href="/approvals"`) || !strings.Contains(got.body, "attend une approbation") {
		t.Error("home does not tell that something waits")
	}
	if got := other.post(path+"/approve", url.Values{"password": {"wrong"}}); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-password-error"`) {
		t.Errorf("a wrong password answered %d", got.status)
	}
	s.wantLedger(0)
	if got := other.post(path+"/approve", url.Values{"password": {testPassword}}); got.header.Get("Location") != "/transactions/1" {
		t.Fatalf("answered %d, to %s: %s", got.status, got.header.Get("Location"), problems(got))
	}
	if got := other.post(path+"/approve", url.Values{"password": {testPassword}}); got.header.Get("Location") != path {
		t.Errorf("approving again led to %s", got.header.Get("Location"))
	}
	if got := asker.get(path); !strings.Contains(got.body, "déjà close") && !strings.Contains(got.body, `href="/transactions/1"`) {
		t.Error("the approval does not lead to its transaction")
	}
	s.wantLedger(1)
}

func TestApproval_RefusedByEither_SendsNothing(t *testing.T) {
	t.Parallel()
	s, asker, other := partners(t)
	for i, who := range []*browser{asker, other} {
		path := asker.payOut("/withdraw", payoutOf("20 000", "67712345"+string(rune('0'+i))))
		who.post(path+"/refuse", url.Values{})
		if got := asker.get(path); !strings.Contains(got.body, "status bad") || strings.Contains(got.body, path+"/") {
			t.Errorf("the page says %s", problems(got))
		}
		if got := other.post(path+"/approve", url.Values{"password": {testPassword}}); got.header.Get("Location") != path {
			t.Errorf("a refused one answered %d to %s", got.status, got.header.Get("Location"))
		}
	}
	if list := other.get("/approvals").body; strings.Count(list, "Refusé") != 2 {
		t.Error("the list does not keep them")
	}
	s.wantLedger(0)
}

func TestApproval_Expired_IsOver(t *testing.T) {
	t.Parallel()
	s, asker, other := partners(t)
	path := asker.payOut("/withdraw", payoutOf("20 000", "677123456"))
	s.clock.pass(25 * time.Hour)
	s.work()
	other.post("/signin", url.Values{"name": {"second"}, "password": {testPassword}})
	other.post(path+"/approve", url.Values{"password": {testPassword}})
	if got := other.get(path); !strings.Contains(got.body, "déjà close") || !strings.Contains(got.body, "Personne n’a répondu à temps") {
		t.Fatalf("the page says %s", problems(got))
	}
	s.wantLedger(0)
}

func TestApproval_BalanceGoneMeanwhile_SaysSoAndGoesOnWaiting(t *testing.T) {
	t.Parallel()
	s, asker, other := partners(t)
	path := asker.payOut("/withdraw", payoutOf("40 000", "677123456"))
	other.payOut("/withdraw", payoutOf("9 000", "677000000"))
	s.work()
	s.clock.pass(time.Minute)
	got := other.post(path+"/approve", url.Values{"password": {testPassword}})
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(problems(got), "MTN MoMo a 36\u202f000\u202fFCFA de disponible") {
		t.Fatalf("answered %d: %s", got.status, problems(got))
	}
	if !strings.Contains(other.get(path).body, path+"/approve") {
		t.Error("it waits no longer")
	}
	s.wantLedger(1)
}

func TestApproval_RefusedByCamPay_LeadsToWhatItSaid(t *testing.T) {
	t.Parallel()
	s, asker, other := partners(t)
	path := asker.payOut("/withdraw", payoutOf("20 000", "677123456"))
	s.answers("/api/withdraw/", 400, `{"message":"Some new words","error_code":"ER999"}`)
	to := other.post(path+"/approve", url.Values{"password": {testPassword}}).header.Get("Location")
	if got := other.get(to); !strings.Contains(got.body, "status bad") || !strings.Contains(got.body, "Some new words") {
		t.Fatalf("%q says %s", to, problems(got))
	}
}

// doubtful is the path of a withdrawal whose answer was lost.
func (b *browser) doubtful() string {
	b.s.t.Helper()
	b.s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointWithdraw})
	return b.payOut("/withdraw", payoutOf("5 000", "677123456"))
}

// watchADay lets a day pass in which CamPay is asked about what is in doubt, and
// what it tells of those days is read.
func (s *shop) watchADay() {
	s.t.Helper()
	for range 10 {
		s.clock.pass(3 * time.Hour)
		s.must(s.service.Work(s.t.Context()))
	}
}

func TestDecide_OnlyAfterADay_WithThePasswordAndAYes(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	path := owner.doubtful()
	decision := url.Values{"outcome": {"failed"}, "sure": {"decided"}, "password": {testPassword}}
	if strings.Contains(owner.get(path).body, path+"/decide") {
		t.Error("a person may decide at once")
	}
	owner.post(path+"/decide", decision)
	if got := owner.get(path); !strings.Contains(got.body, "status warn") || strings.Contains(got.body, "Compté") {
		t.Fatal("a decision was taken at once")
	}
	s.clock.pass(25 * time.Hour) // switched off: nobody has asked CamPay
	owner = s.sessionOf(store.RoleOwner)
	if strings.Contains(owner.get(path).body, path+`/decide"`) {
		t.Fatal("a person may decide, and nobody has asked CamPay")
	}
	s.watchADay()
	owner = s.sessionOf(store.RoleOwner)
	if !strings.Contains(owner.get(path).body, path+`/decide"`) {
		t.Fatal("nobody may decide")
	}
	for field, wrong := range map[string]url.Values{
		"password": with(decision, "password", "wrong"), "sure": with(decision, "sure", ""), "outcome": with(decision, "outcome", "pending"),
	} {
		got := owner.post(path+"/decide", wrong)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+field+`-error"`) {
			t.Errorf("%s: answered %d: %s", field, got.status, problems(got))
		}
	}
	if got := owner.post(path+"/decide", decision); got.header.Get("Location") != path {
		t.Fatalf("answered %d", got.status)
	}
	if got := owner.get(path); !strings.Contains(got.body, "Compté comme non parti") || strings.Contains(got.body, path+"/decide") {
		t.Fatalf("the page says %s", problems(got))
	}
	audit, err := s.store.Audit(t.Context(), store.AuditFilter{Subject: "transaction", SubjectID: 1})
	s.must(err)
	if len(audit) == 0 || audit[0].UserID != 1 {
		t.Errorf("the audit log holds %+v", audit)
	}
	s.wantLedger(0)
}

func TestDecide_ByAnybodyElse_OrOfAnythingElse_IsRefused(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	path, paid := owner.doubtful(), owner.collected("500", "677123456")
	s.watchADay()
	decision := url.Values{"outcome": {"failed"}, "sure": {"decided"}, "password": {testPassword}}
	if got := s.sessionOf(store.RoleAccountant); got.post(path+"/decide", decision).status != http.StatusForbidden || strings.Contains(got.get(path).body, "/decide") {
		t.Error("an accountant may decide")
	}
	owner = s.sessionOf(store.RoleOwner)
	owner.post(paid+"/decide", decision)
	if got := owner.get(paid); !strings.Contains(got.body, "status good") {
		t.Fatal("a paid collection was decided over")
	}
}

func TestDecide_ACollectionThatCamPayNeverAnswered_IsNeverCalledPaid(t *testing.T) {
	t.Parallel()
	for outcome, says := range map[string]string{"successful": "Compté comme reçu", "failed": "Compté comme non reçu"} {
		s, owner := fundedShop(t)
		s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointCollect})
		path := owner.request("500", "677123456")
		s.watchADay()
		owner = s.sessionOf(store.RoleOwner)
		if !strings.Contains(owner.get(path).body, "L’argent est arrivé") {
			t.Fatal("nobody may decide")
		}
		owner.post(path+"/decide", url.Values{"outcome": {outcome}, "sure": {"decided"}, "password": {testPassword}})
		if got := owner.get(path); !strings.Contains(got.body, says) || strings.Contains(got.body, "status good") {
			t.Errorf("%s: the page says %s", outcome, problems(got))
		}
	}
}

// However many wait, each is on some page of the list.
func TestApprovals_MoreThanTheFirstPageShows_AreOnTheNextPages(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for range out.WaitingShown + 2 {
			if _, err := tx.AddApproval(ctx, store.Approval{
				Operation: newOperation(), Kind: store.KindWithdraw, Origin: store.OriginPush, Asked: 100_000, Phone: "237677123456", Operator: "MTN",
				RequestedBy: 1, RequestedAt: s.clock.now(), ExpiresAt: s.clock.now().Add(time.Hour), State: store.ApprovalWaiting,
			}); err != nil {
				return err
			}
		}
		return nil
	}))
	pages := owner.get("/approvals").body
	for before := out.WaitingShown + 2; before > 0; before -= web.PageLength {
		pages += owner.get("/approvals?before=" + strconv.Itoa(before+1)).body
	}
	for id := 1; id <= out.WaitingShown+2; id++ {
		if !strings.Contains(pages, `href="/approvals/`+strconv.Itoa(id)+`"`) {
			t.Errorf("%d is on no page", id)
		}
	}
}

// Whoever may not approve yet is told before he tries, and when he does; what
// somebody asked for who is no owner any more has ended with that.
func TestApproval_ByANewOwner_SaysSinceWhen_AndOfOneWhoIsNoneHasEnded(t *testing.T) {
	t.Parallel()
	s, asker, other := partners(t)
	path := asker.payOut("/withdraw", payoutOf("20 000", "677123456"))
	says := func(want string) {
		t.Helper()
		for _, got := range []answer{other.get(path), other.post(path+"/approve", url.Values{"password": {testPassword}})} {
			if !strings.Contains(got.body, want) {
				t.Errorf("answered %d: %s", got.status, problems(got))
			}
		}
	}
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.SetApprovesFrom(ctx, 2, s.clock.now().Add(time.Hour))
	}))
	says("donner votre approbation à partir de")
	if got := other.get(path).body; strings.Contains(got, path+`/approve"`) || !strings.Contains(got, path+`/refuse"`) {
		t.Error("a form is shown that cannot be sent, or none to refuse")
	}
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.SetApprovesFrom(ctx, 2, s.clock.now()), tx.SetRole(ctx, 1, store.RoleCashier))
	}))
	if got := other.get(path); !strings.Contains(got.body, "Expiré") || strings.Contains(got.body, path+"/approve") {
		t.Errorf("it waits still: %s", problems(got))
	}
	if log, err := s.store.Audit(t.Context(), store.AuditFilter{Subject: "approval"}); err != nil || len(log) == 0 || log[0].Act != "payout.expired" {
		t.Errorf("its end is not in the audit log: %+v, %v", log, err)
	}
	if got := other.post(path+"/approve", url.Values{"password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Errorf("approved with %d", got.status)
	}
	s.wantLedger(0)
}

// The second owner reads what stands against an order before he tries.
func TestApproval_ThatTheBalanceDoesNotCover_SaysSoBeforeItIsTried(t *testing.T) {
	t.Parallel()
	_, asker, other := partners(t)
	path := asker.payOut("/withdraw", payoutOf("43 000", "677123456"))
	other.payOut("/withdraw", payoutOf("10 000", "677123450"))
	if got := other.get(path); got.status != http.StatusOK || !strings.Contains(got.body, path+`/approve"`) ||
		!strings.Contains(got.body, "de disponible") || strings.Contains(got.body, "Restera") {
		t.Fatalf("the page says %s", problems(got))
	}
}
