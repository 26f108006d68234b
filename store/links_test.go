package store

// Payment links beside what became of them.

import (
	"fmt"
	"reflect"
	"testing"
)

func TestCreateLink_RoundTrip(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "Caisse")
	want := PaymentLink{
		Slug: "aaaa", Amount: 250000, Description: "Sac d'école", FirstName: "first", LastName: "last",
		Email: "payer@example.com", Phone: "237677123456", PaymentOptions: "MOMO,CARD", MayPayMore: true,
		RedirectURL: "https://example.com/ok", FailureRedirectURL: "https://example.com/no",
		CreatedBy: user.ID, CreatedAt: noon,
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
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	addLink(t, s, PaymentLink{Slug: "aaaa"})
	mustBe(t, s.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.CreateLink(t.Context(), PaymentLink{Slug: "aaaa", PaymentOptions: "MOMO"})
		return err
	}), ErrDuplicate)
	addLink(t, open(t, dir, "demo"), PaymentLink{Slug: "aaaa"}) // another book
}

func TestLink_Newest_IsTheAttemptThatSaysMost(t *testing.T) {
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
