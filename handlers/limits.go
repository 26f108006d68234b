package handlers

// Guesses at passwords and codes: slowed down by account and by address, in
// little memory, and never so that an owner is locked out for good.

import (
	"crypto/hmac"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"comptoir/store"
)

// limit is how many guesses are free, and how long one has to wait at most
// after more.
type limit struct {
	free    int
	longest time.Duration
}

// The limits. An account's own is loose: whoever knows its name may use it up,
// and must not keep its owner out.
var (
	pairLimit    = limit{5, 15 * time.Minute}  // of an account from one address
	addressLimit = limit{20, 15 * time.Minute} // of any account from one address
	accountLimit = limit{50, 30 * time.Second} // of an account from anywhere
	askedLimit   = limit{60, time.Minute}      // questions to passkeys from one address: each makes a session
)

const (
	mostGuessed   = 20_000    // accounts and addresses that are remembered
	guessesForget = time.Hour // after the last guess
)

// guesses counts what did not fit, by what was guessed at and from where.
type guesses struct {
	mu    sync.Mutex
	tries map[string]tries
}

type tries struct {
	failed int
	last   time.Time
}

// guessed is one thing to count a guess by.
type guessed struct {
	name  string
	limit limit
}

// take counts a guess, before it is looked at: many at once are many. It counts
// nothing and says how long to wait while a limit is passed.
func (g *guesses) take(now time.Time, by ...guessed) time.Duration {
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

// look says how long to wait, and counts nothing: for a form that its own person
// may send many times at once. Its failures are counted by wrong.
func (g *guesses) look(now time.Time, by guessed) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.wait(now, by)
}

func (g *guesses) wrong(now time.Time, by guessed) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count(now, by.name)
}

func (g *guesses) wait(now time.Time, by guessed) time.Duration {
	t := g.tries[by.name]
	over := t.failed - by.limit.free
	if over < 0 || now.Before(t.last) || now.Sub(t.last) > guessesForget {
		return 0
	}
	pause := min(time.Second<<min(over, 20), by.limit.longest)
	return max(pause-now.Sub(t.last), 0)
}

func (g *guesses) count(now time.Time, name string) {
	t, known := g.tries[name]
	if now.Sub(t.last) > guessesForget {
		t.failed = 0
	}
	if !known && len(g.tries) >= mostGuessed {
		g.sweep(now)
	}
	if g.tries == nil {
		g.tries = map[string]tries{}
	}
	g.tries[name] = tries{t.failed + 1, now}
}

// sweep makes room: what is forgotten goes, else a tenth of the rest.
func (g *guesses) sweep(now time.Time) {
	for name, t := range g.tries {
		if now.Sub(t.last) > guessesForget {
			delete(g.tries, name)
		}
	}
	for name := range g.tries {
		if len(g.tries) < mostGuessed*9/10 {
			return
		}
		delete(g.tries, name)
	}
}

// first reports whether a name is new here, and remembers it for as long as guesses.
func (g *guesses) first(now time.Time, name string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, known := g.tries[name]
	if !known {
		g.count(now, name)
	}
	return !known
}

// right forgets the guesses that led to what fits.
func (g *guesses) right(by ...guessed) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range by {
		delete(g.tries, b.name)
	}
}

// guessedBy is what a guess at an account's secret is counted by. From a browser
// in which its owner signed in before, nobody else's guesses count.
func (s *server) guessedBy(c echo.Context, name string) []guessed {
	name, from := strings.ToLower(name), network(c.RealIP())
	if s.isKnownBrowser(c, name) {
		return []guessed{{"known|" + name + "|" + from, pairLimit}}
	}
	return []guessed{{"pair|" + name + "|" + from, pairLimit}, {"address|" + from, addressLimit}, {"account|" + name, accountLimit}}
}

// network is what one household has of addresses: one of IPv4, 2⁶⁴ of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	if ip = ip.Unmap(); ip.Is6() {
		if prefix, err := ip.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}

// tooMany tells whoever guesses too fast how long to wait.
func tooMany(c echo.Context, wait time.Duration) int {
	seconds := int((wait + time.Second - 1) / time.Second)
	c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(seconds))
	return seconds
}

// knownCookie marks a browser in which somebody signed in rightly.
const knownCookie = "known"

func (s *server) knownMark(name string) string {
	mac := s.Store.Keys.MAC("known browser")
	mac.Write([]byte(strings.ToLower(name)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (s *server) isKnownBrowser(c echo.Context, name string) bool {
	return hmac.Equal([]byte(s.sessions.cookie(c.Request(), knownCookie)), []byte(s.knownMark(name)))
}

// rememberBrowser marks the browser of who has just signed in.
func (s *server) rememberBrowser(c echo.Context, u store.User) {
	s.sessions.remember(c.Response(), knownCookie, s.knownMark(u.Name), cookieLife)
}
