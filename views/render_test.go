package views_test

// Rules that hold for every screen in each of its states, in both languages.

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"comptoir/store"
	"comptoir/views"
)

func markup(ctx context.Context, t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tree(ctx context.Context, t *testing.T, c templ.Component) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(markup(ctx, t, c)))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// everyScreen runs check on every screen in both languages.
func everyScreen(t *testing.T, all map[string]templ.Component, check func(t *testing.T, root *html.Node)) {
	for name, c := range all {
		for language, ctx := range map[string]context.Context{"fr": french, "en": english} {
			t.Run(name+"/"+language, func(t *testing.T) { check(t, tree(ctx, t, c)) })
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}

// elements are those of root that match, in their order.
func elements(root *html.Node, match func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && match(n) {
			found = append(found, n)
		}
	}
	return found
}

func tag(name string) func(*html.Node) bool { return func(n *html.Node) bool { return n.Data == name } }

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

func TestScreens_HaveNothingThatTheContentSecurityPolicyBlocks(t *testing.T) {
	everyScreen(t, screens(), func(t *testing.T, root *html.Node) {
		for _, n := range elements(root, func(*html.Node) bool { return true }) {
			if n.Data == "style" || (n.Data == "script" && (n.FirstChild != nil || !strings.HasPrefix(attr(n, "src"), "/static/"))) {
				t.Errorf("<%s> inline", n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
					t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
				if strings.HasPrefix(strings.TrimSpace(strings.ToLower(a.Val)), "javascript:") {
					t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
			}
		}
	})
}

func TestScreens_EveryFieldHasALabelAndEveryControlAName(t *testing.T) {
	everyScreen(t, screens(), func(t *testing.T, root *html.Node) {
		labels := make(map[string]bool)
		for _, n := range elements(root, tag("label")) {
			labels[attr(n, "for")] = true
		}
		for _, n := range elements(root, tag("input")) {
			kind := attr(n, "type")
			if kind != "hidden" && !labels[attr(n, "id")] && n.Parent.Data != "label" {
				t.Errorf("no label for %s", attr(n, "name"))
			}
		}
		for _, n := range elements(root, func(n *html.Node) bool { return n.Data == "a" || n.Data == "button" || n.Data == "summary" }) {
			if text(n) == "" && attr(n, "aria-label") == "" {
				t.Errorf("<%s class=%q> says nothing", n.Data, attr(n, "class"))
			}
		}
		for _, n := range elements(root, tag("svg")) {
			if attr(n, "aria-hidden") != "true" && attr(n, "aria-label") == "" {
				t.Error("a picture that is neither named nor hidden")
			}
		}
	})
}

func TestScreens_EveryReferenceWithinThePageLeadsSomewhere(t *testing.T) {
	all := screens()
	delete(all, "styleguide") // shows components several times over, and so their ids
	everyScreen(t, all, func(t *testing.T, root *html.Node) {
		ids := make(map[string]bool)
		for _, n := range elements(root, func(n *html.Node) bool { return has(n, "id") }) {
			if ids[attr(n, "id")] {
				t.Errorf("id %s twice", attr(n, "id"))
			}
			ids[attr(n, "id")] = true
		}
		for _, n := range elements(root, func(*html.Node) bool { return true }) {
			for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "data-open", "data-copy"} {
				for id := range strings.FieldsSeq(attr(n, name)) {
					if !ids[id] {
						t.Errorf("<%s %s=%q> leads nowhere", n.Data, name, id)
					}
				}
			}
			if id, ok := strings.CutPrefix(attr(n, "href"), "#"); ok && !ids[id] {
				t.Errorf("link to #%s leads nowhere", id)
			}
		}
	})
}

func TestScreens_HaveOneMainHeadingALanguageAndATitle(t *testing.T) {
	all := screens()
	delete(all, "styleguide")
	everyScreen(t, all, func(t *testing.T, root *html.Node) {
		if n := len(elements(root, tag("h1"))); n != 1 {
			t.Errorf("%d main headings", n)
		}
		if page := elements(root, tag("html"))[0]; attr(page, "lang") == "" {
			t.Error("no language")
		}
		if title := elements(root, tag("title")); len(title) != 1 || strings.HasPrefix(text(title[0]), " ·") {
			t.Error("no title")
		}
	})
}

// anyKey is what a text looks like that no locale had.
var anyKey = regexp.MustCompile(`^(layout|nav|batch|notices?|receipt|poster|role|time|month|carrier|status|filter|flag|form|problem|field|payment|list|column|sign_in|home|balance|takings|request|payout|payout_rules|recipients|review|doubt|decide|approvals?|story|reconciliation|run|group|entry|lone|history|statement|chart|csv|transactions?|fact|origin|timeline|event|links?|link_new|link_edit|webhooks?|verdict|outcome|customer|error|flash|styleguide)\.[a-z0-9_.]+$`)

func TestScreens_ShowNoLocaleKeyAndNoEmptyPlaceholder(t *testing.T) {
	everyScreen(t, screens(), func(t *testing.T, root *html.Node) {
		check := func(s string) {
			if s = strings.TrimSpace(s); anyKey.MatchString(s) || strings.Contains(s, "<no value>") || strings.Contains(s, "{{") {
				t.Errorf("shows %q", s)
			}
		}
		for n := range root.Descendants() {
			if n.Type == html.TextNode {
				check(n.Data)
			}
			for _, a := range n.Attr {
				check(a.Val)
			}
		}
	})
}

func TestScreens_AllOfThemSayThatTheSandboxMovesNoMoney(t *testing.T) {
	all := screens()
	delete(all, "offline") // it tells nothing of the shop, so not that either
	everyScreen(t, all, func(t *testing.T, root *html.Node) {
		banner := elements(root, func(n *html.Node) bool { return hasClass(n, "sandbox") })
		if len(banner) != 1 || len(elements(banner[0], func(n *html.Node) bool { return attr(n, "href") == "/sandbox/phone" })) != 1 {
			t.Error("no banner with the way to the test phone")
		}
	})
	p := page("/")
	p.Sandbox = false
	if strings.Contains(markup(french, t, views.HomePage(p, home(balance()))), "/sandbox/") {
		t.Error("a real shop speaks of the sandbox")
	}
}

func TestScreens_TheLanguageSwitchComesBackToTheSamePage(t *testing.T) {
	p := page("/transactions?q=savon&status=failed")
	root := tree(english, t, views.TransactionsPage(p, views.TransactionsProps{Search: "savon", Status: store.StatusFailed}))
	form := elements(root, func(n *html.Node) bool { return attr(n, "action") == "/language" })[0]
	back := elements(form, func(n *html.Node) bool { return attr(n, "name") == "back" })[0]
	button := elements(form, tag("button"))[0]
	if attr(back, "value") != p.Path || attr(button, "name") != "locale" || attr(button, "value") != views.French || has(form, "hx-boost") != true {
		t.Errorf("back to %q by %s=%s", attr(back, "value"), attr(button, "name"), attr(button, "value"))
	}
}

func TestForms_AreSentOnceAndKeepWhatWasTyped(t *testing.T) {
	root := tree(french, t, views.LinkNewPage(page("/links/new"), wrongLink))
	form := elements(root, func(n *html.Node) bool { return attr(n, "action") == "/links" })[0]
	if !has(form, "data-once") || attr(form, "method") != "post" {
		t.Error("the form can be sent twice by a double click")
	}
	want := map[string]string{
		"operation": wrongLink.OperationID, "amount": wrongLink.Amount, "description": "", "first_name": "", "last_name": "",
		"phone": wrongLink.Phone, "email": wrongLink.Email, "redirect_url": wrongLink.RedirectURL, "failure_redirect_url": "",
	}
	for _, n := range elements(form, tag("input")) {
		name := attr(n, "name")
		value, isText := want[name]
		if isText && attr(n, "value") != value {
			t.Errorf("%s: %q, typed was %q", name, attr(n, "value"), value)
		}
		delete(want, name)
		if _, wrong := wrongLink.Errors[name]; wrong && isText && (attr(n, "aria-invalid") != "true" || !strings.Contains(attr(n, "aria-describedby"), name+"-error")) {
			t.Errorf("%s does not tell its problem", name)
		}
	}
	if len(want) != 0 {
		t.Errorf("fields missing: %v", want)
	}
	if fold := elements(form, tag("details"))[0]; !has(fold, "open") {
		t.Error("a problem is folded away")
	}
	if summary := elements(form, func(n *html.Node) bool { return hasClass(n, "summary") })[0]; len(elements(summary, tag("li"))) != len(wrongLink.Errors) {
		t.Error("the summary does not name every problem")
	}
}

func TestSignIn_NeverWritesAPasswordBack(t *testing.T) {
	for _, name := range []string{"signin", "signin-wrong"} {
		for _, n := range elements(tree(french, t, screens()[name]), func(n *html.Node) bool { return attr(n, "type") == "password" }) {
			if attr(n, "value") != "" {
				t.Errorf("%s: a password stands in the page", name)
			}
		}
	}
}

func TestCashier_SeesNeitherBalanceNorWebhooks(t *testing.T) {
	page := markup(french, t, screens()["home-cashier"])
	for _, forbidden := range []string{"/webhooks", "/balance", "123\u202f456"} {
		if strings.Contains(page, forbidden) {
			t.Errorf("the cashier's home has %q", forbidden)
		}
	}
}

func TestBalance_AsksForItselfOnHomeAndNotAgainInItsOwnAnswer(t *testing.T) {
	trigger := func(c templ.Component) bool {
		return len(elements(tree(french, t, c), func(n *html.Node) bool { return attr(n, "hx-trigger") == "load" })) > 0
	}
	if !trigger(views.HomePage(page("/"), home(balance()))) {
		t.Error("Home never asks for the balance")
	}
	if trigger(views.Balance(balance())) {
		t.Error("the answer asks again, for ever")
	}
}

func TestWaitingScreens_AreLiveAndAskAgainWithoutJavaScript(t *testing.T) {
	all := screens()
	for name, waits := range map[string]bool{"link-waiting": true, "transaction-a": true, "transaction-b": false, "link-paid-twice": false, "home": false} {
		root := tree(french, t, all[name])
		refresh := strings.Contains(markup(french, t, all[name]), `http-equiv="refresh"`)
		if refresh != waits {
			t.Errorf("%s: asks again without JavaScript: %v", name, refresh)
		}
		for _, n := range elements(root, func(n *html.Node) bool { return has(n, "data-live") }) {
			if !strings.HasSuffix(attr(n, "sse-connect"), "/live") || !strings.HasSuffix(attr(n, "hx-get"), "/status") || attr(n, "aria-live") != "polite" {
				t.Errorf("%s: a live region that is not", name)
			}
		}
	}
}

func TestSignature_IsNeverShown(t *testing.T) {
	all := screens()
	for _, name := range []string{"transaction-a", "webhook-a", "webhook-f"} {
		if strings.Contains(markup(french, t, all[name]), "secret-token") {
			t.Errorf("%s shows the signature", name)
		}
	}
	event := events()[2]
	event.Raw = json.RawMessage(`{"data":{"signature":"secret-token"},"Signature":"secret-token"}`)
	shown := markup(french, t, views.TransactionPage(page("/"), views.TransactionProps{Transaction: push(), Events: []store.Event{event}, Now: now}))
	if strings.Contains(shown, "secret-token") {
		t.Error("a signature deeper in the JSON is shown")
	}
}
