package payments

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func (s *payoutShop) preview(order PayoutOrder) Plan {
	s.t.Helper()
	p, err := s.service.ReviewPayout(s.ctx, order)
	s.must(err)
	return p
}

func TestPreview_SaysToWhomAndFromWhat(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t, func(c *sandbox.Config) { c.PayoutDelay = time.Hour })
	s.payOut(s.withdrawal(30_000))
	saved, err := s.service.SaveRecipient(s.ctx, "Boulangerie", mtnPhone, s.owner)
	s.must(err)
	p := s.preview(s.withdrawal(1000))
	if p.Operator != money.MTN || p.HolderName != "Titulaire d’essai 3456" || p.Recipient.ID != saved.ID ||
		!p.Balance.Known || p.Wallet.Available != money.Francs(70_000) || p.Wallet.InFlight != money.Francs(30_000) ||
		p.Fee.Known || p.FarAbove || p.Same.Is() || p.NeedsApproval {
		t.Fatalf("%+v", p)
	}
	// CamPay took the first one off when it accepted it. Nobody can count on that,
	// so it is taken off twice while it is under way.
	s.clock.pass(balanceFresh)
	if p := s.preview(s.withdrawal(1000)); p.Wallet.Available != money.Francs(40_000) {
		t.Fatalf("%+v", p)
	}
	s.wantSent(1)
	if all := s.all(); len(all) != 1 {
		t.Fatalf("a preview wrote %+v", all)
	}
}

func TestPreview_OfMoreThanThereIs_SaysWhatTheOtherCarrierHas(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	p, err := s.service.ReviewPayout(s.ctx, s.order(store.KindWithdraw, 60_000, orangePhone))
	var short *BalanceError
	if !errors.As(err, &short) || short.Available != money.Francs(50_000) || short.Other != money.MTN ||
		short.OtherAvailable != money.Francs(100_000) || p.Wallet.Available != money.Francs(50_000) || p.HolderName == "" {
		t.Fatalf("%+v, %v", p, err)
	}
}

func TestPreview_WhileCamPayIsAway_SaysThatItCannotBeChecked(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	_, err := s.service.RefreshBalance(s.ctx)
	s.must(err)
	s.clock.pass(balanceFresh)
	s.down.Store(true)
	p, err := s.service.ReviewPayout(s.ctx, s.withdrawal(1000))
	if !errors.Is(err, ErrBalanceUnknown) || !p.Balance.Unreachable || p.Wallet.Available != money.Francs(100_000) || p.HolderName != "" {
		t.Fatalf("%+v, %v", p, err)
	}
}

func TestPreview_WithoutHolderInfo_GoesOn(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.lose("/holder_info/")
	if p := s.preview(s.withdrawal(1000)); p.HolderName != "" {
		t.Fatalf("%+v", p)
	}
}

func TestPreview_AsksForAHolderOnce_AndThePayoutKeepsTheName(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	asked := 0
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/holder_info/") {
			asked++
		}
		return false
	})
	order := s.withdrawal(1000)
	s.preview(order)
	s.preview(order)
	if paid := s.payOut(order); asked != 1 || paid.RecipientName != "Titulaire d’essai 3456" {
		t.Fatalf("asked %d times, kept as %+v", asked, paid)
	}
}

func TestPreview_AZeroTooMany_IsFarAboveTheUsual(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	for i, amount := range []int64{1000, 9000, 2000, 2000} {
		if p := s.preview(s.withdrawal(20_000)); i < 3 && (p.FarAbove || p.Usual != 0) {
			t.Fatalf("after %d payouts: %+v", i, p)
		}
		s.payOut(s.withdrawal(amount))
		s.work(time.Minute)
	}
	usual := money.Francs(2000)
	for amount, isFar := range map[int64]bool{10_000: false, 10_001: true} {
		if p := s.preview(s.withdrawal(amount)); p.FarAbove != isFar || p.Usual != usual {
			t.Errorf("%d: %+v", amount, p)
		}
	}
	if p := s.preview(s.order(store.KindAirtime, 10_000, mtnPhone)); p.FarAbove {
		t.Errorf("airtime: %+v", p)
	}
}

func TestPreview_TheSameMinutesAgo_IsShown(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	first := s.payOut(s.withdrawal(1000))
	s.clock.pass(sameWindow - time.Second)
	if p := s.preview(s.withdrawal(1000)); p.Same.Transaction.ID != first.ID {
		t.Fatalf("%+v", p.Same)
	}
	for name, other := range map[string]PayoutOrder{
		"another amount": s.withdrawal(1001),
		"another number": s.order(store.KindWithdraw, 1000, orangePhone),
		"airtime":        s.order(store.KindAirtime, 1000, mtnPhone),
	} {
		if p := s.preview(other); p.Same.Is() {
			t.Errorf("%s: %+v", name, p.Same)
		}
	}
	s.clock.pass(2 * time.Second)
	if p := s.preview(s.withdrawal(1000)); p.Same.Is() {
		t.Fatalf("later: %+v", p.Same)
	}
}

// feed puts successful payouts into the book, each of an amount and a fee.
func (s *payoutShop) feed(kind store.Kind, operator money.Operator, pairs ...[2]money.XAF) {
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, pair := range pairs {
			if _, err := tx.CreateTransaction(ctx, store.Transaction{
				Kind: kind, Origin: store.OriginPush, Status: store.StatusSuccessful, ExternalReference: NewOperation(), Reference: NewOperation(),
				Asked: pair[0], Amount: pair[0], Fee: pair[1], Operator: operator, Currency: currency,
				CreatedAt: s.clock.now(), SettledAt: s.clock.now(), UpdatedAt: s.clock.now(), NewsAt: s.clock.now(),
			}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestPreview_TheFee_IsNotKnownYet_WhereTheEvidenceIsThin(t *testing.T) {
	t.Parallel()
	small, near := [2]money.XAF{money.Francs(5), money.Francs(1)}, [2]money.XAF{money.Francs(1000), money.Francs(10)}
	for name, feed := range map[string]func(*payoutShop){
		"nothing":            func(*payoutShop) {},
		"two payouts":        func(s *payoutShop) { s.feed(store.KindWithdraw, money.MTN, near, near) },
		"small payouts":      func(s *payoutShop) { s.feed(store.KindWithdraw, money.MTN, small, small, small, small) },
		"of another carrier": func(s *payoutShop) { s.feed(store.KindWithdraw, money.Orange, near, near, near) },
		"of another kind":    func(s *payoutShop) { s.feed(store.KindAirtime, money.MTN, near, near, near) },
		"of long ago": func(s *payoutShop) {
			s.feed(store.KindWithdraw, money.MTN, near, near, near)
			s.clock.pass(feeSince + time.Second)
		},
	} {
		s := openPayoutShop(t)
		feed(s)
		if p := s.preview(s.withdrawal(1000)); p.Fee != (Fee{}) {
			t.Errorf("%s: %+v", name, p.Fee)
		}
	}
}

func TestPreview_TheFee_IsAboutWhatNearPayoutsBearOut_WithItsRange(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.feed(store.KindWithdraw, money.MTN, // 10 francs and a hundredth: no proportion
		[2]money.XAF{money.Francs(1000), money.Francs(20)}, [2]money.XAF{money.Francs(1500), money.Francs(25)},
		[2]money.XAF{money.Francs(2000), money.Francs(30)}, [2]money.XAF{money.Francs(5), money.Francs(1)})
	want := Fee{About: money.Francs(25), Least: money.Francs(20), Most: money.Francs(30), Known: true}
	if p := s.preview(s.withdrawal(1500)); p.Fee != want {
		t.Fatalf("%+v; want %+v", p.Fee, want)
	}
}

func TestPreview_OfARefund_FollowsFromItsCollection(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	paid := s.collected(5000)
	s.payOut(s.refund(paid, 1000))
	p := s.preview(s.refund(paid, 2000))
	if p.Phone != mtnPhone || p.Kind != store.KindWithdraw || p.Refundable != money.Francs(4000) || p.Description == "" {
		t.Fatalf("%+v", p)
	}
	p, err := s.service.ReviewPayout(s.ctx, s.refund(paid, 4001))
	var refused *RefundError
	if !errors.As(err, &refused) || p.Refundable != money.Francs(4000) || !p.Balance.Known {
		t.Fatalf("%+v, %v", p, err)
	}
}

func TestPreview_OfWhatWaitsForASecondOwnerAlready_SaysSo(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	s.rules(store.PayoutRules{ApprovalAbove: money.Francs(500)})
	a := s.waiting(s.withdrawal(1000))
	if p := s.preview(s.withdrawal(1000)); p.Same.Approval.ID != a.ID {
		t.Fatalf("%+v", p.Same)
	}
	p, err := s.service.ReviewApproval(s.ctx, a, s.second)
	if err != nil || p.Same.Is() || p.Operator != money.MTN || !p.Balance.Known {
		t.Fatalf("its own: %+v, %v", p, err)
	}
}

// Two tabs were both told that there is no other: the second is asked inside the
// write, where no third can come between.
func TestPayOut_TheSameThatItsGiverDidNotSee_IsAsked(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	seen := s.preview(s.withdrawal(1000)).Same.Seen()
	for range 2 {
		order := s.withdrawal(1000)
		order.Seen = seen
		out, err := s.service.PayOut(s.ctx, order)
		if again := (*SameError)(nil); s.sent.Load() == 1 && out.Transaction.ID == 0 {
			if !errors.As(err, &again) || again.Transaction.ID == 0 {
				t.Fatalf("the second: %+v, %v", out, err)
			}
			order.Seen = again.Seen()
			s.payOut(order)
			s.wantSent(2)
			return
		}
		s.must(err)
	}
	t.Fatal("both went out")
}

// However many payouts through another operator came since, an operator's own fees
// are what its next payout is estimated by.
func TestPlan_TheFee_IsOfItsOperator_HoweverLongUnused(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	mine, other := [2]money.XAF{money.Francs(1000), money.Francs(10)}, [2]money.XAF{money.Francs(1000), money.Francs(30)}
	s.feed(store.KindWithdraw, money.MTN, mine, mine, mine)
	s.clock.pass(time.Hour)
	s.feed(store.KindWithdraw, money.Orange, slices.Repeat([][2]money.XAF{other}, 400)...)
	if p := s.preview(s.withdrawal(1000)); p.Fee.About != money.Francs(10) {
		t.Fatalf("%+v", p.Fee)
	}
}

// A plan by what is only remembered, or that was refused, is never carried out: the
// balance in it is of nobody knows when.
func TestCarryOut_OfAPlanThatAskedForNoBalance_SendsNothing(t *testing.T) {
	t.Parallel()
	s := openPayoutShop(t)
	_, err := s.service.RefreshBalance(s.ctx)
	s.must(err)
	recalled, err := s.service.RecallPayout(s.ctx, s.withdrawal(1000))
	s.must(err)
	s.must(s.service.Freeze(s.ctx, s.owner))
	refused, err := s.service.PlanPayout(s.ctx, s.withdrawal(2000))
	if !isFrozen(err) {
		t.Fatal(err)
	}
	s.must(s.service.Unfreeze(s.ctx, "", s.owner))
	for name, plan := range map[string]Plan{"recalled": recalled, "refused": refused} {
		if _, err := s.service.CarryOut(s.ctx, plan); !errors.Is(err, ErrBalanceUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.wantSent(0)
}
