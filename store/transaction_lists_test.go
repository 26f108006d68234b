package store

// Lists of transactions.

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestTransactions_Filters(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	add := func(want Transaction) int64 { return addTransaction(t, s, want).ID }
	old := add(Transaction{Status: StatusFailed, CreatedAt: noon.Add(-48 * time.Hour)})
	paid := add(Transaction{Status: StatusSuccessful, Phone: "237677123456", Description: "Café 100%", Flags: Flags{FlagUnderpaid}})
	out := add(Transaction{Kind: KindWithdraw, Reference: "8f6a1c7e-ref", Code: "CP201027T00005", OperationCode: "KX42"})
	last := add(Transaction{ExternalReference: "2ceefe04-1a79", OperatorReference: "MP2101", Description: "a_b", CreatedAt: noon.Add(time.Hour)})
	for name, c := range map[string]struct {
		filter TransactionFilter
		want   []int64
	}{
		"none":                 {TransactionFilter{}, []int64{last, out, paid, old}},
		"limit":                {TransactionFilter{Limit: 1}, []int64{last}},
		"before":               {TransactionFilter{Before: out}, []int64{paid, old}},
		"status":               {TransactionFilter{Status: StatusPending}, []int64{last, out}},
		"kind":                 {TransactionFilter{Kind: KindWithdraw}, []int64{out}},
		"flagged":              {TransactionFilter{Flagged: true}, []int64{paid}},
		"since, inclusive":     {TransactionFilter{Since: noon}, []int64{last, out, paid}},
		"until, exclusive":     {TransactionFilter{Until: noon}, []int64{old}},
		"all together":         {TransactionFilter{Status: StatusSuccessful, Kind: KindCollect, Flagged: true, Since: noon, Until: noon.Add(time.Millisecond), Search: "cafe", Before: out, Limit: 5}, []int64{paid}},
		"phone as typed":       {TransactionFilter{Search: " 6 77 12 34 56"}, []int64{paid}},
		"phone abroad":         {TransactionFilter{Search: "+237 677-12-34-56"}, []int64{paid}},
		"phone with 00":        {TransactionFilter{Search: "00237677123456"}, []int64{paid}},
		"phone, with nbsp":     {TransactionFilter{Search: "677\u00a012\u202f34"}, []int64{paid}},
		"description":          {TransactionFilter{Search: "CAFE"}, []int64{paid}},
		"accents typed":        {TransactionFilter{Search: "café"}, []int64{paid}},
		"percent is itself":    {TransactionFilter{Search: "%"}, []int64{paid}},
		"underscore is itself": {TransactionFilter{Search: "_"}, []int64{last}},
		"backslash is itself":  {TransactionFilter{Search: `\`}, nil},
		"quote is itself":      {TransactionFilter{Search: `' OR 1=1 --`}, nil},
		"reference":            {TransactionFilter{Search: " 8F6A1c7e-REF"}, []int64{out}},
		"code":                 {TransactionFilter{Search: "cp201027t"}, []int64{out}},
		"operation code":       {TransactionFilter{Search: "kx42"}, []int64{out}},
		"external reference":   {TransactionFilter{Search: "2ceefe04"}, []int64{last}},
		"operator's reference": {TransactionFilter{Search: "mp21"}, []int64{last}},
		"nothing like it":      {TransactionFilter{Search: "zebra"}, nil},
		"not across fields":    {TransactionFilter{Search: "123456cafe"}, nil},
	} {
		found, err := s.Transactions(t.Context(), c.filter)
		if err != nil || !slices.Equal(ids(found), c.want) {
			t.Errorf("%s: %v, %v; want %v", name, ids(found), err, c.want)
		}
	}
}

func TestTransactions_PageLength_IsBounded(t *testing.T) {
	t.Parallel()
	for asked, want := range map[int]int{-1: 50, 0: 50, 1: 1, 500: 500, 501: 500} {
		if got := pageLength(asked); got != want {
			t.Errorf("%d rows for %d asked, want %d", got, asked, want)
		}
	}
}

func TestTransactionsOfLink_NewestFirst(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	l, other := addLink(t, s, PaymentLink{Slug: "l"}), addLink(t, s, PaymentLink{Slug: "other"})
	first := addTransaction(t, s, Transaction{LinkID: l.ID})
	addTransaction(t, s, Transaction{LinkID: other.ID})
	addTransaction(t, s, Transaction{})
	second := addTransaction(t, s, Transaction{LinkID: l.ID})
	found, err := s.TransactionsOfLink(t.Context(), l.ID)
	if err != nil || !reflect.DeepEqual(found, []Transaction{second, first}) {
		t.Errorf("%v, %v", ids(found), err)
	}
}

func TestSiblings_AreTheOthersOfOneExternalReference(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	first := addTransaction(t, s, Transaction{ExternalReference: "e"})
	alone := addTransaction(t, s, Transaction{ExternalReference: "alone"})
	second := addTransaction(t, s, Transaction{ExternalReference: "e", SiblingOf: first.ID})
	third := addTransaction(t, s, Transaction{ExternalReference: "e", SiblingOf: first.ID})
	for id, want := range map[int64][]int64{
		first.ID:  {second.ID, third.ID},
		second.ID: {first.ID, third.ID},
		alone.ID:  {},
		99:        {},
	} {
		found, err := s.Siblings(t.Context(), id)
		if err != nil || !slices.Equal(ids(found), want) {
			t.Errorf("of %d: %v, %v; want %v", id, ids(found), err, want)
		}
	}
}

func TestDuePolls_ThoseByNow_LongestDueFirst(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	now := addTransaction(t, s, Transaction{PollAt: noon})
	addTransaction(t, s, Transaction{}) // never
	later := addTransaction(t, s, Transaction{PollAt: noon.Add(time.Millisecond)})
	before := addTransaction(t, s, Transaction{PollAt: noon.Add(-time.Minute)})
	due, err := s.DuePolls(t.Context(), noon, 10)
	if err != nil || !slices.Equal(ids(due), []int64{before.ID, now.ID}) {
		t.Errorf("%v, %v", ids(due), err)
	}
	due, err = s.DuePolls(t.Context(), noon, 1)
	if err != nil || !slices.Equal(ids(due), []int64{before.ID}) {
		t.Errorf("%v, %v", ids(due), err)
	}
	for after, want := range map[time.Time]time.Time{
		{}:                      before.PollAt,
		before.PollAt:           now.PollAt,
		noon:                    later.PollAt,
		noon.Add(1 * time.Hour): {},
	} {
		at, found, err := s.NextPoll(t.Context(), after)
		if err != nil || !at.Equal(want) || found != !want.IsZero() {
			t.Errorf("after %v: %v, %v, %v", after, at, found, err)
		}
	}
}

func TestRecentSame_CollectionsThatMayStillBePaid(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	const phone, asked = "237677123456", 250000
	same := Transaction{Phone: phone, Asked: asked}
	spoiled := func(spoil func(*Transaction)) {
		other := same
		spoil(&other)
		addTransaction(t, s, other)
	}
	first := addTransaction(t, s, same)
	spoiled(func(t *Transaction) { t.Phone = "237677000000" })
	spoiled(func(t *Transaction) { t.Asked = 1 })
	spoiled(func(t *Transaction) { t.Status = StatusFailed })
	spoiled(func(t *Transaction) { t.Kind = KindWithdraw })
	spoiled(func(t *Transaction) { t.CreatedAt = noon.Add(-time.Hour) })
	second := addTransaction(t, s, Transaction{Phone: phone, Asked: asked, Status: StatusSuccessful})
	found, err := s.RecentSame(t.Context(), phone, asked, noon)
	if err != nil || !slices.Equal(ids(found), []int64{second.ID, first.ID}) {
		t.Errorf("%v, %v", ids(found), err)
	}
	if found, err := s.RecentSame(t.Context(), "", 0, noon); err != nil || len(found) != 0 {
		t.Errorf("of no number: %v, %v", ids(found), err)
	}
}

func TestTakings_ProvedCollectionsOfThePeriod(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	from, to := noon, noon.Add(time.Hour)
	for _, one := range []Transaction{
		{Status: StatusSuccessful, Operator: "MTN", Amount: 100, SettledAt: from},
		{Status: StatusSuccessful, Operator: "ORANGE", Amount: 20, SettledAt: to.Add(-time.Millisecond)},
		{Status: StatusSuccessful, Amount: 3, SettledAt: from}, // by card
		{Status: StatusSuccessful, Amount: 1000, SettledAt: from.Add(-time.Millisecond)},
		{Status: StatusSuccessful, Amount: 1000, SettledAt: to},
		{Status: StatusSuccessful, Amount: 1000, SettledAt: from, Currency: "EUR"},
		{Status: StatusSuccessful, Amount: 1000, SettledAt: from, Kind: KindWithdraw},
		{Status: StatusFailed, Amount: 1000, SettledAt: from},
		{Status: StatusPending, Asked: 1000},
	} {
		addTransaction(t, s, one)
	}
	got, err := s.Takings(t.Context(), from, to)
	if want := (Takings{Count: 3, Amount: 123, MTN: 100, Orange: 20}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if none, err := s.Takings(t.Context(), to.Add(time.Hour), to.Add(2*time.Hour)); err != nil || none != (Takings{}) {
		t.Errorf("of a day without any: %+v, %v", none, err)
	}
}

func TestCountOpen(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for status, n := range map[Status]int{StatusPending: 3, StatusInDoubt: 2, StatusWaiting: 4, StatusUnsent: 1, StatusSuccessful: 1} {
		for range n {
			addTransaction(t, s, Transaction{Status: status})
		}
	}
	addTransaction(t, s, Transaction{Status: StatusFailed, Flags: Flags{FlagMismatch, FlagCurrency}})
	pending, inDoubt, flagged, err := s.CountOpen(t.Context(), time.Time{}, "")
	if err != nil || pending != 3 || inDoubt != 2 || flagged != 1 {
		t.Errorf("%d pending, %d in doubt, %d flagged, %v", pending, inDoubt, flagged, err)
	}
	addTransaction(t, s, Transaction{Kind: KindWithdraw, Status: StatusPending})
	if pending, _, _, err := s.CountOpen(t.Context(), time.Time{}, KindWithdraw); err != nil || pending != 1 {
		t.Errorf("%d withdrawals are pending, %v", pending, err)
	}
}
