package handlers

// Files for a spreadsheet, as the reader's own opens them.

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/handlers/web"
	"comptoir/store"
)

// frenchCSV are the cells of a file as French Excel reads them.
func (s *shop) frenchCSV(body string) [][]string {
	s.t.Helper()
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, web.ByteOrderMark)))
	in.Comma = ';'
	lines, err := in.ReadAll()
	s.must(err)
	return lines
}

func TestExports_FrenchAndEnglish_OpenInTheReadersOwnSpreadsheet(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	collection := owner.collected("12500", "677123456")
	owner.payOut(collection+"/refund", payoutOf("500", ""))
	s.work()
	owner.post("/reconciliation", today)
	s.work()

	lines := s.frenchCSV(owner.get("/reconciliation.csv?" + today.Encode()).body)
	kinds := map[string][]string{}
	for _, line := range lines[1:] {
		kinds[line[2]] = line
	}
	in, back := kinds["Encaissement"], kinds["Remboursement"]
	if in == nil || back == nil || in[8] != "Réussi" || in[9] != "12500" || in[4] != "6-77-12-34-56" || in[5] != "MTN MoMo" || in[14] != "Encaissé" {
		t.Errorf("in French: %q", lines)
	}
	journal := s.frenchCSV(owner.get("/audit.csv").body)
	for _, line := range journal[1:] {
		for _, raw := range []string{"collect", "withdraw", "cashier", "{", "true", "false", "sandbox", "237677"} {
			if strings.Contains(strings.Join(line, " "), raw) {
				t.Errorf("%q in a French journal: %q", raw, line)
			}
		}
	}
	owner.speak("en")
	english, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(owner.get("/reconciliation.csv?"+today.Encode()).body, web.ByteOrderMark))).ReadAll()
	s.must(err)
	if len(english) != len(lines) || !strings.HasPrefix(english[1][0], "2026-03-04 ") {
		t.Errorf("in English: %q", english)
	}
}

func TestExports_JustAfterMidnightInDouala_BearItsDate(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.clock.pass(time.Date(2026, 3, 4, 23, 5, 0, 0, time.UTC).Sub(s.clock.now())) // 00:05 on the 5th there
	owner := s.signedIn(store.RoleOwner)
	got := owner.get("/audit.csv")
	if name := got.header.Get("Content-Disposition"); got.status != http.StatusOK || !strings.Contains(name, "2026-03-05") {
		t.Errorf("%d: %s", got.status, name)
	}
}
