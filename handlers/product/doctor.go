package product

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"comptoir/store"
)

// Examine looks at a data folder that is there, whether or not the product is served
// from it meanwhile. With an error it returns what it has seen until then.
func Examine(ctx context.Context, dir string) (symptoms []store.Symptom, err error) {
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); err != nil {
		return nil, fmt.Errorf("no data folder of Comptoir's: %w", err)
	}
	s, err := store.Open(ctx, dir, store.Options{Book: store.Sandbox}) // all books are looked at
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Examine(ctx, dir)
}
