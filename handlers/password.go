package handlers

// Passwords: argon2id, and the same work for a name that nobody has.

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"

	"github.com/alexedwards/argon2id"
	"github.com/labstack/echo/v4"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"

	"comptoir/store"
	"comptoir/views"
)

// maxPassword bounds what is hashed, in bytes.
const maxPassword = 256

// passwords checks passwords, a few at a time, so that a flood of guesses
// takes neither all memory nor all processors.
type passwords struct {
	cost  PasswordCost
	turns *semaphore.Weighted
	queue *semaphore.Weighted
	own   *semaphore.Weighted // as queue, of who is signed in or stands at a till: strangers do not fill it
}

// queuedGuesses is how many sign-ins may wait for their turn.
const queuedGuesses = 50

// errTooBusy says that too many sign-ins wait already.
var errTooBusy = echo.NewHTTPError(http.StatusServiceUnavailable, "too many sign-ins at once")

func newPasswords(cost PasswordCost) *passwords {
	return &passwords{
		cost:  cost,
		turns: semaphore.NewWeighted(int64(max(1, runtime.GOMAXPROCS(0)-1))),
		queue: semaphore.NewWeighted(queuedGuesses),
		own:   semaphore.NewWeighted(queuedGuesses),
	}
}

// match reports whether password fits hash; an empty hash takes as long and
// fits nothing. An error says that it was not looked at.
func (p *passwords) match(ctx context.Context, password, hash string) (bool, error) {
	return p.matchIn(ctx, p.queue, password, hash)
}

// matchOwn is match for who is signed in, or stands at a till.
func (p *passwords) matchOwn(ctx context.Context, password, hash string) (bool, error) {
	return p.matchIn(ctx, p.own, password, hash)
}

func (p *passwords) matchIn(ctx context.Context, queue *semaphore.Weighted, password, hash string) (bool, error) {
	if !queue.TryAcquire(1) {
		return false, errTooBusy
	}
	defer queue.Release(1)
	if err := p.turns.Acquire(ctx, 1); err != nil {
		return false, err
	}
	defer p.turns.Release(1)
	known := hash != ""
	if !known {
		hash = p.cost.nobodys()
	}
	if len(password) > maxPassword { // it is nobody's, and costs as much
		password, known = password[:maxPassword], false
	}
	for _, form := range written(password) {
		ok, err := argon2id.ComparePasswordAndHash(form, hash)
		if err != nil {
			return false, fmt.Errorf("compare the password: %w", err)
		}
		if ok {
			return known, nil
		}
	}
	return false, nil
}

// written are the ways in which keyboards write the same password: "é" is one
// character on some and two on others. It is hashed in the first one (NFC); older
// hashes may be of another.
func written(password string) []string {
	ways := []string{norm.NFC.String(password)}
	for _, way := range []string{password, norm.NFD.String(password)} {
		if !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	return ways
}

// passwordAgain checks the field "password" against who is signed in, and "code"
// where he has a second factor: money, and the rules about it, want more than an
// open session.
func (s *server) passwordAgain(c echo.Context, f *form) error {
	if ok, err := s.ownPassword(c, f); err != nil || !ok || !user(c).HasTOTP {
		return err
	}
	return s.codeAgain(c, f)
}

// ownPassword is passwordAgain without the code, and reports whether the password
// is right.
func (s *server) ownPassword(c echo.Context, f *form) (ok bool, err error) {
	password := c.FormValue("password")
	if password == "" {
		f.wrong("password", views.ProblemSecretMissing, "")
		return false, nil
	}
	u := user(c)
	by := guessed{kindAgain + "|" + strconv.FormatInt(u.ID, 10), pairLimit}
	ctx := c.Request().Context()
	leave, err := s.Guesses.turn(ctx, by.name)
	if err != nil {
		return false, err
	}
	defer leave()
	if wait := s.Guesses.take(s.Now(), by); wait > 0 {
		f.figured("password", views.ProblemTooMany, "Seconds", tooMany(c, wait))
		return false, nil
	}
	if ok, err = s.passwords.matchOwn(ctx, password, u.PasswordHash); err != nil {
		s.Guesses.unseen(by)
		return false, err
	}
	if !ok {
		s.wrongGuess(c, by)
		s.Log.WarnContext(ctx, "password refused", "id", requestID(c), "user", u.ID, "address", c.RealIP())
		f.wrong("password", views.ProblemPassword, "")
		return false, nil
	}
	s.rightGuess(c, by)
	return true, nil
}

// wrongGuess and rightGuess have a count outlive the process. It stands in memory
// already: a disk that fails keeps nobody out, and lets nobody guess on.
func (s *server) wrongGuess(c echo.Context, by ...guessed) {
	for _, b := range by {
		if err := s.Guesses.wrong(store.WithoutSession(c.Request().Context()), b); err != nil {
			s.Log.WarnContext(c.Request().Context(), "a wrong guess is not kept", "id", requestID(c), "error", err)
		}
	}
}

func (s *server) rightGuess(c echo.Context, by ...guessed) {
	if err := s.Guesses.right(store.WithoutSession(c.Request().Context()), by...); err != nil {
		s.Log.WarnContext(c.Request().Context(), "the guesses before a right one are not forgotten", "id", requestID(c), "error", err)
	}
}
