package store

import (
	"os"
	"path/filepath"
	"testing"
)

// copyFolder is what a power cut leaves: the files as they are on the disk now.
func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{FileName, FileName + "-wal", MarkFileName, KeyFileName} {
		b, err := os.ReadFile(filepath.Join(from, name)) //nolint:gosec // a test's folder
		mustBe(t, err, nil)
		mustBe(t, os.WriteFile(filepath.Join(to, name), b, 0o600), nil)
	}
	return to
}

func TestOpen_AfterAnUncleanEnd_SaysWhatIsMissing(t *testing.T) {
	const frame = 24 + 4096
	for name, c := range map[string]struct {
		harm func(log []byte) []byte
		lost bool
	}{
		"nothing":              {func(log []byte) []byte { return log }, false},
		"last frame cut":       {func(log []byte) []byte { return log[:len(log)-frame] }, true},
		"cut in a frame":       {func(log []byte) []byte { return log[:len(log)-100] }, true},
		"a bit near the end":   {func(log []byte) []byte { log[len(log)-300] ^= 1; return log }, true},
		"a bit near the start": {func(log []byte) []byte { log[32+24+300] ^= 1; return log }, true},
		"a torn write after":   {func(log []byte) []byte { return append(log, make([]byte, 700)...) }, false},
		"the log gone":         {func([]byte) []byte { return nil }, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir, "sandbox")
			for range 5 {
				addTransaction(t, s, Transaction{Asked: 250000})
			}
			to := copyFolder(t, dir)
			path := filepath.Join(to, FileName+"-wal")
			log, err := os.ReadFile(path) //nolint:gosec // a test's folder
			mustBe(t, err, nil)
			mustBe(t, os.WriteFile(path, c.harm(log), 0o600), nil)
			for range 2 { // said until somebody has seen to it
				after := open(t, to, "sandbox")
				found, err := after.Damages(t.Context())
				mustBe(t, err, nil)
				if (len(found) == 1 && found[0].What == DamageLostWrites && found[0].Subject > 0) != c.lost || len(found) > 1 {
					t.Fatalf("damages %v", found)
				}
				if said, err := after.examineAnswered(t.Context()); err != nil || (said.Wrong != "") != c.lost {
					t.Errorf("the doctor says %+v, %v", said, err)
				}
				addTransaction(t, after, Transaction{Asked: 7})
				mustBe(t, after.Close(), nil)
			}
		})
	}
}

func TestRows_ChangedPastComptoir_AreFoundAndStayFound(t *testing.T) {
	s := open(t, t.TempDir(), "sandbox")
	harmed, whole, old := addTransaction(t, s, Transaction{Asked: 250000, Amount: 250000}), addTransaction(t, s, Transaction{Asked: 100}), addTransaction(t, s, Transaction{Asked: 300})
	exec := func(statement string, id int64) {
		t.Helper()
		_, err := s.writeDB.ExecContext(t.Context(), statement, id)
		mustBe(t, err, nil)
	}
	exec("UPDATE transactions SET sum = 0 WHERE id = $1", old.ID)
	exec("UPDATE transactions SET asked = asked + 131072 WHERE id = $1", harmed.ID)
	look := func() {
		t.Helper()
		_, broken, err := s.CheckRows(t.Context(), 0)
		if err != nil || len(broken) != 1 || broken[0] != harmed.ID {
			t.Fatalf("broken %v, %v", broken, err)
		}
	}
	look()
	for _, x := range []Transaction{harmed, whole} {
		now, err := s.Transaction(t.Context(), x.ID)
		mustBe(t, err, nil)
		now.Status, now.Amount, now.Fee = StatusSuccessful, now.Asked, 5
		write(t, s, func(tx *Tx) error { return tx.UpdateTransaction(t.Context(), now) })
	}
	look()
	for range 2 {
		_, err := s.LookAtRows(t.Context(), 0)
		mustBe(t, err, nil)
	}
	if found, err := s.Damages(t.Context()); err != nil || len(found) != 1 || found[0].Subject != harmed.ID {
		t.Errorf("damages %v, %v", found, err)
	}
	exec("UPDATE transactions SET net = 1 WHERE id = $1", old.ID)
	if _, broken, err := s.CheckRows(t.Context(), 0); err != nil || len(broken) != 2 {
		t.Errorf("a row without a checksum was not given one: %v, %v", broken, err)
	}
	if said, err := s.examineRows(t.Context()); err != nil || said.Wrong == "" {
		t.Errorf("the doctor says %+v, %v", said, err)
	}
}
