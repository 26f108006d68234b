package store

// What only one engine understands is in its own file.

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// oneEnginesAlone are words and forms that SQLite takes and PostgreSQL does not.
var oneEnginesAlone = regexp.MustCompile(`PRAGMA|INDEXED BY|instr\(|total_changes|\bGLOB\b|INSERT OR |IN \(\)|"\+(kind|status|operator|reference)\b|strftime|ifnull|group_concat`)

func TestStatements_OfAllEngines_AreInWordsThatAllKnow(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	mustBe(t, err, nil)
	for _, name := range files {
		if strings.HasPrefix(name, "engine") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		mustBe(t, err, nil)
		for i, line := range strings.Split(string(text), "\n") {
			if found := oneEnginesAlone.FindString(line); found != "" {
				t.Errorf("%s:%d: %q is one engine's alone", name, i+1, found)
			}
		}
	}
}

func TestPaidOut_OfNoKinds_IsNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	totals, err := s.PaidOut(t.Context(), noon)
	mustBe(t, err, nil)
	if totals != (PayoutTotals{}) {
		t.Errorf("got %+v", totals)
	}
}
