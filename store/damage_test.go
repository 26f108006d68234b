package store

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
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
	t.Parallel()
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

// checkAll and lookAtAll are a whole round.
func checkAll(t *testing.T, s *Store) (all []Damage) {
	t.Helper()
	for at := (Look{}); ; {
		next, broken, err := s.CheckRows(t.Context(), at)
		mustBe(t, err, nil)
		all = append(all, broken...)
		if at = next; at == (Look{}) {
			return all
		}
	}
}

func lookAtAll(t *testing.T, s *Store) {
	t.Helper()
	for at := (Look{}); ; {
		next, err := s.LookAtRows(t.Context(), at)
		mustBe(t, err, nil)
		if at = next; at == (Look{}) {
			return
		}
	}
}

func TestRows_ChangedPastComptoir_AreFoundAndStayFound(t *testing.T) {
	t.Parallel()
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
		if broken := checkAll(t, s); len(broken) != 1 || broken[0] != (Damage{What: DamageRow, Subject: harmed.ID}) {
			t.Fatalf("broken %v", broken)
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
		lookAtAll(t, s)
	}
	if found, err := s.Damages(t.Context()); err != nil || len(found) != 1 || found[0].Subject != harmed.ID {
		t.Errorf("damages %v, %v", found, err)
	}
	exec("UPDATE transactions SET net = 1 WHERE id = $1", old.ID)
	if broken := checkAll(t, s); len(broken) != 2 {
		t.Errorf("a row without a checksum was not given one: %v", broken)
	}
	if said, err := s.examineRows(t.Context()); err != nil || said.Wrong == "" {
		t.Errorf("the doctor says %+v, %v", said, err)
	}
}

// What asks for money and what limits it is looked at as what moved it.
func TestRows_LinksApprovalsAndRules_ChangedPastComptoir_AreFound(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	by := addUser(t, s, "Awa").ID
	var l PaymentLink
	var a Approval
	rules := PayoutRules{MostEach: 5_000_000, ApprovalAbove: 1_000_000, UpdatedAt: noon, UpdatedBy: by, HeldUntil: noon.Add(time.Hour), ApprovalHeld: 900_000}
	write(t, s, func(tx *Tx) (err error) {
		if l, err = tx.CreateLink(t.Context(), PaymentLink{Slug: "abc", PaymentOptions: "MOMO", Amount: 250_000, MostMoney: 5_000_000, CreatedAt: noon}); err != nil {
			return err
		}
		if a, err = tx.AddApproval(t.Context(), Approval{
			Operation: "op", Kind: KindWithdraw, Origin: OriginPush, Asked: 2_000_000, Phone: "237677123456", Operator: "MTN",
			RequestedBy: by, RequestedAt: noon, ExpiresAt: noon.Add(time.Hour), State: ApprovalWaiting,
		}); err != nil {
			return err
		}
		return tx.SetPayoutRules(t.Context(), rules)
	})
	exec := func(statement string) {
		t.Helper()
		_, err := s.writeDB.ExecContext(t.Context(), statement)
		mustBe(t, err, nil)
	}
	exec("UPDATE approvals SET sum = 0") // as before there were checksums
	exec("UPDATE payment_links SET sum = 0")
	exec("UPDATE payout_rules SET sum = 0")
	lookAtAll(t, s)
	// What Comptoir does itself is no damage.
	changed, err := s.Link(t.Context(), l.ID)
	mustBe(t, err, nil)
	changed.Amount, changed.MostMoney, changed.PausedAt, changed.Description = 300_000, 0, noon, "Riz"
	rules.MostDay = 7
	a.State, a.DecidedBy, a.DecidedAt = ApprovalRefused, by, noon
	write(t, s, func(tx *Tx) error {
		if err := tx.UpdateLink(t.Context(), changed.PaymentLink); err != nil {
			return err
		}
		if err := tx.DecideApproval(t.Context(), a); err != nil {
			return err
		}
		return tx.SetPayoutRules(t.Context(), rules)
	})
	if broken := checkAll(t, s); len(broken) != 0 {
		t.Fatalf("broken %v", broken)
	}
	exec("UPDATE approvals SET phone = '237699123456'")
	exec("UPDATE payment_links SET most_money = 1")
	exec("UPDATE payout_rules SET most_each = 0")
	want := []Damage{{What: DamageRules, Subject: millis(noon)}, {What: DamageApproval, Subject: a.ID}, {What: DamageLink, Subject: l.ID}}
	if broken := checkAll(t, s); !slices.Equal(broken, want) {
		t.Fatalf("broken %v", broken)
	}
	// Saved again they are what their owner says, and what was found is not forgotten.
	write(t, s, func(tx *Tx) error {
		if err := tx.UpdateLink(t.Context(), changed.PaymentLink); err != nil {
			return err
		}
		return tx.SetPayoutRules(t.Context(), rules)
	})
	if broken := checkAll(t, s); !slices.Equal(broken, want[1:]) {
		t.Errorf("broken %v", broken)
	}
	lookAtAll(t, s)
	found, err := s.Damages(t.Context())
	mustBe(t, err, nil)
	if len(found) != 3 || found[0].What != DamageRules {
		t.Errorf("damages %v", found)
	}
}
