package handlers

// What a webhook costs on an empty book and on a full one, over real HTTP with 64
// clients, beside the two things that it cannot do without: a flush of the disk, and
// an Echo handler that verifies the same signature.

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
)

const benchKey = "a-webhook-key"

// kept is how many deliveries a full book holds: 100,000, or COMPTOIR_BENCH_KEPT.
func kept(b *testing.B) int {
	text := os.Getenv("COMPTOIR_BENCH_KEPT")
	if text == "" {
		return 100_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func BenchmarkWebhooks(b *testing.B) {
	b.Run("commits/bare", benchCommits)
	b.Run("echo/bare", func(b *testing.B) {
		verifier, err := campay.NewVerifier(benchKey, time.Now)
		if err != nil {
			b.Fatal(err)
		}
		e := echo.New()
		e.GET("/webhook/campay", func(c echo.Context) error {
			raw, err := campay.ReadNotification(c.Request())
			if err != nil {
				return err
			}
			n, err := raw.Parse()
			if err == nil {
				_, err = verifier.Verify(n)
			}
			if err != nil {
				return err
			}
			return c.String(http.StatusOK, "ok\n")
		})
		benchCalls(b, e, nil)
	})
	for _, n := range []int{0, kept(b)} {
		handler, references, end := benchBook(b, n)
		b.Run(fmt.Sprintf("take/%d", n), func(b *testing.B) { benchCalls(b, handler, references) })
		end()
	}
}

// benchCommits is SQLite alone, a row and a flush at a time.
func benchCommits(b *testing.B) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE calls (id INTEGER PRIMARY KEY, body BLOB NOT NULL)"); err != nil {
		b.Fatal(err)
	}
	insert, err := db.Prepare("INSERT INTO calls (body) VALUES ($1)")
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()
	body := make([]byte, 400)
	for b.Loop() {
		if _, err := insert.Exec(body); err != nil {
			b.Fatal(err)
		}
	}
}

// benchCalled counts the calls of all runs: each is about another payment.
var benchCalled atomic.Int64

// benchCalls has 64 clients call, each call about another payment.
func benchCalls(b *testing.B, handler http.Handler, references []string) {
	site := httptest.NewServer(handler)
	defer site.Close()
	signature, err := campay.SignNotification(benchKey, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var all []time.Duration
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var took []time.Duration
		for pb.Next() {
			n := int(benchCalled.Add(1))
			reference := payments.NewOperation()
			if len(references) > 0 {
				reference = references[n%len(references)]
			}
			query := url.Values{
				"status": {"SUCCESSFUL"}, "reference": {reference}, "amount": {"100"}, "currency": {"XAF"}, "operator": {"MTN"},
				"code": {strconv.Itoa(n)}, "endpoint": {"collect"}, "phone_number": {"237677123456"}, "signature": {signature},
			}.Encode()
			begun := time.Now()
			answer, err := client.Get(site.URL + "/webhook/campay?" + query)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			took = append(took, time.Since(begun))
			if answer.StatusCode != http.StatusOK {
				b.Errorf("answered %d", answer.StatusCode)
				return
			}
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, took...)
	})
	b.StopTimer()
	if len(all) == 0 {
		b.FailNow()
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "µs-p50")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "µs-p99")
}

// benchBook is a shop with so many deliveries kept and 20,000 open payments, whose
// CamPay takes its time and does not answer.
func benchBook(b *testing.B, kept int) (_ http.Handler, references []string, end func()) {
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(300 * time.Millisecond):
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	s, err := store.Open(b.Context(), b.TempDir(), store.Options{Book: "sandbox"})
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	client, err := campay.New(campay.Config{BaseURL: slow.URL + "/api/", Token: "a-permanent-token", Logger: log})
	if err != nil {
		b.Fatal(err)
	}
	verifier, err := campay.NewVerifier(benchKey, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	references = fillBook(b, s, kept)
	service := payments.New(payments.Config{Store: s, CamPay: client, Webhooks: verifier, Logger: log})
	guesses, err := access.OpenGuesses(b.Context(), s, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var behind sync.WaitGroup
	behind.Go(func() { _ = service.Run(ctx) })
	end = func() {
		cancel()
		behind.Wait()
		slow.Close()
		_ = s.Close()
	}
	desk := web.Config{
		Guesses: guesses, Behind: &behind, Store: s, Payments: service, Log: log, Now: time.Now, URL: "http://localhost",
		Shop: "Boutique Exemple", Book: "sandbox", Closing: make(chan struct{}),
	}
	return newServer(Config{Config: desk}).handler(), references, end
}

// fillBook keeps deliveries of payments that are over, and makes open ones.
func fillBook(b *testing.B, s *store.Store, kept int) (references []string) {
	now := time.Now()
	inWrites(b, s, 20_000, func(ctx context.Context, tx *store.Tx, _ int) error {
		t, err := tx.CreateTransaction(ctx, store.Transaction{
			Kind: store.KindCollect, Origin: store.OriginPush, Status: store.StatusPending, ExternalReference: payments.NewOperation(),
			Reference: payments.NewOperation(), Asked: money.Francs(100), Operator: money.MTN, Phone: "237677123456", Currency: "XAF",
			CreatedAt: now, SentAt: now, UpdatedAt: now, NewsAt: now, PollAt: now.Add(time.Hour),
		})
		references = append(references, t.Reference)
		return err
	})
	inWrites(b, s, kept, func(ctx context.Context, tx *store.Tx, i int) error {
		at := now.Add(-time.Duration(kept-i) * time.Minute)
		d, err := tx.AddDelivery(ctx, store.Delivery{
			ReceivedAt: at, Method: http.MethodGet, Body: fmt.Appendf(nil, "%0400d", i), Verdict: store.VerdictAccepted,
			Status: "SUCCESSFUL", Reference: payments.NewOperation(), AmountText: "100", Currency: "XAF",
			Outcome: store.OutcomeApplied, TransactionID: 1 + int64(i%20_000), Attempts: 1, AppliedAt: at,
		})
		if err != nil {
			return err
		}
		return tx.LookedUp(ctx, d.ID)
	})
	return references
}

func inWrites(b *testing.B, s *store.Store, n int, add func(context.Context, *store.Tx, int) error) {
	const atOnce = 10_000
	for from := 0; from < n; from += atOnce {
		if err := s.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error {
			for i := from; i < min(from+atOnce, n); i++ {
				if err := add(ctx, tx, i); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}
