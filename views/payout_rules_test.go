package views_test

// The screens by which an owner says where money may go, each in its states.

import (
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"comptoir/store"
	"comptoir/views"
)

func savedRecipients() []store.Recipient {
	return []store.Recipient{
		{ID: 2, Name: "Fournisseur de savon, dépôt de Bonamoussadi", Phone: "237696546822", Operator: "ORANGE", CreatedAt: now.Add(-time.Hour)},
		{ID: 1, Name: "Caisse", Phone: "237677123456", Operator: "MTN", CreatedAt: now.Add(-72 * time.Hour)},
	}
}

// rules has a value in each field.
func rules() store.PayoutRules {
	return store.PayoutRules{
		MostEach: 5_000_000, MostDay: 20_000_000, CountDay: 10, FromHour: 8, ToHour: 20, SavedOnly: true,
		NewRecipientWait: 24 * time.Hour, ApprovalAbove: 10_000_000, AirtimeDay: 1_000_000, UpdatedAt: now.Add(-time.Hour), UpdatedBy: 1,
	}
}

func frozen(r store.PayoutRules) store.PayoutRules {
	r.Frozen = true
	return r
}

func rulesPage(r store.PayoutRules, form views.PayoutRulesForm) templ.Component {
	return views.PayoutRulesPage(page("/payout-rules"), views.PayoutRulesProps{Rules: r, ChangedBy: "Propriétaire Exemple", Form: form})
}

func ruleScreens() map[string]templ.Component {
	p := page("/recipients")
	wrong := views.PayoutRulesForm{
		MostEach: "beaucoup", CountDay: "0", FromHour: "8", ToHour: "25",
		Errors: views.Errors{
			"most_each": {Problem: views.ProblemAmountLetters}, "count_day": {Problem: views.ProblemWhole, Detail: "9999"},
			"from_hour": {Problem: views.ProblemHourPair}, "to_hour": {Problem: views.ProblemHour}, "password": {Problem: views.ProblemPassword},
		},
	}
	return map[string]templ.Component{
		"recipients":         views.RecipientsPage(p, views.RecipientsProps{Recipients: savedRecipients(), Wait: 24 * time.Hour, Older: 1}),
		"recipients-empty":   views.RecipientsPage(p, views.RecipientsProps{}),
		"recipients-nothing": views.RecipientsPage(p, views.RecipientsProps{Search: "zzz"}),
		"recipient-new":      views.RecipientNewPage(p, views.RecipientForm{}),
		"recipient-errors": views.RecipientNewPage(p, views.RecipientForm{Phone: "6 77 12 34 56", Errors: views.Errors{
			"name": {Problem: views.ProblemRecipientName}, "phone": {Problem: views.ProblemRecipientSaved, Detail: "Caisse"},
		}}),
		"recipient-remove":    views.RecipientRemovePage(p, savedRecipients()[0]),
		"payout-rules":        rulesPage(rules(), views.PayoutRulesAsTyped(french, rules())),
		"payout-rules-never":  views.PayoutRulesPage(page("/payout-rules"), views.PayoutRulesProps{}),
		"payout-rules-frozen": rulesPage(frozen(rules()), views.PayoutRulesAsTyped(french, rules())),
		"payout-rules-errors": rulesPage(rules(), wrong),
		"unfreeze":            views.UnfreezePage(p, "1", views.Errors{"password": {Problem: views.ProblemPassword}}),
	}
}

func TestPayoutRules_TheStateIsTheHeading_AndOnlyTheOtherOneIsOffered(t *testing.T) {
	actions := func(r store.PayoutRules) (tone string, ways []string) {
		root := tree(french, t, rulesPage(r, views.PayoutRulesForm{}))
		state := elements(root, func(n *html.Node) bool { return hasClass(n, "status") })[0]
		if len(elements(state, tag("h1"))) != 1 {
			t.Error("the state is not the heading")
		}
		for _, way := range []string{"/payout-rules/freeze", "/payout-rules/unfreeze"} {
			if len(elements(root, func(n *html.Node) bool { return attr(n, "action") == way || attr(n, "href") == way })) > 0 {
				ways = append(ways, way)
			}
		}
		return attr(state, "class"), ways
	}
	if tone, ways := actions(rules()); tone != "card status quiet" || len(ways) != 1 || ways[0] != "/payout-rules/freeze" {
		t.Errorf("open: %s, %v", tone, ways)
	}
	if tone, ways := actions(frozen(rules())); tone != "card status bad" || len(ways) != 1 || ways[0] != "/payout-rules/unfreeze" {
		t.Errorf("frozen: %s, %v", tone, ways)
	}
}

func TestRecipients_TooNewForTheRules_AreMarked(t *testing.T) {
	root := tree(french, t, ruleScreens()["recipients"])
	rows := elements(elements(root, tag("tbody"))[0], tag("tr"))
	for i, want := range []int{1, 0} {
		if got := len(elements(rows[i], func(n *html.Node) bool { return hasClass(n, "badge") })); got != want {
			t.Errorf("row %d has %d marks, want %d", i, got, want)
		}
	}
}
