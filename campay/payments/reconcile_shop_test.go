package payments

// What the tests of the reconciliation share: CamPay's history edited on its
// way, and money that moved without Comptoir.

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// untilNight is how long it is from the start of a test to the daily run.
const untilNight = 15*time.Hour + 30*time.Minute

// withFees has CamPay take one percent and hold some money.
func withFees(c *sandbox.Config) {
	c.Fees = sandbox.Fees{Collect: sandbox.OnePercent, Withdraw: sandbox.OnePercent, Airtime: sandbox.OnePercent}
	c.Opening = sandbox.Balances{MTN: money.Francs(50_000), Orange: money.Francs(20_000), Airtime: money.Francs(10_000)}
}

// today is the day on which a test begins.
func (s *shop) today() Period {
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, money.Douala)
	return Period{From: day, To: day}
}

// reconcile has a period compared now, as a person asks, and returns the run.
func (s *shop) reconcile(p Period) store.Reconciliation {
	s.t.Helper()
	run, err := s.service.Reconcile(s.ctx, p, s.owner())
	s.must(err)
	s.must(s.service.Work(s.ctx))
	run, err = s.store.Reconciliation(s.ctx, run.ID)
	s.must(err)
	return run
}

// owner is a user on whose account things are done.
func (s *shop) owner() int64 {
	s.t.Helper()
	u, err := s.store.UserByName(s.ctx, "owner")
	if err == nil {
		return u.ID
	}
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = tx.CreateUser(ctx, store.User{Name: "owner", PasswordHash: "none", Role: store.RoleOwner, Locale: "fr"})
		return err
	}))
	return u.ID
}

// paid is a collection of ours that CamPay proved.
func (s *shop) paid(amount int64, phone money.Phone) store.Transaction {
	s.t.Helper()
	t := s.push(amount, phone)
	s.must(s.sandbox.Enter(t.Reference, "1234"))
	s.work(0)
	return s.wantStatus(t, store.StatusSuccessful)
}

// elsewhere is money that was moved without Comptoir, and of which no webhook tells.
func (s *shop) elsewhere(move func() (reference string, err error)) string {
	s.t.Helper()
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost})
	reference, err := move()
	s.must(err)
	if err := s.sandbox.Enter(reference, "1234"); err != nil {
		s.must(s.sandbox.Settle(reference, campay.Successful))
	}
	s.work(0)
	return reference
}

func (s *shop) collectElsewhere(amount int64) string {
	return s.elsewhere(func() (string, error) {
		a, err := s.client.Collect(s.ctx, campay.CollectRequest{Amount: money.Francs(amount), From: mtnPhone, Description: "Ailleurs"})
		return a.Reference, err
	})
}

func (s *shop) withdrawElsewhere(amount int64, to money.Phone) string {
	return s.elsewhere(func() (string, error) {
		a, err := s.client.Withdraw(s.ctx, campay.WithdrawRequest{Amount: money.Francs(amount), To: to, Description: "Ailleurs"})
		return a.Reference, err
	})
}

func (s *shop) airtimeElsewhere(amount int64) string {
	return s.elsewhere(func() (string, error) {
		a, err := s.client.TransferAirtime(s.ctx, campay.AirtimeRequest{Amount: money.Francs(amount), To: mtnPhone})
		return a.Reference, err
	})
}

// rows are CamPay's rows of a period as the book keeps them, oldest first.
func (s *shop) rows(p Period) []store.HistoryRow {
	s.t.Helper()
	rows, err := s.store.HistoryAfter(s.ctx, p.From, p.End(), store.HistoryRow{})
	s.must(err)
	return rows
}

// row is the kept row of a reference.
func (s *shop) row(p Period, reference string) store.HistoryRow {
	s.t.Helper()
	for _, row := range s.rows(p) {
		if row.Reference == reference {
			return row
		}
	}
	s.t.Fatalf("no row of %s", reference)
	return store.HistoryRow{}
}

// wireRow is a row of the history on the wire.
type wireRow map[string]any

// editHistory has CamPay's history tell something else: edit returns what is
// left of its rows.
func (s *shop) editHistory(edit func([]wireRow) []wireRow) {
	handler := s.sandbox.Handler()
	s.onCall(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/history/") {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		told := httptest.NewRecorder()
		handler.ServeHTTP(told, r)
		var answer struct {
			Data []wireRow `json:"data"`
		}
		if err := json.Unmarshal(told.Body.Bytes(), &answer); err != nil {
			return false
		}
		answer.Data = edit(answer.Data)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
		return true
	})
}

// tellsOf has the history tell a field of one reference otherwise.
func tellsOf(reference, field string, value any) func([]wireRow) []wireRow {
	return func(rows []wireRow) []wireRow {
		for _, row := range rows {
			if row["reference_uuid"] == reference {
				row[field] = value
			}
		}
		return rows
	}
}

// without hides one reference.
func without(reference string) func([]wireRow) []wireRow {
	return func(rows []wireRow) []wireRow {
		return slices.DeleteFunc(rows, func(row wireRow) bool { return row["reference_uuid"] == reference })
	}
}

func wantCounts(t *testing.T, run store.Reconciliation, matched, onlyThere, onlyHere, differing, missing int) {
	t.Helper()
	if run.EndedAt.IsZero() || run.DaysDone != run.Days || run.Matched != matched || run.OnlyThere != onlyThere ||
		run.OnlyHere != onlyHere || run.Differing != differing || run.Missing != missing {
		t.Fatalf("run %+v; want %d matched, %d only there, %d only here, %d differing, %d missing", run, matched, onlyThere, onlyHere, differing, missing)
	}
}

// inDoubt is a payout whose answer was lost, and that nobody asks about.
func (s *shop) inDoubt(kind store.Kind, amount int64) (t store.Transaction) {
	s.t.Helper()
	now := s.clock.now()
	s.must(s.store.Write(s.ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		t, err = tx.CreateTransaction(ctx, store.Transaction{
			Kind: kind, Origin: store.OriginPush, Status: store.StatusInDoubt, ExternalReference: NewOperation(), OperationCode: "ABCDEFGH",
			Asked: money.Francs(amount), Currency: currency, Phone: mtnPhone, Operator: "MTN", CreatedAt: now, UpdatedAt: now, NewsAt: now,
		})
		return err
	}))
	return t
}
