package handlers

// The reconciliation over HTTP: compared, read, imported, taken home as CSV.

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comptoir/campay/sandbox"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// today is the day on which these tests begin, as its form fields hold it.
var today = url.Values{"from": {"2026-03-04"}, "to": {"2026-03-04"}}

// paidThere has a customer pay a request that was begun outside Comptoir, and
// of which no webhook tells.
func (s *shop) paidThere(amount string) {
	s.t.Helper()
	body := `{"amount":"` + amount + `","currency":"XAF","from":"237677123456","description":"=cmd|' /C calc'!A0","external_reference":"` + newOperation() + `"}`
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/sandbox/api/collect/", strings.NewReader(body))
	s.must(err)
	req.Header.Set("Authorization", "Token a-permanent-token")
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	s.must(err)
	defer res.Body.Close()
	var taken struct{ Reference string }
	s.must(json.NewDecoder(res.Body).Decode(&taken))
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost})
	s.must(s.sandbox.Enter(taken.Reference, "1234"))
}

func TestReconciliation_ComparedReadAndImported(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	mine := owner.request("500", "677123456")
	s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
	s.work()
	s.paidThere("700")
	if got := owner.get("/reconciliation?" + today.Encode()); got.status != http.StatusOK || !strings.Contains(got.body, `class="empty"`) {
		t.Fatalf("before it was ever compared: %d", got.status)
	}
	got := owner.post("/reconciliation", today)
	to := got.header.Get("Location")
	if got.status != http.StatusSeeOther || to != "/reconciliation?"+today.Encode() {
		t.Fatalf("answered %d, to %s", got.status, to)
	}
	if going := owner.get(to); !strings.Contains(going.body, "<progress") || !strings.Contains(going.body, `http-equiv="refresh"`) {
		t.Fatal("its progress is not shown")
	}
	s.work()
	page := owner.get(to)
	if strings.Contains(page.body, "<progress") || !strings.Contains(page.body, "/reconciliation/import/") || !strings.Contains(page.body, "=cmd") {
		t.Fatalf("what is only at CamPay is not shown: %s", page.body)
	}
	if matched := owner.get(to + "&group=matched"); !strings.Contains(matched.body, `href="`+mine+`"`) {
		t.Fatal("what agrees is not shown")
	}
	rows, err := s.store.History(t.Context(), store.HistoryFilter{Until: s.clock.now().Add(time.Hour), Finding: store.FindingOnlyThere})
	s.must(err)
	action := web.ItemPath("/reconciliation/import/", rows[0].ID)
	if got := s.sessionOf(store.RoleAccountant).post(action, today); got.status != http.StatusForbidden {
		t.Fatalf("an accountant's import answered %d", got.status)
	}
	got = owner.post(action, today)
	if got.status != http.StatusSeeOther || got.header.Get("Location") != to+"&group=only_there" {
		t.Fatalf("the import answered %d, to %s", got.status, got.header.Get("Location"))
	}
	all, err := s.store.Transactions(t.Context(), store.TransactionFilter{})
	s.must(err)
	if len(all) != 2 || all[0].Origin != store.OriginExternal || all[0].Amount != 70_000 {
		t.Fatalf("imported %+v", all[0])
	}
	if got := owner.post(web.ItemPath("/reconciliation/import/", 999), today); got.status != http.StatusNotFound {
		t.Fatalf("a row that is not there: %d", got.status)
	}
}

func TestReconciliation_EachWrongDayIsNamed_AndKeptAsTyped(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	accountant := s.signedIn(store.RoleAccountant)
	for _, c := range []struct{ from, to, field, kept string }{
		{"", "2026-03-04", "from", ""},
		{"hier", "2026-03-04", "from", `value="hier"`},
		{"2026-03-04", "2026-02-30", "to", `value="2026-02-30"`},
		{"2026-03-05", "2026-03-06", "from", ""},
		{"2026-03-04", "2026-03-05", "to", ""},
		{"2026-03-04", "2026-03-03", "to", ""},
		{"2025-12-02", "2026-03-04", "to", ""},
	} {
		typed := url.Values{"from": {c.from}, "to": {c.to}}
		for name, got := range map[string]answer{
			"compare": accountant.post("/reconciliation", typed), "read": accountant.get("/reconciliation?" + typed.Encode()), "csv": accountant.get("/reconciliation.csv?" + typed.Encode()),
		} {
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+c.field+`-error"`) || !strings.Contains(got.body, c.kept) {
				t.Errorf("%s %v answered %d", name, typed, got.status)
			}
		}
	}
	if got := accountant.get("/reconciliation"); got.status != http.StatusOK || strings.Count(got.body, `value="2026-03-03"`) != 2 {
		t.Errorf("yesterday is not proposed: %d", got.status)
	}
	if runs, err := s.store.Reconciliations(t.Context(), 9); err != nil || len(runs) != 0 {
		t.Errorf("a wrong period was begun: %+v, %v", runs, err)
	}
}

func TestReconciliation_CamPayDown_ShowsWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.paidThere("700")
	owner.post("/reconciliation", today)
	s.work()
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.ErrorBefore, Endpoint: sandbox.EndpointHistory, Times: -1}, sandbox.Fault{Kind: sandbox.ErrorBefore, Endpoint: sandbox.EndpointTransaction, Times: -1})
	owner.post("/reconciliation", today)
	s.work()
	page := owner.get("/reconciliation?" + today.Encode())
	if page.status != http.StatusOK || !strings.Contains(page.body, "notice warn") || !strings.Contains(page.body, "/reconciliation/import/") {
		t.Fatalf("answered %d: %s", page.status, page.body)
	}
	rows, err := s.store.History(t.Context(), store.HistoryFilter{Until: s.clock.now().Add(time.Hour)})
	s.must(err)
	owner.post(web.ItemPath("/reconciliation/import/", rows[0].ID), today)
	said := views.T(views.WithLocale(t.Context(), views.French), "flash.unreachable")
	if page := owner.get("/reconciliation?" + today.Encode()); !strings.Contains(page.body, said) {
		t.Fatal("an import that CamPay did not answer looks done")
	}
}

func TestReconciliation_Groups_ArePagedWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	const all = 2*web.PageLength + 5
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for i := range all {
			row := store.HistoryRow{At: s.clock.now().Add(time.Duration(i%3) * time.Minute), Code: newOperation(), Kind: store.KindCollect, Amount: 500, Status: "SUCCESSFUL", Raw: []byte("{}")}
			if err := tx.KeepHistory(ctx, []store.HistoryRow{row}); err != nil {
				return err
			}
			if err := tx.MarkHistory(ctx, int64(i+1), 0, store.FindingOnlyThere); err != nil {
				return err
			}
			_, err := tx.CreateTransaction(ctx, store.Transaction{Kind: store.KindCollect, Origin: store.OriginPush, Status: store.StatusPending, Asked: 500, Currency: "XAF", CreatedAt: row.At})
			if err != nil {
				return err
			}
		}
		return tx.MarkOnlyHere(ctx, s.clock.now(), s.clock.now().Add(time.Hour))
	}))
	for _, group := range []string{"only_there", "only_here"} {
		rows, pages := 0, 0
		for path := "/reconciliation?" + today.Encode() + "&group=" + group; path != "" && pages < 9; pages++ {
			body := owner.get(path).body
			_, entries, _ := strings.Cut(body, `class="rows entries"`)
			entries, _, _ = strings.Cut(entries, "</table>")
			rows += strings.Count(entries, "<tr>") - 1
			path = ""
			if _, rest, found := strings.Cut(body, `class="older"`); found {
				_, rest, _ = strings.Cut(rest, `href="`)
				link, _, _ := strings.Cut(rest, `"`)
				path = strings.ReplaceAll(link, "&amp;", "&")
			}
		}
		if rows != all || pages != 3 {
			t.Errorf("%s: %d rows of %d on %d pages", group, rows, all, pages)
		}
	}
}

func TestReconciliationCSV_IsReadBackAndIsNoFormula(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	owner.request("500", "677123456")
	s.paidThere("700")
	owner.post("/reconciliation", today)
	s.work()
	got := owner.get("/reconciliation.csv?" + today.Encode())
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/csv") ||
		got.header.Get("Content-Disposition") != `attachment; filename="comptoir-2026-03-04-2026-03-04.csv"` || !strings.HasPrefix(got.body, web.ByteOrderMark) {
		t.Fatalf("%d %v", got.status, got.header)
	}
	lines := s.frenchCSV(got.body)
	if len(lines) != 3 || lines[0][0] != "Date" || lines[1][0] != "04/03/2026 10:30:00" || lines[1][3] != "'=cmd|' /C calc'!A0" || lines[1][9] != "700" {
		t.Fatalf("read back %q", lines)
	}
	if lone := lines[2]; lone[8] != "" || lone[14] != "En cours" || lone[2] != "Encaissement" || lone[4] != "6-77-12-34-56" {
		t.Fatalf("what is only here: %q", lone)
	}
	if cashier := s.sessionOf(store.RoleCashier).get("/reconciliation.csv"); cashier.status != http.StatusForbidden {
		t.Fatalf("a cashier got %d", cashier.status)
	}
}
