package ledger

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// What stands in the address of the audit log limits it, or nothing.
func FuzzAuditFilter_IsReadWithinItsLimits(f *testing.F) {
	for _, seed := range []string{"", "0", "-1", "7", "9223372036854775808", "2026-03-04", "payout", "%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		query := url.Values{}
		for _, name := range []string{"q", "before", "kind", "person", "from", "to"} {
			query.Set(name, text)
		}
		c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/?"+query.Encode(), nil), httptest.NewRecorder())
		filter, _ := auditFilter(c)
		if filter.UserID < 0 || filter.Before < 0 || !filter.Until.IsZero() && filter.Until.Sub(filter.Since) != 24*time.Hour {
			t.Errorf("%+v", filter)
		}
	})
}
