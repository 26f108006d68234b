package handlers

// What is wrong with a form is told once where it is one thing, and named at its top
// where it is several.

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comptoir/store"
)

var focused = regexp.MustCompile(`<(?:input|textarea|select|section)[^>]*autofocus[^>]*>`)

func TestForms_OneProblem_IsToldBesideItsFieldWhichHasTheFocus_AndSeveralAtTheTop(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	open := s.linked(0)
	fixed := s.linked(700)
	for name, c := range map[string]struct {
		path  string
		form  url.Values
		focus string // what has it
	}{
		"amount at the till":     {"/checkout/qr", url.Values{"amount": {"x"}}, `id="f-amount"`},
		"phone at the till":      {"/checkout/phone", url.Values{"amount": {"500"}, "phone": {"12"}}, `id="f-phone"`},
		"amount of a link":       {"/links", url.Values{"amount": {""}, "description": {"Pain"}}, `id="f-amount"`},
		"kind of a link's price": {"/links", url.Values{"amount": {"500"}, "description": {"Pain"}, "amount_kind": {"odd"}}, `name="amount_kind"`},
		"withdrawal":             {"/withdraw", url.Values{"amount": {"500"}, "phone": {""}}, `id="f-phone"`},
		"password":               {"/account/password", url.Values{"password": {"wrong"}, "new_password": {"a long enough one"}}, `id="f-password"`},
		"customer's amount":      {"/p/" + open.Slug, url.Values{"amount": {""}, "phone": {"677123456"}}, `id="f-amount"`},
		"customer's phone":       {"/p/" + fixed.Slug, url.Values{"shown": {"700"}, "phone": {"1"}}, `id="f-phone"`},
		"two of a withdrawal":    {"/withdraw", url.Values{"amount": {""}, "phone": {""}}, "summary"},
		"no form of ours":        {"/p/" + fixed.Slug, url.Values{"shown": {"700"}, "phone": {"677123456"}, "operation": {"odd"}}, "summary"},
	} {
		t.Run(name, func(t *testing.T) {
			if !c.form.Has("operation") {
				c.form.Set("operation", newOperation())
			}
			got := owner.post(c.path, c.form)
			first := focused.FindString(got.body)
			if got.status != 422 || !strings.Contains(first, c.focus) {
				t.Fatalf("answered %d, and the focus is on %q", got.status, first)
			}
			isSummed := strings.Contains(got.body, `aria-labelledby="summary-title"`)
			if isSummed != (c.focus == "summary") {
				t.Errorf("a summary: %v", isSummed)
			}
			if !isSummed && strings.Count(got.body, `class="field-error"`) != 1 {
				t.Errorf("%d problems are told", strings.Count(got.body, `class="field-error"`))
			}
		})
	}
}

func TestCustomer_ARefusedAmountOfALinkThatHasNoFieldForIt_IsTold(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.linked(700)
	s.answers("/collect/", 400, `{"message":"Invalid amount","error_code":"ER201"}`)
	got := s.browser().paysLink(l, "shown", "700")
	if got.status != 422 || !strings.Contains(got.body, `aria-labelledby="summary-title"`) {
		t.Fatalf("answered %d\n%s", got.status, problems(got))
	}
}
