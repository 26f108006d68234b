package store

// The log of who did what, which nobody can rewrite.

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func addAudit(t testing.TB, s *Store, e AuditEntry) {
	t.Helper()
	write(t, s, func(tx *Tx) error { return tx.AddAudit(t.Context(), e) })
}

func TestAudit_RoundTrip_NewestFirst(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	user := addUser(t, s, "owner").ID
	want := []AuditEntry{
		{ID: 4, At: noon, UserID: user, Act: "removed", Subject: "recipient", SubjectID: 1, Address: "192.0.2.7"},
		{ID: 3, At: noon, UserID: user, Act: "saved", Subject: "recipient", SubjectID: 2},
		{ID: 2, At: noon, UserID: user, Act: "saved", Subject: "recipient", SubjectID: 1, Detail: json.RawMessage(`{"name":"Caisse"}`)},
		{ID: 1, At: noon, Act: "run", Subject: "reconciliation"},
	}
	for i := range want {
		addAudit(t, s, want[len(want)-1-i])
		want[len(want)-1-i].Book = "sandbox"
	}
	for _, c := range []struct {
		filter AuditFilter
		want   []AuditEntry
	}{
		{AuditFilter{}, want},
		{AuditFilter{Limit: 2}, want[:2]},
		{AuditFilter{Limit: 2, Before: 3}, want[2:]},
		{AuditFilter{Subject: "recipient"}, want[:3]},
		{AuditFilter{Subject: "recipient", SubjectID: 1}, []AuditEntry{want[0], want[2]}},
		{AuditFilter{Subject: "recipient", SubjectID: 1, Before: 4}, want[2:3]},
		{AuditFilter{Subject: "transaction"}, nil},
	} {
		if got, err := s.Audit(t.Context(), c.filter); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %+v, %v", c.filter, got, err)
		}
	}
}

func TestAddAudit_OfNothingOrByNobody_IsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	for name, wrong := range map[string]AuditEntry{
		"act":     {Subject: "recipient"},
		"subject": {Act: "saved"},
		"person":  {Act: "saved", Subject: "recipient", UserID: 99},
	} {
		if err := s.Write(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.AddAudit(ctx, wrong) }); err == nil {
			t.Errorf("a wrong %s was kept", name)
		}
	}
}

func TestAudit_ThatIsThere_NeverChanges(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	addAudit(t, s, AuditEntry{At: noon, UserID: addUser(t, s, "owner").ID, Act: "frozen", Subject: "payout_rules"})
	before, err := s.Audit(t.Context(), AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for statement, why := range map[string]string{
		"UPDATE audit_log SET act = 'rewritten'": "append-only",
		"DELETE FROM audit_log":                  "append-only",
		"INSERT OR REPLACE INTO audit_log SELECT id, book, at, user_id, 'rewritten', subject, subject_id, detail, address, search, mac FROM audit_log": "append-only",
		"DELETE FROM users": "FOREIGN KEY",
	} {
		err := s.Write(t.Context(), func(_ context.Context, tx *Tx) error {
			_, err := tx.savepoint.exec(context.Background(), statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if after, err := s.Audit(t.Context(), AuditFilter{}); err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("%+v, %v", after, err)
	}
}
