package views_test

// Every screen in each of its states, on sample values: what the other tests
// walk through.

import (
	"maps"
	"time"

	"github.com/a-h/templ"

	"comptoir/store"
	"comptoir/views"
)

// now is a quarter past two in the afternoon in Douala.
var now = time.Date(2026, time.November, 24, 13, 15, 0, 0, time.UTC)

var owner = store.User{ID: 1, Name: "Propriétaire Exemple", Role: store.RoleOwner, Locale: "fr"}

func page(path string) views.Page {
	return views.Page{Shop: "Boutique Exemple", User: owner, Path: path, Sandbox: true, Phone: "/sandbox/phone", Now: now}
}

// push is a request to a phone that the payer has in hand.
func push() store.Transaction {
	return store.Transaction{
		ID: 7, Kind: store.KindCollect, Origin: store.OriginPush, Status: store.StatusPending,
		ExternalReference: "22222222-2222-4222-8222-222222222222", OperationCode: "k3v9p2xw",
		Reference: "11111111-1111-4111-8111-111111111111", Asked: 1_250_000, Currency: "XAF",
		Operator: "MTN", Phone: "237677123456", Description: "Pagne wax, 6 yards", USSDCode: "*126#",
		Code: "CP261124T00005", CreatedBy: 1, CreatedAt: now.Add(-3 * time.Minute), SentAt: now.Add(-3 * time.Minute),
	}
}

func with(t store.Transaction, edit func(*store.Transaction)) store.Transaction {
	edit(&t)
	return t
}

func paid(t *store.Transaction) {
	t.Status, t.Amount, t.Net, t.SettledAt = store.StatusSuccessful, t.Asked, t.Asked-t.Asked/50, now
}

// transactions has one transaction in each state that a list can show.
func transactions() []store.Transaction {
	orange := func(t *store.Transaction) {
		t.Operator, t.Phone, t.Description, t.Asked = "ORANGE", "237696546822", "Livraison à Bonamoussadi, deux cartons de savon et le reste de la commande", 45_000_000
	}
	return []store.Transaction{
		push(),
		with(push(), paid),
		with(push(), func(t *store.Transaction) { orange(t); t.ReportedStatus = "SUCCESSFUL" }),
		with(push(), func(t *store.Transaction) { paid(t); t.Amount = 1_000_000; t.Flags = store.Flags{store.FlagUnderpaid} }),
		with(push(), func(t *store.Transaction) { paid(t); t.Currency = "EUR"; t.Flags = store.Flags{store.FlagCurrency} }),
		with(push(), func(t *store.Transaction) { paid(t); t.Flags = store.Flags{store.FlagMismatch} }),
		with(push(), func(t *store.Transaction) {
			paid(t)
			t.Amount = 1_300_000
			t.Flags = store.Flags{store.FlagOverpaid, store.FlagPaidTwice, store.FlagReportDiffers, store.FlagMovedFinal}
		}),
		with(push(), func(t *store.Transaction) {
			orange(t)
			t.Status = store.StatusFailed
			t.Reason = "Refused by the payer"
		}),
		with(push(), func(t *store.Transaction) {
			t.Status, t.Reference, t.ErrorCode, t.Reason = store.StatusFailed, "", "ER201", "Maximum amount is 25.00 XAF"
		}),
		with(push(), func(t *store.Transaction) { t.Status = store.StatusInDoubt; t.Reference = "" }),
		with(push(), func(t *store.Transaction) { t.Status = store.StatusUnsent; t.Reference = "" }),
		with(push(), func(t *store.Transaction) {
			t.Status, t.Origin, t.LinkID, t.CreatedAt = store.StatusWaiting, store.OriginLink, 3, now.AddDate(0, 0, -1)
			t.Phone, t.Operator, t.Description = "", "", ""
		}),
		with(push(), func(t *store.Transaction) {
			paid(t)
			t.Amount, t.Net, t.AmountUnknown, t.Flags = 0, 0, true, store.Flags{store.FlagAmountUnknown}
		}),
		with(push(), func(t *store.Transaction) { t.Word, t.Flags = "EXPIRED", store.Flags{store.FlagUnknownWord} }),
		with(push(), func(t *store.Transaction) { paid(t); t.Amount, t.Net = 0, 0 }), // the demo's simulated payer
		with(push(), func(t *store.Transaction) { paid(t); t.Kind = store.KindWithdraw; t.CreatedAt = now.AddDate(-1, 0, 0) }),
	}
}

func link(newest store.Transaction) store.LinkWithState {
	l := store.LinkWithState{
		PaymentLink: store.PaymentLink{
			ID: 3, Slug: "k7x2m9q4w8r3t6y5n1zb", Amount: 250_000, Description: "Pagne wax, 6 yards",
			FirstName: "Prénom-client", LastName: "Nom-client", Email: "client@example.com", Phone: "237677123456",
			PaymentOptions: "MOMO", RedirectURL: "https://example.com/merci", CreatedBy: 1, CreatedAt: now.Add(-time.Hour),
		},
		Newest: newest,
	}
	l.Newest.Asked, l.Newest.LinkID, l.Newest.Origin = l.Amount, l.ID, store.OriginLink
	if l.Newest.Amount != 0 {
		l.Newest.Amount = l.Amount
	}
	if newest.Status == store.StatusSuccessful {
		l.Paid, l.Taken = 1, l.Amount
	}
	return l
}

func waitingLink() store.LinkWithState {
	return link(with(push(), func(t *store.Transaction) { t.Status, t.Phone, t.Operator = store.StatusWaiting, "", "" }))
}

func paidTwice() store.LinkWithState {
	l := link(with(push(), func(t *store.Transaction) { paid(t); t.Flags = store.Flags{store.FlagPaidTwice} }))
	l.Paid, l.Taken = 2, 2*l.Amount
	return l
}

// qr is not a QR code, only as large as one.
func qr() views.QR {
	modules := make([][]bool, 33)
	for y := range modules {
		modules[y] = make([]bool, 33)
		for x := range modules[y] {
			modules[y][x] = (x*x+y*3+x*y)%7 < 3
		}
	}
	return views.QR{Modules: modules}
}

func linkPage(l store.LinkWithState) templ.Component {
	props := views.LinkProps{Link: l, Attempts: []store.Transaction{l.Newest}, Now: now, MayChange: true, Till: "Comptoir 1", Reach: views.ReachMachine}
	if l.Newest.Status != store.StatusUnsent {
		props.URL, props.QR = "https://comptoir.example/p/"+l.Slug, qr()
	}
	return views.LinkPage(page("/links/3"), props)
}

func transactionPage(t store.Transaction) templ.Component {
	return views.TransactionPage(page("/transactions/7"), views.TransactionProps{
		Transaction: t, Events: events(), By: owner.Name, Now: now,
		Link: store.PaymentLink{ID: t.LinkID}, Siblings: []store.Transaction{push()},
	})
}

func events() []store.Event {
	return []store.Event{
		{ID: 1, At: now.Add(-3 * time.Minute), Kind: store.EventCreated, Note: "written"},
		{ID: 2, At: now.Add(-2 * time.Minute), Kind: store.EventAnswer, Note: "accepted", Raw: []byte(`{"reference":"11111111-1111-4111-8111-111111111111","ussd_code":"*126#","operator":"mtn"}`)},
		{ID: 3, At: now.Add(-time.Minute), Kind: store.EventWebhook, Note: "reported", Detail: "SUCCESSFUL 12500", Raw: []byte(`{"status":"SUCCESSFUL","signature":"secret-token"}`)},
		{ID: 4, At: now, Kind: store.EventWebhook, Note: "differs", Detail: "FAILED 12500 XAF"},
		{ID: 5, At: now, Kind: store.EventHistory, Note: "history_differs", Detail: "PENDING ?"},
		{ID: 6, At: now, Kind: store.EventPerson, Note: "refund_begun", Detail: "12500"},
		{ID: 7, At: now, Kind: store.EventPoll, Note: "a_note_of_tomorrow"},
	}
}

func balance() views.BalanceProps {
	return views.BalanceProps{
		Snapshot: store.BalanceSnapshot{Total: 12_345_695, MTN: 8_345_695, Orange: 4_000_000},
		Checked:  now.Add(-13 * time.Minute), Now: now,
	}
}

func home(b views.BalanceProps) views.HomeProps {
	b.Loads = true
	return views.HomeProps{
		Balance: b, Newest: transactions()[:8], Pending: 2, InDoubt: 1, Flagged: 3,
		Takings: views.Takings{Count: 14, Amount: 18_750_000, Carrier: []views.CarrierTakings{{Operator: "MTN", Amount: 12_500_000}, {Operator: "ORANGE", Amount: 6_250_000}}},
	}
}

func deliveries() []store.Delivery {
	d := store.Delivery{
		ID: 12, ReceivedAt: now.Add(-time.Minute), Method: "GET", RemoteAddr: "192.0.2.7", Verdict: store.VerdictAccepted,
		Status: "SUCCESSFUL", Reference: push().Reference, AmountText: "12500", Currency: "XAF", Attempts: 1, AppliedAt: now,
	}
	var all []store.Delivery
	for _, o := range []store.Outcome{store.OutcomeApplied, store.OutcomeNone, store.OutcomeNoChange, store.OutcomeDiffers, store.OutcomeUnknown} {
		d.Outcome = o
		all = append(all, d)
	}
	d.Verdict, d.Outcome, d.Why = store.VerdictRefused, store.OutcomeRefused, "signature: token is malformed"
	d.Status, d.AmountText, d.Currency = "", "", ""
	return append(all, d)
}

func webhookPage(d store.Delivery) templ.Component {
	return views.WebhookPage(page("/webhooks/12"), views.WebhookProps{
		Delivery: d, Transaction: with(push(), paid), Now: now,
		Params: []views.Param{{Name: "status", Value: "SUCCESSFUL"}, {Name: "amount", Value: "12500"}, {Name: "operator", Value: "ORANGE_CM"}, {Name: "endpoint", Value: "collect"}, {Name: "Signature", Value: "secret-token"}},
	})
}

func customerPage(l store.LinkWithState, payURL string, returned bool) templ.Component {
	p := page("/p/" + l.Slug)
	p.User = store.User{}
	return views.CustomerPage(p, customerProps(l, payURL, returned))
}

func customerProps(l store.LinkWithState, payURL string, returned bool) views.CustomerProps {
	return views.CustomerProps{
		Link: l, Payment: l.Newest, IsPayer: true, PayURL: payURL, Returned: returned, Stop: l.Stop(now),
		Form: views.CustomerForm{OperationID: "33333333-3333-4333-8333-333333333333"}, Seller: views.Seller{Address: "Marché Exemple\nAllée 3"},
	}
}

func receiptProps(t store.Transaction) views.ReceiptProps {
	return views.ReceiptProps{
		Transaction: t, Seller: views.Seller{Address: "Marché Exemple\nAllée 3"}, Footer: "Merci", Path: "/r/x", URL: "https://comptoir.example/r/x", QR: qr(), Now: now,
	}
}

// receiptScreens are a receipt in its states.
func receiptScreens() map[string]templ.Component {
	all := map[string]templ.Component{}
	for i, t := range transactions() {
		if t.Kind == store.KindCollect {
			all["receipt-"+string(rune('a'+i))] = views.ReceiptPage(page("/r/x"), receiptProps(t))
		}
	}
	refunded := receiptProps(with(push(), paid))
	refunded.Refunded, refunded.QR, refunded.Paper = 100_000, views.QR{}, "a5"
	all["receipt-refunded"] = views.ReceiptPage(page("/r/x"), refunded)
	return all
}

// batchScreens are a list of links in its states.
func batchScreens() map[string]templ.Component {
	right := views.BatchRow{Line: 1, Name: "Élève Un", Phone: "677123456", Payer: "237677123456", Amount: "2 500", Asked: 250_000, Description: "Scolarité"}
	wrong := views.BatchRow{Line: 2, Phone: "12", Amount: "x", Errors: views.Errors{
		"phone": {Problem: "phone"}, "amount": {Problem: views.ProblemAmountLetters}, "description": {Problem: views.ProblemTextMissing},
		"first_name": {Problem: views.ProblemTextLong, Detail: "60"}, views.WholeForm: {Problem: views.ProblemCells},
	}}
	twice := right
	twice.Line, twice.SameAs = 5, 1
	made := views.BatchProps{Batch: "33333333-3333-4333-8333-333333333333", Links: []views.BatchLink{
		{Link: waitingLink(), URL: "https://comptoir.example/p/x", QR: qr()}, {Link: stoppedLink(func(l *store.LinkWithState) { l.Newest.Status = store.StatusUnsent })},
	}}
	form := func(f views.BatchForm) templ.Component { return views.BatchNewPage(page("/links/batch"), f) }
	return map[string]templ.Component{
		"batch":       form(views.BatchForm{}),
		"batch-ready": form(views.BatchForm{Text: "x", Rows: []views.BatchRow{right}}),
		"batch-asked": form(views.BatchForm{Text: "x", Rows: []views.BatchRow{right, twice}, Earlier: store.LinkBatch{Batch: "x", Links: 2, CreatedAt: now}, Skipped: []views.SkippedLine{
			{Line: 1, As: views.SkippedTitle, Text: "Loyers"}, {Line: 2, As: views.SkippedEmpty}, {Line: 3, As: views.SkippedHeading, Text: "Nom Téléphone"}, {Line: 4, As: views.SkippedSeparator}}}),
		"batch-wrong": form(views.BatchForm{Text: "x", Rows: []views.BatchRow{right, wrong}, Wrong: 1}),
		"batch-empty": form(views.BatchForm{Errors: views.Errors{"list": {Problem: views.ProblemListEmpty}, "file": {Problem: views.ProblemListText}}}),
		"batch-made":  views.BatchPage(page("/links/batch/x"), made),
	}
}

// customerScreens are the customer's pages in their further states.
func customerScreens() map[string]templ.Component {
	all := map[string]templ.Component{}
	add := func(name string, edit func(*views.CustomerProps)) {
		props := customerProps(waitingLink(), "https://demo.campay.net/pay/x", false)
		props.Payment = store.Transaction{}
		edit(&props)
		p := page("/p/" + props.Link.Slug)
		p.User = store.User{}
		all["customer-"+name] = views.CustomerPage(p, props)
	}
	for _, stop := range []store.LinkStop{store.LinkPaused, store.LinkExpired, store.LinkUsedUp, store.LinkArchived} {
		add(string(stop), func(props *views.CustomerProps) { props.Stop = stop })
	}
	add("open", func(props *views.CustomerProps) {
		props.Link.Kind, props.Link.Amount, props.PayURL = store.LinkCounter, 0, ""
	})
	add("least", func(props *views.CustomerProps) { props.Link.MayPayMore, props.Link.PaymentOptions = true, "MOMO,CARD" })
	add("card", func(props *views.CustomerProps) { props.Link.PaymentOptions = "CARD" })
	add("card-soon", func(props *views.CustomerProps) { props.Link.PaymentOptions, props.PayURL = "CARD", "" })
	add("card-made", func(props *views.CustomerProps) {
		props.Link.PaymentOptions, props.Link.Kind = "CARD", store.LinkReusable
	})
	add("again", func(props *views.CustomerProps) { props.Again = with(push(), paid) })
	add("wrong", func(props *views.CustomerProps) {
		props.Form.Errors = views.Errors{"amount": {Problem: "amount_below", Detail: "500"}, "phone": {Problem: "often_phone"}}
		props.Link.MayPayMore = true
	})
	for i, t := range transactions() {
		if t.Kind != store.KindCollect {
			continue
		}
		add("own-"+string(rune('a'+i)), func(props *views.CustomerProps) {
			props.Own, props.Payment, props.Link.Kind = true, t, store.LinkReusable
		})
	}
	return all
}

// manyLink takes many payments, and has some.
func manyLink(kind store.LinkKind) store.LinkWithState {
	l := link(with(push(), paid))
	l.Kind, l.Amount, l.Paid, l.Taken, l.MostMoney, l.MostPayments = kind, 0, 12, 3_000_000, 10_000_000, 50
	return l
}

func stoppedLink(edit func(*store.LinkWithState)) store.LinkWithState {
	l := waitingLink()
	edit(&l)
	return l
}

var wrongEdit = views.LinkForm{
	ID: 3, Kind: store.LinkOnce, Expires: "2020-01-01",
	Errors: views.Errors{"description": {Problem: views.ProblemTextMissing}, "expires": {Problem: views.ProblemDayPast}},
}

var wrongLink = views.LinkForm{
	OperationID: "33333333-3333-4333-8333-333333333333", Amount: "2 500,50", Description: "", Phone: "12", Email: "non", RedirectURL: "ftp://x",
	PaymentOptions: "CRYPTO", AmountKind: views.AmountLeast, Kind: store.LinkReusable, MostPayments: "zéro", Expires: "2020-01-01", Tills: []store.Till{{ID: 1, Name: "Comptoir 1"}},
	Errors: views.Errors{
		"amount": {Problem: "amount_decimals"}, "description": {Problem: views.ProblemTextMissing},
		"phone": {Problem: "phone"}, "email": {Problem: views.ProblemEmail},
		"redirect_url": {Problem: views.ProblemURL}, "payment_options": {Problem: views.ProblemChoice},
		"most_payments": {Problem: "number"}, "expires": {Problem: views.ProblemDayPast}, "till": {Problem: views.ProblemTill},
		views.WholeForm: {Problem: views.ProblemExpired},
	},
}

// screens is every screen in each of its states, by a name for messages.
func screens() map[string]templ.Component {
	signedOut := page("/signin")
	signedOut.User = store.User{}
	cashier := page("/")
	cashier.User.Role = store.RoleCashier
	flash := page("/links")
	flash.Flash = views.FlashLinkMade
	unreachable := balance()
	unreachable.Unreachable = true
	all := map[string]templ.Component{
		"signin":            views.SignInPage(signedOut, views.SignInProps{Next: "/links"}),
		"signin-unkept":     views.SignInPage(signedOut, views.SignInProps{Next: "/", Unkept: true, Site: "https://boutique.example"}),
		"signin-no-cookies": views.SignInPage(signedOut, views.SignInProps{Next: "/", Unkept: true}),
		"signin-wrong":      views.SignInPage(signedOut, views.SignInProps{Name: "Exemple", Errors: views.Errors{views.WholeForm: {Problem: views.ProblemSignIn}}}),
		"home":              views.HomePage(page("/"), home(balance())),
		"home-empty":        views.HomePage(page("/"), views.HomeProps{Balance: views.BalanceProps{Loads: true, Now: now}}),
		"home-cashier":      views.HomePage(cashier, home(balance())),
		"balance":           views.BalancePage(page("/balance"), balance()),
		"balance-stale":     views.BalancePage(page("/balance"), unreachable),
		"balance-never":     views.BalancePage(page("/balance"), views.BalanceProps{Unreachable: true, Now: now}),
		"transactions":      views.TransactionsPage(page("/transactions"), views.TransactionsProps{Transactions: transactions(), Older: 3}),
		"transactions-none": views.TransactionsPage(page("/transactions"), views.TransactionsProps{}),
		"transactions-miss": views.TransactionsPage(page("/transactions?q=x"), views.TransactionsProps{Search: "savon", Status: store.StatusFailed}),
		"links":             views.LinksPage(flash, views.LinksProps{Links: []store.LinkWithState{waitingLink(), link(with(push(), paid)), paidTwice()}, Older: 1}),
		"links-none":        views.LinksPage(page("/links"), views.LinksProps{}),
		"links-miss":        views.LinksPage(page("/links?q=x"), views.LinksProps{Search: "savon"}),
		"link-new":          views.LinkNewPage(page("/links/new"), views.LinkForm{OperationID: "44444444-4444-4444-8444-444444444444"}),
		"link-new-wrong":    views.LinkNewPage(page("/links/new"), wrongLink),
		"link-edit":         views.LinkEditPage(page("/links/3/edit"), views.LinkForm{ID: 3, Kind: store.LinkReusable, AmountKind: views.AmountOpen, Description: "Don"}),
		"link-edit-once":    views.LinkEditPage(page("/links/3/edit"), wrongEdit),
		"link-reusable":     linkPage(manyLink(store.LinkReusable)),
		"link-counter":      linkPage(manyLink(store.LinkCounter)),
		"link-paused":       linkPage(stoppedLink(func(l *store.LinkWithState) { l.PausedAt = now })),
		"link-archived":     linkPage(stoppedLink(func(l *store.LinkWithState) { l.ArchivedAt = now })),
		"link-expired":      linkPage(stoppedLink(func(l *store.LinkWithState) { l.ExpiresAt = now })),
		"link-used-up":      linkPage(stoppedLink(func(l *store.LinkWithState) { l.Kind, l.MostPayments, l.Paid = store.LinkReusable, 1, 1 })),
		"links-archived":    views.LinksPage(page("/links?show=archived"), views.LinksProps{Put: store.LinksArchived, Links: []store.LinkWithState{manyLink(store.LinkCounter)}}),
		"links-put-none":    views.LinksPage(page("/links?show=archived"), views.LinksProps{Put: store.LinksArchived}),
		"link-payments":     views.TransactionsPage(page("/transactions?link=3"), views.TransactionsProps{Link: 3, Transactions: transactions()}),
		"link-waiting":      linkPage(waitingLink()),
		"link-paid-twice":   linkPage(paidTwice()),
		"webhooks":          views.WebhooksPage(page("/webhooks"), views.WebhooksProps{Deliveries: deliveries(), Older: 2}),
		"webhooks-none":     views.WebhooksPage(page("/webhooks"), views.WebhooksProps{}),
		"webhooks-miss":     views.WebhooksPage(page("/webhooks"), views.WebhooksProps{Verdict: store.VerdictRefused}),
		"customer-ready":    customerPage(waitingLink(), "https://demo.campay.net/pay/x", false),
		"customer-returned": customerPage(waitingLink(), "https://demo.campay.net/pay/x", true),
		"customer-soon":     customerPage(waitingLink(), "", false),
		"offline":           views.OfflinePage(),
		"styleguide":        views.StyleguidePage(page("/styleguide")),
	}
	maps.Copy(all, checkoutScreens())
	maps.Copy(all, payoutScreens())
	maps.Copy(all, ruleScreens())
	maps.Copy(all, reconciliationScreens())
	maps.Copy(all, settingsScreens())
	maps.Copy(all, customerScreens())
	maps.Copy(all, batchScreens())
	maps.Copy(all, receiptScreens())
	for i, t := range transactions() {
		name := string(rune('a' + i))
		all["transaction-"+name] = transactionPage(t)
		if t.Kind != store.KindCollect {
			continue
		}
		all["link-"+name] = linkPage(link(t))
		all["customer-"+name] = customerPage(link(t), "https://demo.campay.net/pay/x", false)
	}
	for i, d := range deliveries() {
		all["webhook-"+string(rune('a'+i))] = webhookPage(d)
	}
	for _, kind := range []views.ErrorKind{
		views.ErrorNotFound, views.ErrorForbidden, views.ErrorForeign, views.ErrorOtherBook, views.ErrorForm, views.ErrorTooLarge,
		views.ErrorBusy, views.ErrorDisk, views.ErrorInternal,
	} {
		all["error-"+string(kind)] = views.ErrorPage(page("/nowhere"), views.ErrorProps{Kind: kind, Status: 500, RequestID: "3f9a1c"})
	}
	return all
}
