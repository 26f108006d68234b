package handlers

// Guesses at passwords and codes: slowed down by account and by address, in
// little memory, and never so that an owner is locked out for good.

import (
	"crypto/hmac"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
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
	codeLimit    = limit{20, 5 * time.Minute}  // of a second factor from all strange browsers: some 500 a day, of a million codes
	askedLimit   = limit{60, time.Minute}      // questions to passkeys from one address: each makes a session
)

// guessedBy is what a guess at the password of a name is counted by, which may be
// nobody's. From a browser in which its owner signed in before, nobody else's guesses
// count.
func (s *server) guessedBy(c echo.Context, name string, u store.User) []guessed {
	pair, account := "pair|", "account|"
	if u.ID == 0 {
		pair, account = "strange_pair|", "strange_account|"
	} else {
		name = u.Name // one person, however his name is written
	}
	name, from := strings.ToLower(name), payments.Network(c.RealIP())
	if s.isKnownBrowser(c, name) {
		return []guessed{{"known|" + name + "|" + from, pairLimit}}
	}
	return []guessed{{pair + name + "|" + from, pairLimit}, {"address|" + from, addressLimit}, {account + name, accountLimit}}
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
