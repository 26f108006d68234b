package store

// Wrong guesses that outlive a restart.

import (
	"context"
	"fmt"
	"time"
)

// Guesses is how often one secret was guessed at wrongly.
type Guesses struct {
	Name   string
	Failed int
	Last   time.Time
}

// mostGuesses bounds what is read of them: there are a few for each person.
const mostGuesses = 5000

// Guesses returns what was guessed at since then, the newest first, the first 5,000.
func (r Reader) Guesses(ctx context.Context, since time.Time) ([]Guesses, error) {
	found, err := many(ctx, r.rows, func(r row) (g Guesses, err error) {
		err = r.Scan(&g.Name, &g.Failed, timeColumn{&g.Last})
		return g, err
	}, "SELECT name, failed, last FROM guesses WHERE last > $1 ORDER BY last DESC LIMIT $2", millis(since), mostGuesses)
	if err != nil {
		return nil, fmt.Errorf("list guesses: %w", err)
	}
	return found, nil
}

// KeepGuesses keeps how often a secret was guessed at, by the newest guess.
func (tx *Tx) KeepGuesses(ctx context.Context, g Guesses) error {
	if _, err := tx.savepoint.exec(ctx, `
		INSERT INTO guesses (name, failed, last) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET failed = excluded.failed, last = excluded.last WHERE excluded.last >= guesses.last`,
		g.Name, g.Failed, millis(g.Last)); err != nil {
		return fmt.Errorf("keep guesses: %w", err)
	}
	return nil
}

// ForgetGuesses forgets them, after a right one.
func (tx *Tx) ForgetGuesses(ctx context.Context, name string) error {
	if _, err := tx.savepoint.exec(ctx, "DELETE FROM guesses WHERE name = $1", name); err != nil {
		return fmt.Errorf("forget guesses: %w", err)
	}
	return nil
}
