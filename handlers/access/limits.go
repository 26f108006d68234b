package access

// Guesses at passwords and codes: slowed down by account and by address, in
// little memory, and never so that an owner is locked out for good.

import (
	"crypto/hmac"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"comptoir/store"
)

// Limit is how many guesses are free, and how long one has to wait at most
// after more.
type Limit struct {
	Free    int
	Longest time.Duration
}

// The limits. An account's own is loose: whoever knows its name may use it up,
// and must not keep its owner out.
var (
	PairLimit    = Limit{5, 15 * time.Minute}  // of an account from one address
	AddressLimit = Limit{20, 15 * time.Minute} // of any account from one address
	accountLimit = Limit{50, 30 * time.Second} // of an account from anywhere
	CodeLimit    = Limit{20, 5 * time.Minute}  // of a second factor from all strange browsers: some 500 a day, of a million codes
	AskedLimit   = Limit{60, time.Minute}      // questions to passkeys from one address: each makes a session
)

// Kind is what was guessed at. Each has room of its own in what is remembered.
type Kind string

// The kinds of guesses at who somebody is.
const (
	kindPair           Kind = "pair"
	kindAddress        Kind = "address"
	kindAccount        Kind = "account"
	kindStrangePair    Kind = "strange_pair" // names that nobody has
	kindStrangeAccount Kind = "strange_account"
	kindKnown          Kind = "known"
	kindAgain          Kind = "again"
	kindCode           Kind = "code"       // from browsers that are not known, together
	kindCodeKnown      Kind = "code_known" // from those that are
	kindCodeFrom       Kind = "code_from"
	kindPIN            Kind = "pin"
	kindAsked          Kind = "asked"
	kindPasskey        Kind = "passkey"
)

// kept are the kinds that outlive a restart: they guard money and second factors.
var kept = []Kind{kindAgain, kindCode, kindCodeKnown, kindPIN}

// Asker is where a guess comes from.
type Asker struct {
	Network string // one household's or shop's addresses
	Mark    string // what the browser keeps of who signed in with it before: BrowserMark
}

// passwordGuesses are what a guess at the password of a name is counted by, which may
// be nobody's. From a browser in which its owner signed in before, nobody else's
// guesses count.
func (s *Service) passwordGuesses(name string, u store.User, from Asker) []Guess {
	pair, account := kindPair, kindAccount
	if u.ID == 0 {
		pair, account = kindStrangePair, kindStrangeAccount
	}
	if u.ID != 0 {
		name = u.Name // one person, however his name is written
	}
	if name = strings.ToLower(name); s.knows(from, name) {
		return []Guess{{kindKnown, name + "|" + from.Network, PairLimit}}
	}
	return []Guess{{pair, name + "|" + from.Network, PairLimit}, {kindAddress, from.Network, AddressLimit}, {account, name, accountLimit}}
}

// againGuess is what guesses at the password of who is signed in are counted by.
func againGuess(u store.User) Guess { return Guess{kindAgain, strconv.FormatInt(u.ID, 10), PairLimit} }

// codeGuesses are what a guess at a person's code is counted by: of the browsers in
// which he signed in before together, of any other by where it is and, from anywhere,
// by himself. Whoever knows his password keeps nobody waiting but strangers.
func (s *Service) codeGuesses(u store.User, from Asker) []Guess {
	id := strconv.FormatInt(u.ID, 10)
	if s.knows(from, u.Name) {
		return []Guess{{kindCodeKnown, id, PairLimit}}
	}
	return []Guess{{kindCodeFrom, id + "|" + from.Network, PairLimit}, {kindCode, id, CodeLimit}}
}

// pinGuess is what guesses at a cashier's PIN are counted by.
func pinGuess(person int64) Guess { return Guess{kindPIN, strconv.FormatInt(person, 10), PairLimit} }

// BrowserMark is what a browser keeps of a person who signed in rightly with it.
func (s *Service) BrowserMark(name string) string {
	mac := s.Store.Keys.MAC("known browser")
	mac.Write([]byte(strings.ToLower(name)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (s *Service) knows(from Asker, name string) bool {
	return hmac.Equal([]byte(from.Mark), []byte(s.BrowserMark(name)))
}
