package product

// What serves: patient with slow clients, and long enough for what has begun.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"comptoir/campay/sandbox"
)

// Serve serves the product, and does the work behind it, until ctx ends or one of
// them fails; then requests under way get some seconds to come to their end.
func (p *Product) Serve(ctx context.Context, listener net.Listener) error {
	server := patient(p, p.config.Log)
	server.RegisterOnShutdown(p.StopStreams)
	return serveUntil(ctx, server, listener, p.Run)
}

// ServeSandbox serves a sandbox that stands alone, as Serve does the product.
func ServeSandbox(ctx context.Context, listener net.Listener, s *sandbox.Sandbox, log *slog.Logger) error {
	return serveUntil(ctx, patient(s.Handler(), log), listener, s.Run)
}

// patient is a server that waits for slow clients, for none without end, and reads
// no more of their headers than any browser sends.
func patient(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 90 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ConnState: giveWay(mostIdle),
		ErrorLog:  slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// serveUntil serves, and does the work beside it, until ctx ends or one of them
// fails; then requests under way get some seconds to come to their end.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener, work ...func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, do := range work {
		group.Go(func() error { return do(ctx) })
	}
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := server.Shutdown(grace); err != nil {
			return errors.Join(err, server.Close())
		}
		return nil
	})
	return group.Wait()
}
