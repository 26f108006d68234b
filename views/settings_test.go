package views_test

// The screens of the setup and the settings, in all their states.

import (
	"encoding/json"

	"github.com/a-h/templ"

	"comptoir/store"
	"comptoir/views"
)

const sampleText = "Boutique & Fils, marché <central>"

func settingsScreens() map[string]templ.Component {
	shop := views.ShopForm{Name: sampleText, Address: sampleText, Footer: sampleText, HasLogo: true}
	wrong := shop
	wrong.Errors = views.Errors{"shop": {Problem: views.ProblemShopName}, "logo": {Problem: views.ProblemLogo}}
	demo := views.Account{Book: "demo", Token: "••••demo", WebhookKey: "••••-key"}
	all := map[string]templ.Component{
		"setup":          views.SetupPage(page("/setup"), views.SetupForm{Token: sampleText}),
		"setup-wrong":    views.SetupPage(page("/setup"), views.SetupForm{Token: "x", Owner: sampleText, Shop: wrong, Errors: wrong.Errors}),
		"setup-token":    views.SetupTokenPage(page("/setup"), views.Errors{"token": {Problem: views.ProblemSetupToken}}),
		"settings":       views.SettingsPage(page("/settings"), views.SettingsProps{Shop: shop, Account: demo}),
		"settings-wrong": views.SettingsPage(page("/settings"), views.SettingsProps{Shop: wrong, Account: views.Account{Book: "sandbox"}}),
		"settings-fixed": views.SettingsPage(page("/settings"), views.SettingsProps{Shop: shop, Account: views.Account{Book: "production", Fixed: true}}),
		"keys-first":     views.KeysPage(page("/settings/campay"), views.KeysForm{Book: "sandbox", First: true}),
		"keys-fixed":     views.KeysPage(page("/settings/campay"), views.KeysForm{Book: "production", Fixed: true}),
		"webhook-check":  views.WebhookCheckPage(page("/settings/webhook"), views.WebhookCheckProps{URL: "https://pay.example.com/webhook/campay", Reachable: true, Book: "demo", Now: now}),
		"webhook-check-works": views.WebhookCheckPage(page("/settings/webhook"), views.WebhookCheckProps{
			URL: "http://localhost:8080/webhook/campay", Book: "demo", Last: store.Delivery{ID: 1, Verdict: store.VerdictAccepted, ReceivedAt: now}, Now: now,
		}),
		"webhook-check-refused": views.WebhookCheckPage(page("/settings/webhook"), views.WebhookCheckProps{
			URL: "http://localhost:8080/webhook/campay", Book: "demo", Last: store.Delivery{ID: 1, Verdict: store.VerdictRefused, ReceivedAt: now}, Now: now,
		}),
	}
	entries := []store.AuditEntry{
		{ID: 9, At: now, UserID: 1, Act: "payout_rules.changed", Subject: "payout_rules", Book: "sandbox", Address: "192.0.2.1", Detail: json.RawMessage(`{"before":{"MostEach":0},"after":{"MostEach":5000}}`)},
		{ID: 8, At: now, Act: "session.refused", Subject: "person", SubjectID: 1, Book: "demo", Detail: json.RawMessage(`{"name":"` + "Caisse" + `"}`)},
	}
	for name, props := range map[string]views.AuditProps{
		"audit": {Entries: entries, Older: 3}, "audit-none": {}, "audit-miss": {Search: "savon", Kind: "payout"},
		"audit-whole": {Entries: entries, Check: &store.AuditCheck{Entries: 9}}, "audit-broken": {Entries: entries, Check: &store.AuditCheck{Entries: 9, Broken: 3}},
		"audit-cut": {Entries: entries, Check: &store.AuditCheck{Entries: 9, Cut: true}},
	} {
		props.People, props.Book, props.Now = []store.User{owner}, "sandbox", now
		all[name] = views.AuditPage(page("/audit"), props)
	}
	for _, p := range []views.Problem{
		views.ProblemLogoLarge, views.ProblemPasswordShort, views.ProblemPasswordName, views.ProblemPasswordCommon, views.ProblemKeysMissing, views.ProblemKeysRefused,
		views.ProblemLoginRefused, views.ProblemKeysUnchecked, views.ProblemWebhookKey, views.ProblemBookOpen,
	} {
		all["keys-"+string(p)] = views.KeysPage(page("/settings/campay"), views.KeysForm{
			Book: "demo", Username: sampleText, Open: 2, Known: []views.Account{demo}, Errors: views.Errors{"token": {Problem: p, Figures: []any{"Count", 2}}},
		})
	}
	return all
}
