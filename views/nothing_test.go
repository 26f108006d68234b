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
