package views_test

// The reconciliation in each of its states, and the chart of the balance.

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"comptoir/campay/money"
	"comptoir/store"
	"comptoir/views"
)

// historyRow is a row of CamPay's about push().
func historyRow() store.HistoryRow {
	return store.HistoryRow{
		ID: 21, At: now.Add(-24 * time.Hour), Code: "CP261123T00005", Reference: push().Reference, Kind: store.KindCollect, Operator: "MTN",
		Phone: "237677123456", Description: "Pagne wax, 6 yards #k3v9p2xw", Amount: 1_250_000, Charge: 12_500, Credit: 1_237_500, Status: "SUCCESSFUL",
	}
}

func entries(g views.Group) []views.Entry {
	row := historyRow()
	row.Finding = store.Finding(g)
	switch g {
	case views.GroupMatched:
		return []views.Entry{{Row: row, Ours: with(push(), paid)}}
	case views.GroupDiffers:
		row.Status = "FAILED"
		return []views.Entry{{Row: row, Ours: with(push(), paid)}}
	case views.GroupOnlyThere:
		nameless := row
		nameless.ID, nameless.Reference, nameless.Description, nameless.Phone = 22, "", "", ""
		return []views.Entry{{Row: row}, {Row: nameless}}
	default:
		var all []views.Entry
		for _, t := range transactions() {
			all = append(all, views.Entry{Ours: t})
		}
		missing := with(push(), func(t *store.Transaction) { paid(t); t.Flags = store.Flags{store.FlagMissing} })
		decided := with(push(), func(t *store.Transaction) { paid(t); t.Flags = store.Flags{store.FlagDecided} })
		return append(all, views.Entry{Ours: missing}, views.Entry{Ours: decided})
	}
}

func reconciled(g views.Group) views.ReconciliationProps {
	day := time.Date(2026, time.November, 22, 23, 0, 0, 0, time.UTC)
	run := store.Reconciliation{ID: 3, From: day, To: day, Days: 1, DaysDone: 1, BegunAt: now.Add(-time.Hour), EndedAt: now.Add(-time.Hour), Rows: 1206, OnlyThere: 2}
	return views.ReconciliationProps{
		From: "2026-11-23", To: "2026-11-23", MostDays: 92, Days: views.Days{From: day, To: day}, Now: now, Run: run,
		Counts: store.HistoryCounts{Matched: 1203, OnlyThere: 2, Differing: 1}, OnlyHere: 4, Group: g, Entries: entries(g), Older: 9,
		Statement: views.Statement{
			Opening: day, Closing: now, IsCompared: true, NearHours: 12, Other: store.Movements{Credits: 100},
			Wallets: []views.WalletStatement{
				{Wallet: store.WalletMTN, Opening: 1_000, Credits: 500, Debits: 200, Expected: 1_300, Closing: 1_300, IsCompared: true},
				{Wallet: store.WalletOrange, Opening: 1_000, Credits: 500, Expected: 1_500, Closing: 1_200, Difference: -300, UnderWay: -300, IsCompared: true},
				{Wallet: store.WalletAirtime, Debits: 100},
			},
		},
		Runs: []store.Reconciliation{run, {ID: 2, From: day, To: now, Days: 2, DaysDone: 1, EndedAt: now}, {ID: 1, From: day, To: day, Days: 1, NextAt: now, RequestedBy: 1}},
	}
}

// reconciliationScreens are further ones of screens.
func reconciliationScreens() map[string]templ.Component {
	all := map[string]templ.Component{}
	show := func(name string, g views.Group, edit func(*views.ReconciliationProps)) {
		props := reconciled(g)
		edit(&props)
		all["reconciliation-"+name] = views.ReconciliationPage(page("/reconciliation"), props)
	}
	for _, g := range views.Groups {
		show(string(g), g, func(*views.ReconciliationProps) {})
	}
	show("empty", views.GroupMatched, func(p *views.ReconciliationProps) {
		*p = views.ReconciliationProps{From: p.From, To: p.To, Days: p.Days, Group: views.GroupMatched, Now: now}
	})
	show("going", views.GroupMatched, func(p *views.ReconciliationProps) {
		p.Run = store.Reconciliation{ID: 3, Days: 7, DaysDone: 3, NextAt: now}
		p.Entries, p.Statement.IsCompared, p.Statement.Opening = nil, false, time.Time{}
	})
	show("waiting", views.GroupMatched, func(p *views.ReconciliationProps) {
		p.Run = store.Reconciliation{ID: 3, Days: 1, NextAt: now.Add(time.Minute), Tries: 1}
		p.Statement.IsCompared, p.Statement.Closing = false, time.Time{}
	})
	show("stopped", views.GroupMatched, func(p *views.ReconciliationProps) {
		p.Run = store.Reconciliation{ID: 3, Days: 7, DaysDone: 3, EndedAt: now}
		p.Statement.IsCompared = false
	})
	show("other", views.GroupMatched, func(p *views.ReconciliationProps) { p.Run = store.Reconciliation{} })
	show("wrong", views.GroupMatched, func(p *views.ReconciliationProps) {
		*p = views.ReconciliationProps{From: "hier", To: "", Now: now, Errors: views.Errors{
			"from": {Problem: "day"}, "to": {Problem: "period_long", Detail: "92"},
		}}
	})
	chart := home(balance())
	chart.Series = series(20)
	all["home-chart"] = views.HomePage(page("/"), chart)
	return all
}

// series is a balance that goes up and down, a point every six hours.
func series(points int) []store.BalanceSnapshot {
	var all []store.BalanceSnapshot
	for i := range points {
		all = append(all, store.BalanceSnapshot{At: now.Add(time.Duration(i-points) * 6 * time.Hour), Total: money.XAF(int64(1_000_000 + i%4*250_000))})
	}
	return all
}

func TestReconciliation_AnAccountantReadsAndImportsNothing(t *testing.T) {
	props := reconciled(views.GroupOnlyThere)
	accountant := page("/reconciliation")
	accountant.User.Role = store.RoleAccountant
	imports := func(p views.Page) int {
		return len(elements(tree(french, t, views.ReconciliationPage(p, props)), func(n *html.Node) bool {
			return strings.HasPrefix(attr(n, "action"), "/reconciliation/import/")
		}))
	}
	if n := imports(accountant); n != 0 {
		t.Errorf("an accountant is offered %d imports", n)
	}
	if n := imports(page("/reconciliation")); n != 1 { // the other row has no reference
		t.Errorf("an owner is offered %d imports", n)
	}
}

func TestReconciliation_ADifference_ShowsBothStories(t *testing.T) {
	shown := text(tree(french, t, views.ReconciliationPage(page("/reconciliation"), reconciled(views.GroupDiffers))))
	for _, story := range []string{"CamPay\u00a0: échouée, 12\u202f500\u202fFCFA", "ici\u00a0: réussie, 12\u202f500\u202fFCFA"} {
		if !strings.Contains(shown, story) {
			t.Errorf("%q is not told", story)
		}
	}
}

func TestReconciliation_WhileItRuns_ThePageFollows(t *testing.T) {
	follows := func(c templ.Component) bool {
		return len(elements(tree(french, t, c), func(n *html.Node) bool { return strings.HasPrefix(attr(n, "hx-trigger"), "every") })) == 1
	}
	for name, screen := range reconciliationScreens() {
		want := name == "reconciliation-going" || name == "reconciliation-waiting"
		if follows(screen) != want {
			t.Errorf("%s follows: %v", name, !want)
		}
	}
}

func TestChart_TellsInFiguresWhatItDraws(t *testing.T) {
	props := home(balance())
	props.Series = series(20)
	root := tree(french, t, views.HomePage(page("/"), props))
	chart := elements(root, func(n *html.Node) bool { return attr(n, "role") == "img" })
	if len(chart) != 1 || attr(chart[0], "aria-describedby") != "chart-says" {
		t.Fatalf("%d charts", len(chart))
	}
	line := attr(elements(chart[0], tag("path"))[0], "d")
	if !strings.HasPrefix(line, "M") || strings.Count(line, "V") != 19 || !strings.HasSuffix(line, "H600") || strings.Contains(line, "-") {
		t.Errorf("drawn as %s", line)
	}
	days := elements(root, func(n *html.Node) bool { return attr(n, "scope") == "row" })
	if len(days) != 6 || text(days[5].Parent) == text(days[5]) {
		t.Errorf("%d days in figures", len(days))
	}
	for points, want := range map[int]int{0: 0, 1: 0, 2: 1} {
		props.Series = series(points)
		drawn := elements(tree(french, t, views.HomePage(page("/"), props)), func(n *html.Node) bool { return attr(n, "role") == "img" })
		if len(drawn) != want {
			t.Errorf("%d points: %d charts", points, len(drawn))
		}
	}
	cashier := page("/")
	cashier.User.Role = store.RoleCashier
	if strings.Contains(markup(french, t, views.HomePage(cashier, props)), "chart-title") {
		t.Error("a cashier sees the chart")
	}
}

func TestCSVLine_HasACellForEachColumn(t *testing.T) {
	header := views.CSVHeader(french)
	for _, g := range views.Groups {
		for _, e := range entries(g) {
			if line := views.CSVLine(french, e); len(line) != len(header) {
				t.Errorf("%s: %d cells under %d names", g, len(line), len(header))
			}
		}
	}
	line := views.CSVLine(french, entries(views.GroupMatched)[0])
	want := []string{"23/11/2026 14:15:00", "Concordent", "Encaissement", "Pagne wax, 6 yards #k3v9p2xw", "6-77-12-34-56", "MTN MoMo", "CP261123T00005", push().Reference,
		"Réussi", "12500", "125", "0", "12375", "7", "Encaissé", "12500", "0", "12250", push().ExternalReference, ""}
	if !slices.Equal(line, want) {
		t.Errorf("got  %q\nwant %q", line, want)
	}
}

func TestReconciliation_MoneyOutAndDifferences_BearTheirSign(t *testing.T) {
	props := reconciled(views.GroupOnlyThere)
	payout := historyRow()
	payout.Kind = store.KindWithdraw
	props.Entries = []views.Entry{{Row: payout}}
	props.Statement.Wallets[0].Difference = 70_000
	shown := text(tree(french, t, views.ReconciliationPage(page("/reconciliation"), props)))
	for _, said := range []string{"Retrait · Pagne wax", "−12\u202f500\u202fFCFA", "+700\u202fFCFA", "−3\u202fFCFA"} {
		if !strings.Contains(shown, said) {
			t.Errorf("%q is not told", said)
		}
	}
}
