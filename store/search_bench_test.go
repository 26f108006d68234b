package store

// What a search costs on a full book, and what its index costs the writes.
//
//	go test ./store -run '^$' -bench Search [-search-rows 1000000]

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

var searchRows = flag.Int("search-rows", 200_000, "how many transactions BenchmarkSearch searches")

// fillBook writes n transactions of many names, things and numbers, and indexes them.
func fillBook(b testing.TB, s *Store, n int) {
	b.Helper()
	sell(b, s, 1)
	if _, err := s.writeDB.Exec(`
		CREATE TEMP TABLE copies AS SELECT * FROM transactions WHERE id = 1;
		INSERT INTO transactions (`+copied+`)
		SELECT c.book, c.kind, c.origin, CASE WHEN n.id % 20 = 0 THEN 'failed' ELSE 'successful' END,
			'e' || n.id, printf('K%06X', n.id), printf('%08x-0000-4000-8000-%012x', n.id * 7919 % 4294967296, n.id), c.asked, c.amount, c.net, c.currency,
			c.may_pay_more, c.operator, printf('2376%08d', n.id * 7654321 % 100000000), c.description, c.ussd_code, c.payment_url, c.code, c.operator_reference,
			c.reason, c.error_code, c.reported_status, c.flags, c.created_at + n.id, c.sent_at, c.settled_at,
			c.updated_at, c.poll_at, c.poll_count, c.news_at,
			printf('2376%08d', n.id * 7654321 % 100000000) || char(10) || substr('ngono     mbida     etoa      fouda     atangana  njoya     ', 1 + n.id * 31 % 6 * 10, 10)
				|| char(10) || substr('pain complet        riz parfume 5 kg    huile de palme      savon de marseille  ', 1 + n.id * 17 % 4 * 20, 20)
				|| CASE WHEN n.id % 10000 = 7 THEN 'baguette' ELSE '' END || char(10) || printf('cp%06dt%05d', n.id / 300, n.id % 300) || char(10) || printf('k%06x', n.id) || char(10) || printf('mp%010d', n.id * 7919)
		FROM copies c, (WITH RECURSIVE n(id) AS (SELECT 2 UNION ALL SELECT id + 1 FROM n WHERE id < ?) SELECT id FROM n) n`, n); err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	indexAll(b, s)
	b.Logf("%d rows indexed, %.0f a second", n, float64(n)/time.Since(begun).Seconds())
}

func BenchmarkSearch(b *testing.B) {
	s := open(b, b.TempDir(), "sandbox")
	fillBook(b, s, *searchRows)
	b.Run("a page without a search", func(b *testing.B) { // what the others compare with
		for b.Loop() {
			if _, err := s.Transactions(context.Background(), TransactionFilter{Limit: 31}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, f := range map[string]TransactionFilter{
		"common":        {Search: "pain"},
		"common words":  {Search: "pain ngono"},
		"four words":    {Search: "pain ngono complet mp00"},
		"rare":          {Search: "baguette"},
		"none":          {Search: "zebra"},
		"never so":      {Search: "painparfume"},
		"last digits":   {Search: "48 83"},
		"number":        {Search: "6 54 32 10 00"},
		"short":         {Search: "kg"},
		"filtered":      {Search: "pain", Status: StatusFailed},
		"never":         {Search: "pain", Status: StatusInDoubt},
		"reference":     {Search: "00001eef-0000-4000"},
		"late page":     {Search: "pain", Before: int64(*searchRows / 10)},
		"common digits": {Search: "237"},
	} {
		f.Limit = 31
		for what, do := range map[string]func() error{
			"page":  func() error { _, err := s.Search(context.Background(), f); return err },
			"count": func() error { _, _, err := s.CountFound(context.Background(), f); return err },
		} {
			b.Run(name+"/"+what, func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					begun := time.Now()
					if err := do(); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(begun))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			})
		}
	}
}

// BenchmarkSearch_IndexBesideWrites is the throughput of durable batches of 64 with
// the index that follows them, against the same without it.
func BenchmarkSearch_IndexBesideWrites(b *testing.B) {
	const rows = 20_000
	run := func(follow bool) time.Duration {
		s := open(b, b.TempDir(), "sandbox")
		fillBook(b, s, 20_000)
		ctx, stop := context.WithCancel(context.Background())
		var behind, clients sync.WaitGroup
		if follow {
			behind.Go(func() { s.KeepSearchIndexed(ctx, func(err error) { b.Error(err) }) })
		}
		begun := time.Now()
		for client := range 64 {
			clients.Go(func() {
				for i := range rows / 64 {
					err := s.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
						_, err := tx.CreateTransaction(ctx, filled(Transaction{
							Phone: "237677123456", Description: "Pain complet", RecipientName: "Ngono", OperationCode: fmt.Sprintf("B%02d%05d", client, i),
							Reference: fmt.Sprintf("b%02d-%05d", client, i), Code: "CP201027T00005", OperatorReference: fmt.Sprintf("MP%02d%07d", client, i),
						}))
						return err
					})
					if err != nil {
						b.Error(err)
					}
				}
			})
		}
		clients.Wait()
		took := time.Since(begun)
		stop()
		behind.Wait()
		if follow {
			b.Logf("indexed %+v", indexed(b, s))
		}
		return took
	}
	var ratios []float64
	for b.Loop() {
		without, with := run(false), run(true)
		ratios = append(ratios, without.Seconds()/with.Seconds())
		b.Logf("%.0f a second without, %.0f with", rows/without.Seconds(), rows/with.Seconds())
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "with/without")
}
