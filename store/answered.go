package store

// The mark beside the database: how many batches of writes were answered. A log
// whose end was cut or changed is read by SQLite as a shorter one, and by itself
// nobody would know.

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"time"
)

// MarkFileName is the mark's. It is not flushed to the disk with each write: after
// a power cut it may be behind, and never ahead of what was answered.
const MarkFileName = "comptoir.mark"

// mark is the open file; nil where there is none.
type mark struct{ file *os.File }

func openMark(dir string) (mark, error) {
	file, err := os.OpenFile(filepath.Join(dir, MarkFileName), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the caller's own folder
	return mark{file}, err
}

func (m mark) close() error {
	if m.file == nil {
		return nil
	}
	return m.file.Close()
}

// read returns the count that was marked; 0 where it cannot be read.
func (m mark) read() int64 {
	var b [12]byte
	if n, _ := m.file.ReadAt(b[:], 0); n < len(b) || crc32.Checksum(b[:8], castagnoli) != binary.BigEndian.Uint32(b[8:]) {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b[:8])) //nolint:gosec // as it was written
}

// write marks a count. What keeps it from it only makes the next look weaker.
func (m mark) write(count int64) {
	var b [12]byte
	binary.BigEndian.PutUint64(b[:8], uint64(count)) //nolint:gosec // counts up from 0
	binary.BigEndian.PutUint32(b[8:], crc32.Checksum(b[:8], castagnoli))
	_, _ = m.file.WriteAt(b[:], 0)
}

// checkAnswered compares the mark with the file, before anything is written to it,
// and keeps what is missing as damage. The mark is read first: another process may
// be writing.
func (f *file) checkAnswered(ctx context.Context) (err error) {
	marked := f.answered.read()
	tx, err := f.writeDB.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("compare the file with what was answered: %w", err)
	}
	defer func() { err = errors.Join(err, ignoreDone(tx.Rollback())) }()
	count, err := f.engine.count(ctx, tx)
	if err != nil || marked <= count {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO damages (at, what, subject, seen_at) VALUES ($1, 'lost_writes', $2, 0)",
		millis(time.Now()), marked-count); err != nil {
		return fmt.Errorf("keep what is missing: %w", err)
	}
	if err := f.engine.setCount(ctx, tx, marked); err != nil {
		return err
	}
	return tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
