package payments

// The simulation: merchants' operations through payments, a real SQLite file
// and the sandbox, under faults drawn from a seed. A seed always plays the
// same, so a failing one is printed and can be played again:
//
//	go test ./campay/payments -run 'TestSimulation$' -sim.seed=N -v

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	simSeed  = flag.Uint64("sim.seed", 0, "play this one seed of the simulation and tell its story")
	simSeeds = flag.Int("sim.seeds", defaultSeeds(), "how many new seeds the simulation plays")
)

// defaultSeeds is fewer where the race detector makes SQLite ten times slower:
// what the simulation looks for is no race, since one thing runs at a time.
func defaultSeeds() int {
	info, ok := debug.ReadBuildInfo()
	if ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return 8
	}
	return 300
}

func TestSimulation(t *testing.T) {
	t.Parallel()
	if *simSeed != 0 {
		p := play(t.TempDir(), *simSeed)
		t.Log(strings.Join(p.story, "\n"))
		p.report(t)
		return
	}
	base := uint64(time.Now().UnixNano())
	sum := newSummary()
	playAll(t.TempDir(), base, *simSeeds, func(p played) bool {
		sum.add(p)
		if sum.seeds%100 == 0 {
			fmt.Println(sum)
		}
		p.report(t)
		return !t.Failed()
	})
	fmt.Printf("played the seeds from %d on: %v\n", base, sum)
}

// played is what became of one seed.
type played struct {
	seed     uint64
	did      tally
	faults   tally
	story    []string
	failures []string
	err      error // of the test's own surroundings
}

func play(dir string, seed uint64) (p played) {
	p.seed = seed
	dir, err := os.MkdirTemp(dir, "seed")
	if err != nil {
		p.err = err
		return p
	}
	if p.err = template.Begin(dir); p.err != nil {
		return p
	}
	w, err := newWorld(dir, seed)
	if err != nil {
		p.err = errors.Join(err, os.RemoveAll(dir))
		return p
	}
	w.play(40 + w.fate.IntN(160))
	w.settle()
	if len(w.failures) == 0 {
		w.check()
	}
	p.did, p.faults, p.failures, p.story = w.did, w.faults, w.failures, w.story
	p.err = w.end()
	return p
}

func (p played) report(t *testing.T) {
	t.Helper()
	if p.err != nil {
		t.Errorf("seed %d: %v", p.seed, p.err)
	}
	if len(p.failures) > 0 {
		t.Errorf("seed %d: %s\nplay it again: go test ./campay/payments -run 'TestSimulation$' -sim.seed=%d -v",
			p.seed, strings.Join(p.failures, "\n\t"), p.seed)
	}
}

// playAll plays seeds side by side, until done says that it is enough.
func playAll(dir string, base uint64, seeds int, more func(played) bool) {
	var next atomic.Int64
	results := make(chan played)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				n := next.Add(1) - 1
				if n >= int64(seeds) {
					return
				}
				results <- play(dir, base+uint64(n))
			}
		})
	}
	go func() {
		wg.Wait()
		close(results)
	}()
	for p := range results {
		if !more(p) {
			next.Store(int64(seeds))
		}
	}
}

// summary is what became of many seeds.
type summary struct {
	begun       time.Time
	seeds       int
	did, faults tally
}

func newSummary() *summary { return &summary{begun: time.Now(), did: tally{}, faults: tally{}} }

func (s *summary) add(p played) {
	s.seeds++
	s.did.add(p.did)
	s.faults.add(p.faults)
}

func (s *summary) String() string {
	return fmt.Sprintf("%d seeds, %.1f a second; %v; faults: %v",
		s.seeds, float64(s.seeds)/time.Since(s.begun).Seconds(), s.did, s.faults)
}

// A seed that failed can be looked into only if it plays the same again.
func TestSimulation_SameSeed_PlaysTheSame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		first, second := play(t.TempDir(), seed+1), play(t.TempDir(), seed+1)
		for i := range max(len(first.story), len(second.story)) {
			if a, b := line(first.story, i), line(second.story, i); a != b {
				t.Fatalf("seed %d: line %d is %q and %q", seed+1, i, a, b)
			}
		}
	}
}

func line(story []string, i int) string {
	if i >= len(story) {
		return ""
	}
	return cmp.Or(story[i], " ")
}
