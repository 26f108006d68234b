package views_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"comptoir/store"
	"comptoir/views"
)

func TestLists_LeftEmptyByAFilter_NameItAndOfferToDoWithout(t *testing.T) {
	for name, list := range map[string]struct {
		screen templ.Component
		says   []string
		leads  []string
	}{
		"transactions by status":        {views.TransactionsPage(page("/transactions"), views.TransactionsProps{Status: store.StatusFailed}), []string{"Échouées"}, []string{"/transactions"}},
		"transactions, status and word": {views.TransactionsPage(page("/transactions"), views.TransactionsProps{Status: store.StatusFailed, Search: "savon"}), []string{"Échouées", "savon"}, []string{"/transactions?q=savon", "/transactions"}},
		"transactions of a link":        {views.TransactionsPage(page("/transactions"), views.TransactionsProps{Link: 3, Flagged: true}), []string{"Paiements d’un lien · À vérifier"}, []string{"/transactions"}},
		"links put away":                {views.LinksPage(page("/links"), views.LinksProps{Put: store.LinksArchived}), []string{"Archivés"}, []string{"/links"}},
		"webhooks refused":              {views.WebhooksPage(page("/webhooks"), views.WebhooksProps{Verdict: store.VerdictRefused}), []string{"Refusées"}, []string{"/webhooks"}},
		"journal of a person and days":  {views.AuditPage(page("/audit"), views.AuditProps{Kind: "link", Person: 1, From: "2026-11-02", People: []store.User{owner}}), []string{"Liens", owner.Name, "Du 2 nov. 2026"}, []string{"/audit"}},
	} {
		t.Run(name, func(t *testing.T) {
			empty := elements(tree(french, t, list.screen), func(n *html.Node) bool { return hasClass(n, "empty") })[0]
			shown := text(empty)
			for _, said := range list.says {
				if !strings.Contains(shown, said) {
					t.Errorf("%q is not said: %s", said, shown)
				}
			}
			if strings.Contains(shown, "mot plus court") {
				t.Errorf("a shorter word is asked for: %s", shown)
			}
			var leads []string
			for _, a := range elements(empty, tag("a")) {
				leads = append(leads, attr(a, "href"))
			}
			if !slices.Equal(leads, list.leads) {
				t.Errorf("leads to %v, not to %v", leads, list.leads)
			}
		})
	}
}

func TestTransactions_SearchThatDidNotLookAtAll_SaysHowFarItLookedAndGoesOn(t *testing.T) {
	left := views.Found{Left: 812, LeftAt: now.AddDate(0, -3, 0)}
	for name, c := range map[string]struct {
		props views.TransactionsProps
		says  []string
		on    bool // whether there is a way to look further
	}{
		"nothing so far":     {views.TransactionsProps{Search: "savon", Status: store.StatusFailed, Found: left}, []string{"Cherché jusqu’au moment suivant", "plus anciennes"}, true},
		"a short word":       {views.TransactionsProps{Search: "kg", Found: views.Found{Short: true, Left: 812}}, []string{"moins de trois lettres"}, true},
		"some so far":        {views.TransactionsProps{Search: "savon", Status: store.StatusFailed, Transactions: []store.Transaction{{ID: 900}}, Found: views.Found{Count: 1, Left: 812}}, []string{"Au moins 1 transaction trouvée"}, true},
		"all":                {views.TransactionsProps{Search: "savon", Transactions: []store.Transaction{{ID: 900}}, Found: views.Found{Count: 1, Whole: true}}, []string{"1 transaction trouvée"}, false},
		"more than a count":  {views.TransactionsProps{Search: "savon", Transactions: []store.Transaction{{ID: 900}}, Older: 900, Found: views.Found{Count: 1000}}, []string{"Au moins 1000 transactions trouvées"}, false},
		"nothing in the end": {views.TransactionsProps{Search: "savon", Found: views.Found{Whole: true}}, []string{"Rien ne correspond"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(french, t, views.TransactionsPage(page("/transactions"), c.props))
			for _, said := range c.says {
				if shown := text(root); !strings.Contains(shown, said) {
					t.Errorf("%q is not said: %s", said, shown)
				}
			}
			if nothing := elements(root, func(n *html.Node) bool { return hasClass(n, "empty") }); c.on && len(nothing) > 0 {
				t.Errorf("it is said that there is nothing: %s", text(nothing[0]))
			}
			on := elements(root, func(n *html.Node) bool {
				return n.Data == "a" && strings.Contains(attr(n, "href"), "before=812") && strings.Contains(attr(n, "href"), "q="+c.props.Search) &&
					(c.props.Status == "" || strings.Contains(attr(n, "href"), "status="))
			})
			if (len(on) == 1) != c.on {
				t.Errorf("%d ways to look further", len(on))
			}
		})
	}
}
