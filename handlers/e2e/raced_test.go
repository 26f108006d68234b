//go:build race

package e2e

// raced says that the race detector watches the tests, and so the binary too.
const raced = true
