package handlers

// Links that are made, changed, put away, and made many at once.

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/handlers/links"
	"comptoir/handlers/web"
	"comptoir/store"
)

func linkFields(fields ...string) url.Values {
	form := url.Values{"operation": {newOperation()}, "amount": {"500"}, "description": {"Pain"}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

// makes makes a link and returns it.
func (b *browser) makes(fields ...string) store.LinkWithState {
	b.s.t.Helper()
	got := b.post("/links", linkFields(fields...))
	id, err := strconv.ParseInt(strings.TrimPrefix(got.header.Get("Location"), "/links/"), 10, 64)
	if err != nil {
		b.s.t.Fatalf("answered %d: %s", got.status, got.body)
	}
	return b.s.link(id)
}

func (s *shop) link(id int64) store.LinkWithState {
	s.t.Helper()
	l, err := s.store.Link(s.t.Context(), id)
	s.must(err)
	return l
}

func TestLinkNew_KindsAmountsAndLimits_AreKept(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	l := owner.makes("kind", "reusable", "amount_kind", "open", "amount", "", "most_payments", "3", "most_money", "10 000", "expires", "2026-03-10")
	if l.Kind != store.LinkReusable || l.Amount != 0 || l.MostPayments != 3 || l.MostMoney != money.Francs(10_000) ||
		l.ExpiresAt.UTC().Format("2006-01-02 15:04") != "2026-03-10 23:00" { // midnight in Douala
		t.Errorf("kept as %+v", l.PaymentLink)
	}
	if page := owner.get(web.ItemPath("/links/", l.ID)); !strings.Contains(page.body, s.url+"/p/"+l.Slug) {
		t.Error("its page does not show its address")
	}
	if l := owner.makes("amount_kind", "least"); !l.MayPayMore || l.Kind != store.LinkOnce {
		t.Errorf("kept as %+v", l.PaymentLink)
	}
}

func TestLinkNew_WrongLimits_AreNamedAndKept(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for field, value := range map[string]string{
		"kind": "forever", "amount_kind": "some", "most_payments": "0", "most_money": "12,5", "expires": "2020-01-01", "till": "99",
	} {
		fields := []string{field, value}
		if field == "till" {
			fields = append(fields, "kind", "counter")
		}
		got := owner.post("/links", linkFields(fields...))
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+field+`-error"`) {
			t.Errorf("%s %q: answered %d", field, value, got.status)
		}
	}
	if got := owner.post("/links", linkFields("expires", "tomorrow", "most_payments", "many")); !strings.Contains(got.body, `value="many"`) {
		t.Error("what was typed is lost")
	}
}

func TestCounter_IsAnOwnersToMakeAndReplace(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, cashier := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier)
	if got := cashier.post("/links", linkFields("kind", "counter", "amount_kind", "open")); got.status != http.StatusForbidden {
		t.Errorf("a cashier's: %d", got.status)
	}
	if strings.Contains(cashier.get("/links/new").body, `value="counter"`) {
		t.Error("a cashier is offered one")
	}
	l := owner.makes("kind", "counter", "amount_kind", "open", "amount", "")
	if got := cashier.post(web.ItemPath("/links/", l.ID)+"/replace", url.Values{"operation": {newOperation()}}); got.status != http.StatusForbidden {
		t.Errorf("replaced by a cashier: %d", got.status)
	}
	got := owner.post(web.ItemPath("/links/", l.ID)+"/replace", url.Values{"operation": {newOperation()}})
	if got.status != http.StatusSeeOther || got.header.Get("Location") == web.ItemPath("/links/", l.ID) || s.link(l.ID).ArchivedAt.IsZero() {
		t.Errorf("replaced: %d to %s", got.status, got.header.Get("Location"))
	}
}

func TestLink_ChangedByWhoMay_AndByNobodyElse(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, cashier, accountant := s.signedIn(store.RoleOwner), s.signedIn(store.RoleCashier), s.signedIn(store.RoleAccountant)
	owners, own := owner.makes("kind", "reusable"), cashier.makes("kind", "reusable")
	for _, act := range []string{"/edit", "/pause", "/resume", "/archive", "/restore"} {
		for name, c := range map[string]struct {
			by   *browser
			link store.LinkWithState
			may  bool
		}{
			"a cashier the owner's": {cashier, owners, false}, "an accountant": {accountant, owners, false},
			"a cashier her own": {cashier, own, true}, "an owner a cashier's": {owner, own, true},
		} {
			got := c.by.post(web.ItemPath("/links/", c.link.ID)+act, linkFields("amount", "700", "description", "Riz"))
			if (got.status == http.StatusSeeOther) != c.may || !c.may && got.status != http.StatusForbidden {
				t.Errorf("%s %s: %d", name, act, got.status)
			}
		}
	}
	if l := s.link(own.ID); l.Amount != money.Francs(700) || l.Description != "Riz" {
		t.Errorf("changed to %+v", l.PaymentLink)
	}
	s.clock.pass(24 * 60 * 60e9) // a cashier sees today's alone
	if got := s.as(cashier).post(web.ItemPath("/links/", own.ID)+"/pause", url.Values{}); got.status != http.StatusNotFound {
		t.Errorf("yesterday's: %d", got.status)
	}
}

// as signs a cashier in anew, whose session a night has ended.
func (s *shop) as(b *browser) *browser {
	s.t.Helper()
	if a := b.post("/signin", url.Values{"name": {string(store.RoleCashier)}, "password": {testPassword}}); a.status != http.StatusSeeOther {
		s.t.Fatalf("sign-in answered %d", a.status)
	}
	return b
}

func TestLink_PausedArchivedRestored_IsFoundWhereItIs(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	l := owner.makes("kind", "reusable", "description", "Cotisation")
	path := web.ItemPath("/links/", l.ID)
	owner.post(path+"/pause", url.Values{})
	if s.link(l.ID).PausedAt.IsZero() {
		t.Error("not paused")
	}
	owner.post(path+"/archive", url.Values{})
	if strings.Contains(owner.get("/links").body, "Cotisation") || !strings.Contains(owner.get("/links?show=archived&q=cotis").body, "Cotisation") {
		t.Error("it is in the wrong list")
	}
	owner.post(path+"/restore", url.Values{})
	if !strings.Contains(owner.get("/links").body, "Cotisation") {
		t.Error("it did not come back")
	}
	if copied := owner.get("/links/new?copy=" + strconv.FormatInt(l.ID, 10)); !strings.Contains(copied.body, `value="Cotisation"`) || strings.Contains(copied.body, l.Operation) {
		t.Error("the copy is not like it, or is it")
	}
}

func TestLink_OfManyPayments_ShowsItsNewestAndItsTotals(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	l := owner.makes("kind", "reusable", "amount_kind", "open", "amount", "")
	for i := range links.NewestAttempts + 2 {
		order := payments.LinkPayment{Operation: newOperation(), LinkID: l.ID, Amount: money.Francs(int64(100 + i)), Phone: "237677123456"}
		asked, err := s.service.PayLink(t.Context(), order)
		s.must(err)
		s.must(s.sandbox.Enter(asked.Reference, "1234"))
		s.work()
	}
	page := owner.get(web.ItemPath("/links/", l.ID))
	if rows := strings.Count(page.body, `<td class="when">`); rows != links.NewestAttempts || !strings.Contains(page.body, "1\u202f266") {
		t.Errorf("%d rows: %s", rows, page.body)
	}
	if all := owner.get("/transactions?link=" + strconv.FormatInt(l.ID, 10)); strings.Count(all.body, `<td class="when">`) != links.NewestAttempts+2 {
		t.Error("not all of them are listed")
	}
}

// sendsList sends a list of links, as a browser does.
func (b *browser) sendsList(operation, list, file string, more map[string]string) answer {
	b.s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"operation": operation, "list": list} {
		b.s.must(form.WriteField(name, value))
	}
	for name, value := range more {
		b.s.must(form.WriteField(name, value))
	}
	if file != "" {
		part, err := form.CreateFormFile("file", "list.csv")
		b.s.must(err)
		_, err = part.Write([]byte(file))
		b.s.must(err)
	}
	b.s.must(form.Close())
	return b.send(http.MethodPost, "/links/batch", nil, func(r *http.Request) {
		r.Body, r.ContentLength = readCloser{&body}, int64(body.Len())
		r.Header.Set("Content-Type", form.FormDataContentType())
	})
}

type readCloser struct{ *bytes.Buffer }

func (readCloser) Close() error { return nil }

const goodList = "Nom;Téléphone;Montant;Motif\nÉlève Un;677 12 34 56;25 000;Scolarité\n;;3000;Cahiers\n"

func TestBatch_PastedOrSent_IsShownAndThenMadeOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	operation := newOperation()
	shown := owner.sendsList(operation, "", "\uFEFF"+goodList, nil)
	if shown.status != http.StatusOK || !strings.Contains(shown.body, "28\u202f000") || !strings.Contains(shown.body, `name="confirm"`) {
		t.Fatalf("answered %d: %s", shown.status, shown.body)
	}
	if made, err := s.store.Links(t.Context(), store.LinkFilter{}); err != nil || len(made) != 0 {
		t.Fatalf("%d made before it was confirmed, %v", len(made), err)
	}
	var page string
	for range 2 {
		page = owner.sendsList(operation, goodList, "", map[string]string{"confirm": "yes"}).header.Get("Location")
	}
	s.work()
	made, err := s.store.Links(t.Context(), store.LinkFilter{})
	s.must(err)
	if len(made) != 2 || made[1].FirstName != "Élève Un" || made[1].Phone != "237677123456" || made[0].Amount != money.Francs(3000) {
		t.Fatalf("made %+v", made)
	}
	if got := owner.get(page); strings.Count(got.body, `class="qr"`) != 2 || !strings.Contains(got.body, "wa.me/237677123456") {
		t.Errorf("its page: %s", got.body)
	}
	if got := owner.get(page + "/links.csv"); !strings.Contains(got.body, "Élève Un;6-77-12-34-56;25000;Scolarité") || strings.Count(got.body, "http") != 2 {
		t.Errorf("its file: %s", got.body)
	}
	cashier := s.signedIn(store.RoleCashier)
	if got := cashier.get(page + "/links.csv"); got.status != http.StatusForbidden {
		t.Errorf("a cashier's export: %d", got.status)
	}
}

func TestBatch_OneWrongRow_MakesNothingAndSaysWhich(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	for name, c := range map[string]struct{ list, want string }{
		"an amount":    {"A\t677123456\t500\tPain\nB\t677123456\tmille\tRiz", `<span class="line-of">Ligne</span> 2</td>`},
		"a number":     {"A,12,500,Pain", "wrong-row"},
		"no purpose":   {"A,677123456,500", "wrong-row"},
		"five columns": {"A,677123456,500,Pain,x", "wrong-row"},
		"nothing":      {"  \n\n", `id="f-list-error"`},
		"a heading":    {"nom,tel,montant,motif", `id="f-list-error"`},
		"too long":     {strings.Repeat("A,677123456,500,Pain\n", payments.MaxBatch+1), `id="f-list-error"`},
		"no text":      {"A,677123456,500,\x00\x81", `id="f-list-error"`},
		"too large":    {strings.Repeat("x", links.MostBatchBytes+1), `id="f-list-error"`},
	} {
		got := owner.sendsList(newOperation(), c.list, "", map[string]string{"confirm": "yes"})
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, c.want) {
			t.Errorf("%s: answered %d, without %s", name, got.status, c.want)
		}
		if name == "an amount" && !strings.Contains(got.body, "mille\tRiz") {
			t.Error("the list is lost")
		}
	}
	if made, err := s.store.Links(t.Context(), store.LinkFilter{}); err != nil || len(made) != 0 {
		t.Errorf("%d made, %v", len(made), err)
	}
}
