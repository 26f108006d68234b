package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

// What stands after the question mark is anybody's: it limits a list, or nothing,
// and leads nowhere else.
func FuzzQuery_IsReadWithinItsLimits(f *testing.F) {
	for _, seed := range []string{"", "0", "-1", "7", "9223372036854775808", "../..", "//evil.example", "/\\evil", "/links?q=1", "2026-03-04", "payout", "%00", strings.Repeat("é", 80)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		query := url.Values{}
		for _, name := range []string{"q", "before", "kind", "person", "from", "to", "next"} {
			query.Set(name, text)
		}
		c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/?"+query.Encode(), nil), httptest.NewRecorder())
		if n := Before(c); n < 0 {
			t.Errorf("a page before %d", n)
		}
		if q := Search(c); len(q) > maxSearch {
			t.Errorf("%d bytes are searched for", len(q))
		}
		back, err := url.Parse(LocalPath(text))
		if err != nil || back.Host != "" || back.Scheme != "" || !strings.HasPrefix(back.Path, "/") || strings.HasPrefix(LocalPath(text), "//") || strings.Contains(LocalPath(text), "\\") {
			t.Errorf("%q leads to %q", text, LocalPath(text))
		}
		if _, err := ID(c); err == nil {
			t.Error("a path without an id has one")
		}
	})
}
