package payments

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// Nobody has the page of a reference that CamPay says it has: the link gets one
// under another, and where CamPay refuses those too, it says so.
func TestLink_PageRefusedAsADuplicateAtTheFirstAsking_IsAskedForAnew(t *testing.T) {
	t.Parallel()
	for name, times := range map[string]int{"once": 1, "always": 100} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			asked := 0
			s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, "/get_payment_link/") || asked >= times {
					return false
				}
				asked++
				w.WriteHeader(http.StatusBadRequest)
				_, err := w.Write([]byte(`{"message":"Duplicate UUID"}`))
				return err == nil
			})
			link, err := s.service.CreateLink(s.ctx, LinkOrder{
				Operation: NewOperation(), Kind: store.LinkOnce, Amount: money.Francs(700), PaymentOptions: money.MobileMoney,
			})
			s.must(err)
			for range 20 {
				s.work(time.Minute)
			}
			now, err := s.store.Link(s.ctx, link.ID)
			s.must(err)
			switch attempt := now.Newest; {
			case times == 1 && (attempt.Status != store.StatusWaiting || attempt.PaymentURL == ""):
				t.Errorf("%s, %q", attempt.Status, attempt.PaymentURL)
			case times > 1 && (attempt.Status != store.StatusFailed || attempt.Reason != "Duplicate UUID" || asked != mostReplaced+1):
				t.Errorf("%s, %q, asked for %d times", attempt.Status, attempt.Reason, asked)
			}
		})
	}
}
