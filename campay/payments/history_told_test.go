package payments

// The history as it was recorded: rows that do not tell all, rows that nobody can
// read, times without a zone, and successes of what the book calls failed.

import (
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// tells is several edits of the history, one after another.
func tells(edits ...func([]wireRow) []wireRow) func([]wireRow) []wireRow {
	return func(rows []wireRow) []wireRow {
		for _, edit := range edits {
			rows = edit(rows)
		}
		return rows
	}
}

func TestHistory_WithoutAZone_IsCameroonsTime(t *testing.T) {
	t.Parallel()
	s := openShop(t, func(c *sandbox.Config) { c.Habits.LocalHistory = true })
	s.clock.pass(14 * time.Hour) // 00:30 of the next day in Douala
	paid := s.paid(500, mtnPhone)
	next := Period{From: s.today().End(), To: s.today().End()}
	wantCounts(t, s.reconcile(next), 1, 0, 0, 0, 0)
	if row := s.row(next, paid.Reference); !row.At.Equal(s.clock.now()) {
		t.Fatalf("dated %s; it is %s", row.At, s.clock.now())
	}
}

func TestHistory_OneUnreadableRow_HarmsNoOther_AndIsShownAsItCame(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	s.paid(500, mtnPhone)
	s.editHistory(func(rows []wireRow) []wireRow {
		return append([]wireRow{{"status": wireRow{"odd": "row"}}}, rows...)
	})
	wantCounts(t, s.reconcile(s.today()), 1, 0, 0, 1, 0)
	if raw, err := s.service.Unreadable(s.ctx, s.today()); err != nil || len(raw) != 1 || !strings.Contains(raw[0], "odd") {
		t.Fatalf("%q, %v", raw, err)
	}
	s.editHistory(func(rows []wireRow) []wireRow { return rows })
	wantCounts(t, s.reconcile(s.today()), 1, 0, 0, 0, 0)
	if raw, err := s.service.Unreadable(s.ctx, s.today()); err != nil || len(raw) != 0 {
		t.Fatalf("told rightly now: %q, %v", raw, err)
	}
}

func TestHistory_FiguresThatAreNotTold_AreUnknown_AndNoFeeAndNoDifference(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	paid := s.paid(500, mtnPhone)
	s.editHistory(tells(
		tellsOf(paid.Reference, "amount", "None"), tellsOf(paid.Reference, "credit", nil),
		tellsOf(paid.Reference, "charge_amount", ""), tellsOf(paid.Reference, "operator_tx_code", nil),
	))
	wantCounts(t, s.reconcile(s.today()), 1, 0, 0, 0, 0)
	if got := s.wantStatus(paid, store.StatusSuccessful); got.Fee != 0 || got.Net != paid.Net || !got.PaidInFull() {
		t.Fatalf("fee %d, net %d", got.Fee, got.Net)
	}
	if row := s.row(s.today(), paid.Reference); row.Untold != (store.Untold{Amount: true, Charge: true, Credit: true}) {
		t.Fatalf("%+v", row.Untold)
	}
	s.editHistory(tells(tellsOf(paid.Reference, "credit", "None"), tellsOf(paid.Reference, "charge_amount", nil)))
	s.reconcile(s.today())
	if got := s.wantStatus(paid, store.StatusSuccessful); got.Fee != 0 || got.Net != paid.Net {
		t.Fatalf("all of it is taken for a fee: %d, net %d", got.Fee, got.Net)
	}
	if statement, err := s.service.Statement(s.ctx, s.today()); err != nil || statement.Untold != 1 || statement.Compared {
		t.Fatalf("%+v, %v", statement, err)
	}
}

func TestHistory_MoneyOfLessThanNothing_AndAWordThatNobodyKnows_AreFlagged(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(reference string) func([]wireRow) []wireRow{
		"credit": func(r string) func([]wireRow) []wireRow { return tellsOf(r, "credit", -4.0) },
		"word":   func(r string) func([]wireRow) []wireRow { return tellsOf(r, "status", "REVERSED") },
	} {
		s := openShop(t, withFees)
		paid := s.paid(500, mtnPhone)
		s.editHistory(edit(paid.Reference))
		wantCounts(t, s.reconcile(s.today()), 0, 0, 0, 1, 0)
		if got := s.wantStatus(paid, store.StatusSuccessful, store.FlagHistoryDiffers); got.Amount != paid.Amount {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestHistory_ASuccessOfWhatWeCallFailed_IsAskedAboutWithinMinutes(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.sandbox.Refuse(asked.Reference))
	s.work(0)
	s.wantStatus(asked, store.StatusFailed)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost})
	s.must(s.sandbox.Settle(asked.Reference, campay.Successful))
	s.work(sweepEvery)
	if got := s.wantStatus(asked, store.StatusSuccessful, store.FlagMovedFinal); got.Amount != money.Francs(2500) {
		t.Fatalf("%+v", got)
	}
}

func TestHistory_ThatContradictsTheTruth_IsAskedAboutEverMoreSeldom_AndFillsNoStory(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	s.must(s.sandbox.Refuse(asked.Reference))
	s.work(0)
	s.editHistory(tellsOf(asked.Reference, "status", "SUCCESSFUL"))
	for range 100 {
		s.work(sweepEvery)
	}
	s.wantStatus(asked, store.StatusFailed)
	notes := s.notes(asked)
	if same := slices.Index(notes, "same"); same < 0 || same != len(notes)-1 {
		t.Fatalf("story %v", notes)
	}
	if !s.service.history.asks("another", s.clock.now()) || s.service.history.asks("another", s.clock.now()) {
		t.Fatal("not at once, or twice at once")
	}
}

func TestFee_OfOneSmallPayment_TeachesNothing(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t, func(c *sandbox.Config) { c.Fees = sandbox.Fees{Withdraw: sandbox.OnePercent, Flat: money.Francs(1)} })
	paid := s.payOut(s.withdrawal(5))
	s.work(time.Minute)
	s.reconcile(Period{From: money.DayOf(s.clock.now()), To: money.DayOf(s.clock.now())})
	if got := s.wantStatus(paid, store.StatusSuccessful); got.Fee < money.Francs(1) {
		t.Fatalf("fee %d", got.Fee)
	}
	if p := s.preview(s.withdrawal(20_000)); p.Fee.Known {
		t.Fatalf("%+v", p.Fee)
	}
}
