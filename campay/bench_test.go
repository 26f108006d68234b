package campay_test

import (
	"io"
	"net/http"
	"testing"

	"comptoir/campay"
)

// BenchmarkBalance shows what the client costs over the bare round trip.
func BenchmarkBalance(b *testing.B) {
	s := serve(b, say(200, `{"total_balance":3.0,"mtn_balance":2,"orange_balance":1,"currency":"XAF"}`))
	b.Run("bare", func(b *testing.B) {
		kept := &http.Transport{}
		defer kept.CloseIdleConnections()
		for b.Loop() {
			req, err := http.NewRequestWithContext(b.Context(), "GET", s.URL+"/api/balance/", nil)
			if err != nil {
				b.Fatal(err)
			}
			resp, err := kept.RoundTrip(req)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				b.Fatal(err)
			}
			_ = resp.Body.Close()
		}
	})
	b.Run("client", func(b *testing.B) {
		c := clientOf(b, s)
		for b.Loop() {
			if _, err := c.Balance(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	signature, err := campay.SignNotification(webhookKey, noon)
	if err != nil {
		b.Fatal(err)
	}
	v := verifierAt(b, noon)
	for b.Loop() {
		if err := verify(v, signature); err != nil {
			b.Fatal(err)
		}
	}
}
