package handlers

// Saved recipients, as the owner keeps them.

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comptoir/store"
	"comptoir/views"
)

// audited are the acts on a subject, newest first.
func (s *shop) audited(subject string) (acts []string) {
	s.t.Helper()
	entries, err := s.store.Audit(s.t.Context(), store.AuditFilter{Subject: subject})
	s.must(err)
	for _, e := range entries {
		if e.UserID == 0 || len(e.Detail) == 0 || !e.At.Equal(s.clock.now()) {
			s.t.Errorf("the log does not say who did what, and when: %+v", e)
		}
		acts = append(acts, e.Act)
	}
	return acts
}

// mustSay is an answer of a form that was not taken: with its status, the text
// on the field, and what was typed.
func (a answer) mustSay(t *testing.T, field, text string, kept ...string) {
	t.Helper()
	if a.status != http.StatusUnprocessableEntity {
		t.Fatalf("answered %d: %s", a.status, a.body)
	}
	_, after, found := strings.Cut(a.body, `id="f-`+field+`-error"`)
	said, _, _ := strings.Cut(after, "</p>")
	if !found || !strings.Contains(said, text) {
		t.Errorf("%s says %q, want %q", field, said, text)
	}
	for _, value := range kept {
		if !strings.Contains(a.body, `value="`+value+`"`) {
			t.Errorf("%q was lost", value)
		}
	}
}

// speak has the signed-in reader's screens in a language.
func (b *browser) speak(locale string) {
	b.s.t.Helper()
	if got := b.post("/language", url.Values{"locale": {locale}}); got.status != http.StatusSeeOther {
		b.s.t.Fatalf("language answered %d", got.status)
	}
}

func TestRecipients_SavedOne_IsListedFoundAndAudited(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	if got := owner.get("/recipients"); !strings.Contains(got.body, `href="/recipients/new"`) || strings.Contains(got.body, "<table") {
		t.Fatalf("an empty list leads nowhere: %s", got.body)
	}
	got := owner.post("/recipients", url.Values{"name": {" Épicerie "}, "phone": {"6 99 12 34 56"}, "password": {testPassword}})
	if got.status != http.StatusSeeOther || got.header.Get("Location") != "/recipients" {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	saved, err := s.store.RecipientByPhone(t.Context(), "237699123456")
	s.must(err)
	if saved.Name != "Épicerie" || saved.Operator != "ORANGE" || !saved.CreatedAt.Equal(s.clock.now()) {
		t.Fatalf("saved as %+v", saved)
	}
	for q, want := range map[string]bool{"": true, "epicerie": true, "6 99 12": true, "boucherie": false} {
		list := owner.get("/recipients?q=" + url.QueryEscape(q)).body
		if found := strings.Contains(list, "/withdraw?recipient=1"); found != want {
			t.Errorf("searched %q: listed %v, want %v", q, found, want)
		}
	}
	if acts := s.audited("recipient"); len(acts) != 1 {
		t.Errorf("audited %v", acts)
	}
}

func TestRecipients_WrongInput_IsSaidOnTheField_InBothLanguages(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.post("/recipients", url.Values{"name": {"Caisse"}, "phone": {"677123456"}, "password": {testPassword}})
	long := strings.Repeat("a", views.MaxPersonName+1)
	for locale, texts := range map[string][]string{
		"fr": {"nom du destinataire", "caractères", "neuf chiffres", "ni MTN ni Orange", "déjà enregistré, sous le nom"},
		"en": {"recipient’s name", "characters", "nine digits", "neither MTN nor Orange", "saved already, under the name"},
	} {
		owner.speak(locale)
		send := func(name, phone string) answer {
			return owner.post("/recipients", url.Values{"name": {name}, "phone": {phone}, "password": {testPassword}})
		}
		owner.post("/recipients", url.Values{"name": {"Caisse"}, "phone": {"699123456"}}).mustSay(t, "password", map[string]string{"fr": "votre mot de passe", "en": "your password"}[locale], "Caisse")
		send("", "699123456").mustSay(t, "name", texts[0], "699123456")
		send(long, "699123456").mustSay(t, "name", texts[1], long)
		send("Boucherie", "12").mustSay(t, "phone", texts[2], "Boucherie", "12")
		send("Boucherie", "622123456").mustSay(t, "phone", texts[3], "Boucherie", "622123456")
		send("Boucherie", "+237 6 77 12 34 56").mustSay(t, "phone", texts[4], "Boucherie", "+237 6 77 12 34 56")
	}
	all, err := s.store.Recipients(t.Context(), store.RecipientFilter{})
	s.must(err)
	if acts := s.audited("recipient"); len(all) != 1 || len(acts) != 1 {
		t.Errorf("%d saved, audited %v", len(all), acts)
	}
}

func TestRecipients_RemovingAsksFirst(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.post("/recipients", url.Values{"name": {"Boucherie"}, "phone": {"677123456"}, "password": {testPassword}})
	if got := owner.get("/recipients/1/remove"); got.status != http.StatusOK || !strings.Contains(got.body, "Boucherie") || !strings.Contains(got.body, `action="/recipients/1/remove"`) {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if _, err := s.store.Recipient(t.Context(), 1); err != nil {
		t.Fatalf("the question removed it: %v", err)
	}
	if got := owner.post("/recipients/1/remove", url.Values{}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if list := owner.get("/recipients").body; strings.Contains(list, "Boucherie") {
		t.Error("it is still listed")
	}
	if got := owner.post("/recipients/1/remove", url.Values{}); got.status != http.StatusNotFound {
		t.Errorf("a second time answered %d", got.status)
	}
	if acts := s.audited("recipient"); len(acts) != 2 {
		t.Errorf("audited %v", acts)
	}
	if got := owner.post("/recipients", url.Values{"name": {"Boucherie"}, "phone": {"677123456"}, "password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Errorf("saving it again answered %d", got.status)
	}
}

func TestRecipients_TooNewForTheRules_SayUntilWhen(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.post("/recipients", url.Values{"name": {"Caisse"}, "phone": {"677123456"}, "password": {testPassword}})
	s.must(s.service.SetRules(t.Context(), store.PayoutRules{NewRecipientWait: 2 * time.Hour}, "", 1))
	if list := owner.get("/recipients").body; !strings.Contains(list, "12:30") { // saved at 10:30 in Douala
		t.Error("it does not say until when")
	}
	s.clock.pass(2 * time.Hour)
	if list := owner.get("/recipients").body; strings.Contains(list, "badge wait") {
		t.Error("it still waits")
	}
}

func TestRecipients_OfOthersThanOwners_AreRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.signedIn(store.RoleOwner).post("/recipients", url.Values{"name": {"Caisse"}, "phone": {"677123456"}, "password": {testPassword}})
	for _, role := range []store.Role{store.RoleCashier, store.RoleAccountant} {
		b := s.sessionOf(role)
		for _, got := range []answer{
			b.get("/recipients"), b.get("/recipients/new"), b.get("/recipients/1/remove"),
			b.post("/recipients/1/remove", url.Values{}), b.post("/recipients", url.Values{"name": {"Moi"}, "phone": {"699123456"}, "password": {testPassword}}),
		} {
			if got.status != http.StatusForbidden || strings.Contains(got.body, "6\u00a077") {
				t.Errorf("%s: answered %d", role, got.status)
			}
		}
	}
	all, err := s.store.Recipients(t.Context(), store.RecipientFilter{})
	s.must(err)
	if len(all) != 1 || all[0].Name != "Caisse" {
		t.Errorf("%+v", all)
	}
}

func TestRecipients_ChosenFromAForm_KeepWhatWasTypedThereAndBack(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.post("/recipients", url.Values{"name": {"Boucherie"}, "phone": {"677123456"}, "password": {testPassword}})
	for _, way := range []string{"withdraw", "airtime"} {
		form := owner.get("/" + way).body
		if !strings.Contains(form, `name="for" value="`+way+`"`) || !strings.Contains(form, `formaction="/recipients"`) {
			t.Errorf("%s: the list is opened without what was typed", way)
		}
		typed := url.Values{"for": {way}, "amount": {"1 500"}, "phone": {"699"}, "description": {"Viande & os"}}
		list := owner.get("/recipients?" + typed.Encode()).body
		typed.Del("for")
		back := strings.ReplaceAll("/"+way+"?"+typed.Encode(), "&", "&amp;")
		typed.Del("phone")
		typed.Set("recipient", "1")
		chosen := "/" + way + "?" + typed.Encode()
		for _, want := range []string{`href="` + back + `"`, `href="` + strings.ReplaceAll(chosen, "&", "&amp;") + `"`, `name="amount" value="1 500"`} {
			if !strings.Contains(list, want) {
				t.Errorf("%s: the list has no %s", way, want)
			}
		}
		got := owner.get(chosen).body
		for _, want := range []string{`value="1 500"`, `value="Viande &amp; os"`, "value=\"6\u00a077\u00a012\u00a034\u00a056\""} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the form has no %s", way, want)
			}
		}
	}
	if got := owner.get("/recipients?for=//evil&amount=1").body; strings.Contains(got, `href="//evil`) || strings.Contains(got, `name="for"`) {
		t.Error("a strange form is led back to")
	}
}
