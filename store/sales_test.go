package store

// What the till asks of the book.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
)

func saleIDs(sales []Sale) []int64 {
	found := []int64{}
	for _, s := range sales {
		found = append(found, s.ID)
	}
	return found
}

func TestOpenSales_OfACounter_LandAtItsTill(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	me := addUser(t, s, "Caisse").ID
	var tills [2]int64
	for i := range tills {
		write(t, s, func(tx *Tx) error {
			till, err := tx.AddTill(t.Context(), Till{TokenHash: []byte{byte(i)}, Name: "Comptoir", TrustedBy: me, CreatedAt: noon})
			tills[i] = till.ID
			return err
		})
	}
	sale := func(slug string, kind LinkKind, till int64) int64 {
		l := addLink(t, s, PaymentLink{Slug: slug, Kind: kind, TillID: till, CreatedBy: me})
		payment := addTransaction(t, s, Transaction{Origin: OriginPush, LinkID: l.ID, Status: StatusPending, CreatedAt: noon, UpdatedAt: noon}).ID
		addSale(t, s, SaleKey{TransactionID: payment})
		return payment
	}
	first, second, free := sale("first", LinkCounter, tills[0]), sale("second", LinkCounter, tills[1]), sale("free", LinkCounter, 0)
	for till, want := range map[int64][]int64{tills[0]: {free, first}, tills[1]: {free, second}, 0: {free, second, first}} {
		got, err := s.OpenSales(t.Context(), SalesFilter{By: me, Till: till, Day: noon, Paid: noon, Failed: noon})
		if err != nil || !slices.Equal(saleIDs(got), want) {
			t.Errorf("till %d: %v, %v; want %v", till, saleIDs(got), err, want)
		}
	}
	// A customer's own payment of a code that was shown is that sale, once.
	l := addLink(t, s, PaymentLink{Slug: "once", CreatedBy: me, AtTill: true})
	addSale(t, s, SaleKey{LinkID: l.ID})
	addTransaction(t, s, Transaction{Origin: OriginLink, LinkID: l.ID, Status: StatusWaiting, CreatedBy: me, CreatedAt: noon, UpdatedAt: noon})
	own := addTransaction(t, s, Transaction{Origin: OriginPush, LinkID: l.ID, Status: StatusPending, CreatedAt: noon, UpdatedAt: noon}).ID
	got, err := s.OpenSales(t.Context(), SalesFilter{By: me, Till: tills[0], Day: noon, Paid: noon, Failed: noon})
	if err != nil || !slices.Equal(saleIDs(got), []int64{own, free, first}) || got[0].Link != LinkOnce {
		t.Errorf("%v, %v", saleIDs(got), err)
	}
}

// readsOfSales are the till's reads, for the test that books never mix.
func readsOfSales(r Reader) map[string]func(context.Context) error {
	list := func(n int, err error) error {
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	}
	return map[string]func(context.Context) error{
		"OpenSales": func(ctx context.Context) error {
			l, err := r.OpenSales(ctx, SalesFilter{By: 1, Day: noon})
			return list(len(l), err)
		},
		"SaleWay": func(ctx context.Context) error { _, err := r.SaleWay(ctx, SaleKey{TransactionID: 1}); return err },
		"OfSameSale": func(ctx context.Context) error {
			l, err := r.OfSameSale(ctx, SaleWay{Day: noon, Number: 1})
			return list(len(l), err)
		},
		"RecentAmounts": func(ctx context.Context) error {
			l, err := r.RecentAmounts(ctx, time.Time{}, 6)
			return list(len(l), err)
		},
		"RecentPayers": func(ctx context.Context) error {
			l, err := r.RecentPayers(ctx, time.Time{}, 6)
			return list(len(l), err)
		},
		"Claimed": func(ctx context.Context) error {
			l, err := r.Claimed(ctx, ClaimFilter{References: []string{"code"}})
			return list(len(l), err)
		},
	}
}

func TestOpenSales_AreThisPersonsOfToday_OpenOrEndedJustNow_EachLinkOnce(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	me, other := addUser(t, s, "Caisse").ID, addUser(t, s, "Autre").ID
	link := addLink(t, s, PaymentLink{Slug: "slug", CreatedBy: me, AtTill: true}).ID
	payment := func(edit func(*Transaction)) int64 {
		one := Transaction{Kind: KindCollect, Status: StatusPending, CreatedBy: me, CreatedAt: noon, UpdatedAt: noon}
		edit(&one)
		return addTransaction(t, s, one).ID
	}
	sale := func(edit func(*Transaction)) int64 {
		id := payment(edit)
		addSale(t, s, SaleKey{TransactionID: id})
		return id
	}
	yesterdays := payment(func(*Transaction) {})
	write(t, s, func(tx *Tx) error {
		_, err := tx.AddSaleWay(t.Context(), SaleWay{SaleKey: SaleKey{TransactionID: yesterdays}, Day: noon.Add(-24 * time.Hour)})
		return err
	})
	payment(func(*Transaction) {}) // none of the till's
	sale(func(t *Transaction) { t.CreatedBy = other })
	sale(func(t *Transaction) { t.Status, t.UpdatedAt = StatusSuccessful, noon.Add(-time.Minute) })
	pushed := sale(func(*Transaction) {})
	failed := sale(func(t *Transaction) { t.Status = StatusFailed })
	ended := sale(func(*Transaction) {})
	late := sale(func(t *Transaction) { t.Status = StatusSuccessful })
	paid := payment(func(t *Transaction) { t.LinkID, t.Status = link, StatusSuccessful })
	payment(func(t *Transaction) { t.LinkID, t.Status = link, StatusFailed })
	addSale(t, s, SaleKey{LinkID: link})
	for _, id := range []int64{ended, late} {
		write(t, s, func(tx *Tx) error {
			way, err := tx.SaleWay(t.Context(), SaleKey{TransactionID: id})
			if err != nil {
				return err
			}
			return tx.EndSaleWay(t.Context(), way, noon)
		})
	}
	got, err := s.OpenSales(t.Context(), SalesFilter{By: me, Day: noon, Paid: noon, Failed: noon})
	if want := []int64{paid, late, failed, pushed}; err != nil || !slices.Equal(saleIDs(got), want) {
		t.Errorf("%v, %v; want %v", saleIDs(got), err, want)
	}
	if got, _ := s.OpenSales(t.Context(), SalesFilter{By: me, Day: noon, Paid: noon, Failed: noon.Add(time.Second)}); slices.Contains(saleIDs(got), failed) {
		t.Error("one that failed stays for as long as a paid one")
	}
	if got, _ := s.OpenSales(t.Context(), SalesFilter{By: me, Day: noon, Paid: noon, Failed: noon, Limit: 1}); len(got) != 1 {
		t.Errorf("%d of at most 1", len(got))
	}
}

func addSale(t *testing.T, s *Store, key SaleKey) (added SaleWay) {
	t.Helper()
	write(t, s, func(tx *Tx) (err error) {
		added, err = tx.AddSaleWay(t.Context(), SaleWay{SaleKey: key, Day: noon})
		return err
	})
	return added
}

func TestSales_AreNumberedWithoutAGap_PerDayAndBook_AndKeepTheirNumberInAnotherWay(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	payment := func() SaleKey {
		return SaleKey{TransactionID: addTransaction(t, s, Transaction{Kind: KindCollect, CreatedAt: noon}).ID}
	}
	for want := range int64(3) {
		if got := addSale(t, s, payment()); got.Number != want+1 || got.Way != 1 {
			t.Errorf("sale %d, way %d; want sale %d", got.Number, got.Way, want+1)
		}
	}
	two, one := payment(), payment()
	write(t, s, func(tx *Tx) error {
		second, err := tx.AddSaleWay(t.Context(), SaleWay{SaleKey: two, Day: noon, Number: 2})
		if err != nil || second.Number != 2 || second.Way != 2 {
			t.Errorf("%+v, %v", second, err)
		}
		tomorrow, err := tx.AddSaleWay(t.Context(), SaleWay{SaleKey: one, Day: noon.Add(24 * time.Hour)})
		if err != nil || tomorrow.Number != 1 {
			t.Errorf("%+v, %v", tomorrow, err)
		}
		return nil
	})
	if next := addSale(t, s, payment()); next.Number != 4 {
		t.Errorf("the next is %d", next.Number)
	}
}

func TestRecentAmounts_TheMostUsedComeFirst(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for _, asked := range []money.XAF{500, 900, 500, 700, 900, 500} {
		addTransaction(t, s, Transaction{Kind: KindCollect, Asked: asked, CreatedAt: noon})
	}
	addTransaction(t, s, Transaction{Kind: KindCollect, Asked: 100, CreatedAt: noon.Add(-time.Hour)})
	addTransaction(t, s, Transaction{Kind: KindWithdraw, Asked: 200, CreatedAt: noon})
	got, err := s.RecentAmounts(t.Context(), noon, 6)
	if want := []money.XAF{500, 900, 700}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestRecentPayers_AreThoseWhoPaid_TheLastOneFirst(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for i, phone := range []money.Phone{"237677000001", "237677000002", "237677000001", ""} {
		addTransaction(t, s, Transaction{Kind: KindCollect, Status: StatusSuccessful, Phone: phone, CreatedAt: noon.Add(time.Duration(i) * time.Second)})
	}
	addTransaction(t, s, Transaction{Kind: KindCollect, Status: StatusFailed, Phone: "237677000003", CreatedAt: noon})
	got, err := s.RecentPayers(t.Context(), noon, 6)
	if want := []money.Phone{"237677000001", "237677000002"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestClaimed_FindsByReferenceOrByNumberWithAmount_AndByNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	one := addTransaction(t, s, Transaction{Kind: KindCollect, OperatorReference: "MP26.1A", Phone: "237677000001", Asked: 500, CreatedAt: noon}).ID
	two := addTransaction(t, s, Transaction{Kind: KindCollect, Code: "CP26", Phone: "237677000001", Asked: 900, Amount: 950, CreatedAt: noon}).ID
	addTransaction(t, s, Transaction{Kind: KindWithdraw, Code: "CP26", Phone: "237677000001", Asked: 900, CreatedAt: noon})
	for name, c := range map[string]struct {
		filter ClaimFilter
		want   []int64
	}{
		"operator's reference": {ClaimFilter{References: []string{"mp26.1a"}}, []int64{one}},
		"CamPay's code":        {ClaimFilter{References: []string{"CP26"}}, []int64{two}},
		"number and amount":    {ClaimFilter{Phones: []money.Phone{"237677000001"}, Amounts: []money.XAF{500}}, []int64{one}},
		"what came in":         {ClaimFilter{Phones: []money.Phone{"237677000001"}, Amounts: []money.XAF{950}}, []int64{two}},
		"number alone":         {ClaimFilter{Phones: []money.Phone{"237677000001"}}, nil},
		"amount alone":         {ClaimFilter{Amounts: []money.XAF{500}}, nil},
		"an empty reference":   {ClaimFilter{References: []string{""}}, nil},
		"too old":              {ClaimFilter{References: []string{"CP26"}, Since: noon.Add(time.Second)}, nil},
		"nothing":              {ClaimFilter{}, nil},
	} {
		got, err := s.Claimed(t.Context(), c.filter)
		if err != nil || !slices.Equal(ids(got), c.want) {
			t.Errorf("%s: %v, %v; want %v", name, ids(got), err, c.want)
		}
	}
}

// booked is a book of the version before sales had numbers, in which a person had
// asked for some money.
type booked struct {
	t  *testing.T
	db *sql.DB
}

func (b booked) put(table string, fields map[string]any) {
	b.t.Helper()
	names, places, args := []string{}, []string{}, []any{}
	for name, value := range fields {
		names, places, args = append(names, name), append(places, "?"), append(args, value)
	}
	query := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
	if _, err := b.db.ExecContext(b.t.Context(), query, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b booked) link(id int64, kind LinkKind, batch string) {
	b.t.Helper()
	b.put("payment_links", map[string]any{"id": id, "book": "sandbox", "slug": fmt.Sprint("slug", id), "amount": 100, "description": "Pain", "first_name": "",
		"last_name": "", "email": "", "phone": "", "payment_options": "MOMO", "may_pay_more": 0, "redirect_url": "", "failure_redirect_url": "", "search": "",
		"created_by": 1, "created_at": millis(noon), "kind": kind, "batch": batch})
}

func (b booked) payment(id, link int64, by any, status Status, at time.Time) {
	b.t.Helper()
	origin, linkID := OriginPush, any(nil)
	if by == nil && link == 0 {
		origin = OriginExternal
	}
	if link > 0 {
		linkID = link
	}
	if status == StatusWaiting {
		origin = OriginLink
	}
	b.put("transactions", map[string]any{"id": id, "book": "sandbox", "kind": "collect", "origin": origin, "status": status, "link_id": linkID,
		"external_reference": fmt.Sprint("external", id), "operation_code": "", "reference": "", "asked": 100, "amount": 0, "net": 0, "currency": "XAF",
		"may_pay_more": 0, "operator": "", "phone": "237677123456", "description": "Pain", "ussd_code": "", "payment_url": "", "code": "", "operator_reference": "",
		"reason": "", "error_code": "", "reported_status": "", "flags": "", "created_by": by, "created_at": millis(at), "sent_at": 0, "settled_at": 0,
		"updated_at": millis(at), "poll_at": 0, "poll_count": 0, "news_at": 0, "search": ""})
}

func TestOpenSales_OfAnOlderVersion_StayOnTheStripAndGetNumbers(t *testing.T) {
	t.Parallel()
	for name, numbered := range map[string]bool{"before any had a number": false, "while others have": true} {
		t.Run(name, func(t *testing.T) {
			dir, midnight := t.TempDir(), time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)
			version := int64(25)
			if numbered {
				version = 37
			}
			b := booked{t, bookOf(t, dir, version)}
			b.put("users", map[string]any{"id": 1, "name": "Caisse", "name_key": "caisse", "password_hash": "", "role": "cashier", "locale": "fr", "created_at": 0})
			b.link(1, LinkOnce, "")
			b.link(2, LinkOnce, "a batch")
			b.link(3, LinkCounter, "")
			b.link(4, LinkReusable, "")
			b.payment(1, 0, 1, StatusPending, midnight.Add(-time.Second))
			b.payment(2, 0, 1, StatusPending, midnight)
			b.payment(3, 0, 1, StatusFailed, noon)
			b.payment(4, 1, 1, StatusWaiting, noon)
			b.payment(5, 1, nil, StatusPending, noon)
			b.payment(6, 2, 1, StatusWaiting, noon)
			b.payment(7, 3, nil, StatusInDoubt, noon)
			b.payment(8, 4, nil, StatusPending, noon)
			b.payment(9, 0, nil, StatusPending, noon) // of another program
			want, numbers := []int64{7, 5, 2}, []int64{3, 2, 1}
			if numbered { // of links made since then it is known whether the till made them
				b.put("sales", map[string]any{"book": "sandbox", "day": millis(midnight), "number": 1, "way": 1, "transaction_id": 3})
				want, numbers = []int64{7, 2}, []int64{3, 2}
			}
			mustBe(t, b.db.Close(), nil)

			s := open(t, dir, "sandbox")
			got, err := s.OpenSales(t.Context(), SalesFilter{By: 1, Day: midnight, Paid: noon, Failed: noon.Add(time.Second)})
			if err != nil || !slices.Equal(saleIDs(got), want) {
				t.Fatalf("%v, %v; want %v", saleIDs(got), err, want)
			}
			for i, sale := range got {
				if sale.Number != numbers[i] {
					t.Errorf("sale %d is n° %d, not %d", sale.ID, sale.Number, numbers[i])
				}
			}
			if _, err := s.SaleWay(t.Context(), SaleKey{TransactionID: 9}); !errors.Is(err, ErrNotFound) {
				t.Errorf("what another program asked for is a sale: %v", err)
			}
			if links, err := s.Links(t.Context(), LinkFilter{}); err != nil || len(links) == 0 {
				t.Errorf("%d links are listed, %v", len(links), err)
			}
		})
	}
}
