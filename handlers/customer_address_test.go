package handlers

import (
	"net/http"
	"strings"
	"testing"
)

func TestPayPage_AddressCopiedWithWhatStoodAroundIt_LeadsToThePage(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	link := s.linked(500)
	stranger := s.browser()
	proper := "/p/" + link.Slug
	for _, copied := range []string{proper + "/", proper + ".", proper + ")", proper + ").", proper + "»", "/p/" + strings.ToUpper(link.Slug)} {
		got := stranger.get(copied + "?reference=x")
		if got.status != http.StatusFound || got.header.Get("Location") != proper+"?reference=x" {
			t.Errorf("%s: %d to %q", copied, got.status, got.header.Get("Location"))
		}
	}
	for _, none := range []string{"/p/", "/p/.", "/p/x/", "/p/ABCDEFGHIJKLMNOPQRST", proper + "a", "/p//" + link.Slug} {
		if got := stranger.get(none); got.status != http.StatusNotFound {
			t.Errorf("%s: %d to %q", none, got.status, got.header.Get("Location"))
		}
	}
}
