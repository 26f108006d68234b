package store

// What durability costs, alone and shared, and that a page of the history
// costs the same in a small and in a large book.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func BenchmarkWrite(b *testing.B) {
	one := func(b *testing.B, s *Store) {
		err := s.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
			_, err := tx.AddDelivery(ctx, Delivery{Verdict: VerdictAccepted, Body: make([]byte, 400)})
			return err
		})
		if err != nil {
			b.Error(err)
		}
	}
	b.Run("single", func(b *testing.B) {
		s := open(b, b.TempDir(), "sandbox")
		for b.Loop() {
			one(b, s)
		}
	})
	b.Run("grouped64", func(b *testing.B) {
		s := open(b, b.TempDir(), "sandbox")
		work, done := make(chan struct{}), make(chan struct{})
		for range 64 {
			go func() {
				for range work {
					one(b, s)
				}
				done <- struct{}{}
			}()
		}
		for b.Loop() {
			work <- struct{}{}
		}
		close(work)
		for range 64 {
			<-done
		}
	})
	b.Run("fsync", func(b *testing.B) { // a bare file, for comparison
		file, err := os.Create(filepath.Join(b.TempDir(), "file"))
		if err != nil {
			b.Fatal(err)
		}
		defer file.Close()
		page := make([]byte, 4096)
		for b.Loop() {
			if _, err := file.Write(page); err != nil {
				b.Fatal(err)
			}
			if err := file.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// copied are the columns in which each copy of a transaction has something;
// the others are NULL or have a default.
const copied = `book, kind, origin, status, external_reference, operation_code, reference, asked, amount, net, currency,
	may_pay_more, operator, phone, description, ussd_code, payment_url, code, operator_reference, reason, error_code,
	reported_status, flags, created_at, sent_at, settled_at, updated_at, poll_at, poll_count, news_at, search`

func BenchmarkTransactions(b *testing.B) {
	for _, rows := range []int{2_000, 200_000} {
		s := open(b, b.TempDir(), "sandbox")
		write(b, s, func(tx *Tx) error {
			_, err := tx.CreateTransaction(context.Background(), filled(Transaction{Description: "pain", Phone: "237677123456", Asked: 250000}))
			return err
		})
		// The rest are copies of the first.
		if _, err := s.writeDB.Exec(`
			CREATE TEMP TABLE copies AS SELECT * FROM transactions;
			INSERT INTO transactions (`+copied+`)
			SELECT c.book, c.kind, c.origin, CASE WHEN n.id % 50 = 0 THEN 'pending' ELSE 'successful' END,
				'e' || n.id, c.operation_code, 'r' || n.id, c.asked, c.amount, c.net, c.currency,
				c.may_pay_more, c.operator, c.phone, c.description, c.ussd_code, c.payment_url, c.code, c.operator_reference,
				c.reason, c.error_code, c.reported_status, c.flags, c.created_at + n.id, c.sent_at, c.settled_at,
				c.updated_at, c.poll_at, c.poll_count, c.news_at, c.search || n.id
			FROM copies c, (WITH RECURSIVE n(id) AS (SELECT 2 UNION ALL SELECT id + 1 FROM n WHERE id < ?) SELECT id FROM n) n`, rows); err != nil {
			b.Fatal(err)
		}
		for name, f := range map[string]TransactionFilter{
			"newest": {},
			"middle": {Before: int64(rows / 2)},
			"status": {Status: StatusPending},
			"search": {Search: "pain"},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, rows), func(b *testing.B) {
				for b.Loop() {
					page, err := s.Transactions(context.Background(), f)
					if err != nil || len(page) == 0 {
						b.Fatal(len(page), err)
					}
				}
			})
		}
		b.Run(fmt.Sprintf("reference/%d", rows), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.TransactionByReference(context.Background(), fmt.Sprint("r", rows/2)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("search none/%d", rows), func(b *testing.B) { // reads the whole book
			for b.Loop() {
				if _, err := s.Transactions(context.Background(), TransactionFilter{Search: "zebra"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
