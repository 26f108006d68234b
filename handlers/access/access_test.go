package access

// The house of these tests: a real database, and a clock that the test owns.

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"comptoir/store"
	"comptoir/store/storetest"
)

const testPassword = "a password for tests"

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type house struct {
	*Service
	t     *testing.T
	clock *clock
	dir   string
	store *store.Store
}

var template = storetest.Template{Open: func(dir string) (io.Closer, error) {
	return store.Open(context.Background(), dir, store.Options{Book: "sandbox"})
}}

func openHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{at: time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC)}, dir: t.TempDir()}
	h.must(template.Begin(h.dir))
	var err error
	h.store, err = store.Open(t.Context(), h.dir, store.Options{Book: "sandbox", Now: h.clock.now})
	h.must(err)
	t.Cleanup(func() {
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	h.restart()
	return h
}

// restart has the house begin anew, with what the book keeps.
func (h *house) restart() {
	h.t.Helper()
	guesses, err := OpenGuesses(h.t.Context(), h.store, h.clock.now())
	h.must(err)
	h.Service = New(Config{
		Store: h.store, Log: slog.New(slog.DiscardHandler), Now: h.clock.now, Guesses: guesses, URL: "http://localhost:8080", Shop: "Boutique Exemple",
	})
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}
