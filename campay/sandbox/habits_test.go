package sandbox_test

// What CamPay does in more than one way.

import (
	"strings"
	"testing"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

func TestHabit_LinkAlone_IsTheDocumentationsAnswer_AndIsPaidByItsAddress(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Habits.LinkAlone = true })
	answer := s.api("POST", "get_payment_link/", linkBody(extA, "")).fields(t)
	address, _ := answer["link"].(string)
	if len(answer) != 1 || address == "" {
		t.Fatalf("answered %v", answer)
	}
	s.enter(s.pay(address, 0).Reference)
	if n := s.delivered(1)[0]; n.ExternalReference != extA || n.Status != campay.Successful {
		t.Errorf("%#v", n)
	}
}

func TestHabit_SameReference_TakesUpTheTryThatFailed_AndNoOther(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Habits.SameReference = true })
	_, reference := s.link(extA, "")
	first := s.pay(reference, 0)
	if err := s.Refuse(first.Reference); err != nil {
		t.Fatal(err)
	}
	s.want(s.api("GET", "transaction/"+reference+"/", ""), 200, "FAILED")
	second := s.pay(reference, 0)
	s.want(s.api("GET", "transaction/"+reference+"/", ""), 200, "PENDING", `"reason":"None"`)
	s.enter(second.Reference)
	s.want(s.api("GET", "transaction/"+reference+"/", ""), 200, "SUCCESSFUL")
	third := s.pay(reference, 0) // the last one did not fail
	s.enter(third.Reference)
	if first.Reference != reference || second.Reference != reference || third.Reference == reference {
		t.Errorf("tries under %s, %s and %s on %s", first.Reference, second.Reference, third.Reference, reference)
	}
	if n := len(s.Ledger()); n != 2 {
		t.Errorf("%d transactions", n)
	}
	if got := s.Balance().MTN.String(); got != "10990" {
		t.Errorf("balance %s", got)
	}
}

func TestHabit_LocalHistory_IsAnHourAheadAndNamesNoZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		local bool
		want  string
	}{{true, `"2026-03-14T10:52:34.876707"`}, {false, `"2026-03-14T09:52:34.876707Z"`}} {
		s := open(t, func(cfg *sandbox.Config) { cfg.Habits.LocalHistory = c.local })
		s.enter(s.collect("100", mtn, extA))
		s.want(s.history(), 200, `"datetime":`+c.want)
	}
}

func TestHabit_PendingHistory_ShowsWhatHasNotEnded(t *testing.T) {
	t.Parallel()
	for _, pending := range []bool{true, false} {
		s := open(t, func(c *sandbox.Config) { c.Habits.PendingHistory = pending })
		s.collect("100", mtn, extA)
		if shown := strings.Contains(s.history().body, "PENDING"); shown != pending {
			t.Errorf("switched %v, shown %v", pending, shown)
		}
	}
}

func TestFees_FlatPart_IsAddedToTheRate_AndNeverMoreThanWhatComesIn(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Fees.Flat = money.Francs(2) })
	s.enter(s.collect("100", mtn, extA))
	s.enter(s.collect("1", mtn, extB))
	s.want(s.history(), 200, `"charge_amount":3.0`, `"credit":97.0`, `"charge_amount":1.0`, `"credit":0.0`)
	s.withdraw("100", mtn, "")
	if got := s.Balance().MTN.String(); got != "9994" { // +97, -103
		t.Errorf("balance %s", got)
	}
}

// history is that of the day.
func (s shop) history() reply {
	s.Helper()
	return s.api("POST", "history/", `{"start_date":"2026-03-14","end_date":"2026-03-14"}`)
}
