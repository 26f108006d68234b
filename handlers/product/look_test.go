package product

import (
	"testing"
	"time"

	"comptoir/store"
)

// A book of five million transactions is looked through within a day.
func TestLookAtRows_AFullBook_IsDoneWithinADay(t *testing.T) {
	t.Parallel()
	const full = 5_000_000
	if takes := full / store.RowsLooked * looksEvery; takes > 24*time.Hour {
		t.Errorf("it takes %v", takes)
	}
}
