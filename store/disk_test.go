//go:build linux || darwin

package store

// The disk fails while a write is under way, by the operating system's own
// error: a limit on the size of files, which holds for root too.

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// limitFiles lets no file of this process grow beyond what the log has now and
// so many bytes more. It returns what lifts the limit.
func limitFiles(t *testing.T, log string, more int64) (lift func()) {
	t.Helper()
	info, err := os.Stat(log)
	mustBe(t, err, nil)
	var before syscall.Rlimit
	mustBe(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before), nil)
	limited := before
	limited.Cur = uint64(info.Size() + more)
	mustBe(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limited), nil)
	lift = func() { mustBe(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before), nil) }
	t.Cleanup(lift)
	return lift
}

func TestWrite_DiskFailsInTheMiddle_NobodyIsToldThatItWasKept(t *testing.T) {
	for name, more := range map[string]int64{"before the first page": 0, "within a page": 1000, "between two pages": 3 * 4120} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openNew(t, dir, "sandbox") // its log is longer than the file that may not grow
			write(t, s, adds(1))
			lift := limitFiles(t, filepath.Join(dir, FileName+"-wal"), more)
			big := func(tx *Tx) error {
				_, err := tx.AddDelivery(context.Background(), Delivery{Verdict: VerdictAccepted, Body: make([]byte, 64<<10)})
				return err
			}
			for i, err := range queue(t, s, adds(2), big, adds(3)) {
				if err == nil || !IsDisk(err) {
					t.Errorf("write %d was told %v", i, err)
				}
			}
			if got := totals(t, s); got != "[1]" {
				t.Errorf("kept %s", got)
			}
			lift()
			write(t, s, adds(4))
			write(t, s, big)
			if got := totals(t, s); got != "[1 4]" {
				t.Errorf("afterwards kept %s", got)
			}
			var integrity string
			if err := s.readDB.QueryRow("PRAGMA integrity_check").Scan(&integrity); err != nil || integrity != "ok" {
				t.Errorf("integrity: %s, %v", integrity, err)
			}
		})
	}
}
