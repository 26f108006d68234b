package store

import (
	"errors"
	"testing"
)

func TestClaimFolder_OneProcessAtATime_AndCommandsBesideIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release, err := ClaimFolder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ClaimFolder(t.Context(), dir); !errors.Is(err, ErrServed) {
		t.Fatalf("the second one: %v", err)
	}
	beside := open(t, dir, "sandbox")
	addDelivery(t, beside, Delivery{})
	if err := errors.Join(release(), release()); err != nil {
		t.Fatal(err)
	}
	again, err := ClaimFolder(t.Context(), dir)
	if err != nil {
		t.Fatalf("after the first one ended: %v", err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}
