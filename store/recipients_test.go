package store

// Saved recipients: one for each number, hidden when removed.

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"comptoir/campay/money"
)

func addRecipient(t testing.TB, s *Store, p Recipient) Recipient {
	t.Helper()
	write(t, s, func(tx *Tx) (err error) {
		p, err = tx.AddRecipient(t.Context(), p)
		return err
	})
	return p
}

func TestAddRecipient_RoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	want := Recipient{Name: "Épicerie", Phone: "237677123456", Operator: "MTN", CreatedBy: addUser(t, s, "owner").ID, CreatedAt: noon}
	added := addRecipient(t, s, want)
	want.ID = added.ID
	if added.ID == 0 || added != want {
		t.Errorf("added %+v", added)
	}
	for name, read := range map[string]func() (Recipient, error){
		"by ID":    func() (Recipient, error) { return s.Recipient(t.Context(), added.ID) },
		"by phone": func() (Recipient, error) { return s.RecipientByPhone(t.Context(), "237677123456") },
	} {
		if got, err := read(); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	_, err := s.Recipient(t.Context(), 99)
	mustBe(t, err, ErrNotFound)
	_, err = s.RecipientByPhone(t.Context(), "")
	mustBe(t, err, ErrNotFound)
}

func TestAddRecipient_PhoneThatIsSaved_IsDuplicate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, "sandbox")
	user := addUser(t, s, "owner").ID
	addRecipient(t, s, Recipient{Name: "Caisse", Phone: "237677123456", CreatedBy: user})
	mustBe(t, s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
		_, err := tx.AddRecipient(ctx, Recipient{Name: "Épicerie", Phone: "237677123456", CreatedBy: user})
		return err
	}), ErrDuplicate)
	addRecipient(t, open(t, dir, "demo"), Recipient{Name: "Caisse", Phone: "237677123456", CreatedBy: user}) // another book
}

func TestRemoveRecipient_IsHiddenAndComesBackAsANewOne(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "owner").ID
	first := addRecipient(t, s, Recipient{Name: "Caisse", Phone: "237677123456", CreatedBy: user, CreatedAt: noon})
	remove := func() error {
		return s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.RemoveRecipient(ctx, first.ID, noon) })
	}
	mustBe(t, remove(), nil)
	_, err := s.Recipient(t.Context(), first.ID)
	mustBe(t, err, ErrNotFound)
	_, err = s.RecipientByPhone(t.Context(), first.Phone)
	mustBe(t, err, ErrNotFound)
	if list, err := s.Recipients(t.Context(), RecipientFilter{}); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	mustBe(t, remove(), ErrNotFound)

	again := first
	again.CreatedAt = noon.Add(time.Hour)
	again = addRecipient(t, s, again)
	if again.ID == first.ID || !again.CreatedAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("the waiting time of a new recipient would not begin anew: %+v", again)
	}
	mustBe(t, remove(), ErrNotFound) // the first one is not the one that is there
	if got, err := s.RecipientByPhone(t.Context(), first.Phone); err != nil || got != again {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAddRecipient_WhoIsNobody_IsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "owner").ID
	for name, wrong := range map[string]Recipient{
		"name":     {Phone: "237677123456", CreatedBy: user},
		"phone":    {Name: "Caisse", CreatedBy: user},
		"operator": {Name: "Caisse", Phone: "237677123456", Operator: "mtn", CreatedBy: user},
		"creator":  {Name: "Caisse", Phone: "237677123456"},
	} {
		err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error {
			_, err := tx.AddRecipient(ctx, wrong)
			return err
		})
		if err == nil {
			t.Errorf("a wrong %s was kept", name)
		}
	}
}

func TestRecipients_SearchAndPages(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "owner").ID
	var all []int64
	for i := range 5 {
		all = append(all, addRecipient(t, s, Recipient{Name: fmt.Sprint("Épicerie ", i), Phone: money.Phone(fmt.Sprint("23767712345", i)), CreatedBy: user}).ID)
	}
	write(t, s, func(tx *Tx) error { return tx.RemoveRecipient(t.Context(), all[1], noon) })
	for _, c := range []struct {
		filter RecipientFilter
		want   []int64
	}{
		{RecipientFilter{}, []int64{all[4], all[3], all[2], all[0]}},
		{RecipientFilter{Limit: 2}, []int64{all[4], all[3]}},
		{RecipientFilter{Limit: 2, Before: all[3]}, []int64{all[2], all[0]}},
		{RecipientFilter{Search: "EPICERIE", Limit: 1}, []int64{all[4]}},
		{RecipientFilter{Search: "épicerie 3"}, []int64{all[3]}},
		{RecipientFilter{Search: "6 77 12 34 50"}, []int64{all[0]}},
		{RecipientFilter{Search: "boucherie"}, nil},
	} {
		found, err := s.Recipients(t.Context(), c.filter)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, p := range found {
			got = append(got, p.ID)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.filter, got, c.want)
		}
	}
}
