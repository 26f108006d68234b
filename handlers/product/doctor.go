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
	err = inFolder(ctx, dir, func(s *store.Store) (err error) {
		symptoms, err = s.Examine(ctx, dir)
		return err
	})
	return symptoms, err
}

// RebuildSearch begins the index of the search anew, whether or not the product is
// served meanwhile: what is served fills it.
func RebuildSearch(ctx context.Context, dir string) error {
	return inFolder(ctx, dir, func(s *store.Store) error { return s.RebuildSearch(ctx) })
}

func inFolder(ctx context.Context, dir string, do func(*store.Store) error) (err error) {
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); err != nil {
		return fmt.Errorf("no data folder of Comptoir's: %w", err)
	}
	s, err := store.Open(ctx, dir, store.Options{Book: store.Sandbox}) // all books are looked at
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(s)
}
