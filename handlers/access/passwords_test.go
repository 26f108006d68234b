package access

import (
	"context"
	"testing"
	"time"

	"comptoir/store"
)

func TestPasswords_NobodysHash_CostsWhatEverybodysDoes(t *testing.T) {
	t.Parallel()
	for _, cost := range []PasswordCost{0, leastCost, mostCost} {
		if !cost.isOf(cost.dummyHash()) {
			t.Fatalf("at %d: %s", cost, cost.dummyHash())
		}
	}
	p := newPasswords(leastCost)
	if ok, err := p.match(t.Context(), "nobody's password", ""); ok || err != nil {
		t.Fatalf("the password of nobody opens: %v, %v", ok, err)
	}
}

func TestPasswordCost_IsABlinkWithinBounds(t *testing.T) {
	t.Parallel()
	for least, want := range map[time.Duration]PasswordCost{
		0: mostCost, time.Millisecond: mostCost, 25 * time.Millisecond: 8, blink / 2: 4, blink: leastCost, time.Minute: leastCost,
	} {
		if got := costOf(least); got != want {
			t.Errorf("where the least takes %v: %d, want %d", least, got, want)
		}
	}
}

// One cost for all, or the time of an answer would tell names apart.
func TestTunedPasswords_AreMeasuredOnce(t *testing.T) {
	t.Parallel()
	s := openHouse(t)
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.SetPasswordIterations(ctx, 7) }))
	for range 2 {
		if cost, err := TunedPasswords(t.Context(), s.store); cost != 7 || err != nil {
			t.Fatalf("%d, %v", cost, err)
		}
	}
	fresh := openHouse(t)
	first, err := TunedPasswords(t.Context(), fresh.store)
	if kept, missing := fresh.store.PasswordIterations(t.Context()); err != nil || missing != nil || int(first) != kept || first < leastCost || first > mostCost {
		t.Fatalf("measured %d, kept %d, %v, %v", first, kept, err, missing)
	}
}
