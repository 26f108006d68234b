package handlers

// The owner's rules: changed and thawed with the password, frozen at one tap.

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// wholeRules fills every field of the form.
func wholeRules() url.Values {
	return url.Values{
		"most_each": {"50 000"}, "most_day": {"200000 FCFA"}, "count_day": {"10"}, "airtime_day": {"10 000"}, "saved_only": {"yes"},
		"wait_hours": {"24"}, "from_hour": {"8"}, "to_hour": {"20"}, "approval_above": {"100000"}, "password": {testPassword},
	}
}

func (s *shop) rules() store.PayoutRules {
	s.t.Helper()
	rules, err := s.store.PayoutRules(s.t.Context())
	s.must(err)
	rules.UpdatedAt, rules.UpdatedBy = time.Time{}, 0
	return rules
}

func TestPayoutRules_AreKeptAudited_AndShownAgainAsTheyCanBeTyped(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("second owner", store.RoleOwner)
	owner := s.signedIn(store.RoleOwner)
	want := store.PayoutRules{
		MostEach: money.Francs(50_000), MostDay: money.Francs(200_000), CountDay: 10, FromHour: 8, ToHour: 20, SavedOnly: true,
		NewRecipientWait: 24 * time.Hour, ApprovalAbove: money.Francs(100_000), AirtimeDay: money.Francs(10_000),
	}
	if got := owner.post("/payout-rules", wholeRules()); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if got := s.rules(); got != want {
		t.Fatalf("kept %+v", got)
	}
	// Sent again as the page shows them, they are the same.
	page, again := owner.get("/payout-rules").body, url.Values{"saved_only": {"yes"}, "password": {testPassword}}
	for name := range wholeRules() {
		if _, field, found := strings.Cut(page, `name="`+name+`" type="text" value="`); found {
			value, _, _ := strings.Cut(field, `"`)
			again.Set(name, value)
		}
	}
	if got := owner.post("/payout-rules", again); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if got := s.rules(); got != want {
		t.Fatalf("sent again as shown: %+v, typed %v", got, again)
	}
	// Empty fields limit nothing.
	if got := owner.post("/payout-rules", url.Values{"password": {testPassword}}); got.status != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	got := s.rules()
	if got.ApprovalHeld != want.ApprovalAbove { // the threshold alone waits
		t.Fatalf("held are %d", got.ApprovalHeld)
	}
	got.ApprovalHeld, got.HeldUntil = 0, time.Time{}
	if got != (store.PayoutRules{}) {
		t.Fatalf("empty fields are %+v", got)
	}
	if acts := s.audited("payout_rules"); len(acts) != 3 {
		t.Errorf("audited %v", acts)
	}
}

// Whoever asks cannot approve: alone, he would wait for nobody.
func TestPayoutRules_ApprovalOfALoneOwner_IsRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.user("Caisse", store.RoleCashier)
	for locale, text := range map[string]string{"fr": "seul propriétaire", "en": "only owner"} {
		owner.speak(locale)
		owner.post("/payout-rules", wholeRules()).mustSay(t, "approval_above", text, "100000")
	}
	s.user("second owner", store.RoleOwner)
	if got := owner.post("/payout-rules", wholeRules()); got.status != http.StatusSeeOther {
		t.Fatalf("with two owners answered %d", got.status)
	}
}

func TestPayoutRules_WrongInput_IsSaidOnTheField_AndNothingChanges(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("second owner", store.RoleOwner)
	owner := s.signedIn(store.RoleOwner)
	for _, c := range []struct{ field, typed, fr, en string }{
		{"most_each", "beaucoup", "en chiffres", "in digits"},
		{"most_day", "0", "plus grand que zéro", "more than zero"},
		{"airtime_day", "12,5", "Pas de centimes", "No decimals"},
		{"approval_above", "-5", "sans signe", "without"},
		{"count_day", "0", "de 1 à 9999", "from 1 to 9999"},
		{"count_day", "dix", "de 1 à 9999", "from 1 to 9999"},
		{"wait_hours", "721", "de 1 à 720", "from 1 to 720"},
		{"from_hour", "25", "de 0 à 24", "from 0 to 24"},
		{"to_hour", "20h", "de 0 à 24", "from 0 to 24"},
		{"from_hour", "", "les deux heures", "both hours"},
		{"to_hour", "", "les deux heures", "both hours"},
		{"to_hour", "8", "identiques", "are the same"},
	} {
		for locale, text := range map[string]string{"fr": c.fr, "en": c.en} {
			owner.speak(locale)
			form := wholeRules()
			form.Set(c.field, c.typed)
			got := owner.post("/payout-rules", form)
			form.Del("password")
			form.Del("saved_only")
			var kept []string
			for name := range form {
				kept = append(kept, form.Get(name))
			}
			got.mustSay(t, c.field, text, kept...)
			if strings.Contains(got.body, testPassword) {
				t.Error("the password came back")
			}
		}
	}
	if got := s.rules(); got != (store.PayoutRules{}) || len(s.audited("payout_rules")) != 0 {
		t.Errorf("changed to %+v", got)
	}
}

func TestPayoutRules_HoursOverMidnight_AndTheWholeDay(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("second owner", store.RoleOwner)
	owner := s.signedIn(store.RoleOwner)
	for typed, want := range map[[2]string][2]int{{"22", "6"}: {22, 6}, {"0", "24"}: {0, 24}, {"24", "6"}: {0, 6}} {
		form := wholeRules()
		form.Set("from_hour", typed[0])
		form.Set("to_hour", typed[1])
		if got := owner.post("/payout-rules", form); got.status != http.StatusSeeOther {
			t.Fatalf("%v answered %d: %s", typed, got.status, got.body)
		}
		if got := s.rules(); got.FromHour != want[0] || got.ToHour != want[1] {
			t.Errorf("%v is kept as %d to %d", typed, got.FromHour, got.ToHour)
		}
	}
	form := wholeRules() // no hour of the day is left
	form.Set("from_hour", "24")
	form.Set("to_hour", "0")
	owner.post("/payout-rules", form).mustSay(t, "to_hour", "identiques")
}

func TestPayoutRules_WrongPassword_ChangesNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	if got := owner.post("/payout-rules/freeze", url.Values{}); got.status != http.StatusSeeOther {
		t.Fatalf("freezing answered %d: %s", got.status, got.body)
	}
	before := s.rules()
	for password, said := range map[string]string{"": "mot de passe", "another password": "pas votre mot de passe"} {
		form := wholeRules()
		form.Set("password", password)
		owner.post("/payout-rules", form).mustSay(t, "password", said, "50 000", "8")
		owner.post("/payout-rules/unfreeze", url.Values{"password": {password}}).mustSay(t, "password", said)
	}
	if got := s.rules(); got != before || !got.Frozen {
		t.Errorf("changed to %+v", got)
	}
	if acts := s.audited("payout_rules"); len(acts) != 1 {
		t.Errorf("audited %v", acts)
	}
	if strings.Contains(s.log.String(), "another password") {
		t.Error("a typed password is in the log")
	}
}

func TestFreeze_IsOneTap_AndStaysThroughAChangeOfRules(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.user("second owner", store.RoleOwner)
	owner := s.signedIn(store.RoleOwner)
	if page := owner.get("/payout-rules").body; !strings.Contains(page, "status quiet") || !strings.Contains(page, `action="/payout-rules/freeze"`) {
		t.Fatalf("no way to freeze: %s", page)
	}
	if got := owner.get("/payout-rules/unfreeze"); got.status != http.StatusSeeOther {
		t.Errorf("there is nothing to unfreeze, and it answered %d", got.status)
	}
	owner.post("/payout-rules/freeze", url.Values{})
	if page := owner.get("/payout-rules").body; !strings.Contains(page, "status bad") || !strings.Contains(page, `href="/payout-rules/unfreeze"`) {
		t.Fatalf("it does not say that all is frozen: %s", page)
	}
	if got := owner.post("/payout-rules", wholeRules()); got.status != http.StatusSeeOther || !s.rules().Frozen {
		t.Fatalf("a change of rules answered %d, frozen %v", got.status, s.rules().Frozen)
	}
	if got := owner.get("/payout-rules/unfreeze"); got.status != http.StatusOK || !strings.Contains(got.body, `name="password"`) {
		t.Fatalf("answered %d: %s", got.status, got.body)
	}
	if got := owner.post("/payout-rules/unfreeze", url.Values{"password": {testPassword}}); got.status != http.StatusSeeOther || s.rules().Frozen {
		t.Fatalf("unfreezing answered %d, frozen %v", got.status, s.rules().Frozen)
	}
	if acts := s.audited("payout_rules"); len(acts) != 3 {
		t.Errorf("audited %v", acts)
	}
}

func TestPayoutRules_OfOthersThanOwners_AreRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for _, role := range []store.Role{store.RoleCashier, store.RoleAccountant} {
		b := s.sessionOf(role)
		for _, got := range []answer{
			b.get("/payout-rules"), b.get("/payout-rules/unfreeze"), b.post("/payout-rules", wholeRules()),
			b.post("/payout-rules/freeze", url.Values{}), b.post("/payout-rules/unfreeze", url.Values{"password": {testPassword}}),
		} {
			if got.status != http.StatusForbidden {
				t.Errorf("%s: answered %d", role, got.status)
			}
		}
	}
	if got := s.rules(); got != (store.PayoutRules{}) {
		t.Errorf("changed to %+v", got)
	}
}
