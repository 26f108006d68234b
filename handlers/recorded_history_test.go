package handlers

// Recorded histories, beside a book that has one payment.

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/store"
)

// past is CamPay's history of a day on which the shop took 500 F at 09:30 UTC.
type past struct {
	recorded
	Answered  bool   `json:"answered"` // the day could be compared
	Matched   int    `json:"matched"`
	Differing int    `json:"differing"` // what cannot be read among them
	There     int    `json:"there"`
	Fee       string `json:"fee"` // what the book then knows of the fee; empty: nothing
}

func TestRecorded_History_IsComparedRowByRow_AndMovesNoMoney(t *testing.T) {
	t.Parallel()
	for _, p := range readRecorded[past](t, "history.json") {
		t.Run(p.It, func(t *testing.T) {
			s := openShop(t)
			phone := payerOf(money.MTN, 0)
			sale, err := s.service.RequestPayment(t.Context(), payments.PushOrder{Operation: newOperation(), Amount: money.Francs(500), Phone: phone})
			s.must(err)
			at := s.clock.now()
			s.must(s.sandbox.Enter(sale.Reference, "1234"))
			_, err = s.service.Ask(t.Context(), sale.ID)
			s.must(err)
			names := strings.NewReplacer("$reference", sale.Reference, "$other", "17689a91-606b-4d3c-a034-5b33b97b0daa", "$phone", string(phone),
				"$description", "#"+sale.OperationCode, "$user", sale.OperationCode,
				"$zoned", at.Format("2006-01-02T15:04:05.000000Z"), "$local", at.Add(time.Hour).Format("2006-01-02T15:04:05.000000"),
				"$spaced", at.Add(time.Hour).Format("2006-01-02 15:04:05.000000"))
			day := money.DayOf(at)
			s.replay().set("/api/history/", func(w http.ResponseWriter, r *http.Request) {
				if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), `"start_date":"`+day.Format(time.DateOnly)) {
					p.replayed(w, names)
					return
				}
				_, _ = io.WriteString(w, `{"data":[]}`) // the days around it
			})
			s.clock.pass(26 * time.Hour)
			owner := s.signedIn(store.RoleOwner)
			run, err := s.service.Reconcile(t.Context(), payments.Period{From: day, To: day}, 1)
			s.must(err)
			for range 3 {
				s.work()
			}
			run, err = s.store.Reconciliation(t.Context(), run.ID)
			s.must(err)
			if run.EndedAt.IsZero() == p.Answered || run.Matched != p.Matched || run.Differing != p.Differing || run.OnlyThere != p.There {
				t.Errorf("over %v, %d matched, %d differing, %d only there; want %v, %d, %d, %d",
					!run.EndedAt.IsZero(), run.Matched, run.Differing, run.OnlyThere, p.Answered, p.Matched, p.Differing, p.There)
			}
			got, err := s.store.Transaction(t.Context(), sale.ID)
			s.must(err)
			var fee money.XAF
			if p.Fee != "" {
				fee, err = money.ParseXAF(p.Fee)
				s.must(err)
			}
			if got.Status != store.StatusSuccessful || got.Amount != money.Francs(500) || got.Fee != fee || got.Flags.String() != p.Flags {
				t.Errorf("%s with %d, fee %d, flags %q; want fee %d, flags %q", got.Status, got.Amount, got.Fee, got.Flags, fee, p.Flags)
			}
			if p.Matched == 1 {
				rows, err := s.store.HistoryAfter(t.Context(), at.Add(-24*time.Hour), at.Add(48*time.Hour), store.HistoryRow{})
				s.must(err)
				for _, row := range rows {
					if row.Reference == sale.Reference && !strings.Contains(p.body(), "yesterday") && !row.At.Equal(at) {
						t.Errorf("the row is of %s, the payment of %s", row.At, at)
					}
				}
			}
			if page := owner.get("/reconciliation?from=" + day.Format(time.DateOnly) + "&to=" + day.Format(time.DateOnly)); page.status != http.StatusOK {
				t.Errorf("the page answered %d", page.status)
			}
			owner.seen(got)
			if taken, err := s.store.Takings(t.Context(), at.Add(-time.Hour), at.Add(time.Hour)); err != nil || taken.Amount != money.Francs(500) {
				t.Errorf("the day took %d, %v", taken.Amount, err)
			}
		})
	}
}
