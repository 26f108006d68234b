package store

// Every query finds its rows by an index.

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
)

// planner answers each query with nothing, and keeps how SQLite would run it.
type planner struct {
	pool
	plan *strings.Builder
}

func (p planner) query(ctx context.Context, _ func(row) error, statement string, args ...any) error {
	return p.pool.query(ctx, func(r row) error {
		var id, parent, unused int
		var step string
		err := r.Scan(&id, &parent, &unused, &step)
		p.plan.WriteString(step + "\n")
		return err
	}, "EXPLAIN QUERY PLAN "+statement, args...)
}

func planOf(t *testing.T, s *Store, read func(Reader) error) string {
	t.Helper()
	var plan strings.Builder
	_ = read(Reader{rows: planner{pool{s.readDB}, &plan}, book: s.book, now: s.now}) // finds nothing
	if plan.Len() == 0 {
		t.Fatal("no plan")
	}
	return plan.String()
}

// fullScan is a step that walks over a whole table.
var fullScan = regexp.MustCompile(`SCAN (transactions|payment_links|events|deliveries|balance_snapshots|users|sessions|payout_rules|recipients|approvals|audit_log|receipts|link_batches|other_numbers|sales|history_unreadable|damages|refused_deliveries)`)

func TestQueries_ReadThroughAnIndex(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	list := func(f TransactionFilter) func(Reader) error {
		return func(r Reader) error { _, err := r.Transactions(t.Context(), f); return err }
	}
	for name, c := range map[string]struct {
		read  func(Reader) error
		index string // the one that it must use
		sorts bool   // whether the rows may have to be sorted
	}{
		"open sales":     {func(r Reader) error { _, err := r.OpenSales(t.Context(), SalesFilter{By: 1, Day: noon}); return err }, "sales USING INDEX sqlite_autoindex_sales_1 (book=? AND day=?)", true},
		"recent amounts": {func(r Reader) error { _, err := r.RecentAmounts(t.Context(), noon, 6); return err }, "transactions_created (book=? AND created_at>?)", true},
		"recent payers":  {func(r Reader) error { _, err := r.RecentPayers(t.Context(), noon, 6); return err }, "transactions_created (book=? AND created_at>?)", true},
		"claimed": {func(r Reader) error {
			_, err := r.Claimed(t.Context(), ClaimFilter{References: []string{"x"}, Since: noon})
			return err
		}, "transactions_created (book=? AND created_at>?)", true},
		"newest":                  {list(TransactionFilter{}), "(book=?)", false},
		"next page":               {list(TransactionFilter{Before: 9}), "(book=? AND id<?)", false},
		"by status":               {list(TransactionFilter{Status: StatusPending}), "transactions_status (book=? AND status=?)", false},
		"by status, next page":    {list(TransactionFilter{Status: StatusPending, Before: 9}), "transactions_status (book=? AND status=? AND id<?)", false},
		"by kind":                 {list(TransactionFilter{Kind: KindCollect}), "transactions_kind (book=? AND kind=?)", false},
		"by origin":               {list(TransactionFilter{Origin: OriginExternal}), "(book=?)", false},
		"flagged":                 {list(TransactionFilter{Flagged: true}), "transactions_flagged (book=?)", false},
		"of a period":             {list(TransactionFilter{Since: noon, Until: noon.Add(time.Hour)}), "transactions_created (book=? AND created_at>? AND created_at<?)", true},
		"by reference":            {func(r Reader) error { _, err := r.TransactionByReference(t.Context(), "r"); return err }, "transactions_reference (book=? AND reference=?)", false},
		"by external reference":   {func(r Reader) error { _, err := r.TransactionByExternalReference(t.Context(), "r"); return err }, "transactions_external_reference (book=? AND external_reference=?)", false},
		"one transaction":         {func(r Reader) error { _, err := r.Transaction(t.Context(), 1); return err }, "INTEGER PRIMARY KEY", false},
		"of a link":               {func(r Reader) error { _, err := r.TransactionsOfLink(t.Context(), 1); return err }, "transactions_link (book=? AND link_id=?)", false},
		"payments of a link":      {list(TransactionFilter{LinkID: 1}), "transactions_link (book=? AND link_id=?)", false},
		"open of a link":          {func(r Reader) error { _, err := r.OpenOfLink(t.Context(), 1); return err }, "transactions_link_open (book=? AND link_id=?)", false},
		"in flight of a link":     {func(r Reader) error { _, err := r.LinkInFlight(t.Context(), 1); return err }, "transactions_link_open (book=? AND link_id=?)", false},
		"way of a sale":           {func(r Reader) error { _, err := r.SaleWay(t.Context(), SaleKey{LinkID: 1}); return err }, "sales_link (book=? AND link_id=?)", false},
		"one sale":                {func(r Reader) error { _, err := r.OfSameSale(t.Context(), SaleWay{Number: 1}); return err }, "transactions_link (book=? AND link_id=?)", true},
		"one sale, its siblings":  {func(r Reader) error { _, err := r.OfSameSale(t.Context(), SaleWay{Number: 1}); return err }, "transactions_sibling (book=? AND sibling_of=?)", true},
		"ways of one sale":        {func(r Reader) error { _, err := r.WaysOfSale(t.Context(), SaleWay{Number: 1}); return err }, "(book=? AND day=? AND number=?)", false},
		"one purchase's siblings": {func(r Reader) error { _, err := r.OfSamePurchase(t.Context(), 1); return err }, "transactions_sibling (book=? AND sibling_of=?)", false},
		"one purchase":            {func(r Reader) error { _, err := r.OfSamePurchase(t.Context(), 1); return err }, "other_numbers_first (book=? AND first_id=?)", false},
		"a list made before":      {func(r Reader) error { _, err := r.SameLinkBatch(t.Context(), "c", noon); return err }, "link_batches_content (book=? AND content=? AND created_at>?)", false},
		"receipt of one":          {func(r Reader) error { _, err := r.ReceiptOf(t.Context(), 1); return err }, "(book=? AND transaction_id=?)", false},
		"devices of one":          {func(r Reader) error { _, err := r.PushSubscriptions(t.Context(), 1); return err }, "push_subscriptions_user (user_id=?)", false},
		"device of an endpoint":   {func(r Reader) error { _, err := r.PushSubscriptionAt(t.Context(), "e", 1); return err }, "(endpoint=?)", false},
		"by its receipt":          {func(r Reader) error { _, err := r.TransactionOfReceipt(t.Context(), "t"); return err }, "(token=?)", false},
		"unpaid by phone":         {func(r Reader) error { _, err := r.UnpaidSince(t.Context(), "p", 1, noon); return err }, "transactions_phone (book=? AND phone=? AND created_at>?)", false},
		"siblings":                {func(r Reader) error { _, err := r.Siblings(t.Context(), 1); return err }, "transactions_sibling (book=? AND sibling_of=?)", true},
		"failed of late":          {func(r Reader) error { _, err := r.FailedSince(t.Context(), noon); return err }, "transactions_status (book=? AND status=?)", false},
		"link news":               {func(r Reader) error { _, err := r.LinkNewsSince(t.Context(), noon); return err }, "transactions_link_news (book=? AND news_at>?)", false},
		"due polls":               {func(r Reader) error { _, err := r.DuePolls(t.Context(), noon, 9); return err }, "transactions_poll (book=? AND poll_at>? AND poll_at<?)", false},
		"put off":                 {func(r Reader) error { _, err := r.AheadOfClock(t.Context(), noon, Horizon{}); return err }, "transactions_status (book=? AND status=?)", false},
		"next poll":               {func(r Reader) error { _, _, err := r.NextPoll(t.Context(), noon); return err }, "transactions_poll (book=? AND poll_at>?)", false},
		"recent same":             {func(r Reader) error { _, err := r.RecentSame(t.Context(), "p", 1, noon); return err }, "transactions_phone (book=? AND phone=? AND created_at>?)", true},
		"takings":                 {func(r Reader) error { _, err := r.Takings(t.Context(), noon, noon.Add(1)); return err }, "transactions_takings (book=? AND settled_at>? AND settled_at<?)", false},
		"open":                    {func(r Reader) error { _, _, _, err := r.CountOpen(t.Context(), noon, ""); return err }, "transactions_flagged (book=?)", false},
		"events":                  {func(r Reader) error { _, err := r.Events(t.Context(), 1); return err }, "events_transaction (book=? AND transaction_id=?)", true},
		"deliveries":              {func(r Reader) error { _, err := r.Deliveries(t.Context(), DeliveryFilter{}); return err }, "(book=?)", false},
		"refused deliveries": {func(r Reader) error {
			_, err := r.Deliveries(t.Context(), DeliveryFilter{Verdict: VerdictRefused, Before: 9})
			return err
		}, "deliveries_refused (book=? AND id<?)", false},
		"due deliveries":             {func(r Reader) error { _, err := r.DueDeliveries(t.Context(), noon, true, 9); return err }, "deliveries_due_known (book=? AND next_at>? AND next_at<?)", false},
		"due deliveries of nobody's": {func(r Reader) error { _, err := r.DueDeliveries(t.Context(), noon, false, 9); return err }, "deliveries_due_unknown (book=? AND next_at>? AND next_at<?)", false},
		"how many of them":           {func(r Reader) error { _, err := r.NobodysDue(t.Context(), 9); return err }, "deliveries_due_unknown (book=? AND next_at>?)", false},
		"fresh deliveries":           {func(r Reader) error { _, err := r.FreshDeliveries(t.Context(), 9); return err }, "deliveries USING INDEX sqlite_autoindex_deliveries_1 (book=? AND id>?)", false},
		"how many are fresh":         {func(r Reader) error { _, err := r.CountFresh(t.Context(), 9); return err }, "deliveries USING INDEX sqlite_autoindex_deliveries_1 (book=? AND id>?)", false},
		"deliveries of one":          {func(r Reader) error { _, err := r.DeliveriesOf(t.Context(), 1, 9); return err }, "deliveries_transaction (book=? AND transaction_id=?)", false},
		"next delivery":              {func(r Reader) error { _, _, err := r.NextDelivery(t.Context(), noon); return err }, "deliveries_next (book=? AND next_at>?)", false},
		"user by name":               {func(r Reader) error { _, err := r.UserByName(t.Context(), "n"); return err }, "(name_key=?)", false},
		"session":                    {func(r Reader) error { _, err := r.Session(t.Context(), []byte("t")); return err }, "(token_hash=?)", false},
	} {
		plan := planOf(t, s, c.read)
		mustReadThrough(t, plan, name, c.index)
		if !c.sorts && strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s sorts:\n%s", name, plan)
		}
	}
}

func mustReadThrough(t *testing.T, plan, name string, indexes ...string) {
	t.Helper()
	for _, index := range indexes {
		if !strings.Contains(plan, index) || fullScan.MatchString(plan) {
			t.Errorf("%s does not go through %s:\n%s", name, index, plan)
		}
	}
}

func TestQueries_OfMoneyOut_ReadThroughAnIndex(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	ctx := t.Context()
	for name, c := range map[string]struct {
		read    func(Reader) error
		indexes []string // those that it must use
		sorts   bool
	}{
		"reserved": {func(r Reader) error { _, err := r.Reserved(ctx, KindWithdraw, "MTN", noon); return err }, []string{
			"transactions_payout_status (book=? AND kind=? AND status=?)",
			"transactions_payout_status (book=? AND kind=? AND status=? AND settled_at>? AND settled_at<?)"}, false},
		"fees of late": {func(r Reader) error {
			_, err := r.Transactions(ctx, TransactionFilter{Kind: KindWithdraw, Status: StatusSuccessful, Since: noon, Limit: 100})
			return err
		}, []string{"transactions_payout_created (book=? AND kind=? AND created_at>?)"}, true},
		"paid out": {func(r Reader) error { _, err := r.PaidOut(ctx, noon, KindWithdraw, KindAirtime); return err }, []string{"transactions_payout_created (book=? AND kind=? AND created_at>?)"}, false},
		"fees near": {func(r Reader) error {
			_, err := r.ChargedFees(ctx, FeeFilter{Kind: KindWithdraw, Operator: money.MTN, Since: noon, Most: 9})
			return err
		}, []string{"transactions_charged (book=? AND kind=? AND operator=? AND status=? AND settled_at>?)"}, false},
		"waiting":     {func(r Reader) error { _, err := r.WaitingPayouts(ctx, KindWithdraw, 1); return err }, []string{"approvals_state (book=? AND state=?)"}, false},
		"refunded":    {func(r Reader) error { _, err := r.Refunded(ctx, 1); return err }, []string{"transactions_refund (book=? AND refund_of=?)", "approvals_refund (book=? AND refund_of=?)"}, false},
		"given back":  {func(r Reader) error { _, err := r.GivenBack(ctx, 1, 2); return err }, []string{"transactions_refund (book=? AND refund_of=?)"}, false},
		"refunds":     {func(r Reader) error { _, err := r.RefundsOf(ctx, 1); return err }, []string{"transactions_refund (book=? AND refund_of=?)"}, false},
		"recent same": {func(r Reader) error { _, err := r.RecentSamePayout(ctx, KindWithdraw, "p", 1, noon); return err }, []string{"transactions_phone (book=? AND phone=? AND created_at>?)"}, true},
		"same waits":  {func(r Reader) error { _, err := r.SameApprovals(ctx, KindWithdraw, "p", 1); return err }, []string{"approvals_state (book=? AND state=?)"}, false},
		"unproved":    {func(r Reader) error { _, err := r.Unproved(ctx, 1, 10); return err }, []string{"transactions_unproved (book=? AND id>?)"}, false},
		"usual":       {func(r Reader) error { _, err := r.UsualPayouts(ctx, KindWithdraw); return err }, []string{"transactions_payout_status (book=? AND kind=? AND status=?)"}, false},
		"rules":       {func(r Reader) error { _, err := r.PayoutRules(ctx); return err }, []string{"(book=?)"}, false},

		"recipient":           {func(r Reader) error { _, err := r.Recipient(ctx, 1); return err }, []string{"INTEGER PRIMARY KEY"}, false},
		"recipient by phone":  {func(r Reader) error { _, err := r.RecipientByPhone(ctx, "p"); return err }, []string{"recipients_phone (book=? AND phone=?)"}, false},
		"recipients":          {func(r Reader) error { _, err := r.Recipients(ctx, RecipientFilter{}); return err }, []string{"recipients_saved (book=?)"}, false},
		"recipients searched": {func(r Reader) error { _, err := r.Recipients(ctx, RecipientFilter{Search: "x", Before: 9}); return err }, []string{"recipients_saved (book=? AND id<?)"}, false},

		"approval":              {func(r Reader) error { _, err := r.Approval(ctx, 1); return err }, []string{"INTEGER PRIMARY KEY"}, false},
		"approval by operation": {func(r Reader) error { _, err := r.ApprovalByOperation(ctx, "o"); return err }, []string{"(book=? AND operation=?)"}, false},
		"approvals":             {func(r Reader) error { _, err := r.Approvals(ctx, ApprovalFilter{}); return err }, []string{"(book=?)"}, false},
		"approvals by state": {func(r Reader) error {
			_, err := r.Approvals(ctx, ApprovalFilter{State: ApprovalWaiting, Before: 9})
			return err
		}, []string{"approvals_state (book=? AND state=? AND id<?)"}, false},
		"approvals counted": {func(r Reader) error { _, err := r.CountApprovals(ctx, ApprovalWaiting); return err }, []string{"approvals_state (book=? AND state=?)"}, false},
		"approvals over":    {func(r Reader) error { _, err := r.ExpiredApprovals(ctx, noon); return err }, []string{"approvals_expiry (book=? AND expires_at<?)"}, false},

		"audit":           {func(r Reader) error { _, err := r.Audit(ctx, AuditFilter{}); return err }, []string{"(book=?)"}, false},
		"audit of a kind": {func(r Reader) error { _, err := r.Audit(ctx, AuditFilter{Subject: "recipient", Before: 9}); return err }, []string{"audit_log_subject (book=? AND subject=? AND id<?)"}, false},
		"audit of one": {func(r Reader) error {
			_, err := r.Audit(ctx, AuditFilter{Subject: "recipient", SubjectID: 1})
			return err
		}, []string{"audit_log_one (book=? AND subject=? AND subject_id=?)"}, false},
	} {
		plan := planOf(t, s, c.read)
		mustReadThrough(t, plan, name, c.indexes...)
		if !c.sorts && strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s sorts:\n%s", name, plan)
		}
	}
}

func TestQueries_OfLinks_ReadThroughAnIndex(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	for name, c := range map[string]struct {
		read  func(Reader) error
		index string // by which the links themselves are found
	}{
		"one link":     {func(r Reader) error { _, err := r.Link(t.Context(), 1); return err }, "INTEGER PRIMARY KEY (rowid=?)"},
		"link by slug": {func(r Reader) error { _, err := r.LinkBySlug(t.Context(), "s"); return err }, "(book=? AND slug=?)"},
		"links":        {func(r Reader) error { _, err := r.Links(t.Context(), LinkFilter{}); return err }, "payment_links_active (book=?)"},
		"put away":     {func(r Reader) error { _, err := r.Links(t.Context(), LinkFilter{Put: LinksArchived}); return err }, "payment_links_archived (book=?)"},
		"of a batch": {func(r Reader) error {
			_, err := r.Links(t.Context(), LinkFilter{Put: LinksAll, Batch: "b"})
			return err
		}, "payment_links_batch (book=? AND batch=?)"},
		"by operation": {func(r Reader) error { _, err := r.LinkByOperation(t.Context(), "o"); return err }, "payment_links_operation (book=? AND operation=?)"},
		"next page":    {func(r Reader) error { _, err := r.Links(t.Context(), LinkFilter{Before: 9}); return err }, "payment_links_active (book=? AND id<?)"},
	} {
		plan := planOf(t, s, c.read)
		// The page bears the table's name in the last join, where there are no more
		// of them than fit on it.
		tables := strings.Replace(plan, "SCAN payment_links\n", "", 1)
		if !strings.Contains(plan, c.index) || !strings.Contains(plan, "COVERING INDEX transactions_link_paid (book=? AND link_id=?)") ||
			!strings.Contains(plan, "transactions_link_untold (book=? AND link_id=?)") || fullScan.MatchString(tables) {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
}

// Of two lower bounds of one column SQLite seeks by the one that is written first, and
// reads all rows between them: the constant one, which only names the index, is last.
func TestQueries_OfTwoLowerBounds_TheMovingOneIsFirst(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(\w+) > 0 AND (\w+) >=? `).FindAllSubmatch(text, -1) {
			if string(found[1]) == string(found[2]) {
				t.Errorf("%s: %s", name, found[0])
			}
		}
	}
}
