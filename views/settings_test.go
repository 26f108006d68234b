package views_test

// The screens of the setup and the settings, in all their states.

import (
	"encoding/json"
	"maps"
	"time"

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
		"keys-first":     views.KeysPage(page("/settings/campay"), views.KeysForm{Book: "sandbox"}),
		"keys-fixed":     views.KeysPage(page("/settings/campay"), views.KeysForm{Book: "production", Fixed: true}),
		"webhook-check":  views.WebhookCheckPage(page("/settings/webhook"), views.WebhookCheckProps{URL: "https://pay.example.com/webhook/campay", Reachable: true, Book: "demo", Now: now}),
		"webhook-check-works": views.WebhookCheckPage(page("/settings/webhook"), views.WebhookCheckProps{
			URL: "http://localhost:8080/webhook/campay", Book: "demo", Last: store.Delivery{ID: 1, Verdict: store.VerdictAccepted, ReceivedAt: now}, Now: now,
		}),
		"webhook-check-late": views.WebhookCheckPage(page("/settings/webhook"), views.WebhookCheckProps{
			URL: "http://localhost:8080/webhook/campay", Book: "demo", Last: store.Delivery{ID: 1, Verdict: store.VerdictRefused, ReceivedAt: now}, Now: now,
			Refused: []store.RefusedCount{{Why: store.WhySignature, Count: 3}, {Why: store.WhyExpired, Count: 1}},
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
	cashier := store.User{ID: 2, Name: sampleText, Role: store.RoleCashier, HasTOTP: true}
	sessions := []store.Session{{TokenHash: []byte{1}, Device: "Chrome, Android", Address: "192.0.2.1", SeenAt: now}, {TokenHash: []byte{2}, SeenAt: now}}
	secret := views.Errors{"password": {Problem: views.ProblemTooMany, Figures: []any{"Seconds", 8}}, "code": {Problem: views.ProblemCode}}
	pin, code := views.Errors{"pin": {Problem: views.ProblemPINWeak}}, views.Errors{"code": {Problem: views.ProblemCodeMissing}}
	password := views.Errors{"password": {Problem: views.ProblemPassword}}
	asCashier := page("/account")
	asCashier.User, asCashier.Passkeys, asCashier.Till = cashier, "https://boutique.example", true
	keys := []store.Passkey{{ID: 1, Name: sampleText, UsedAt: now}, {ID: 2, Name: "Téléphone"}}
	tills := []store.Till{{ID: 1, Name: "Tablette", UsedAt: now}}
	devices := &views.NoticesProps{Key: "key", Devices: []store.PushSubscription{
		{ID: 1, Device: "Chrome, Android", LastResult: store.PushSent, LastAt: now}, {ID: 2, Device: "Firefox, Linux"},
	}}
	invitation := store.Invitation{ID: 3, Name: sampleText, Role: store.RoleOwner, UserID: 2, ExpiresAt: now}
	maps.Copy(all, map[string]templ.Component{
		"account":               views.AccountPage(page("/account"), views.AccountProps{Sessions: sessions, Current: sessions[0].ID(), Notices: devices, Now: now}),
		"account-wrong":         views.AccountPage(asCashier, views.AccountProps{Sessions: sessions, Recovery: 3, Passkeys: keys, PasswordErrors: password, Now: now}),
		"account-factor-wrong":  views.AccountPage(asCashier, views.AccountProps{Passkeys: keys, FactorErrors: password, Now: now}),
		"account-passkey-wrong": views.AccountPage(asCashier, views.AccountProps{Passkeys: keys, PasskeyErrors: password, Now: now}),
		"account-pin-wrong":     views.AccountPage(asCashier, views.AccountProps{Passkeys: keys, PINErrors: pin, Now: now}),
		"totp":                  views.TOTPPage(page("/account/totp"), views.TOTPProps{Secret: "JBSWY3DPEHPK3PXP", QR: views.QR{Modules: [][]bool{{true}}}, Errors: secret}),
		"recovery":              views.RecoveryPage(page("/account"), []string{"ABCDEFGHIJ"}),
		"passkey":               views.PasskeyPage(page("/account"), views.PasskeyForm{Name: sampleText, Errors: password}),
		"passkey-ready":         views.PasskeyPage(page("/account"), views.PasskeyForm{Name: sampleText, Options: "{}"}),
		"second":                views.SecondFactorPage(page("/signin/second"), views.SignInProps{Errors: code}),
		"team":                  views.TeamPage(page("/team"), views.TeamProps{People: []store.User{owner, cashier, {ID: 3, Name: "Parti", Role: store.RoleAccountant, DisabledAt: now}}, Seen: map[int64]time.Time{1: now}, Invitations: []store.Invitation{invitation}, Tills: tills, Errors: password, Now: now}),
		"team-invite":           views.InvitePage(page("/team/invite"), views.InviteForm{Name: sampleText, Role: "cashier", Errors: views.Errors{"name": {Problem: views.ProblemNameTaken}}}),
		"team-invited":          views.InvitedPage(page("/team"), views.InvitedProps{Invitation: invitation, URL: "https://pay.example.com/join/x", QR: views.QR{Modules: [][]bool{{true}}}}),
		"person":                views.PersonPage(page("/team/2"), views.PersonProps{Person: cashier, Sessions: sessions, Errors: views.Errors{views.WholeForm: {Problem: views.ProblemLastOwner}}, Now: now}),
		"join":                  views.JoinPage(page("/join/x"), views.JoinProps{Invitation: invitation, Token: "x", Errors: views.Errors{"new_password": {Problem: views.ProblemPasswordShort}}}),
		"join-over":             views.JoinOverPage(page("/join/x")),
		"switch":                views.SwitchPage(page("/switch"), views.SwitchProps{People: []store.User{cashier}, Errors: views.Errors{"pin": {Problem: views.ProblemPIN}}}),
		"switch-locked":         views.SwitchPage(page("/switch"), views.SwitchProps{Locked: true}),
		"switch-nobody":         views.SwitchPage(page("/switch"), views.SwitchProps{}),
	})
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
