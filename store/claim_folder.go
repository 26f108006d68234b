package store

// One process serves a data folder: two would send the same order, and play with
// the same sandbox. Commands work beside it.

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// LockFileName is the file whose lock says that a process serves the folder. The
// lock ends with the process, however it ends; the file stays.
const LockFileName = "comptoir.lock"

// ErrServed says that another process serves the folder.
var ErrServed = errors.New("another Comptoir serves this data folder: stop it, or give this one a folder of its own with --data")

// ClaimFolder makes the folder where it is missing and keeps other processes from
// serving it until release.
func ClaimFolder(ctx context.Context, dir string) (release func() error, err error) {
	release, err = lockFile(ctx, dir, LockFileName)
	if isBusy(err) {
		return nil, fmt.Errorf("%w (%s)", ErrServed, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return sync.OnceValue(release), nil
}
