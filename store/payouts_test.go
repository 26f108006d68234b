package store

// The sums by which money may go out.

import (
	"context"
	"reflect"
	"testing"
	"time"

	"comptoir/campay/money"
)

// every adds a transaction of each kind, operator and status, whose amounts
// asked are powers of two times a hundred, so that a sum says which ones it
// counted.
type every struct {
	asked map[Kind]map[money.Operator]map[Status]money.XAF
}

func addEvery(t *testing.T, s *Store) every {
	t.Helper()
	e, next := every{make(map[Kind]map[money.Operator]map[Status]money.XAF)}, money.XAF(100)
	for _, kind := range []Kind{KindCollect, KindWithdraw, KindAirtime} {
		e.asked[kind] = make(map[money.Operator]map[Status]money.XAF)
		for _, operator := range []money.Operator{money.MTN, money.Orange} {
			e.asked[kind][operator] = make(map[Status]money.XAF)
			for _, status := range []Status{StatusUnsent, StatusPending, StatusInDoubt, StatusSuccessful, StatusFailed} {
				addTransaction(t, s, Transaction{Kind: kind, Operator: operator, Status: status, Asked: next, SettledAt: noon})
				e.asked[kind][operator][status] = next
				next *= 2
			}
		}
	}
	return e
}

func (e every) sum(kind Kind, operators []money.Operator, statuses ...Status) (sum money.XAF) {
	for _, operator := range operators {
		for _, status := range statuses {
			sum += e.asked[kind][operator][status]
		}
	}
	return sum
}

func TestReserved_IsWhatIsOnItsWayOrWentSinceTheBalanceWasTrue(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	e := addEvery(t, s)
	both := []money.Operator{money.MTN, money.Orange}
	gone := []Status{StatusUnsent, StatusPending, StatusInDoubt, StatusSuccessful}
	onItsWay := gone[:3]
	for _, c := range []struct {
		kind     Kind
		operator money.Operator
		since    time.Time
		want     money.XAF
	}{
		{KindWithdraw, money.MTN, noon, e.sum(KindWithdraw, both[:1], gone...)},
		{KindWithdraw, money.Orange, noon, e.sum(KindWithdraw, both[1:], gone...)},
		{KindWithdraw, money.MTN, noon.Add(time.Millisecond), e.sum(KindWithdraw, both[:1], onItsWay...)},
		{KindAirtime, "", noon, e.sum(KindAirtime, both, gone...)},
		{KindAirtime, "", noon.Add(time.Millisecond), e.sum(KindAirtime, both, onItsWay...)},
	} {
		if got, err := s.Reserved(t.Context(), c.kind, c.operator, c.since); err != nil || got != c.want {
			t.Errorf("%s %q since %s: %b, %v, want %b", c.kind, c.operator, c.since, got/100, err, c.want/100)
		}
	}
}

func TestPaidOut_CountsWhatDidNotFail_InDoubtToo(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	e := addEvery(t, s)
	both := []money.Operator{money.MTN, money.Orange}
	notFailed := []Status{StatusUnsent, StatusPending, StatusInDoubt, StatusSuccessful}
	withdrawn, topped := e.sum(KindWithdraw, both, notFailed...), e.sum(KindAirtime, both, notFailed...)
	for _, c := range []struct {
		since time.Time
		kinds []Kind
		want  PayoutTotals
	}{
		{noon, []Kind{KindWithdraw}, PayoutTotals{8, withdrawn}},
		{noon, []Kind{KindAirtime}, PayoutTotals{8, topped}},
		{noon, []Kind{KindWithdraw, KindAirtime}, PayoutTotals{16, withdrawn + topped}},
		{noon, []Kind{KindCollect}, PayoutTotals{}}, // comes in
		{noon.Add(time.Millisecond), []Kind{KindWithdraw}, PayoutTotals{}},
		{noon, nil, PayoutTotals{}},
	} {
		if got, err := s.PaidOut(t.Context(), c.since, c.kinds...); err != nil || got != c.want {
			t.Errorf("%v since %s: %+v, %v, want %+v", c.kinds, c.since, got, err, c.want)
		}
	}
}

func TestPayouts_BegunElsewhere_CountWithWhatIsProved(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	addTransaction(t, s, Transaction{Kind: KindWithdraw, Origin: OriginExternal, Operator: "MTN", Status: StatusSuccessful, Amount: 700, SettledAt: noon})
	if got, err := s.Reserved(t.Context(), KindWithdraw, "MTN", noon); err != nil || got != 700 {
		t.Errorf("reserved %d, %v", got, err)
	}
	if got, err := s.PaidOut(t.Context(), noon, KindWithdraw); err != nil || got != (PayoutTotals{1, 700}) {
		t.Errorf("paid out %+v, %v", got, err)
	}
	if got, err := s.UsualPayouts(t.Context(), KindWithdraw); err != nil || !reflect.DeepEqual(got, []money.XAF{700}) {
		t.Errorf("usual %v, %v", got, err)
	}
}

func TestReserved_InsideAWrite_SeesWhatTheWriteWroteDown(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	write(t, s, func(tx *Tx) error {
		for want := money.XAF(0); want <= 300; want += 100 {
			if got, err := tx.Reserved(t.Context(), KindWithdraw, "MTN", noon); err != nil || got != want {
				t.Errorf("%d, %v, want %d", got, err, want)
			}
			if _, err := tx.CreateTransaction(t.Context(), filled(Transaction{Kind: KindWithdraw, Operator: "MTN", Status: StatusUnsent, Asked: 100})); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestRefunded_IsWhatWentBackOrMayYet(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user, second := addUser(t, s, "owner").ID, addUser(t, s, "second owner").ID
	collection, other := addTransaction(t, s, Transaction{Asked: 100_000}), addTransaction(t, s, Transaction{})
	refund := func(of int64, status Status, asked int64) Transaction {
		return addTransaction(t, s, Transaction{Kind: KindWithdraw, Origin: OriginRefund, RefundOf: of, Status: status, Asked: money.XAF(asked)})
	}
	var all []int64
	for i, status := range []Status{StatusFailed, StatusUnsent, StatusPending, StatusInDoubt, StatusSuccessful} {
		all = append([]int64{refund(collection.ID, status, 1<<i).ID}, all...)
	}
	refund(other.ID, StatusSuccessful, 1<<20)
	waits := addApproval(t, s, Approval{Operation: "a", RefundOf: collection.ID, Asked: 1 << 10, RequestedBy: user})
	addApproval(t, s, Approval{Operation: "b", RefundOf: other.ID, Asked: 1 << 21, RequestedBy: user})
	addApproval(t, s, Approval{Operation: "c", Asked: 1 << 22, RequestedBy: user})

	const went = 1<<1 + 1<<2 + 1<<3 + 1<<4
	if got, err := s.Refunded(t.Context(), collection.ID); err != nil || got != went+1<<10 {
		t.Errorf("%b, %v", got, err)
	}
	// Approved, it is a refund of its own and no longer counted as waiting.
	write(t, s, func(tx *Tx) error {
		made, err := tx.CreateTransaction(t.Context(), filled(Transaction{Kind: KindWithdraw, RefundOf: collection.ID, Status: StatusUnsent, Asked: 1 << 10}))
		all = append([]int64{made.ID}, all...)
		waits.State, waits.DecidedBy, waits.TransactionID = ApprovalApproved, second, made.ID
		if err != nil {
			return err
		}
		return tx.DecideApproval(t.Context(), waits)
	})
	if got, err := s.Refunded(t.Context(), collection.ID); err != nil || got != went+1<<10 {
		t.Errorf("after the approval: %b, %v", got, err)
	}
	if refunds, err := s.RefundsOf(t.Context(), collection.ID); err != nil || !reflect.DeepEqual(ids(refunds), all) {
		t.Errorf("%v, %v, want %v", ids(refunds), err, all)
	}
	if refunds, err := s.RefundsOf(t.Context(), 99); err != nil || len(refunds) != 0 {
		t.Errorf("%v, %v", ids(refunds), err)
	}
}

func TestCreateTransaction_RefundOfWhatCameIn_IsTheOnlyOne(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	collection := addTransaction(t, s, Transaction{})
	want := filled(Transaction{Kind: KindWithdraw, Origin: OriginRefund, RefundOf: collection.ID, RecipientName: "name", Fee: 5})
	refund := addTransaction(t, s, want)
	want.ID = refund.ID
	if !reflect.DeepEqual(refund, want) {
		t.Errorf("%+v", refund)
	}
	err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		_, err := tx.CreateTransaction(ctx, filled(Transaction{Kind: KindWithdraw, RefundOf: refund.ID}))
		return err
	})
	if err == nil {
		t.Error("a refund of money that went out")
	}
}

func TestRecentSamePayout_IsTheSameKindNumberAndAmountThatDidNotFail(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	same := Transaction{Kind: KindWithdraw, Phone: "237677123456", Asked: 100, CreatedAt: noon}
	first := addTransaction(t, s, same)
	for _, differ := range []func(*Transaction){
		func(t *Transaction) { t.Kind = KindAirtime },
		func(t *Transaction) { t.Kind = KindCollect },
		func(t *Transaction) { t.Phone = "237699123456" },
		func(t *Transaction) { t.Asked = 200 },
		func(t *Transaction) { t.Status = StatusFailed },
		func(t *Transaction) { t.CreatedAt = noon.Add(-time.Minute) },
	} {
		other := same
		differ(&other)
		addTransaction(t, s, other)
	}
	last := same
	last.Status = StatusInDoubt
	last = addTransaction(t, s, last)
	got, err := s.RecentSamePayout(t.Context(), KindWithdraw, "237677123456", 100, noon)
	if err != nil || !reflect.DeepEqual(ids(got), []int64{last.ID, first.ID}) {
		t.Errorf("%v, %v", ids(got), err)
	}
}

func TestUsualPayouts_AreThoseThatSucceededLast(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for i := range usualCount + 2 {
		addTransaction(t, s, Transaction{Kind: KindWithdraw, Status: StatusSuccessful, Asked: money.XAF(int64(i + 1)), SettledAt: noon.Add(time.Duration(i) * time.Second)})
	}
	addTransaction(t, s, Transaction{Kind: KindWithdraw, Status: StatusPending, Asked: 999})
	addTransaction(t, s, Transaction{Kind: KindAirtime, Status: StatusSuccessful, Asked: 999})
	got, err := s.UsualPayouts(t.Context(), KindWithdraw)
	if err != nil || len(got) != usualCount || got[0] != usualCount+2 || got[usualCount-1] != 3 {
		t.Errorf("%v, %v", got, err)
	}
}
