package views_test

// The screens of the setup and the settings, in all their states.

import (
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
	for _, p := range []views.Problem{
		views.ProblemLogoLarge, views.ProblemPasswordShort, views.ProblemPasswordName, views.ProblemKeysMissing, views.ProblemKeysRefused,
		views.ProblemLoginRefused, views.ProblemKeysUnchecked, views.ProblemWebhookKey, views.ProblemBookOpen,
	} {
		all["keys-"+string(p)] = views.KeysPage(page("/settings/campay"), views.KeysForm{
			Book: "demo", Username: sampleText, Open: 2, Known: []views.Account{demo}, Errors: views.Errors{"token": {Problem: p, Figures: []any{"Count", 2}}},
		})
	}
	return all
}
