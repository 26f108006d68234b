package store

// Statements that a connection keeps: used again after whatever happened to them.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// oneConnection is a pool of a single connection to a file, which keeps its statements.
func oneConnection(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := openPool(path, 1, "_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustBe(t, db.Close(), nil) })
	run(t, db, "PRAGMA busy_timeout = 1")
	return db
}

func run(t *testing.T, db interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, statement string, args ...any,
) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// A statement that failed is not in progress any more: what comes after it is committed.
func TestPrepared_AfterAFailure_IsUsedAgain_AndTheNextCommitStands(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), FileName)
	db, other := oneConnection(t, path), oneConnection(t, path)
	run(t, db, "CREATE TABLE numbers (n INTEGER UNIQUE)")
	const insert, read = "INSERT INTO numbers (n) VALUES ($1)", "SELECT n FROM numbers WHERE n >= $1 ORDER BY n"
	run(t, db, insert, 1)
	fails := map[string]func(){
		"taken": func() {
			if _, err := db.ExecContext(t.Context(), insert, 1); err == nil {
				t.Error("twice")
			}
		},
		"locked": func() {
			held, err := other.BeginTx(t.Context(), nil)
			mustBe(t, err, nil)
			run(t, held, insert, 99)
			if _, err := db.ExecContext(t.Context(), insert, 98); err == nil {
				t.Error("written beside another's write")
			}
			mustBe(t, held.Rollback(), nil)
		},
		"cancelled": func() {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := db.ExecContext(ctx, insert, 97); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		},
		"rows left alone": func() {
			var first int
			mustBe(t, db.QueryRowContext(t.Context(), read, 0).Scan(&first), nil)
		},
		"another schema": func() {
			run(t, other, "ALTER TABLE numbers ADD COLUMN more TEXT")
		},
	}
	n := 1
	for name, fail := range fails {
		fail()
		n++
		tx, err := db.BeginTx(t.Context(), nil)
		mustBe(t, err, nil)
		run(t, tx, insert, n)
		if err := tx.Commit(); err != nil {
			t.Fatalf("after %s: %v", name, err)
		}
		var found int
		if err := other.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM numbers").Scan(&found); err != nil || found != n {
			t.Errorf("after %s: %d of %d, %v", name, found, n, err)
		}
	}
}

// The same text once more while its rows are being read is a statement of its own.
func TestPrepared_AskedAgainWhileItsRowsAreRead_HasItsOwn(t *testing.T) {
	t.Parallel()
	db := oneConnection(t, filepath.Join(t.TempDir(), FileName))
	run(t, db, "CREATE TABLE numbers (n INTEGER)")
	run(t, db, "INSERT INTO numbers VALUES (1), (2), (3)")
	tx, err := db.BeginTx(t.Context(), nil)
	mustBe(t, err, nil)
	const read = "SELECT n FROM numbers ORDER BY n"
	outer, err := tx.QueryContext(t.Context(), read)
	mustBe(t, err, nil)
	defer outer.Close()
	var said []int
	for outer.Next() && len(said) < 9 {
		var n int
		mustBe(t, outer.Scan(&n), nil)
		var inner int
		mustBe(t, tx.QueryRowContext(t.Context(), read).Scan(&inner), nil)
		said = append(said, n, inner)
	}
	mustBe(t, errors.Join(outer.Err(), outer.Close(), tx.Commit()), nil)
	if want := fmt.Sprint([]int{1, 1, 2, 1, 3, 1}); fmt.Sprint(said) != want {
		t.Errorf("read %v", said)
	}
}

// However many texts there are, a connection keeps a bounded number.
func TestPrepared_KeepsABoundedNumber(t *testing.T) {
	t.Parallel()
	db := oneConnection(t, filepath.Join(t.TempDir(), FileName))
	conn, err := db.Conn(t.Context())
	mustBe(t, err, nil)
	for i := range 3 * preparedKept {
		var n int
		if err := conn.QueryRowContext(t.Context(), fmt.Sprintf("SELECT %d", i)).Scan(&n); err != nil || n != i {
			t.Fatal(n, err)
		}
	}
	mustBe(t, conn.Raw(func(c any) error {
		if kept := len(c.(*preparingConn).kept); kept > preparedKept {
			t.Errorf("%d are kept", kept)
		}
		return nil
	}), nil)
	mustBe(t, conn.Close(), nil)
}
