//go:build unix

package product

import (
	"os/signal"
	"syscall"
)

// outliveFileLimit has a write beyond the limit of a file's size (ulimit -f) fail,
// as on a full disk: else it ends the process.
func outliveFileLimit() { signal.Ignore(syscall.SIGXFSZ) }
