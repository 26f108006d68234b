package main

// The commands are tested as processes in handlers/e2e, their parts in
// handlers/product.

import (
	"bytes"
	"io"
	"testing"
)

func TestVersion_IsPrinted(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"version"}, &out, io.Discard); err != nil || out.String() != "comptoir "+version+"\n" {
		t.Fatalf("%q, %v", out.String(), err)
	}
}
