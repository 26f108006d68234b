package store

// Payment links beside what became of them.

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"comptoir/campay/money"
)

func TestCreateLink_RoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "Caisse")
	want := PaymentLink{
		Slug: "aaaa", Amount: 250000, Description: "Sac d'école", FirstName: "first", LastName: "last",
		Email: "payer@example.com", Phone: "237677123456", PaymentOptions: "MOMO,CARD", MayPayMore: true,
		RedirectURL: "https://example.com/ok", FailureRedirectURL: "https://example.com/no",
		Kind: LinkReusable, MostPayments: 3, MostMoney: 1_000_000, ExpiresAt: noon.Add(time.Hour), PausedAt: noon, ArchivedAt: noon,
		Operation: "operation", Batch: "batch", CreatedBy: user.ID, CreatedAt: noon,
	}
	var created PaymentLink
	write(t, s, func(tx *Tx) (err error) {
		created, err = tx.CreateLink(t.Context(), want)
		return err
	})
	want.ID = created.ID
	if created.ID == 0 || created != want {
		t.Errorf("created %+v", created)
	}
	for name, read := range map[string]func() (LinkWithState, error){
		"by ID":   func() (LinkWithState, error) { return s.Link(t.Context(), created.ID) },
		"by slug": func() (LinkWithState, error) { return s.LinkBySlug(t.Context(), "aaaa") },
	} {
		got, err := read()
		if err != nil || !reflect.DeepEqual(got, LinkWithState{PaymentLink: want}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	_, err := s.Link(t.Context(), 99)
	mustBe(t, err, ErrNotFound)
	_, err = s.LinkBySlug(t.Context(), "AAAA")
	mustBe(t, err, ErrNotFound)
}

func TestCreateLink_SlugInUse_IsDuplicate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	addLink(t, s, PaymentLink{Slug: "aaaa"})
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		_, err := tx.CreateLink(ctx, PaymentLink{Slug: "aaaa", PaymentOptions: "MOMO"})
		return err
	}), ErrDuplicate)
	addLink(t, open(t, dir, "demo"), PaymentLink{Slug: "aaaa"}) // another book
}

func TestUpdateLink_ChangesWhatMayChangeAndFindsItByItsNewWords(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	till := addUser(t, s, "Caisse")
	want := addLink(t, s, PaymentLink{Slug: "aaaa", Kind: LinkCounter, Description: "Pain"})
	write(t, s, func(tx *Tx) error {
		added, err := tx.AddTill(t.Context(), Till{TokenHash: []byte("hash"), Name: "Comptoir 1", TrustedBy: till.ID, CreatedAt: noon})
		if err != nil {
			return err
		}
		want.Amount, want.Description, want.MayPayMore, want.MostPayments, want.MostMoney = 500, "Riz", true, 7, 9
		want.ExpiresAt, want.PausedAt, want.ArchivedAt, want.TillID = noon, noon, noon, added.ID
		return tx.UpdateLink(t.Context(), want)
	})
	found, err := s.Links(t.Context(), LinkFilter{Search: "riz", Put: LinksArchived})
	if err != nil || len(found) != 1 || found[0].PaymentLink != want {
		t.Errorf("%+v, %v", found, err)
	}
	write(t, s, func(tx *Tx) error { return tx.DeleteTill(t.Context(), want.TillID) })
	if l, err := s.Link(t.Context(), want.ID); err != nil || l.TillID != 0 {
		t.Errorf("after its till was removed: %+v, %v", l.TillID, err)
	}
}

func TestLink_Stop_SaysWhyNobodyCanPay(t *testing.T) {
	t.Parallel()
	s := func(l PaymentLink, paid int, taken int64) LinkStop {
		return LinkWithState{PaymentLink: l, Paid: paid, Taken: money.XAF(taken)}.Stop(noon)
	}
	for name, c := range map[string]struct{ got, want LinkStop }{
		"one, not paid":           {s(PaymentLink{Kind: LinkOnce}, 0, 0), LinkOpen},
		"one, paid":               {s(PaymentLink{Kind: LinkOnce}, 1, 9), LinkUsedUp},
		"many, paid":              {s(PaymentLink{Kind: LinkReusable}, 9, 9), LinkOpen},
		"a counter, paid":         {s(PaymentLink{Kind: LinkCounter}, 9, 9), LinkOpen},
		"most payments reached":   {s(PaymentLink{Kind: LinkReusable, MostPayments: 2}, 2, 9), LinkUsedUp},
		"one less than most":      {s(PaymentLink{Kind: LinkReusable, MostPayments: 2}, 1, 9), LinkOpen},
		"most money reached":      {s(PaymentLink{Kind: LinkReusable, MostMoney: 9}, 1, 9), LinkUsedUp},
		"paused":                  {s(PaymentLink{Kind: LinkReusable, PausedAt: noon}, 0, 0), LinkPaused},
		"expires now":             {s(PaymentLink{Kind: LinkReusable, ExpiresAt: noon}, 0, 0), LinkExpired},
		"expires later":           {s(PaymentLink{Kind: LinkReusable, ExpiresAt: noon.Add(1)}, 0, 0), LinkOpen},
		"put away, whatever else": {s(PaymentLink{Kind: LinkReusable, PausedAt: noon, ExpiresAt: noon, ArchivedAt: noon}, 0, 0), LinkArchived},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

func TestLink_OfManyPayments_IsShownByItsNewestAttempt(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	l := addLink(t, s, PaymentLink{Slug: "many", Kind: LinkReusable})
	addTransaction(t, s, Transaction{LinkID: l.ID, Status: StatusSuccessful, Amount: 500})
	newest := addTransaction(t, s, Transaction{LinkID: l.ID, Status: StatusFailed})
	got, err := s.Link(t.Context(), l.ID)
	if err != nil || got.Newest.ID != newest.ID || got.Paid != 1 || got.Taken != 500 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLinkInFlight_CountsWhatAPayerWasAskedFor(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	l := addLink(t, s, PaymentLink{Slug: "many", Kind: LinkReusable})
	for _, attempt := range []Transaction{
		{Origin: OriginPush, Status: StatusUnsent, Asked: 1}, {Origin: OriginPush, Status: StatusPending, Asked: 10},
		{Origin: OriginLink, Status: StatusInDoubt, Asked: 100}, {Origin: OriginLink, Status: StatusWaiting, Asked: 1000},
		{Origin: OriginPush, Status: StatusFailed, Asked: 1000}, {Origin: OriginPush, Status: StatusSuccessful, Asked: 1000},
	} {
		attempt.LinkID = l.ID
		addTransaction(t, s, attempt)
	}
	if got, err := s.LinkInFlight(t.Context(), l.ID); err != nil || got != (LinkInFlight{3, 111}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestUnpaidSince_CountsWhatCustomersAskedForAndDidNotPay(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "Caisse")
	l, other := addLink(t, s, PaymentLink{Slug: "one"}), addLink(t, s, PaymentLink{Slug: "other"})
	for _, asked := range []Transaction{
		{LinkID: l.ID, Phone: "237677123456", Status: StatusPending},
		{LinkID: other.ID, Phone: "237677123456", Status: StatusFailed},
		{LinkID: l.ID, Phone: "237699123456", Status: StatusFailed},
		{LinkID: l.ID, Phone: "237677123456", Status: StatusSuccessful},
		{LinkID: l.ID, Phone: "237677123456", Status: StatusFailed, CreatedBy: user.ID},
		{LinkID: l.ID, Phone: "237677123456", Status: StatusFailed, CreatedAt: noon.Add(-time.Hour)},
		{Phone: "237677123456", Status: StatusFailed},
	} {
		asked.Origin = OriginPush
		addTransaction(t, s, asked)
	}
	if got, err := s.UnpaidSince(t.Context(), "237677123456", l.ID, noon); err != nil || got != (Unpaid{ByPhone: 2, ByLink: 2}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLink_Newest_IsTheAttemptThatSaysMost(t *testing.T) {
	t.Parallel()
	rank := []Status{StatusSuccessful, StatusPending, StatusInDoubt, StatusWaiting, StatusFailed, StatusUnsent}
	s := open(t, t.TempDir(), "sandbox")
	for i, better := range rank {
		for j, worse := range rank[i:] {
			l := addLink(t, s, PaymentLink{Slug: fmt.Sprint("rank", i, j)})
			attempt := func(status Status) Transaction {
				return addTransaction(t, s, Transaction{Origin: OriginLink, LinkID: l.ID, Status: status})
			}
			first, last := attempt(better), attempt(worse)
			want := first
			if better == worse {
				want = last // the newest of its rank
			}
			got, err := s.Link(t.Context(), l.ID)
			if err != nil || !reflect.DeepEqual(got.Newest, want) {
				t.Errorf("%s, then %s: %+v, %v", better, worse, got.Newest, err)
			}
		}
	}
}

func TestLink_PaidAndTaken_CountSuccessfulAttempts(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	l, other := addLink(t, s, PaymentLink{Slug: "l"}), addLink(t, s, PaymentLink{Slug: "other"})
	for _, attempt := range []Transaction{
		{LinkID: l.ID, Status: StatusSuccessful, Amount: 250000},
		{LinkID: l.ID, Status: StatusSuccessful, Amount: 300000},
		{LinkID: l.ID, Status: StatusSuccessful, Amount: 999, Currency: "EUR"}, // no francs
		{LinkID: l.ID, Status: StatusFailed, Amount: 100},
		{LinkID: l.ID, Status: StatusPending, Amount: 100},
		{LinkID: other.ID, Status: StatusSuccessful, Amount: 500},
		{Status: StatusSuccessful, Amount: 700},
	} {
		addTransaction(t, s, attempt)
	}
	got, err := s.Link(t.Context(), l.ID)
	if err != nil || got.Paid != 3 || got.Taken != 550000 {
		t.Errorf("paid %d, taken %d, %v", got.Paid, got.Taken, err)
	}
	list, err := s.Links(t.Context(), LinkFilter{})
	if err != nil || len(list) != 2 || list[0].ID != other.ID || list[0].Taken != 500 || !reflect.DeepEqual(list[1], got) {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestLinks_SearchAndPages(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	var all []int64
	for i := range 5 {
		all = append(all, addLink(t, s, PaymentLink{Slug: fmt.Sprint("slug", i), Description: "Épicerie", FirstName: "Anne", LastName: fmt.Sprint("Nom", i)}).ID)
	}
	for _, c := range []struct {
		filter LinkFilter
		want   []int64
	}{
		{LinkFilter{}, []int64{all[4], all[3], all[2], all[1], all[0]}},
		{LinkFilter{Limit: 2}, []int64{all[4], all[3]}},
		{LinkFilter{Limit: 2, Before: all[3]}, []int64{all[2], all[1]}},
		{LinkFilter{Search: "epicerie", Limit: 1}, []int64{all[4]}},
		{LinkFilter{Search: "anne NOM3"}, []int64{all[3]}},
		{LinkFilter{Search: "slug0"}, []int64{all[0]}},
		{LinkFilter{Search: "boucherie"}, nil},
	} {
		found, err := s.Links(t.Context(), c.filter)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, l := range found {
			got = append(got, l.ID)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.filter, got, c.want)
		}
	}
}
