package access

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// From anywhere else he waits half a minute at most.
func TestLimits_OfAnAccountAlone_AreShort(t *testing.T) {
	t.Parallel()
	var g Guesses
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	for range 10_000 {
		g.Take(now, Guess{kindAccount, "owner", accountLimit})
		now = now.Add(time.Second)
	}
	if wait := g.Take(now, Guess{kindAccount, "owner", accountLimit}); wait > accountLimit.Longest {
		t.Errorf("one waits %v", wait)
	}
}

func TestLimits_ManyAtOnce_AreCountedBeforeTheyAreLookedAt(t *testing.T) {
	t.Parallel()
	var g Guesses
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	taken := 0
	for range 64 {
		if g.Take(now, Guess{kindPair, "x", PairLimit}) == 0 {
			taken++
		}
	}
	if taken != PairLimit.Free {
		t.Errorf("%d guesses at once", taken)
	}
	if err := g.Right(t.Context(), Guess{kindPair, "x", PairLimit}); err != nil {
		t.Fatal(err)
	}
	if g.Take(now, Guess{kindPair, "x", PairLimit}) != 0 {
		t.Error("the right one does not end it")
	}
}

// Alone, as it measures the memory of the process.
func TestLimits_UnderAFlood_StaySmall_AndForgetNoAccount(t *testing.T) {
	var g Guesses
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	for range accountLimit.Free {
		g.Take(now, Guess{kindAccount, "owner", accountLimit})
	}
	long := strings.Repeat("x", 60_000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 2 * mostGuessed {
		g.Take(now, Guess{kindStrangeAccount, fmt.Sprint(i, long[:i%50]), PairLimit})
	}
	g.Take(now, Guess{kindStrangeAccount, long, PairLimit})
	runtime.GC()
	runtime.ReadMemStats(&after)
	if n := g.kinds[kindStrangeAccount].Len(); n != mostGuessed {
		t.Errorf("%d are remembered", n)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("%d bytes", grown)
	}
	if g.Take(now, Guess{kindAccount, "owner", accountLimit}) == 0 {
		t.Error("names that nobody has push out one that somebody has")
	}
}

func TestLimits_OfCodes_FromEverywhereTogether_AreSomeHundredsADay(t *testing.T) {
	t.Parallel()
	var g Guesses
	begun := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	looked := 0
	for now := begun; now.Before(begun.Add(24 * time.Hour)); now = now.Add(10 * time.Second) {
		from := fmt.Sprint("1|", now.Unix())
		if g.Take(now, Guess{kindCodeFrom, from, PairLimit}, Guess{kindCode, "1", CodeLimit}) == 0 {
			looked++
		}
	}
	if looked > 500 {
		t.Errorf("%d codes a day are looked at", looked)
	}
	if wait := g.Take(begun.Add(24*time.Hour), Guess{kindCode, "1", CodeLimit}); wait > CodeLimit.Longest {
		t.Errorf("one waits %v", wait)
	}
}

// Addresses without end push out none that goes on asking, nor anybody's guesses, and
// new settings forgive nothing. Alone, as it measures the memory of the process.
func TestLimits_OfAddresses_UnderAFlood_StaySmallAndForgetNobodyWhoGoesOn(t *testing.T) {
	var g Guesses
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	for range accountLimit.Free {
		g.Take(now, Guess{kindAccount, "owner", accountLimit})
	}
	for range AskedAtOnce {
		if !g.InPace(now, "192.0.2.1") {
			t.Fatal("refused before its time")
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 2 * mostGuessed {
		g.InPace(now, fmt.Sprint("address ", i))
		if i%(mostGuessed/2) == 0 && g.InPace(now, "192.0.2.1") {
			t.Fatalf("forgotten after %d others", i)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if n := g.paces.Len(); n != mostGuessed {
		t.Errorf("%d are remembered", n)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("%d bytes", grown)
	}
	if g.Take(now, Guess{kindAccount, "owner", accountLimit}) == 0 {
		t.Error("addresses push out an account")
	}
	if !g.InPace(now.Add(time.Minute), "192.0.2.1") {
		t.Error("a minute later it is refused still")
	}
}
