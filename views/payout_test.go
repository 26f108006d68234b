package views_test

// The screens of money out, each in its states, and the rules that they keep.

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"comptoir/store"
	"comptoir/views"
)

// payout is a withdrawal on its way.
func payout() store.Transaction {
	return store.Transaction{
		ID: 9, Kind: store.KindWithdraw, Origin: store.OriginPush, Status: store.StatusPending,
		ExternalReference: "55555555-5555-4555-8555-555555555555", OperationCode: "k3v9p2xz",
		Reference: "66666666-6666-4666-8666-666666666666", Asked: 2_000_000, Currency: "XAF",
		Operator: "ORANGE", Phone: "237696546822", RecipientName: "Fournisseur de savon", Description: "Deux cartons de savon",
		CreatedBy: 1, CreatedAt: now.Add(-3 * time.Minute), SentAt: now.Add(-3 * time.Minute),
	}
}

// payouts has one payout of each way in each state.
func payouts() []store.Transaction {
	var all []store.Transaction
	for _, way := range []func(*store.Transaction){
		func(*store.Transaction) {},
		func(t *store.Transaction) { t.Kind = store.KindAirtime },
		func(t *store.Transaction) { t.Origin, t.RefundOf = store.OriginRefund, 7 },
	} {
		for _, edit := range []func(*store.Transaction){
			func(*store.Transaction) {},
			func(t *store.Transaction) { t.Status, t.Reference = store.StatusUnsent, "" },
			func(t *store.Transaction) { t.ReportedStatus = "SUCCESSFUL" },
			func(t *store.Transaction) { paid(t); t.Net, t.Fee = 0, 20_000 },
			func(t *store.Transaction) {
				paid(t)
				t.Amount, t.Flags = 1_000_000, store.Flags{store.FlagUnderpaid}
			},
			func(t *store.Transaction) { t.Status, t.Reason = store.StatusFailed, "Account limit reached" },
			func(t *store.Transaction) {
				t.Status, t.Reference, t.ErrorCode, t.Reason = store.StatusFailed, "", "ER301", "Insufficient balance"
			},
			doubtful,
			func(t *store.Transaction) {
				t.Status, t.Reference, t.Flags = store.StatusSuccessful, "", store.Flags{store.FlagDecided}
			},
			func(t *store.Transaction) {
				t.Status, t.Reference, t.Flags = store.StatusFailed, "", store.Flags{store.FlagDecided}
			},
		} {
			t := with(payout(), way)
			all = append(all, with(t, edit))
		}
	}
	return all
}

func doubtful(t *store.Transaction) {
	t.Status, t.Reference, t.CreatedAt = store.StatusInDoubt, "", now.AddDate(0, 0, -2)
}

func recipients() []store.Recipient {
	return []store.Recipient{
		{ID: 4, Name: "Fournisseur de savon", Phone: "237696546822", Operator: "ORANGE"},
		{ID: 3, Name: "Loyer", Phone: "237677123456", Operator: "MTN"},
	}
}

func payoutForm(way views.Way) views.PayoutForm {
	return views.PayoutForm{
		Way: way, RefundOf: 7, OperationID: payout().ExternalReference, Amount: "20 000",
		Phone: "6 96 54 68 22", Description: payout().Description,
	}
}

func payoutPage(f views.PayoutForm) templ.Component {
	return views.PayoutPage(page("/"+string(f.Way)), views.PayoutProps{
		Form: f, Recipients: recipients(), Balance: balance(),
		Refund: views.RefundProps{Collection: with(push(), paid), Left: 1_000_000},
	})
}

// review asks all that a review can ask.
func review(way views.Way) views.PayoutReviewProps {
	return views.PayoutReviewProps{
		Form: payoutForm(way), Amount: 2_000_000, Phone: payout().Phone, Operator: "ORANGE",
		Holder: "Titulaire Exemple", Saved: "Fournisseur de savon", Available: 4_500_000, InFlight: 100_000,
		Fee: views.FeeEstimate{About: 20_000, Least: 15_000, Most: 25_000, IsKnown: true}, Usual: 150_000, FarAbove: true, Same: payout(), NeedsApproval: true, Now: now,
	}
}

func approval(state store.ApprovalState) store.Approval {
	return store.Approval{
		ID: 5, Kind: store.KindWithdraw, Origin: store.OriginPush, Asked: 20_000_000, Phone: payout().Phone, Operator: "ORANGE",
		RecipientName: "Fournisseur de savon", Description: "Deux cartons de savon", RequestedBy: 2, RequestedAt: now.Add(-time.Hour),
		ExpiresAt: now.Add(23 * time.Hour), State: state,
	}
}

// figures are what the problems of money out tell.
var figures = []any{
	"From", 8, "To", 18, "Until", "demain 14:00", "Limit", "50 000 FCFA", "Left", "10 000 FCFA", "Count", 3, "Carrier", "Orange Money",
	"Asked", "20 000 FCFA", "Available", "12 000 FCFA", "InFlight", "3 000 FCFA", "Other", "MTN MoMo", "OtherAvailable", "45 000 FCFA",
	"Taken", "12 500 FCFA", "Refunded", "2 500 FCFA",
}

// payoutScreens is every screen of money out in each of its states.
func payoutScreens() map[string]templ.Component {
	bare := review(views.WayWithdraw)
	bare.Saved, bare.Holder, bare.Fee, bare.FarAbove, bare.NeedsApproval, bare.InFlight = "", "", views.FeeEstimate{}, false, false, 0
	bare.Same = store.Transaction{}
	unanswered := review(views.WayWithdraw)
	unanswered.Form.Errors = views.Errors{
		"sure": {Problem: views.ProblemNotSure}, "again": {Problem: views.ProblemNotSure}, "password": {Problem: views.ProblemPassword},
	}
	own := approval(store.ApprovalWaiting)
	own.RequestedBy = owner.ID
	waits := page("/approvals")
	waits.Approvals = 2
	all := map[string]templ.Component{
		"review-bare":       views.PayoutReviewPage(page("/withdraw"), bare),
		"review-unanswered": views.PayoutReviewPage(page("/withdraw"), unanswered),
		"approvals":         views.ApprovalsPage(waits, views.ApprovalsProps{Waiting: []store.Approval{own}, Closed: []store.Approval{approval(store.ApprovalExpired)}, Older: 3}),
		"approvals-none":    views.ApprovalsPage(page("/approvals"), views.ApprovalsProps{}),
		"approval-own":      views.ApprovalPage(page("/approvals/5"), views.ApprovalProps{Approval: own, AskedBy: owner.Name}),
		"approval-wrong": views.ApprovalPage(page("/approvals/5"), views.ApprovalProps{
			Approval: approval(store.ApprovalWaiting), AskedBy: "Gérance", Errors: views.Errors{"password": {Problem: views.ProblemPassword}},
		}),
		"decide": views.TransactionPage(page("/transactions/9"), views.TransactionProps{
			Transaction: with(payout(), doubtful), Events: events(), Now: now, Decide: &views.DecideForm{Candidates: []store.HistoryRow{{
				At: now.AddDate(0, 0, -2), Code: "D261122W0002LK", Amount: 2_000_000, Status: "SUCCESSFUL",
			}}},
		}),
		"decide-wrong": views.TransactionPage(page("/transactions/9"), views.TransactionProps{
			Transaction: with(payout(), doubtful), Events: events(), Now: now,
			Decide: &views.DecideForm{Outcome: store.StatusFailed, Errors: views.Errors{
				"outcome": {Problem: views.ProblemChoice}, "sure": {Problem: views.ProblemNotSure}, "password": {Problem: views.ProblemSecretMissing},
			}},
		}),
		"transaction-refunded": views.TransactionPage(page("/transactions/7"), views.TransactionProps{
			Transaction: with(push(), paid), Events: events(), Left: 1_000_000, Refunds: []store.Transaction{refund()}, Now: now,
		}),
	}
	for _, way := range []views.Way{views.WayWithdraw, views.WayAirtime, views.WayRefund} {
		all["payout-"+string(way)] = payoutPage(views.PayoutForm{Way: way, RefundOf: 7, OperationID: payout().ExternalReference})
		all["payout-typed-"+string(way)] = payoutPage(payoutForm(way))
		all["review-"+string(way)] = views.PayoutReviewPage(page("/"), review(way))
	}
	for _, p := range []views.Problem{
		"frozen", "hours", "saved_only", "new_recipient", "most_each", "most_day",
		"count_day", "airtime_day", "demo_airtime", "balance", "float", "balance_unknown", "balance_foreign",
		"refund_most", "refund_untold", "no_balance", "forbidden", "refused_phone", "refused_carrier", "new_owner",
	} {
		wrong := payoutForm(views.WayWithdraw)
		wrong.Errors = views.Errors{"amount": {Problem: p, Figures: figures}}
		all["payout-"+string(p)] = payoutPage(wrong)
	}
	for _, state := range []store.ApprovalState{store.ApprovalWaiting, store.ApprovalApproved, store.ApprovalRefused, store.ApprovalExpired} {
		a := approval(state)
		if state != store.ApprovalWaiting {
			a.DecidedAt, a.TransactionID = now, 9
		}
		reviewed := (*views.PayoutReviewProps)(nil)
		if state == store.ApprovalWaiting {
			again := review(views.WayWithdraw)
			again.SameWaiting = approval(state)
			reviewed = &again
		}
		all["approval-"+string(state)] = views.ApprovalPage(page("/approvals/5"), views.ApprovalProps{Approval: a, AskedBy: "Gérance", DecidedBy: owner.Name, Review: reviewed})
	}
	for i, t := range payouts() {
		all["money-out-"+string(rune('a'+i))] = transactionPage(t)
	}
	return all
}

func refund() store.Transaction {
	return with(payout(), func(t *store.Transaction) { paid(t); t.Origin, t.RefundOf = store.OriginRefund, 7 })
}

func TestPayoutInDoubt_SaysAllThatIsKnown_AndOffersNoSecondTry(t *testing.T) {
	for _, way := range []func(*store.Transaction){
		func(*store.Transaction) {},
		func(t *store.Transaction) { t.Kind = store.KindAirtime },
		func(t *store.Transaction) { t.Origin, t.RefundOf = store.OriginRefund, 7 },
	} {
		lost := with(with(payout(), doubtful), way)
		page := tree(english, t, transactionPage(lost))
		said := text(elements(page, func(n *html.Node) bool { return hasClass(n, "live") })[0])
		for _, part := range []string{"may have gone out, or not", "search its history", "20\u202f000\u202fFCFA counts as gone", "nobody can send it again", "After a day of watching"} {
			if !strings.Contains(said, part) {
				t.Errorf("%s %s: nothing says %q in %q", lost.Kind, lost.Origin, part, said)
			}
		}
		for _, n := range elements(page, func(n *html.Node) bool { return hasClass(n, "button") || n.Data == "form" }) {
			for _, to := range []string{attr(n, "href"), attr(n, "action")} {
				if strings.Contains(to, "refund") || to == "/withdraw" || to == "/airtime" || to == "/checkout" {
					t.Errorf("a payout in doubt offers %s", to)
				}
			}
		}
	}
}

func TestPayouts_NeverSpeakOfAPayerOrCallAnythingPaid(t *testing.T) {
	for _, out := range payouts() {
		status := text(elements(tree(english, t, transactionPage(out)), func(n *html.Node) bool { return hasClass(n, "status") })[0])
		for _, word := range []string{"paid", "Paid", "PIN", "deliver"} {
			if strings.Contains(status, word) {
				t.Errorf("%s %s %s: %q", out.Kind, out.Status, out.Flags, status)
			}
		}
	}
}

func TestPayouts_FlagsNeverSpeakOfACustomerOrOfGoods(t *testing.T) {
	flagged := with(payout(), func(t *store.Transaction) {
		paid(t)
		t.Flags = store.Flags{
			store.FlagUnderpaid, store.FlagOverpaid, store.FlagCurrency, store.FlagPaidTwice, store.FlagReportDiffers, store.FlagMovedFinal,
			store.FlagUnprovedKind, store.FlagMismatch, store.FlagHistoryDiffers, store.FlagMissing,
		}
	})
	live := elements(tree(english, t, transactionPage(flagged)), func(n *html.Node) bool { return hasClass(n, "live") })[0]
	for _, word := range []string{"customer", "deliver", "sale", "credit"} {
		if said := text(live); strings.Contains(said, word) {
			t.Errorf("%q in %q", word, said)
		}
	}
}

func TestPayoutDecidedByAPerson_IsNeverCalledConfirmed(t *testing.T) {
	for _, status := range []store.Status{store.StatusSuccessful, store.StatusFailed} {
		decided := with(payout(), func(t *store.Transaction) { t.Status, t.Flags = status, store.Flags{store.FlagDecided} })
		shown := elements(tree(english, t, transactionPage(decided)), func(n *html.Node) bool { return hasClass(n, "status") })[0]
		if !hasClass(shown, "warn") || strings.Contains(text(shown), "CamPay confirms") {
			t.Errorf("%s: %q", status, text(shown))
		}
	}
}

func TestReview_CarriesTheOrder_AndNeverAPassword(t *testing.T) {
	props := review(views.WayWithdraw)
	form := elements(tree(french, t, views.PayoutReviewPage(page("/withdraw"), props)), func(n *html.Node) bool { return attr(n, "action") == "/withdraw/confirm" })[0]
	want := map[string]string{
		"operation": props.Form.OperationID, "amount": "20 000", "phone": props.Form.Phone, "description": props.Form.Description,
		"sure": "20000", "again": "9.0", "password": "",
	}
	for _, n := range elements(form, tag("input")) {
		if value, ok := want[attr(n, "name")]; !ok || attr(n, "value") != value || has(n, "checked") {
			t.Errorf("%s is %q, checked %v", attr(n, "name"), attr(n, "value"), has(n, "checked"))
		}
		delete(want, attr(n, "name"))
	}
	if len(want) > 0 || !has(form, "data-once") {
		t.Errorf("the review lacks %v", want)
	}
	if said := text(form); !strings.Contains(said, "vingt mille francs") || !strings.Contains(said, "Environ 200\u202fFCFA (entre 150\u202fFCFA et 250\u202fFCFA)") {
		t.Errorf("the review says %q", said)
	}
}

func TestNavigation_MoneyOutIsTheOwnersAlone(t *testing.T) {
	for role, wanted := range map[store.Role][]string{
		store.RoleOwner:      {"/withdraw", "/airtime", "/approvals", "/recipients", "/payout-rules", "/reconciliation", "/webhooks", "/audit", "/team", "/account"},
		store.RoleAccountant: {"/reconciliation", "/webhooks", "/audit", "/account"},
		store.RoleCashier:    {"/account"},
	} {
		p := page("/links")
		p.User.Role, p.Approvals = role, 3
		aside := elements(tree(french, t, views.LinksPage(p, views.LinksProps{})), func(n *html.Node) bool { return hasClass(n, "aside") })[0]
		var got []string
		for _, a := range elements(aside, tag("a")) {
			got = append(got, attr(a, "href"))
		}
		if strings.Join(got, " ") != strings.Join(wanted, " ") {
			t.Errorf("%s: %v", role, got)
		}
		if counts := strings.Contains(text(aside), "3"); counts != (role == store.RoleOwner) {
			t.Errorf("%s is told how many wait: %v", role, counts)
		}
	}
}
