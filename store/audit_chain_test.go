package store

// Whoever changes the log past the program is found.

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"
)

// auditDoors are what keeps the program itself from changing the log.
var auditDoors = []string{
	"DROP TRIGGER audit_log_never_changes", "DROP TRIGGER audit_log_never_goes", "DROP TRIGGER audit_log_never_replaced",
}

func checkAudit(t *testing.T, s *Store) AuditCheck {
	t.Helper()
	check, err := s.CheckAudit(t.Context())
	mustBe(t, err, nil)
	return check
}

// logOf is a folder with a log of some entries in two books.
func logOf(t *testing.T) (s *Store, file *sql.DB) {
	t.Helper()
	dir := t.TempDir()
	s = open(t, dir, "sandbox")
	demo, err := s.ForBook("demo")
	mustBe(t, err, nil)
	user := addUser(t, s, "owner").ID
	for i := range 3 {
		addAudit(t, s, AuditEntry{At: noon.Add(time.Duration(i)), UserID: user, Act: "recipient.saved", Subject: "recipient", SubjectID: int64(i), Detail: json.RawMessage(`{"name":"Caisse"}`), Address: "192.0.2.1"})
		addAudit(t, demo, AuditEntry{At: noon, Act: "run", Subject: "reconciliation"})
	}
	file, err = sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, FileName)))
	mustBe(t, err, nil)
	t.Cleanup(func() { mustBe(t, file.Close(), nil) })
	for _, door := range auditDoors {
		_, err := file.ExecContext(t.Context(), door)
		mustBe(t, err, nil)
	}
	return s, file
}

func TestCheckAudit_UntouchedLog_IsWhole(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	if got := checkAudit(t, s); !got.Whole() || got.Entries != 0 {
		t.Errorf("an empty one: %+v", got)
	}
	s, _ = logOf(t)
	if got := checkAudit(t, s); !got.Whole() || got.Entries != 6 {
		t.Errorf("%+v", got)
	}
}

func TestCheckAudit_AnyChange_IsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statement string
		broken    int64
	}{
		"act":                {"UPDATE audit_log SET act = 'x' WHERE id = 3", 3},
		"time":               {"UPDATE audit_log SET at = at + 1 WHERE id = 3", 3},
		"person":             {"UPDATE audit_log SET user_id = NULL WHERE id = 3", 3},
		"subject":            {"UPDATE audit_log SET subject = 'x' WHERE id = 3", 3},
		"subject id":         {"UPDATE audit_log SET subject_id = 99 WHERE id = 3", 3},
		"detail":             {"UPDATE audit_log SET detail = NULL WHERE id = 3", 3},
		"address":            {"UPDATE audit_log SET address = '' WHERE id = 3", 3},
		"search":             {"UPDATE audit_log SET search = '' WHERE id = 3", 3},
		"book":               {"UPDATE audit_log SET book = 'production' WHERE id = 3", 3},
		"number":             {"UPDATE audit_log SET id = 30 WHERE id = 6", 30},
		"hash":               {"UPDATE audit_log SET mac = zeroblob(32) WHERE id = 3", 3},
		"no hash":            {"UPDATE audit_log SET mac = x'' WHERE id = 3", 3},
		"none hashed":        {"UPDATE audit_log SET mac = x''", 0},
		"first gone":         {"DELETE FROM audit_log WHERE id = 1", 2},
		"one gone":           {"DELETE FROM audit_log WHERE id = 3", 4},
		"last gone":          {"DELETE FROM audit_log WHERE id = 6", 0},
		"all gone":           {"DELETE FROM audit_log", 0},
		"one more":           {"INSERT INTO audit_log (id, book, at, act, subject, subject_id) VALUES (7, 'sandbox', 1, 'x', 'x', 0)", 7},
		"two changed places": {"UPDATE audit_log SET act = CASE id WHEN 1 THEN (SELECT act FROM audit_log WHERE id = 2) ELSE 'recipient.saved' END WHERE id IN (1, 2)", 1},
		"end moved":          {"DELETE FROM audit_log WHERE id = 6; UPDATE audit_head SET last_id = 5, entries = 5, mac = (SELECT mac FROM audit_log WHERE id = 5)", 0},
		"end gone":           {"DELETE FROM audit_head", 0},
	} {
		s, file := logOf(t)
		_, err := file.ExecContext(t.Context(), c.statement)
		mustBe(t, err, nil)
		if got := checkAudit(t, s); got.Whole() || got.Broken != c.broken || (c.broken == 0) != got.Cut {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestCheckAudit_WithAnotherKey_IsNotWhole(t *testing.T) {
	t.Parallel()
	s, _ := logOf(t)
	s.Keys = open(t, t.TempDir(), "sandbox").Keys
	if got := checkAudit(t, s); got.Whole() {
		t.Errorf("%+v", got)
	}
}

// What was written before there was a chain is covered from its first entry on.
func TestCheckAudit_EntriesFromBeforeTheChain(t *testing.T) {
	t.Parallel()
	early := func() (*Store, *sql.DB) {
		s, file := logOf(t)
		for _, statement := range []string{"UPDATE audit_log SET mac = x'', address = '', search = ''", "DELETE FROM audit_head"} {
			_, err := file.ExecContext(t.Context(), statement)
			mustBe(t, err, nil)
		}
		return s, file
	}
	s, file := early()
	if got := checkAudit(t, s); !got.Whole() || got.Entries != 6 {
		t.Fatalf("nothing chained yet: %+v", got)
	}
	addAudit(t, s, AuditEntry{At: noon, Act: "x", Subject: "x"})
	if got := checkAudit(t, s); !got.Whole() || got.Entries != 7 {
		t.Fatalf("with a chained one: %+v", got)
	}
	_, err := file.ExecContext(t.Context(), "UPDATE audit_log SET act = 'x' WHERE id = 2")
	mustBe(t, err, nil)
	if got := checkAudit(t, s); got.Broken != 7 {
		t.Errorf("an early one was changed: %+v", got)
	}
}

func TestCheckAudit_WhileEntriesComeIn_IsWhole(t *testing.T) {
	t.Parallel()
	s, _ := logOf(t)
	done := make(chan error, 1)
	go func() {
		for range 50 {
			if err := s.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
				return tx.AddAudit(ctx, AuditEntry{At: noon, Act: "x", Subject: "x"})
			}); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		select {
		case err := <-done:
			mustBe(t, err, nil)
			if got := checkAudit(t, s); !got.Whole() || got.Entries != 56 {
				t.Errorf("in the end: %+v", got)
			}
			return
		default:
			if got := checkAudit(t, s); !got.Whole() {
				t.Fatalf("%+v", got)
			}
		}
	}
}

func TestAudit_IsFoundByWhatItSays(t *testing.T) {
	t.Parallel()
	s, _ := logOf(t)
	for name, c := range map[string]struct {
		filter AuditFilter
		want   int
	}{
		"book":       {AuditFilter{}, 3},
		"everywhere": {AuditFilter{Everywhere: true}, 6},
		"name":       {AuditFilter{Search: "OWNER"}, 3},
		"detail":     {AuditFilter{Search: "caisse"}, 3},
		"address":    {AuditFilter{Search: "192.0.2.1"}, 3},
		"nothing":    {AuditFilter{Search: "zzz"}, 0},
		"kind":       {AuditFilter{Kind: "recipient"}, 3},
		"other kind": {AuditFilter{Kind: "recip"}, 0},
		"person":     {AuditFilter{UserID: 1, Everywhere: true}, 3},
		"since":      {AuditFilter{Since: noon.Add(time.Millisecond), Everywhere: true}, 0},
		"until":      {AuditFilter{Until: noon, Everywhere: true}, 0},
		"period":     {AuditFilter{Since: noon, Until: noon.Add(time.Hour), Everywhere: true}, 6},
	} {
		if got, err := s.Audit(t.Context(), c.filter); err != nil || len(got) != c.want {
			t.Errorf("%s: %d, %v", name, len(got), err)
		}
	}
}

func TestAddAudit_TakesTheAddressOfItsContext(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	ctx := WithOrigin(t.Context(), "192.0.2.9")
	write(t, s, func(tx *Tx) error { return tx.AddAudit(ctx, AuditEntry{At: noon, Act: "x", Subject: "x"}) })
	if got, err := s.Audit(t.Context(), AuditFilter{}); err != nil || got[0].Address != "192.0.2.9" {
		t.Errorf("%+v, %v", got, err)
	}
}
