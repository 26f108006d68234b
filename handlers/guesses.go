package handlers

// What is remembered of guesses at passwords and codes: it outlives every change of
// the settings, and a restart where it guards money or a second factor.

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jellydator/ttlcache/v3"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"comptoir/store"
)

const (
	mostGuessed   = 20_000    // of a kind; the ones that are not guessed at any more go first
	guessesForget = time.Hour // after the last guess
)

// Guesses counts what did not fit, by what was guessed at and from where. Each kind
// of name has room of its own, so that names which nobody has push out none that
// somebody has, and takes some 200 bytes a name, however long that is.
type Guesses struct {
	store *store.Store // nil: nothing outlives the process

	mu    sync.Mutex
	kinds map[string]*ttlcache.Cache[guessKey, tries]

	paces *ttlcache.Cache[guessKey, *rate.Limiter]

	turns map[string]*guessTurn
}

// guessKey stands for a name of any length.
type guessKey [16]byte

type tries struct {
	failed int
	last   time.Time
}

// guessed is one thing to count a guess by: a kind, "|", and who or what.
type guessed struct {
	name  string
	limit limit
}

// kept are the kinds that outlive a restart: they guard money and second factors.
var kept = []string{kindAgain, kindCode, kindCodeKnown, kindPIN}

const (
	kindAgain     = "again"
	kindCode      = "code"       // from browsers that are not known, together
	kindCodeKnown = "code_known" // from those that are
	kindPIN       = "pin"
)

// OpenGuesses are the guesses of a product, those of an earlier run among them.
func OpenGuesses(ctx context.Context, s *store.Store, now time.Time) (*Guesses, error) {
	g := &Guesses{}
	rows, err := s.Guesses(ctx, now.Add(-guessesForget))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		g.set(r.Name, tries{r.Failed, r.Last})
	}
	g.store = s
	return g, nil
}

// take counts a guess, before it is looked at: many at once are many. It counts
// nothing and says how long to wait while a limit is passed.
func (g *Guesses) take(now time.Time, by ...guessed) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range by {
		if wait := g.wait(now, b); wait > 0 {
			return wait
		}
	}
	for _, b := range by {
		g.count(now, b.name)
	}
	return 0
}

// unseen takes guesses back that nobody has looked at: what a flood of others' sign-ins
// turns away was not wrong.
func (g *Guesses) unseen(by ...guessed) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range by {
		if t := g.get(b.name); t.failed > 0 {
			g.set(b.name, tries{t.failed - 1, t.last})
		}
	}
}

// wrong has a guess that was taken, and did not fit, outlive a restart.
func (g *Guesses) wrong(ctx context.Context, by guessed) error {
	kind, _, _ := strings.Cut(by.name, "|")
	if g.store == nil || !slices.Contains(kept, kind) {
		return nil
	}
	g.mu.Lock()
	t := g.get(by.name)
	g.mu.Unlock()
	return g.store.Write(ctx, func(tx *store.Tx) error {
		return tx.KeepGuesses(ctx, store.Guesses{Name: by.name, Failed: t.failed, Last: t.last})
	})
}

// right forgets the guesses that led to what fits.
func (g *Guesses) right(ctx context.Context, by ...guessed) error {
	forget := ""
	g.mu.Lock()
	for _, b := range by {
		kind, _, _ := strings.Cut(b.name, "|")
		if g.get(b.name).failed > 1 && slices.Contains(kept, kind) {
			forget = b.name
		}
		if cache := g.kinds[kind]; cache != nil {
			cache.Delete(keyOf(b.name))
		}
	}
	g.mu.Unlock()
	if forget == "" || g.store == nil {
		return nil
	}
	return g.store.Write(ctx, func(tx *store.Tx) error { return tx.ForgetGuesses(ctx, forget) })
}

// first reports whether a name is new here, and remembers it for as long as guesses.
func (g *Guesses) first(now time.Time, name string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.get(name).failed > 0 {
		return false
	}
	g.count(now, name)
	return true
}

// inPace reports whether an address asks for no more than askedPerSecond, but for
// askedAtOnce at once. The addresses that have asked for nothing for longest are
// forgotten first: a minute of silence is worth as much.
func (g *Guesses) inPace(now time.Time, address string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.paces == nil {
		g.paces = ttlcache.New(ttlcache.WithCapacity[guessKey, *rate.Limiter](mostGuessed))
	}
	key := keyOf(address)
	item := g.paces.Get(key)
	if item == nil {
		item = g.paces.Set(key, rate.NewLimiter(askedPerSecond, askedAtOnce), ttlcache.NoTTL)
	}
	return item.Value().AllowN(now, 1)
}

func (g *Guesses) wait(now time.Time, by guessed) time.Duration {
	t := g.get(by.name)
	over := t.failed - by.limit.free
	if over < 0 || now.Before(t.last) || now.Sub(t.last) > guessesForget {
		return 0
	}
	pause := min(time.Second<<min(over, 20), by.limit.longest)
	return max(pause-now.Sub(t.last), 0)
}

func (g *Guesses) count(now time.Time, name string) {
	t := g.get(name)
	if now.Sub(t.last) > guessesForget {
		t.failed = 0
	}
	g.set(name, tries{t.failed + 1, now})
}

func (g *Guesses) get(name string) tries {
	kind, _, _ := strings.Cut(name, "|")
	if cache := g.kinds[kind]; cache != nil {
		if item := cache.Get(keyOf(name)); item != nil {
			return item.Value()
		}
	}
	return tries{}
}

func (g *Guesses) set(name string, t tries) {
	kind, _, _ := strings.Cut(name, "|")
	if g.kinds == nil {
		g.kinds = map[string]*ttlcache.Cache[guessKey, tries]{}
	}
	if g.kinds[kind] == nil {
		g.kinds[kind] = ttlcache.New(ttlcache.WithCapacity[guessKey, tries](mostGuessed))
	}
	g.kinds[kind].Set(keyOf(name), t, ttlcache.NoTTL)
}

func keyOf(name string) (key guessKey) {
	sum := sha256.Sum256([]byte(name))
	copy(key[:], sum[:])
	return key
}

// guessTurn is the one secret whose guesses wait for each other.
type guessTurn struct {
	one   *semaphore.Weighted
	asked int // who has it, and who waits
}

// turn has guesses at one secret looked at one after the other: of many at once each
// finds counted what came before it. Whoever has the turn leaves it.
func (g *Guesses) turn(ctx context.Context, name string) (leave func(), err error) {
	g.mu.Lock()
	if g.turns == nil {
		g.turns = map[string]*guessTurn{}
	}
	t := g.turns[name]
	if t == nil {
		t = &guessTurn{one: semaphore.NewWeighted(1)}
		g.turns[name] = t
	}
	t.asked++
	g.mu.Unlock()
	gone := func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if t.asked--; t.asked == 0 {
			delete(g.turns, name)
		}
	}
	if err := t.one.Acquire(ctx, 1); err != nil {
		gone()
		return nil, fmt.Errorf("wait for a guess: %w", err)
	}
	return func() { t.one.Release(1); gone() }, nil
}
