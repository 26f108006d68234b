package access

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
	mostGuessed = 20_000 // of a kind; the ones that are not guessed at any more go first

	// GuessesForget is how long after the last guess a count is kept.
	GuessesForget = time.Hour
)

// What one address may ask to have sent: far more than a street behind one
// shared address pays in, as the book limits phones and links by itself.
const (
	AskedPerSecond = 3
	AskedAtOnce    = 200
)

// Guesses counts what did not fit, by what was guessed at and from where. Each kind
// of name has room of its own, so that names which nobody has push out none that
// somebody has, and takes some 200 bytes a name, however long that is.
type Guesses struct {
	store *store.Store // nil: nothing outlives the process

	mu    sync.Mutex
	kinds map[Kind]*ttlcache.Cache[guessKey, tries]

	paces *ttlcache.Cache[guessKey, *rate.Limiter]

	turns map[Guess]*guessTurn
}

// guessKey stands for a name of any length.
type guessKey [16]byte

type tries struct {
	failed int
	last   time.Time
}

// Guess is one thing to count a guess by: a kind, and who or what of it.
type Guess struct {
	Kind  Kind
	Of    string
	Limit Limit
}

// name is what a guess is kept under.
func (g Guess) name() string { return string(g.Kind) + "|" + g.Of }

// OpenGuesses are the guesses of a product, those of an earlier run among them.
func OpenGuesses(ctx context.Context, s *store.Store, now time.Time) (*Guesses, error) {
	g := &Guesses{}
	rows, err := s.Guesses(ctx, now.Add(-GuessesForget))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		kind, of, _ := strings.Cut(r.Name, "|")
		g.set(Guess{Kind: Kind(kind), Of: of}, tries{r.Failed, r.Last})
	}
	g.store = s
	return g, nil
}

// Take counts a guess, before it is looked at: many at once are many. It counts
// nothing and says how long to wait while a limit is passed.
func (g *Guesses) Take(now time.Time, by ...Guess) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range by {
		if wait := g.wait(now, b); wait > 0 {
			return wait
		}
	}
	for _, b := range by {
		g.count(now, b)
	}
	return 0
}

// unseen takes guesses back that nobody has looked at: what a flood of others' sign-ins
// turns away was not wrong.
func (g *Guesses) unseen(by ...Guess) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range by {
		if t := g.get(b); t.failed > 0 {
			g.set(b, tries{t.failed - 1, t.last})
		}
	}
}

// wrong has a guess that was taken, and did not fit, outlive a restart.
func (g *Guesses) wrong(ctx context.Context, by Guess) error {
	if g.store == nil || !slices.Contains(kept, by.Kind) {
		return nil
	}
	g.mu.Lock()
	t := g.get(by)
	g.mu.Unlock()
	return g.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.KeepGuesses(ctx, store.Guesses{Name: by.name(), Failed: t.failed, Last: t.last})
	})
}

// Right forgets the guesses that led to what fits.
func (g *Guesses) Right(ctx context.Context, by ...Guess) error {
	forget := ""
	g.mu.Lock()
	for _, b := range by {
		if g.get(b).failed > 1 && slices.Contains(kept, b.Kind) {
			forget = b.name()
		}
		if cache := g.kinds[b.Kind]; cache != nil {
			cache.Delete(keyOf(b.Of))
		}
	}
	g.mu.Unlock()
	if forget == "" || g.store == nil {
		return nil
	}
	return g.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.ForgetGuesses(ctx, forget) })
}

// First reports whether something is new here, and remembers it for as long as guesses.
func (g *Guesses) First(now time.Time, kind Kind, of string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	once := Guess{Kind: kind, Of: of}
	if g.get(once).failed > 0 {
		return false
	}
	g.count(now, once)
	return true
}

// InPace reports whether an address asks for no more than AskedPerSecond, but for
// AskedAtOnce at once. The addresses that have asked for nothing for longest are
// forgotten first: a minute of silence is worth as much.
func (g *Guesses) InPace(now time.Time, address string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.paces == nil {
		g.paces = ttlcache.New(ttlcache.WithCapacity[guessKey, *rate.Limiter](mostGuessed))
	}
	key := keyOf(address)
	item := g.paces.Get(key)
	if item == nil {
		item = g.paces.Set(key, rate.NewLimiter(AskedPerSecond, AskedAtOnce), ttlcache.NoTTL)
	}
	return item.Value().AllowN(now, 1)
}

func (g *Guesses) wait(now time.Time, by Guess) time.Duration {
	t := g.get(by)
	over := t.failed - by.Limit.Free
	if over < 0 || now.Before(t.last) || now.Sub(t.last) > GuessesForget {
		return 0
	}
	pause := min(time.Second<<min(over, 20), by.Limit.Longest)
	return max(pause-now.Sub(t.last), 0)
}

func (g *Guesses) count(now time.Time, by Guess) {
	t := g.get(by)
	if now.Sub(t.last) > GuessesForget {
		t.failed = 0
	}
	g.set(by, tries{t.failed + 1, now})
}

func (g *Guesses) get(by Guess) tries {
	if cache := g.kinds[by.Kind]; cache != nil {
		if item := cache.Get(keyOf(by.Of)); item != nil {
			return item.Value()
		}
	}
	return tries{}
}

func (g *Guesses) set(by Guess, t tries) {
	if g.kinds == nil {
		g.kinds = map[Kind]*ttlcache.Cache[guessKey, tries]{}
	}
	if g.kinds[by.Kind] == nil {
		g.kinds[by.Kind] = ttlcache.New(ttlcache.WithCapacity[guessKey, tries](mostGuessed))
	}
	g.kinds[by.Kind].Set(keyOf(by.Of), t, ttlcache.NoTTL)
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
func (g *Guesses) turn(ctx context.Context, by Guess) (leave func(), err error) {
	g.mu.Lock()
	if g.turns == nil {
		g.turns = map[Guess]*guessTurn{}
	}
	t := g.turns[by]
	if t == nil {
		t = &guessTurn{one: semaphore.NewWeighted(1)}
		g.turns[by] = t
	}
	t.asked++
	g.mu.Unlock()
	gone := func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if t.asked--; t.asked == 0 {
			delete(g.turns, by)
		}
	}
	if err := t.one.Acquire(ctx, 1); err != nil {
		gone()
		return nil, fmt.Errorf("wait for a guess: %w", err)
	}
	return func() { t.one.Release(1); gone() }, nil
}
