// Package storetest is what the tests of several packages share of the store. It
// knows none of them, so that the store's own tests can use it, too.
package storetest

// The book that tests begin with.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Template is a book that nothing was written in. It is migrated once; each test
// begins with a copy, which takes a thirtieth of the time.
type Template struct {
	// Open opens a book in a folder, with all that is beside it.
	Open func(dir string) (io.Closer, error)

	once sync.Once
	name string
	file []byte
	err  error
}

// Begin puts a copy in dir, unless there is a book already.
func (t *Template) Begin(dir string) error {
	t.once.Do(func() { t.err = t.make() })
	if t.err != nil {
		return t.err
	}
	file, err := os.OpenFile(filepath.Join(dir, t.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a test's folder
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.Write(t.file)
	return errors.Join(err, file.Close())
}

func (t *Template) make() (err error) {
	dir, err := os.MkdirTemp("", "comptoir-book")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	book, err := t.Open(dir)
	if err != nil {
		return err
	}
	if err := book.Close(); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || len(found) != 1 {
		return fmt.Errorf("the template is %v: %w", found, err)
	}
	t.name = filepath.Base(found[0])
	t.file, err = os.ReadFile(found[0])
	return err
}
