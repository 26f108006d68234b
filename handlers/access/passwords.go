package access

// Passwords: argon2id, and the same work for a name that nobody has.

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/alexedwards/argon2id"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"
)

// maxPassword bounds what is hashed, in bytes.
const maxPassword = 256

// Passwords checks passwords, a few at a time, so that a flood of guesses
// takes neither all memory nor all processors.
type Passwords struct {
	Cost      PasswordCost
	Turns     *semaphore.Weighted
	Strangers *semaphore.Weighted // who waits for a turn
	Own       *semaphore.Weighted // as Strangers, of who is signed in or stands at a till: strangers do not fill it
}

// MostQueued is how many of each kind may wait for their turn.
const MostQueued = 50

// ErrTooBusy says that too many sign-ins wait already: nothing was looked at.
var ErrTooBusy = errors.New("too many sign-ins at once")

func newPasswords(cost PasswordCost) *Passwords {
	return &Passwords{
		Cost:      cost,
		Turns:     semaphore.NewWeighted(int64(max(1, runtime.GOMAXPROCS(0)-1))),
		Strangers: semaphore.NewWeighted(MostQueued),
		Own:       semaphore.NewWeighted(MostQueued),
	}
}

// match reports whether password fits hash; an empty hash takes as long and
// fits nothing. An error says that it was not looked at.
func (p *Passwords) match(ctx context.Context, password, hash string) (bool, error) {
	return p.matchIn(ctx, p.Strangers, password, hash)
}

// matchOwn is match for who is signed in, or stands at a till.
func (p *Passwords) matchOwn(ctx context.Context, password, hash string) (bool, error) {
	return p.matchIn(ctx, p.Own, password, hash)
}

func (p *Passwords) matchIn(ctx context.Context, queue *semaphore.Weighted, password, hash string) (bool, error) {
	if !queue.TryAcquire(1) {
		return false, ErrTooBusy
	}
	defer queue.Release(1)
	if err := p.Turns.Acquire(ctx, 1); err != nil {
		return false, err
	}
	defer p.Turns.Release(1)
	known := hash != ""
	if !known {
		hash = p.Cost.dummyHash()
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
