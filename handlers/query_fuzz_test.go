package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

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
		if n := before(c); n < 0 {
			t.Errorf("a page before %d", n)
		}
		if q := search(c); len(q) > maxSearch {
			t.Errorf("%d bytes are searched for", len(q))
		}
		filter, _ := auditFilter(c)
		if filter.UserID < 0 || filter.Before < 0 || !filter.Until.IsZero() && filter.Until.Sub(filter.Since) != 24*time.Hour {
			t.Errorf("%+v", filter)
		}
		back, err := url.Parse(localPath(text))
		if err != nil || back.Host != "" || back.Scheme != "" || !strings.HasPrefix(back.Path, "/") || strings.HasPrefix(localPath(text), "//") || strings.Contains(localPath(text), "\\") {
			t.Errorf("%q leads to %q", text, localPath(text))
		}
		if _, err := id(c); err == nil {
			t.Error("a path without an id has one")
		}
	})
}
