package store

// Invariant 3, acknowledged means kept, against kill -9: the test binary runs
// itself as the program that is killed.

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
)

// childFolder is set in the environment of the program that is killed.
const childFolder = "COMPTOIR_TEST_STORE_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		fmt.Fprintln(os.Stderr, writeForever(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForever adds deliveries from several goroutines and prints the ID of
// each one that it may acknowledge.
func writeForever(dir string) error {
	s, err := Open(context.Background(), dir, Options{Book: "sandbox"})
	if err != nil {
		return err
	}
	var printing sync.Mutex
	failed := make(chan error)
	for range 8 {
		go func() {
			for {
				var d Delivery
				err := s.Write(context.Background(), func(ctx context.Context, tx *Tx) (err error) {
					d, err = tx.AddDelivery(ctx, Delivery{Verdict: VerdictAccepted, Body: make([]byte, 700)})
					return err
				})
				if err != nil {
					failed <- err
					return
				}
				printing.Lock()
				fmt.Println(d.ID)
				printing.Unlock()
			}
		}()
	}
	return <-failed
}

func TestWrite_Acknowledged_SurvivesKill9(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, before := range []int{1, 100, 400} { // three lives of one database
		acknowledged := killAfter(t, dir, before)
		s := open(t, dir, "sandbox")
		for _, id := range acknowledged {
			if _, err := s.Delivery(t.Context(), id); err != nil {
				t.Errorf("acknowledged and lost: %v", err)
			}
		}
		var integrity string
		if err := s.readDB.QueryRow("PRAGMA integrity_check").Scan(&integrity); err != nil || integrity != "ok" {
			t.Errorf("integrity: %s, %v", integrity, err)
		}
		mustBe(t, s.Close(), nil)
	}
}

// killAfter starts the writing program, kills it in the middle once it has
// acknowledged so many rows, and returns all that it acknowledged.
func killAfter(t *testing.T, dir string, rows int) (acknowledged []int64) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childFolder+"="+dir)
	child.Stderr = os.Stderr
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(output); lines.Scan(); {
		id, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			break // the line that it was killed in
		}
		acknowledged = append(acknowledged, id)
		if len(acknowledged) == rows {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Fatalf("it ended by itself: %v", child.ProcessState)
	}
	if len(acknowledged) < rows {
		t.Fatalf("it acknowledged %d rows, fewer than %d", len(acknowledged), rows)
	}
	return acknowledged
}
