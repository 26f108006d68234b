package payments

import (
	"context"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/store"
)

// BenchmarkReconcile compares a day of 10,000 rows with 10,000 transactions of
// the book: first anew, then again as the night after does. Lookups go by
// batches: their number hardly grows with the rows.
func BenchmarkReconcile(b *testing.B) {
	const rows = 10_000
	now := time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)
	s, err := store.Open(b.Context(), b.TempDir(), store.Options{Book: "sandbox"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	service := New(Config{Store: s, Logger: quiet(), Now: func() time.Time { return now }})
	day := money.DayOf(now.AddDate(0, 0, -1))
	fill := func(tx *store.Tx, i int) error {
		at := day.Add(time.Duration(i) * 8 * time.Second)
		t, err := tx.CreateTransaction(b.Context(), store.Transaction{
			Kind: store.KindCollect, Origin: store.OriginPush, Status: store.StatusSuccessful, Reference: NewOperation(), ExternalReference: NewOperation(),
			OperationCode: "ABCDEFGH", Asked: 50000, Amount: 50000, Net: 49500, Currency: currency, Phone: mtnPhone, CreatedAt: at, SettledAt: at,
		})
		if err != nil {
			return err
		}
		return tx.KeepHistory(b.Context(), []store.HistoryRow{keptRow(campay.HistoryRow{
			At: at, Reference: t.Reference, Operator: money.MTN, Phone: string(t.Phone), Amount: money.Tell(50000), Charge: money.Tell(500), Credit: money.Tell(49500), Debit: money.Tell(0),
			Status: campay.Successful, Raw: []byte(`{"reference_uuid":"` + t.Reference + `","amount":500.0}`),
		}, day, at)})
	}
	if err := s.Write(b.Context(), func(_ context.Context, tx *store.Tx) error {
		for i := range rows {
			if err := fill(tx, i); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	compare := func() {
		if answered, err := service.compareDay(b.Context(), day); !answered || err != nil {
			b.Fatal(answered, err)
		}
	}
	begun := time.Now()
	compare()
	anew := rows / time.Since(begun).Seconds()
	b.ReportAllocs()
	for b.Loop() {
		compare()
	}
	b.ReportMetric(anew, "anew-rows/s")
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "again-rows/s")
}
