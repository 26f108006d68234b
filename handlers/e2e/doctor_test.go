package e2e

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comptoir/store"
)

func TestDoctor_SaysWhatIsWrong_BesideARunningProduct(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	p.signIn(t)
	examine := func() (string, error) {
		return command(t, "doctor", "--data", p.data)
	}
	if said, err := examine(); err != nil || !strings.Contains(said, "entries, unbroken") {
		t.Fatalf("%v\n%s", err, said)
	}
	if err := os.Chmod(filepath.Join(p.data, store.KeyFileName), 0o644); err != nil { //nolint:gosec // so that it is found
		t.Fatal(err)
	}
	if said, err := examine(); !isUnwell(err) || !strings.Contains(said, "chmod 600") {
		t.Errorf("a key that all may read: %v\n%s", err, said)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(p.data, store.FileName)))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "DROP TABLE transactions_search"); err != nil {
		t.Fatal(err)
	}
	if said, err := examine(); !isUnwell(err) || !strings.Contains(said, "--rebuild-search") {
		t.Errorf("a search without its index: %v\n%s", err, said)
	}
	if said, err := command(t, "doctor", "--rebuild-search", "--data", p.data); !isUnwell(err) || strings.Contains(said, "--rebuild-search") {
		t.Errorf("made anew: %v\n%s", err, said)
	}
	if _, err := db.ExecContext(t.Context(), "DROP TRIGGER audit_log_never_changes; UPDATE audit_log SET act = 'x' WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	if said, err := examine(); !isUnwell(err) || !strings.Contains(said, "entry 1 is not") {
		t.Errorf("a changed entry: %v\n%s", err, said)
	}
	if _, err := command(t, "doctor", "--data", t.TempDir()); err == nil {
		t.Error("an empty folder is well")
	}
}

// isUnwell tells whether the doctor ended for what it found.
func isUnwell(err error) bool {
	return err != nil && strings.Contains(err.Error(), "something is wrong with the data folder")
}

func TestServe_SecondOnOneFolder_IsRefusedInWords(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	_, err := command(t, "serve", "--listen", "127.0.0.1:0", "--data", p.data)
	if err == nil || !strings.Contains(err.Error(), store.ErrServed.Error()) || !strings.Contains(err.Error(), p.data) {
		t.Fatalf("the second one: %v", err)
	}
	if _, err := command(t, "user", "add", "Awa", "--role", "cashier", "--data", p.data); err != nil {
		t.Errorf("a command beside it: %v", err)
	}
}
