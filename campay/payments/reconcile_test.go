package payments

// The reconciliation: our book beside CamPay's history, on the sandbox.

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestReconcile_Daily_BySelfAtNight_TakesFeesAndNets(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	paid := s.paid(2500, mtnPhone)
	s.must(s.service.change(s.ctx, paid.ID, func(_ *store.Tx, t *store.Transaction) error { // as where /transaction/ tells no app_amount
		t.Net = 0
		return nil
	}))
	s.work(untilNight - time.Minute)
	if runs, err := s.store.Reconciliations(s.ctx, 9); err != nil || len(runs) != 0 {
		t.Fatalf("before its hour: %+v, %v", runs, err)
	}
	s.work(time.Minute)
	runs, err := s.store.Reconciliations(s.ctx, 9)
	s.must(err)
	if len(runs) != 1 || !runs[0].To.Equal(s.today().To) || runs[0].Days != 1+dailyBack || runs[0].RequestedBy != 0 {
		t.Fatalf("runs %+v", runs)
	}
	wantCounts(t, runs[0], 1, 0, 0, 0, 0)
	got := s.wantStatus(paid, store.StatusSuccessful)
	if got.Fee != 2500 || got.Net != 247_500 {
		t.Fatalf("fee %d, net %d", got.Fee, got.Net)
	}
	story := s.notes(paid)
	s.work(time.Hour)
	s.work(24 * time.Hour)
	if runs, err = s.store.Reconciliations(s.ctx, 9); err != nil || len(runs) != 2 {
		t.Fatalf("the night after: %d runs, %v", len(runs), err)
	}
	if again := s.notes(paid); len(again) != len(story) {
		t.Fatalf("a second look told %v", again[len(story):])
	}
}

func TestReconcile_NightsSleptThrough_AreMadeUpFor(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.paid(500, mtnPhone)
	s.work(untilNight)
	s.work(10 * 24 * time.Hour)
	runs, err := s.store.Reconciliations(s.ctx, 9)
	s.must(err)
	if len(runs) != 2 || runs[0].Days != 10 || !runs[0].From.Equal(nextDay(runs[1].To)) {
		t.Fatalf("runs %+v", runs)
	}
	s.work(200 * 24 * time.Hour)
	if runs, err = s.store.Reconciliations(s.ctx, 9); err != nil || runs[0].Days != LongestPeriod {
		t.Fatalf("after half a year: %+v, %v", runs[0], err)
	}
}

// Found by the simulation: a shop that was on between midnight and 2 alone was
// never compared.
func TestReconcile_OnInTheFirstHoursAlone_ComparesTheNightBefore(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.paid(500, mtnPhone)
	day := s.today().To
	s.work(day.AddDate(0, 0, 2).Add(time.Hour).Sub(s.clock.now()))
	runs, err := s.store.Reconciliations(s.ctx, 9)
	s.must(err)
	if len(runs) != 1 || !runs[0].To.Equal(day) || runs[0].EndedAt.IsZero() {
		t.Fatalf("runs %+v", runs)
	}
}

func TestReconcile_FreshBook_HasNothingToCompare(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.push(500, mtnPhone)
	s.work(time.Minute)
	if runs, err := s.store.Reconciliations(s.ctx, 9); err != nil || len(runs) != 0 {
		t.Fatalf("on its first day: %+v, %v", runs, err)
	}
}

func TestReconcile_ShopThatSellsElsewhereAlone_IsComparedToo(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	reference := s.collectElsewhere(700)
	s.work(untilNight)
	if row := s.row(s.today(), reference); row.Finding != store.FindingOnlyThere {
		t.Fatalf("row %+v", row)
	}
}

func TestReconcile_OnlyAtCamPay_IsImportedByATapWithItsFee(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	for name, reference := range map[string]string{
		"collect": s.collectElsewhere(3000), "withdraw": s.withdrawElsewhere(1000, orangePhone), "airtime": s.airtimeElsewhere(100),
	} {
		run := s.reconcile(s.today())
		row := s.row(s.today(), reference)
		if row.Finding != store.FindingOnlyThere || row.TransactionID != 0 {
			t.Fatalf("%s: %+v of %+v", name, row, run)
		}
		s.clock.pass(time.Hour)
		made, err := s.service.Import(s.ctx, row.ID, s.owner())
		s.must(err)
		if made.Origin != store.OriginExternal || string(made.Kind) != name || made.Status != store.StatusSuccessful || len(made.Flags) != 0 ||
			made.Amount != row.Amount || made.Fee != row.Amount/100 || made.Reference != reference || !made.SettledAt.Equal(row.At) {
			t.Fatalf("%s: imported as %+v", name, made)
		}
		if now := s.row(s.today(), reference); now.Finding != store.FindingMatched || now.TransactionID != made.ID {
			t.Fatalf("%s: the row is %+v", name, now)
		}
		again, err := s.service.Import(s.ctx, row.ID, s.owner())
		s.must(err)
		if again.ID != made.ID {
			t.Fatalf("%s: imported twice", name)
		}
		log, err := s.store.Audit(s.ctx, store.AuditFilter{Subject: "transaction", SubjectID: made.ID})
		s.must(err)
		if len(log) != 1 || log[0].UserID != s.owner() || log[0].Act != "history.imported" {
			t.Fatalf("%s: audit %+v", name, log)
		}
	}
	wantCounts(t, s.reconcile(s.today()), 3, 0, 0, 0, 0)
}

// A row is a hint, for an import too (invariant 4).
func TestReconcile_Import_BelievesNoRow(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	reference := s.collectElsewhere(3000)
	s.editHistory(tellsOf(reference, "amount", 9_999_999))
	s.reconcile(s.today())
	row := s.row(s.today(), reference)
	s.down.Store(true)
	if _, err := s.service.Import(s.ctx, row.ID, s.owner()); !errors.Is(err, ErrNotAsked) || len(s.all()) != 0 {
		t.Fatalf("while CamPay is down: %v, %d transactions", err, len(s.all()))
	}
	s.down.Store(false)
	made, err := s.service.Import(s.ctx, row.ID, s.owner())
	s.must(err)
	s.wantStatus(made, store.StatusSuccessful, store.FlagHistoryDiffers)
	if made.Amount != money.Francs(3000) {
		t.Fatalf("imported %+v", made)
	}
	s.editHistory(func(rows []wireRow) []wireRow {
		return append(rows, wireRow{"reference_uuid": "0b1f0a5e-9e4f-4c43-8b39-2b8f6f7a5d10", "amount": 5, "status": "SUCCESSFUL", "datetime": "2026-03-04T09:31:00Z"},
			wireRow{"code": "CP260304T0XXXX", "amount": 5, "status": "SUCCESSFUL", "datetime": "2026-03-04T09:31:00Z"})
	})
	s.reconcile(s.today())
	if _, err := s.service.Import(s.ctx, s.row(s.today(), "0b1f0a5e-9e4f-4c43-8b39-2b8f6f7a5d10").ID, s.owner()); !errors.Is(err, ErrUnproved) {
		t.Errorf("one that CamPay does not know: %v", err)
	}
	if _, err := s.service.Import(s.ctx, s.row(s.today(), "").ID, s.owner()); !errors.Is(err, ErrNoReference) {
		t.Errorf("one without a reference: %v", err)
	}
}

func TestReconcile_OnlyHere_IsExplainedOrFlagged_AndMended(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees, func(c *sandbox.Config) { c.PromptTimeout = 100 * time.Hour })
	paid := s.paid(2500, mtnPhone)
	open := s.push(700, mtnPhone)
	if _, err := s.service.RequestPayment(s.ctx, pushOrder(5, orangePhone)); err == nil {
		t.Fatal("Orange takes 5 francs")
	}
	s.editHistory(without(paid.Reference))
	// The day is not over: nothing can be missing yet.
	wantCounts(t, s.reconcile(s.today()), 0, 0, 3, 0, 0)
	s.wantStatus(paid, store.StatusSuccessful)
	s.work(untilNight)
	wantCounts(t, s.reconcile(s.today()), 0, 0, 3, 0, 1)
	if flagged := s.wantStatus(paid, store.StatusSuccessful, store.FlagMissing); !flagged.PaidInFull() {
		t.Fatal("proved, and not paid any more")
	}
	s.wantStatus(open, store.StatusPending)
	story := s.notes(paid)
	s.reconcile(s.today())
	if again := s.notes(paid); len(again) != len(story) {
		t.Fatalf("a second look told %v", again[len(story):])
	}
	s.editHistory(func(rows []wireRow) []wireRow { return rows })
	wantCounts(t, s.reconcile(s.today()), 1, 0, 2, 0, 0)
	mended := s.wantStatus(paid, store.StatusSuccessful)
	if told := s.notes(mended); told[len(told)-1] != "history_agrees" || mended.Fee != 2500 {
		t.Fatalf("mended with fee %d: %v", mended.Fee, told)
	}
}

// CamPay may date a payment on the day on which its link was made: before all
// those days are fetched, nothing is said to be missing.
func TestReconcile_DaysNotFetched_NothingIsMissing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.link(2500)
	s.clock.pass(10 * 24 * time.Hour)
	s.editHistory(without(l.Newest.Reference))
	s.pay(l, 0, "1234")
	s.work(0)
	paid := s.wantStatus(l.Newest, store.StatusSuccessful)
	day := money.DayOf(s.clock.now())
	s.clock.pass(24 * time.Hour)
	run := s.reconcile(Period{From: day, To: day})
	wantCounts(t, run, 0, 0, 1, 0, 0)
	wantCounts(t, s.reconcile(Period{From: day.AddDate(0, 0, -10), To: day}), 0, 0, 1, 0, 1)
	s.wantStatus(paid, store.StatusSuccessful, store.FlagMissing)
}

func TestReconcile_DifferingAmountOrStatus_IsFlaggedWithBothStories_AndMended(t *testing.T) {
	t.Parallel()
	for field, value := range map[string]any{"amount": 9999.5, "status": "FAILED"} {
		s := openShop(t, withFees)
		paid := s.paid(2500, mtnPhone)
		s.editHistory(tellsOf(paid.Reference, field, value))
		wantCounts(t, s.reconcile(s.today()), 0, 0, 0, 1, 0)
		got := s.wantStatus(paid, store.StatusSuccessful, store.FlagHistoryDiffers)
		if got.Amount != money.Francs(2500) || got.Fee != 0 || !got.PaidInFull() {
			t.Fatalf("%s: the history was believed: %+v", field, got)
		}
		events, err := s.store.Events(s.ctx, paid.ID)
		s.must(err)
		last := events[len(events)-1]
		row := s.row(s.today(), paid.Reference)
		if last.Note != "history_differs" || last.Detail != row.Status+" "+row.Amount.String() || !json.Valid(last.Raw) || row.TransactionID != paid.ID {
			t.Fatalf("%s: told %+v of %+v", field, last, row)
		}
		s.reconcile(s.today())
		if again := s.notes(paid); slices.Contains(again[len(events):], "history_differs") {
			t.Fatalf("%s: told twice: %v", field, again)
		}
		s.editHistory(func(rows []wireRow) []wireRow { return rows })
		wantCounts(t, s.reconcile(s.today()), 1, 0, 0, 0, 0)
		if mended := s.wantStatus(paid, store.StatusSuccessful); mended.Fee != 2500 {
			t.Fatalf("%s: mended: %+v", field, mended)
		}
	}
}

// Invariants 4 and 5: what history tells and nobody polled for is proved by
// /transaction/, and believed only then.
func TestReconcile_RowOfAnOpenTransaction_IsProvedBeforeItCounts(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees, func(c *sandbox.Config) { c.PromptTimeout = 100 * time.Hour })
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	forgotten, lied := s.push(2500, mtnPhone), s.push(700, mtnPhone)
	s.work(pollFor)
	for _, t := range []store.Transaction{forgotten, lied} {
		s.must(s.service.change(s.ctx, t.ID, func(_ *store.Tx, t *store.Transaction) error { t.PollAt = time.Time{}; return nil }))
	}
	s.must(s.sandbox.Enter(forgotten.Reference, "1234"))
	s.editHistory(func(rows []wireRow) []wireRow {
		return append(rows, wireRow{"reference_uuid": lied.Reference, "amount": 700, "credit": 693, "status": "SUCCESSFUL", "datetime": "2026-03-04T09:31:00"})
	})
	wantCounts(t, s.reconcile(s.today()), 1, 0, 0, 1, 0)
	if paid := s.wantStatus(forgotten, store.StatusSuccessful); paid.Fee != 2500 {
		t.Fatalf("found: %+v", paid)
	}
	if open := s.wantStatus(lied, store.StatusPending); open.PaidInFull() || open.Net != 0 {
		t.Fatalf("a row was believed: %+v", open)
	}
}

func TestReconcile_LateSuccessAfterAFailure_IsFollowed(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	failed := s.push(2500, mtnPhone)
	s.must(s.sandbox.Enter(failed.Reference, sandbox.WrongPIN))
	s.work(0)
	s.wantStatus(failed, store.StatusFailed)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	s.must(s.sandbox.Settle(failed.Reference, campay.Successful))
	wantCounts(t, s.reconcile(s.today()), 1, 0, 0, 0, 0)
	s.wantStatus(failed, store.StatusSuccessful, store.FlagMovedFinal)
}

// Airtime carries no code: only its truth says whose a row is.
func TestReconcile_AirtimeInDoubt_IsFoundByAskingWhoseARowIs(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	lost := s.inDoubt(store.KindAirtime, 100)
	s.elsewhere(func() (string, error) {
		a, err := s.client.TransferAirtime(s.ctx, campay.AirtimeRequest{Amount: money.Francs(100), To: mtnPhone, ExternalReference: lost.ExternalReference})
		return a.Reference, err
	})
	s.airtimeElsewhere(100)
	wantCounts(t, s.reconcile(s.today()), 1, 1, 0, 0, 0)
	got := s.wantStatus(lost, store.StatusSuccessful)
	if got.Fee != 100 || got.Reference == "" {
		t.Fatalf("found: %+v", got)
	}
}

// A person's decision is no proof, and a row that agrees with it neither.
func TestReconcile_DecidedByAPerson_IsProvedByItsRow(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	paid := s.paid(2500, mtnPhone)
	s.must(s.service.change(s.ctx, paid.ID, func(_ *store.Tx, t *store.Transaction) error {
		t.Flags = t.Flags.With(store.FlagDecided)
		return nil
	}))
	wantCounts(t, s.reconcile(s.today()), 1, 0, 0, 0, 0)
	s.wantStatus(paid, store.StatusSuccessful)
}

// A withdrawal carries its code in its description: no guess is needed.
func TestReconcile_WithdrawalInDoubt_IsFoundByItsCode(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	lost := s.inDoubt(store.KindWithdraw, 1000)
	s.elsewhere(func() (string, error) {
		a, err := s.client.Withdraw(s.ctx, campay.WithdrawRequest{
			Amount: money.Francs(1000), To: mtnPhone, Description: described(lost), ExternalReference: lost.ExternalReference,
		})
		return a.Reference, err
	})
	s.withdrawElsewhere(1000, mtnPhone)
	wantCounts(t, s.reconcile(s.today()), 1, 1, 0, 0, 0)
	if got := s.wantStatus(lost, store.StatusSuccessful); got.Fee != 1000 || got.Net != 0 {
		t.Fatalf("found: %+v", got)
	}
}

func TestReconcile_RunSaysItsOutcomeInOneLineOfTheLog(t *testing.T) {
	t.Parallel()
	s := openShop(t, withFees)
	var log bytes.Buffer
	s.service.log = slog.New(slog.NewJSONHandler(&log, nil))
	s.paid(2500, mtnPhone)
	s.collectElsewhere(700)
	s.reconcile(s.today())
	var line map[string]any
	for l := range strings.Lines(log.String()) {
		if strings.Contains(l, `"msg":"reconciliation"`) {
			s.must(json.Unmarshal([]byte(l), &line))
		}
	}
	for name, want := range map[string]any{
		"from": "2026-03-04", "to": "2026-03-04", "matched": 1., "only_there": 1., "only_here": 0., "differing": 0., "missing": 0.,
		"difference_mtn": "unknown", "difference_orange": "unknown",
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v: %s", name, line[name], want, log.String())
		}
	}
}
