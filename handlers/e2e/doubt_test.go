package e2e

// A doubt that had its day, in a real browser: first the history of its days is
// waited for, then the owner decides.

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comptoir/store"
)

func TestDoubt_AfterItsDay_WaitsForTheHistory_ThenTheOwnerDecides(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
	v := merchant(t, p)
	p.fault(t, `{"kind":"cut_before","endpoint":"withdraw"}`)
	p.fault(t, `{"kind":"error_before","endpoint":"history","times":-1}`)
	v.payOut(p, "/withdraw", "4 000", "677 12 34 56")
	path := v.transaction()

	// A day passes in which it was looked at.
	file, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(p.data, store.FileName)))
	if err != nil {
		t.Fatal(err)
	}
	day := (25 * time.Hour).Milliseconds()
	if _, err := file.ExecContext(t.Context(), "UPDATE transactions SET created_at = created_at - $1, sent_at = sent_at - $1, news_at = news_at - $1", day); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}

	v.open(p.url + path)
	if said := v.text("main"); !strings.Contains(said, "Avant que quelqu’un décide") || strings.Contains(said, "Décider à la place de CamPay") {
		t.Fatalf("before the history was read it says\n%s", said)
	}
	p.post(t, "/sandbox/faults/clear", "application/x-www-form-urlencoded", "")
	v.click("main form.check button")
	v.see("main form [name=outcome]")
	if said := v.text("main"); !strings.Contains(said, "Rien de tel n’y figure") || strings.Contains(said, "Avant que quelqu’un décide") {
		t.Fatalf("after it was read it says\n%s", said)
	}
	v.click(`main form [name=outcome][value=failed]`)
	v.click(`main form [name=sure]`)
	v.confirm(p.password)
	v.see("main:not(:has([name=outcome])) .status")
	v.says("main .status", "Compté comme non parti")
}
