package payments

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/store"
)

// BenchmarkTakeWebhook is a delivery verified, matched and kept, beside the
// bare write of one.
func BenchmarkTakeWebhook(b *testing.B) {
	s, err := store.Open(b.Context(), b.TempDir(), store.Options{Book: "sandbox"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	verifier, err := campay.NewVerifier(testKey, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	service := New(Config{Store: s, Webhooks: verifier, Logger: quiet()})
	signature, err := campay.SignNotification(testKey, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	query := url.Values{
		"status": {"SUCCESSFUL"}, "reference": {NewOperation()}, "amount": {"100"}, "currency": {"XAF"}, "signature": {signature},
	}.Encode()
	b.Run("bare", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := s.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.AddDelivery(ctx, store.Delivery{
						ReceivedAt: time.Now(), Method: http.MethodGet, Body: []byte(query), Verdict: store.VerdictAccepted,
					})
					return err
				}); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("take", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/webhook/campay?"+query, http.NoBody)
				if err := service.TakeWebhook(r, "192.0.2.1"); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
