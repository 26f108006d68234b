package payments

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// openApprovalShop has a second owner approve what is above 10,000.
func openApprovalShop(t *testing.T, configure ...func(*sandbox.Config)) *payoutShop {
	t.Helper()
	s := openPayoutShop(t, configure...)
	s.rules(store.PayoutRules{ApprovalAbove: money.Francs(10_000)})
	return s
}

func (s *payoutShop) approval(id int64) store.Approval {
	s.t.Helper()
	a, err := s.store.Approval(s.ctx, id)
	s.must(err)
	return a
}

func TestApproval_OnlyAboveTheThreshold(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	s.payOut(s.withdrawal(10_000))
	s.wantSent(1)
	preview, err := s.service.ReviewPayout(s.ctx, s.withdrawal(10_001))
	s.must(err)
	if !preview.NeedsApproval {
		t.Fatalf("%+v", preview)
	}
	s.waiting(s.withdrawal(10_001))
	s.wantSent(1)
}

func TestApprove_ByAnotherOwner_SendsItOnce(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	order := s.withdrawal(20_000)
	a := s.waiting(order)
	if again := s.waiting(order); again.ID != a.ID || !a.ExpiresAt.Equal(s.clock.now().Add(approvalLife)) {
		t.Fatalf("%+v, then %+v", a, again)
	}
	if _, err := s.service.Approve(s.ctx, a.ID, s.owner, nil); !errors.Is(err, ErrOwnApproval) {
		t.Fatalf("by whoever asked: %v", err)
	}
	out, err := s.service.Approve(s.ctx, a.ID, s.second, nil)
	s.must(err)
	s.work(time.Minute)
	done := s.wantStatus(out.Transaction, store.StatusSuccessful)
	if done.ExternalReference != order.Operation || done.CreatedBy != s.owner || done.Description != order.Description ||
		!slices.Contains(s.notes(done), "approved") {
		t.Fatalf("kept as %+v", done)
	}
	if got := s.approval(a.ID); got.State != store.ApprovalApproved || got.DecidedBy != s.second || got.TransactionID != done.ID {
		t.Fatalf("kept as %+v", got)
	}
	if same := s.payOut(order); same.ID != done.ID { // the first owner's tab, once more
		t.Fatalf("%+v", same)
	}
	if _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); !errors.Is(err, ErrApprovalOver) {
		t.Fatalf("once more: %v", err)
	}
	if err := s.service.RefuseApproval(s.ctx, a.ID, s.second); !errors.Is(err, ErrApprovalOver) {
		t.Fatalf("refused afterwards: %v", err)
	}
	s.wantSent(1)
	s.wantEffects(1, 1)
	if got := acts(s.audited()); got != "payout.approved payout.requested payout_rules.changed" {
		t.Fatalf("acts %s", got)
	}
}

func TestApproval_Refused_SendsNothing(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	order := s.withdrawal(20_000)
	a := s.waiting(order)
	s.must(s.service.RefuseApproval(s.ctx, a.ID, s.second))
	if _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); !errors.Is(err, ErrApprovalOver) {
		t.Fatalf("approved afterwards: %v", err)
	}
	out, err := s.service.PayOut(s.ctx, order)
	s.must(err)
	if out.Approval.State != store.ApprovalRefused || out.Transaction.ID != 0 {
		t.Fatalf("the same form: %+v", out)
	}
	s.wantSent(0)
	s.must(s.service.RefuseApproval(s.ctx, s.waiting(s.withdrawal(20_000)).ID, s.owner)) // thinking better of it
}

func TestApproval_ManyDecideAtOnce_OneEffect(t *testing.T) {
	t.Parallel()
	for range 3 {
		s := openApprovalShop(t)
		third := s.person("third owner")
		a := s.waiting(s.withdrawal(20_000))
		outcomes := atOnce(48, func(i int) string {
			var err error
			switch i % 3 {
			case 0:
				_, err = s.service.Approve(s.ctx, a.ID, s.second, nil)
			case 1:
				_, err = s.service.Approve(s.ctx, a.ID, third, nil)
			default:
				err = s.service.RefuseApproval(s.ctx, a.ID, s.second)
			}
			switch {
			case errors.Is(err, ErrApprovalOver):
				return ""
			case err != nil:
				t.Error(err)
			}
			return "decided"
		})
		decided := len(slices.DeleteFunc(outcomes, func(o string) bool { return o == "" }))
		sent := int32(0)
		if s.approval(a.ID).State == store.ApprovalApproved {
			sent = 1
		}
		if decided != 1 {
			t.Fatalf("%d of them decided", decided)
		}
		s.wantSent(sent)
	}
}

func TestApproval_NotDecidedInTime_Expires(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	order := s.withdrawal(20_000)
	a := s.waiting(order)
	s.clock.pass(approvalLife) // nothing has marked it yet
	if _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); !errors.Is(err, ErrApprovalOver) {
		t.Fatalf("approved too late: %v", err)
	}
	if err := s.service.RefuseApproval(s.ctx, a.ID, s.second); !errors.Is(err, ErrApprovalOver) {
		t.Fatalf("refused too late: %v", err)
	}
	s.work(0)
	if got := s.approval(a.ID); got.State != store.ApprovalExpired || got.DecidedBy != 0 || !got.DecidedAt.Equal(s.clock.now()) {
		t.Fatalf("kept as %+v", got)
	}
	if got := s.audited()[0]; got.Act != "payout.expired" || got.UserID != 0 {
		t.Fatalf("audit %+v", got)
	}
	s.wantSent(0)
}

func TestApproval_OneSecondBeforeItsEnd_IsStillGood(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	a := s.waiting(s.withdrawal(20_000))
	s.work(approvalLife - time.Second)
	_, err := s.service.Approve(s.ctx, a.ID, s.second, nil)
	s.must(err)
}

func TestApprove_ChecksRulesAndBalanceAnew(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	a := s.waiting(s.withdrawal(60_000))
	s.must(s.service.Freeze(s.ctx, s.owner))
	var broken *RuleError
	if _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); !errors.As(err, &broken) || broken.Rule != RuleFrozen {
		t.Fatalf("while frozen: %v", err)
	}
	s.must(s.service.Unfreeze(s.ctx, "", s.owner))
	s.must(s.sandbox.SetBalance(sandbox.Balances{MTN: money.Francs(59_999)}))
	var short *BalanceError
	if _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); !errors.As(err, &short) {
		t.Fatalf("without the money: %v", err)
	}
	s.lose("/balance/")
	if _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); !errors.Is(err, ErrBalanceUnknown) {
		t.Fatalf("without a balance: %v", err)
	}
	if got := s.approval(a.ID); got.State != store.ApprovalWaiting {
		t.Fatalf("kept as %+v", got)
	}
	s.wantSent(0)
}

func TestApprove_IsNotCountedAgainstItself(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{ApprovalAbove: 100, MostDay: money.Francs(5000), CountDay: 1})
	a := s.waiting(s.withdrawal(5000))
	s.against(s.withdrawal(1))
	_, err := s.service.Approve(s.ctx, a.ID, s.second, nil)
	s.must(err)
}

func TestApprove_KilledBeforeItIsSent_IsInDoubtAndNeverSent(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	order := s.withdrawal(20_000)
	a := s.waiting(order)
	plan, err := s.service.ReviewApproval(s.ctx, a, s.second)
	s.must(err)
	written, err := store.Written(s.ctx, s.store, func(ctx context.Context, tx *store.Tx) (store.Transaction, error) {
		return s.service.writeApproved(ctx, tx, plan, s.second)
	})
	s.must(err)
	s.start()
	if _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); !errors.Is(err, ErrApprovalOver) {
		t.Fatalf("approved once more: %v", err)
	}
	s.payOut(order)
	s.days(1)
	s.wantStatus(written, store.StatusInDoubt)
	s.wantSent(0)
}

func TestApprove_AnswerLost_IsInDoubtAndNeverSentTwice(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	a := s.waiting(s.withdrawal(20_000))
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.CutBefore, Endpoint: sandbox.EndpointWithdraw})
	out, err := s.service.Approve(s.ctx, a.ID, s.second, nil)
	s.must(err)
	s.wantStatus(out.Transaction, store.StatusInDoubt)
	s.days(1)
	s.wantSent(1)
}

func TestApproval_WaitsAcrossARestart(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	order := s.withdrawal(20_000)
	a := s.waiting(order)
	s.start()
	if again := s.waiting(order); again.ID != a.ID {
		t.Fatalf("%+v", again)
	}
	_, err := s.service.Approve(s.ctx, a.ID, s.second, nil)
	s.must(err)
	s.wantSent(1)
}

func TestApprove_WhoseOperationWasUsedMeanwhile_SendsNothing(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	order := s.withdrawal(20_000)
	a := s.waiting(order)
	request := pushOrder(1000, mtnPhone)
	request.Operation = order.Operation
	_, err := s.service.RequestPayment(s.ctx, request)
	s.must(err)
	if _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); !errors.Is(err, ErrOperationUsed) {
		t.Fatalf("error %v", err)
	}
	s.wantSent(0)
}

// One owner alone cannot lift the threshold, pay, and put it back.
func TestApproval_AHigherThreshold_WaitsADay(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	threshold := func(francs int64) store.PayoutRules {
		return store.PayoutRules{ApprovalAbove: money.Francs(francs)}
	}
	s.rules(threshold(500))
	for _, higher := range []int64{0, 5000} {
		s.rules(threshold(higher))
		s.rules(threshold(higher)) // saved again: nothing new
		s.waiting(s.withdrawal(1000))
		s.clock.pass(store.SecondOwnerWait - time.Second)
		s.rules(threshold(higher))
		s.waiting(s.withdrawal(1000))
		s.clock.pass(time.Second)
		s.payOut(s.withdrawal(1000))
		s.rules(threshold(500)) // a lower one holds at once
		s.waiting(s.withdrawal(1000))
	}
	s.rules(threshold(0))
	s.rules(threshold(400)) // lower than what goes on
	s.rules(threshold(450))
	s.waiting(s.withdrawal(425))
}

// A new name, a new role or a password from another owner makes no second owner
// at once; what somebody asked for ends with his role, and one who is switched off
// approves nothing.
func TestApprove_ByANewOwner_OrForOneWhoIsNoneAnyMore_IsRefused(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{ApprovalAbove: money.Francs(500)})
	a := s.waiting(s.withdrawal(1000))
	from := s.clock.now().Add(store.SecondOwnerWait / 2)
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error { return tx.SetApprovesFrom(ctx, s.second, from) }))
	_, err := s.service.Approve(s.ctx, a.ID, s.second, nil)
	if isNew := (*NewOwnerError)(nil); !errors.As(err, &isNew) || !isNew.From.Equal(from) {
		t.Fatalf("by a new owner: %v", err)
	}
	s.clock.pass(store.SecondOwnerWait / 2)
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error { return tx.SetRole(ctx, s.owner, store.RoleCashier) }))
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error { return tx.SetRole(ctx, s.owner, store.RoleOwner) })) // and back
	if _, err := s.service.Approve(s.ctx, a.ID, s.second, nil); !errors.Is(err, ErrApprovalOver) {
		t.Fatalf("for who was no owner meanwhile: %v", err)
	}
	again := s.waiting(s.withdrawal(1000))
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error { return tx.SetDisabled(ctx, s.second, s.clock.now()) }))
	if _, err := s.service.Approve(s.ctx, again.ID, s.second, nil); !errors.Is(err, ErrNoOwner) {
		t.Fatalf("by who is switched off: %v", err)
	}
	s.wantSent(0)
}

// While two orders wait, one of them goes out: the second owner of the other, whose page did not show
// that, is shown it first.
func TestApprove_TheSameThatWentOutMeanwhile_IsShownFirst(t *testing.T) {
	t.Parallel()
	s := openApprovalShop(t)
	a, other := s.waiting(s.withdrawal(20_000)), s.waiting(s.withdrawal(20_000))
	review, err := s.service.ReviewApproval(s.ctx, a, s.second)
	s.must(err)
	seen := review.Same.Seen()
	_, err = s.service.Approve(s.ctx, other.ID, s.second, nil)
	s.must(err)
	_, err = s.service.Approve(s.ctx, a.ID, s.second, seen)
	again := (*SameError)(nil)
	if !errors.As(err, &again) || again.Transaction.ID == 0 {
		t.Fatalf("approved: %v", err)
	}
	s.wantSent(1)
	_, err = s.service.Approve(s.ctx, a.ID, s.second, again.Seen())
	s.must(err)
	s.wantSent(2)
}
