package payments

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// doubtful is a payout whose answer was lost, carried out by CamPay or not, of
// which no webhook and no history tells.
func (s *payoutShop) doubtful(kind store.Kind, lost sandbox.Kind) store.Transaction {
	s.t.Helper()
	s.lose("/history/")
	s.sandbox.Inject(
		sandbox.Fault{Kind: lost, Endpoint: payoutKinds[kind]},
		sandbox.Fault{Kind: sandbox.WebhookLost, Endpoint: payoutKinds[kind]},
	)
	asked := s.payOut(s.order(kind, 1000, mtnPhone))
	return s.wantStatus(asked, store.StatusInDoubt)
}

// decidable is where a doubt stands for a person now.
func (s *payoutShop) decidable(t store.Transaction) Decidable {
	s.t.Helper()
	d, err := s.service.Decidable(s.ctx, s.again(t))
	s.must(err)
	return d
}

// watchAlmost lets a day less a second pass in which a doubt is looked at.
func (s *payoutShop) watchAlmost() {
	s.t.Helper()
	for range 7 {
		s.work(3 * time.Hour)
	}
	s.clock.pass(3*time.Hour - time.Second)
}

func TestDecide_OnlyAfterADayInDoubtAndTheHistoryOfItsDays(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	asked := s.doubtful(store.KindWithdraw, sandbox.CutBefore)
	s.watchAlmost()
	if err := s.service.Decide(s.ctx, asked.ID, store.StatusFailed, s.owner); !errors.Is(err, ErrNotDecidable) || s.decidable(asked) != DecideNever {
		t.Fatalf("too early: %v", err)
	}
	s.clock.pass(time.Second)
	if err := s.service.Decide(s.ctx, asked.ID, store.StatusFailed, s.owner); !errors.Is(err, ErrNotDecidable) || s.decidable(asked) != DecideUnread {
		t.Fatalf("without the history: %v, %q", err, s.decidable(asked))
	}
	s.intercept(nothing)
	_, err := s.service.Ask(s.ctx, asked.ID) // a person asks CamPay
	s.must(err)
	if got := s.decidable(asked); got != DecideKnown {
		t.Fatalf("with the history: %q", got)
	}
	for _, outcome := range []store.Status{store.StatusPending, store.StatusUnsent, ""} {
		if err := s.service.Decide(s.ctx, asked.ID, outcome, s.owner); !errors.Is(err, ErrNotDecidable) {
			t.Fatalf("as %q: %v", outcome, err)
		}
	}
	s.must(s.service.Decide(s.ctx, asked.ID, store.StatusFailed, s.owner))
	if err := s.service.Decide(s.ctx, asked.ID, store.StatusSuccessful, s.second); !errors.Is(err, ErrNotDecidable) {
		t.Fatalf("twice: %v", err)
	}
	s.work(0)
	open := s.push(500, mtnPhone)
	s.clock.pass(2 * decideAfter)
	if err := s.service.Decide(s.ctx, open.ID, store.StatusFailed, s.owner); !errors.Is(err, ErrNotDecidable) {
		t.Fatalf("of what is pending: %v", err)
	}
}

// Switched off for a day, or a clock that was days behind and is set right: CamPay
// was not asked meanwhile.
func TestDecide_TimeThatNobodyWatched_HardlyCounts(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	asked := s.doubtful(store.KindWithdraw, sandbox.CutAfter)
	s.clock.pass(400 * 24 * time.Hour)
	if got := s.decidable(asked); got != DecideNever {
		t.Fatalf("at once: %q", got)
	}
	s.work(0)
	s.work(time.Hour)
	if got := s.decidable(asked); got != DecideNever {
		t.Fatalf("after an hour: %q", got)
	}
	s.days(1)
	if got := s.decidable(asked); got != DecideUnread {
		t.Fatalf("after a day: %q", got)
	}
}

func TestDecide_WhenTheClockWasBehind_TheCandidatesAreOfTheTrueDay(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	asked := s.doubtful(store.KindWithdraw, sandbox.CutBefore)
	s.clock.pass(400 * 24 * time.Hour)
	truly := s.clock.now()
	s.work(0)
	row := store.HistoryRow{At: truly, Reference: NewOperation(), Kind: store.KindWithdraw, Phone: asked.Phone, Amount: asked.Asked, Status: "SUCCESSFUL", SeenAt: truly, Raw: []byte("{}")}
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error { return tx.KeepHistory(ctx, []store.HistoryRow{row}) }))
	got, err := s.service.DoubtCandidates(s.ctx, s.again(asked))
	s.must(err)
	if len(got) != 1 || got[0].Reference != row.Reference {
		t.Fatalf("candidates %+v", got)
	}
}

// Nor does what the clock was set back by.
func TestDecide_AfterAClockThatIsSetBack_IsNoSooner(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	asked := s.doubtful(store.KindWithdraw, sandbox.CutAfter)
	s.work(time.Hour)
	s.clock.pass(-8 * 24 * time.Hour)
	if err := s.service.Decide(s.ctx, asked.ID, store.StatusFailed, s.owner); !errors.Is(err, ErrNotDecidable) {
		t.Fatalf("before a look: %v", err)
	}
	s.work(0)
	if got := s.decidable(asked); got != DecideNever {
		t.Fatalf("after a look: %q", got)
	}
}

func TestDecide_WithoutHistory_AfterAWeekOfWatching(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	asked := s.doubtful(store.KindWithdraw, sandbox.CutBefore)
	s.days(6)
	if got := s.decidable(asked); got != DecideUnread {
		t.Fatalf("after six days: %q", got)
	}
	s.days(1)
	if got := s.decidable(asked); got != DecideBlind {
		t.Fatalf("after a week: %q", got)
	}
	s.must(s.service.Decide(s.ctx, asked.ID, store.StatusFailed, s.owner))
}

func TestDecide_IsFlaggedAndInTheAuditLog(t *testing.T) {
	t.Parallel()
	for outcome, note := range map[store.Status]string{
		store.StatusSuccessful: "decided_successful", store.StatusFailed: "decided_failed",
	} {
		s := openPayoutShop(t)
		asked := s.doubtful(store.KindWithdraw, sandbox.CutBefore)
		s.intercept(nothing)
		s.days(2)
		s.must(s.service.Decide(s.ctx, asked.ID, outcome, s.second))
		decided := s.wantStatus(asked, outcome, store.FlagDecided)
		if decided.PaidInFull() || !decided.PollAt.IsZero() || !slices.Contains(s.notes(asked), note) {
			t.Fatalf("kept as %+v", decided)
		}
		if e := s.audited()[0]; e.Act != "payout.decided" || e.UserID != s.second || e.SubjectID != asked.ID ||
			!strings.Contains(string(e.Detail), string(outcome)) {
			t.Fatalf("audit %+v", e)
		}
	}
}

func TestDecided_CountsInTheSums(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	s.lose("/history/")
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointWithdraw, Times: 2})
	gone, back := s.payOut(s.refund(paid, 3000)), s.payOut(s.refund(paid, 2000))
	s.intercept(nothing)
	s.days(2)
	s.tooMuch(s.refund(paid, 1))
	s.must(s.service.Decide(s.ctx, gone.ID, store.StatusSuccessful, s.owner))
	s.must(s.service.Decide(s.ctx, back.ID, store.StatusFailed, s.owner))
	if got := s.tooMuch(s.refund(paid, 2001)); got.Left != money.Francs(2000) {
		t.Fatalf("%+v", got)
	}
	s.payOut(s.refund(paid, 2000)) // anew, by a person, as an operation of its own
}

func TestDecided_WhatCamPayProvesLater_TakesItsPlace(t *testing.T) {
	t.Parallel()
	for kind := range payoutKinds {
		for outcome, flags := range map[store.Status]store.Flags{
			store.StatusSuccessful: nil,
			store.StatusFailed:     {store.FlagMovedFinal},
		} {
			for _, told := range []string{"webhook", "history"} {
				t.Run(string(kind)+"/"+string(outcome)+"/"+told, func(t *testing.T) {
					s := openPayoutShop(t)
					asked := s.doubtful(kind, sandbox.CutAfter)
					s.days(7)
					s.must(s.service.Decide(s.ctx, asked.ID, outcome, s.owner))
					if told == "webhook" {
						s.hears(s.notificationOf(asked, s.sandbox.Ledger()[0].Reference, "SUCCESSFUL"))
						s.work(0)
					} else {
						s.intercept(nothing)
						s.clock.pass(doubtPace)
						_, err := s.service.Ask(s.ctx, asked.ID) // a person asks
						s.must(err)
						if kind == store.KindAirtime {
							s.flagged(workBatch + 1)
							now := s.clock.now() // a person compares the days that CamPay did not tell
							s.reconcile(Period{From: money.DayOf(now.AddDate(0, 0, -8)), To: money.DayOf(now)})
						}
					}
					done := s.wantStatus(asked, store.StatusSuccessful, flags...)
					if done.Amount != money.Francs(1000) || !done.PaidInFull() {
						t.Fatalf("kept as %+v", done)
					}
					s.wantSent(1)
				})
			}
		}
	}
}

// flagged adds newer transactions with a flag, which hide no older one.
func (s *payoutShop) flagged(n int) {
	s.t.Helper()
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error {
		for range n {
			if _, err := tx.CreateTransaction(ctx, store.Transaction{
				Kind: store.KindCollect, Origin: store.OriginExternal, Status: store.StatusFailed, Reference: NewOperation(),
				Flags: store.Flags{store.FlagMismatch}, CreatedAt: s.clock.now(), UpdatedAt: s.clock.now(),
			}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestDecided_ThatCamPayHasUnderWay_IsOpenAgain(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t, func(c *sandbox.Config) { c.PayoutDelay = 180 * time.Hour })
	asked := s.doubtful(store.KindWithdraw, sandbox.CutAfter)
	s.days(7)
	s.must(s.service.Decide(s.ctx, asked.ID, store.StatusFailed, s.owner))
	s.hears(s.notificationOf(asked, s.sandbox.Ledger()[0].Reference, "SUCCESSFUL"))
	s.work(0)
	open := s.wantStatus(asked, store.StatusPending, store.FlagMovedFinal)
	if !open.SettledAt.IsZero() || open.PollAt.IsZero() {
		t.Fatalf("kept as %+v", open)
	}
	s.days(1)
	s.wantStatus(asked, store.StatusSuccessful, store.FlagMovedFinal)
}

func TestDoubtCandidates_AreRowsOfTheSameKindNumberAndAmountAboutItsTime(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointWithdraw})
	asked := s.payOut(s.withdrawal(1000))
	at := s.clock.now()
	row := store.HistoryRow{At: at, Reference: NewOperation(), Kind: store.KindWithdraw, Phone: mtnPhone, Amount: asked.Asked, Status: "SUCCESSFUL", SeenAt: at, Raw: []byte("{}")}
	other := func(edit func(*store.HistoryRow)) store.HistoryRow {
		r := row
		r.Reference = NewOperation()
		edit(&r)
		return r
	}
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.KeepHistory(ctx, []store.HistoryRow{
			row,
			other(func(r *store.HistoryRow) { r.Kind = store.KindAirtime }),
			other(func(r *store.HistoryRow) { r.Phone = orangePhone }),
			other(func(r *store.HistoryRow) { r.Amount += 100 }),
			other(func(r *store.HistoryRow) { r.At = at.Add(-candidateWindow - time.Second) }),
			other(func(r *store.HistoryRow) { r.At = at.Add(decideAfter) }),
		})
	}))
	got, err := s.service.DoubtCandidates(s.ctx, asked)
	s.must(err)
	if len(got) != 1 || got[0].Reference != row.Reference {
		t.Fatalf("candidates %+v", got)
	}
}
