package payments

// How a reconciliation runs: interrupted, refused, large, and added up.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// countHistory counts the calls of the history.
func (s *shop) countHistory(calls *int) {
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/history/") {
			*calls++
		}
		return false
	})
}

func TestReconcile_Interrupted_GoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	s.paid(2500, mtnPhone)
	week := Period{From: s.today().From.AddDate(0, 0, -6), To: s.today().To}
	calls := 0
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/history/") {
			return false
		}
		if calls++; calls <= 4 { // the day before the week, and three days of it
			return false
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	run := s.reconcile(week)
	if run.DaysDone != 3 || run.Days != 7 || !run.EndedAt.IsZero() || !run.NextAt.After(s.clock.now()) || run.Tries != 1 {
		t.Fatalf("while CamPay is down: %+v", run)
	}
	s.start() // the process is killed, and begins anew
	calls = 0
	s.countHistory(&calls)
	s.must(s.service.Work(s.ctx))
	if still, err := s.store.Reconciliation(s.ctx, run.ID); err != nil || still != run {
		t.Fatalf("it did not wait: %+v, %v", still, err)
	}
	s.work(reconcileRetry)
	run, err := s.store.Reconciliation(s.ctx, run.ID)
	s.must(err)
	wantCounts(t, run, 1, 0, 0, 0, 0)
	if calls != 4 {
		t.Fatalf("asked for %d days of the 4 that were left", calls)
	}
}

func TestReconcile_KilledInTheMiddle_GoesOnAtOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	s.paid(2500, mtnPhone)
	week := Period{From: s.today().From.AddDate(0, 0, -6), To: s.today().To}
	run, err := s.service.Reconcile(s.ctx, week, s.owner())
	s.must(err)
	ctx, kill := context.WithCancel(s.ctx)
	calls := 0
	s.onCall(func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/history/") {
			return false
		}
		if calls++; calls > 4 { // the day before the week, and three days of it
			kill()
		}
		return false
	})
	_ = s.service.Work(ctx) // it is killed in the middle
	s.start()
	calls = 0
	s.countHistory(&calls)
	s.must(s.service.Work(s.ctx))
	run, err = s.store.Reconciliation(s.ctx, run.ID)
	s.must(err)
	wantCounts(t, run, 1, 0, 0, 0, 0)
	if calls != 4 {
		t.Fatalf("asked for %d days of the 4 that were left", calls)
	}
}

func TestReconcile_CamPayDownForADay_TheRunEndsAsFarAsItCame(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.down.Store(true)
	run := s.reconcile(s.today())
	for range 30 {
		s.work(reconcileRetryMax)
	}
	run, err := s.store.Reconciliation(s.ctx, run.ID)
	s.must(err)
	if run.EndedAt.IsZero() || !run.NextAt.IsZero() || run.DaysDone != 0 {
		t.Fatalf("run %+v", run)
	}
}

func TestReconcile_SamePeriodTwice_IsOneRun_AndTriesAtOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.down.Store(true)
	first := s.reconcile(s.today())
	s.down.Store(false)
	second := s.reconcile(s.today())
	if second.ID != first.ID {
		t.Fatalf("runs %d and %d", first.ID, second.ID)
	}
	wantCounts(t, second, 0, 0, 0, 0, 0)
}

func TestPeriod_IsChecked(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	day := s.today().From
	for name, c := range map[string]struct {
		p    Period
		want error
	}{
		"today":        {s.today(), nil},
		"the longest":  {Period{day.AddDate(0, 0, 1-LongestPeriod), day}, nil},
		"too long":     {Period{day.AddDate(0, 0, -LongestPeriod), day}, ErrPeriodLong},
		"turned round": {Period{day, day.AddDate(0, 0, -1)}, ErrPeriodReverse},
		"tomorrow":     {Period{day, day.AddDate(0, 0, 1)}, ErrDayAhead},
	} {
		if _, err := s.service.Reconcile(s.ctx, c.p, s.owner()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for typed, want := range map[string]error{"": ErrDayMissing, "hier": ErrDay, "2026-02-30": ErrDay, "0001-01-01": ErrDay, "2026-13-01": ErrDay, "2026-03-04": nil,
		"31/12/2026": nil, "31.12.2026": nil, "31-12-2026": nil, "12/31/2026": nil, "3/3/2026": nil, "2026/3/4": nil, "\u200e31/12/2026": nil,
		"04/03/2026": ErrDayAmbiguous, "1/2/2026": ErrDayAmbiguous, "31/12/26": ErrDay, "31/31/2026": ErrDay, "31/02/2026": ErrDay, "00/00/2026": ErrDay} {
		if _, err := ParseDay(typed); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", typed, err, want)
		}
	}
	if y := Yesterday(time.Date(2026, 3, 4, 23, 30, 0, 0, time.UTC)); dayName(y.To) != "2026-03-04" {
		t.Errorf("half past midnight in Douala, yesterday was %s", dayName(y.To))
	}
}

// A day of Douala begins before the day of Greenwich that CamPay may go by.
func TestReconcile_FirstAndLastMinuteOfADay_AreOfThatDay(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	day := s.today()
	s.clock.pass(13*time.Hour + 20*time.Minute) // 23:50 in Douala
	last := s.paid(500, mtnPhone)
	s.clock.pass(20 * time.Minute) // 00:10
	next := s.paid(700, mtnPhone)
	s.work(24 * time.Hour)
	wantCounts(t, s.reconcile(day), 1, 0, 0, 0, 0)
	if rows := s.rows(day); rows[0].TransactionID != last.ID {
		t.Fatalf("rows %+v", rows)
	}
	tomorrow := Period{nextDay(day.From), nextDay(day.To)}
	wantCounts(t, s.reconcile(tomorrow), 1, 0, 0, 0, 0)
	if rows := s.rows(tomorrow); rows[0].TransactionID != next.ID {
		t.Fatalf("rows %+v", rows)
	}
}

// The statement leads from one balance of CamPay's to the other.
func TestStatement_AddsUpToCamPaysOwnBalances(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	s.work(11 * time.Hour) // 21:30 in Douala: the balance is known before the day begins
	s.work(time.Hour)
	day := Period{nextDay(s.today().From), nextDay(s.today().To)}
	s.clock.pass(10 * time.Minute)
	s.collectElsewhere(700) // after the last balance of the evening
	opening := s.sandbox.Balance()
	s.clock.pass(12 * time.Hour)
	hidden := s.paid(2500, mtnPhone)
	s.paid(1111, orangePhone)
	s.collectElsewhere(3000)
	s.withdrawElsewhere(1000, orangePhone)
	s.airtimeElsewhere(100)
	failed := s.push(900, mtnPhone)
	s.must(s.sandbox.Enter(failed.Reference, sandbox.WrongPIN))
	closing := s.sandbox.Balance()
	s.clock.pass(13*time.Hour + 30*time.Minute) // ten past midnight
	late, err := s.client.Collect(s.ctx, campay.CollectRequest{Amount: money.Francs(900), From: mtnPhone})
	s.must(err)
	s.must(s.sandbox.Enter(late.Reference, "1234"))
	for range 3 {
		s.work(time.Hour)
	}
	run := s.reconcile(day)
	wantCounts(t, run, 3, 3, 0, 0, 0)
	st, err := s.service.Statement(s.ctx, day)
	s.must(err)
	want := map[store.Wallet][2]money.XAF{
		store.WalletMTN: {opening.MTN, closing.MTN}, store.WalletOrange: {opening.Orange, closing.Orange}, store.WalletAirtime: {opening.Airtime, closing.Airtime},
	}
	if !st.Compared || len(st.Wallets) != len(want) || st.Other != (store.Movements{}) {
		t.Fatalf("statement %+v", st)
	}
	for _, p := range st.Wallets {
		if got := [2]money.XAF{p.Opening, p.Closing}; got != want[p.Wallet] || p.Difference != 0 || p.Expected() != p.Closing {
			t.Errorf("%s: %+v, want from %v", p.Wallet, p, want[p.Wallet])
		}
	}
	// Money that moved without a row is a difference.
	s.editHistory(tellsOf(hidden.Reference, "credit", 0))
	s.reconcile(day)
	st, err = s.service.Statement(s.ctx, day)
	s.must(err)
	if got := st.Wallets[0].Difference; got != 247_500 {
		t.Errorf("a difference of %d", got)
	}
}

func TestStatement_WithoutABalanceNearEnough_SaysSo(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	s.paid(2500, mtnPhone)
	s.work(untilNight)
	s.reconcile(s.today())
	st, err := s.service.Statement(s.ctx, s.today())
	s.must(err)
	if st.Compared || !st.Opening.At.IsZero() || st.Closing.At.IsZero() || st.Wallets[0].Credits != 247_500 {
		t.Fatalf("statement %+v", st)
	}
	for _, c := range []struct {
		before time.Duration
		near   bool
	}{{SnapshotNear + time.Minute, false}, {SnapshotNear - time.Minute, true}} {
		s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.AddBalance(ctx, store.BalanceSnapshot{At: s.today().From.Add(-c.before)})
		}))
		if st, err = s.service.Statement(s.ctx, s.today()); err != nil || st.Opening.At.IsZero() == c.near || st.Compared != c.near {
			t.Errorf("a balance of %v before: %+v, %v", c.before, st, err)
		}
	}
}

// The documented answer about the balance has no airtime float: what nobody told
// is no zero that a period could fail to lead to.
func TestStatement_AFloatThatCamPayDoesNotTell_HasNoDifference(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/balance/") {
			return false
		}
		_, _ = io.WriteString(w, `{"total_balance":70000,"mtn_balance":50000,"orange_balance":20000,"utility_balance":"None","currency":"XAF"}`)
		return true
	})
	s.work(11 * time.Hour)
	s.work(time.Hour)
	day := Period{nextDay(s.today().From), nextDay(s.today().To)}
	s.clock.pass(12 * time.Hour)
	s.airtimeElsewhere(100)
	for range 3 {
		s.work(6 * time.Hour)
	}
	s.reconcile(day)
	st, err := s.service.Statement(s.ctx, day)
	s.must(err)
	for _, p := range st.Wallets {
		if p.Compared != (p.Wallet != store.WalletAirtime) {
			t.Errorf("%s compared %v", p.Wallet, p.Compared)
		}
	}
	if last, err := s.service.LastBalance(s.ctx); err != nil || !last.UtilityUnknown || !st.Compared {
		t.Fatalf("%+v, %v; %+v", last, err, st)
	}
}

// A payment that is under way while a balance is asked for is in the history
// of before and in the balance of after: it explains its part of a difference.
func TestStatement_PaymentUnderWayAtABound_ExplainsTheDifference(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	s.work(11 * time.Hour)
	day := Period{nextDay(s.today().From), nextDay(s.today().To)}
	s.clock.pass(2*time.Hour + 29*time.Minute)
	across := s.push(2500, mtnPhone) // 23:59
	s.work(time.Minute)              // the balance is asked for on the hour
	s.must(s.sandbox.Enter(across.Reference, "1234"))
	for range 28 {
		s.work(time.Hour)
	}
	s.wantStatus(across, store.StatusSuccessful)
	s.reconcile(day)
	st, err := s.service.Statement(s.ctx, day)
	s.must(err)
	if p := st.Wallets[0]; !st.Compared || p.Difference != 247_500 || p.UnderWay != p.Difference {
		t.Fatalf("statement %+v", st)
	}
}

func TestReconcile_ManyRows_AreComparedAndReadBatchByBatch(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	const many = 3*store.HistoryBatch + 7
	s.tellMany(many)
	wantCounts(t, s.reconcile(s.today()), 0, many, 0, 0, 0)
	seen := map[string]bool{}
	for e, err := range s.service.Entries(s.ctx, s.today()) {
		s.must(err)
		seen[e.Row.Reference] = true
	}
	if len(seen) != many {
		t.Fatalf("%d lines", len(seen))
	}
}

// tellMany has the history hold n rows that the book does not know.
func (s *shop) tellMany(n int) {
	s.editHistory(func([]wireRow) []wireRow {
		rows := make([]wireRow, n)
		for i := range rows {
			rows[i] = wireRow{
				"datetime": "2026-03-04T09:00:00.000000Z", "code": fmt.Sprintf("CP260304T%05d", i), "operator": "MTN",
				"phone_number": mtnPhone, "description": "Ailleurs", "amount": 500.0, "charge_amount": 5.0, "debit": 0.0, "credit": 495.0,
				"status": "SUCCESSFUL", "reference_uuid": fmt.Sprintf("00000000-0000-4000-8000-%012d", i),
			}
		}
		return rows
	})
}
