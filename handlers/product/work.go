package product

// What goes on behind the handler.

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"comptoir/store"
)

// Run does the work behind the handler until ctx ends.
func (p *Product) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if p.sandbox != nil {
		group.Go(func() error { return p.sandbox.Run(ctx) })
	}
	group.Go(func() error { return p.work(ctx) })
	group.Go(func() error { return p.notices.Run(ctx) })
	group.Go(func() error { p.lookAtRows(ctx); return nil })
	group.Go(func() error {
		p.store.KeepSearchIndexed(ctx, func(err error) { p.config.Log.ErrorContext(ctx, "index the search", "error", err) })
		return nil
	})
	return group.Wait()
}

// looksEvery is how often some rows of the book are looked at: five million are
// within a day, at a few milliseconds each time. roundsEvery is how long it rests
// after the last one.
const (
	looksEvery  = 5 * time.Second
	roundsEvery = 10 * time.Minute
)

// lookAtRows walks through the book's rows of money, some at a time, for damage.
func (p *Product) lookAtRows(ctx context.Context) {
	for at := (store.Look{}); ; {
		next, err := p.store.LookAtRows(ctx, at)
		if err != nil && ctx.Err() == nil {
			p.config.Log.ErrorContext(ctx, "look at the rows of money", "error", err)
		}
		wait := looksEvery
		if at = next; at == (store.Look{}) {
			wait = roundsEvery
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// sayDamage has the log say what was found broken and nobody has seen to.
func (p *Product) sayDamage(ctx context.Context) error {
	found, err := p.store.Damages(ctx)
	for _, d := range found {
		p.config.Log.ErrorContext(ctx, "the book is damaged: keep a copy of the folder and reconcile with CamPay", "found", d.String())
	}
	return err
}

// work settles what is open, for one generation after the other: never for two
// at once.
func (p *Product) work(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := p.workFor(ctx, p.generation()); err != nil {
			return err
		}
	}
	return nil
}

func (p *Product) workFor(ctx context.Context, g *generation) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- g.payments.Run(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-p.changed:
		cancel()
		return <-ended
	}
}

// StopStreams ends what streams, so that a server may shut down.
func (p *Product) StopStreams() { p.generation().stop() }
