package payments

// Webhooks between their arrival and their being applied.

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/store"
)

func TestInvariant3_ManyWebhooksAtOnce_EachAcknowledgedIsKept_TheSameCallOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	const each, calls = 8, 40
	requests := make([]*http.Request, calls)
	for i := range requests {
		reference := asked.Reference
		if i > 0 {
			reference = NewOperation()
		}
		requests[i] = s.notification(reference, "SUCCESSFUL", fmt.Sprint(i))
	}
	for i, err := range atOnce(each*calls, func(i int) error {
		return s.service.TakeWebhook(requests[i%calls].Clone(s.ctx), "192.0.2.1")
	}) {
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	kept := s.deliveries()
	if len(kept) != calls {
		t.Fatalf("%d calls are kept as %d", calls, len(kept))
	}
	s.must(s.service.TakeWebhook(requests[0].Clone(s.ctx), "192.0.2.1"))
	s.start() // killed before anybody has looked at them
	s.must(s.service.TakeWebhook(requests[0].Clone(s.ctx), "192.0.2.1"))
	if after := s.deliveries(); len(after) != calls {
		t.Fatalf("and once more: %d", len(after))
	}
	if said := s.again(asked); said.ReportedStatus != "" {
		t.Fatal("it was looked at before")
	}
	for range calls/notedAtOnce + 1 {
		_, err := s.service.noteArrivals(s.ctx)
		s.must(err)
	}
	if said := s.again(asked); said.ReportedStatus != "SUCCESSFUL" {
		t.Fatalf("reported %q", said.ReportedStatus)
	}
	if due, err := s.store.DueDeliveries(s.ctx, s.clock.now(), false, 100); err != nil || len(due) != calls-1 {
		t.Errorf("%d of nobody's are due, %v", len(due), err)
	}
	if fresh, err := s.store.CountFresh(s.ctx, 9); err != nil || fresh != 0 {
		t.Errorf("%d are fresh, %v", fresh, err)
	}
}

// A call that cannot be kept is not acknowledged, and those that share its write are.
func TestInvariant3_WebhookThatCannotBeKept_IsNotAcknowledged_AndHarmsNone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	bad := NewOperation()
	s.sql(fmt.Sprintf(`CREATE TRIGGER broken BEFORE INSERT ON deliveries WHEN NEW.reference = '%s'
		BEGIN SELECT RAISE(ABORT, 'broken'); END`, bad))
	const calls = 20
	// The first call's write waits for another one, and the others gather behind it.
	gathered := make(chan error, 1)
	holds := make(chan struct{})
	go func() {
		gathered <- s.store.Write(s.ctx, func(context.Context, *store.Tx) error {
			close(holds)
			for {
				s.service.arrivals.mu.Lock()
				waiting := len(s.service.arrivals.waiting)
				s.service.arrivals.mu.Unlock()
				if waiting == calls-1 {
					return nil
				}
				runtime.Gosched()
			}
		})
	}()
	<-holds
	for i, err := range atOnce(calls, func(i int) error {
		reference := bad
		if i > 0 {
			reference = NewOperation()
		}
		return s.service.TakeWebhook(s.notification(reference, "SUCCESSFUL", fmt.Sprint(i)), "192.0.2.1")
	}) {
		if (err != nil) != (i == 0) {
			t.Errorf("%d: %v", i, err)
		}
	}
	s.must(<-gathered)
	if kept := s.deliveries(); len(kept) != calls-1 {
		t.Errorf("%d are kept", len(kept))
	}
}

func TestWebhooks_OfOneReference_AreReportedInTheirOrder(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	asked := s.push(2500, mtnPhone)
	for _, status := range []string{"PENDING", "FAILED", "SUCCESSFUL"} {
		s.must(s.service.TakeWebhook(s.notification(asked.Reference, status, "2500"), "192.0.2.1"))
	}
	_, err := s.service.noteArrivals(s.ctx)
	s.must(err)
	events, err := s.store.Events(s.ctx, asked.ID)
	s.must(err)
	var said []string
	for _, e := range events {
		if e.Note == "reported" {
			said = append(said, strings.Fields(e.Detail)[0])
		}
	}
	if want := []string{"PENDING", "FAILED", "SUCCESSFUL"}; !slices.Equal(said, want) {
		t.Errorf("reported %v", said)
	}
	if t2 := s.again(asked); t2.ReportedStatus != "SUCCESSFUL" {
		t.Errorf("%q stands there", t2.ReportedStatus)
	}
}

// A webhook of whose transaction nothing can be written down holds up no other, and is
// applied all the same.
func TestWebhook_ThatCannotBeReported_HarmsNone(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	bad, good := s.push(2500, mtnPhone), s.push(700, orangePhone)
	s.sql(fmt.Sprintf(`CREATE TRIGGER broken BEFORE UPDATE ON transactions WHEN OLD.id = %d
		BEGIN SELECT RAISE(ABORT, 'broken'); END`, bad.ID))
	for _, asked := range []store.Transaction{bad, good} {
		s.must(s.service.TakeWebhook(s.notification(asked.Reference, "SUCCESSFUL", asked.Asked.String()), "192.0.2.1"))
	}
	noted, err := s.service.noteArrivals(s.ctx)
	s.must(err)
	if noted != 2 || s.again(good).ReportedStatus != "SUCCESSFUL" || s.again(bad).ReportedStatus != "" {
		t.Fatalf("%d looked up; %+v, %+v", noted, s.again(good), s.again(bad))
	}
	s.sql("DROP TRIGGER broken")
	s.must(s.sandbox.Enter(bad.Reference, "1234"))
	s.clock.pass(time.Second)
	s.must(s.service.Work(s.ctx))
	s.wantStatus(bad, store.StatusSuccessful)
}

// Run looks up what arrives, and what arrived before it began.
func TestRun_LooksUpWhatArrives(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	before, meanwhile := s.push(2500, mtnPhone), s.push(700, orangePhone)
	s.must(s.service.TakeWebhook(s.notification(before.Reference, "SUCCESSFUL", "2500"), "192.0.2.1"))
	changes, stop := s.service.Watch(s.ctx, TransactionTopic(meanwhile.ID))
	defer stop()
	ctx, cancel := context.WithCancel(s.ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.service.Run(ctx) }()
	defer func() {
		cancel()
		s.must(<-ended)
	}()
	s.must(s.service.TakeWebhook(s.notification(meanwhile.Reference, "SUCCESSFUL", "700"), "192.0.2.1"))
	select {
	case <-changes:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody is told")
	}
	if fresh, err := s.store.CountFresh(s.ctx, 9); err != nil || fresh != 0 {
		t.Errorf("%d are fresh, %v", fresh, err)
	}
}

// sql changes the book behind the service's back.
func (s *shop) sql(statement string) {
	s.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(s.dir, store.FileName))
	s.must(err)
	_, err = db.ExecContext(s.ctx, statement)
	s.must(err)
	s.must(db.Close())
}
