package handlers

// Live pages: an open page gets its fragment anew, as a server-sent event,
// each time the book changes under it. Polling stands behind it in the page.

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/views"
)

const (
	liveBeat    = 20 * time.Second // keeps proxies from closing a quiet stream
	liveWrite   = 10 * time.Second // how long a slow phone may take to read one event
	liveAtOnce  = 500              // streams; the rest poll
	liveLongest = time.Hour        // then the browser connects again, with its session checked anew
)

// live counts the open streams.
type live struct{ open atomic.Int64 }

// fragment is the live part of a page, read anew; settled says that nothing
// more is expected to change.
type fragment func(context.Context) (part templ.Component, settled bool, err error)

// stream sends the fragment now and after each change of topic, as event
// views.LiveEvent, until it is settled or the page goes away.
func (s *server) stream(c echo.Context, topic payments.Topic, read fragment) error {
	if s.live.open.Add(1) > liveAtOnce {
		s.live.open.Add(-1)
		return echo.NewHTTPError(http.StatusServiceUnavailable)
	}
	defer s.live.open.Add(-1)
	ctx, cancel := context.WithTimeout(c.Request().Context(), liveLongest)
	defer cancel()
	changed, stop, err := s.Payments.Watch(ctx, topic)
	if err != nil {
		return err
	}
	defer stop()

	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	for last := []byte(nil); ; {
		part, settled, err := read(ctx)
		if err != nil {
			return nil //nolint:nilerr // the stream has begun: the page polls, and learns it there
		}
		now, err := event(ctx, part, settled)
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		if !bytes.Equal(now, last) {
			if err := push(c, now); err != nil {
				return nil //nolint:nilerr // the page went away
			}
			last = now
		}
		if settled || !s.waitForNews(ctx, c, changed, beat.C) {
			return nil
		}
	}
}

// waitForNews returns true after a change, and false when the stream ends.
func (s *server) waitForNews(ctx context.Context, c echo.Context, changed <-chan struct{}, beat <-chan time.Time) bool {
	for {
		select {
		case <-changed:
			return true
		case <-ctx.Done():
			return false
		case <-s.Closing:
			return false
		case <-beat:
			if push(c, []byte(": beat\n\n")) != nil {
				return false
			}
		}
	}
}

// event renders a fragment as one server-sent event; a settled one is the last.
func event(ctx context.Context, part templ.Component, settled bool) ([]byte, error) {
	var html, event bytes.Buffer
	if err := part.Render(ctx, &html); err != nil {
		return nil, fmt.Errorf("render a live fragment: %w", err)
	}
	event.WriteString("event: " + views.LiveEvent + "\n")
	for line := range bytes.Lines(html.Bytes()) {
		event.WriteString("data: ")
		event.Write(bytes.TrimRight(line, "\r\n"))
		event.WriteByte('\n')
	}
	event.WriteByte('\n')
	if settled {
		event.WriteString("event: " + views.LiveEnd + "\ndata:\n\n")
	}
	return event.Bytes(), nil
}

func push(c echo.Context, b []byte) error {
	control := http.NewResponseController(c.Response())
	if err := control.SetWriteDeadline(time.Now().Add(liveWrite)); err != nil {
		return err
	}
	if _, err := c.Response().Write(b); err != nil {
		return err
	}
	return control.Flush()
}

// poll answers with a fragment once, for a page whose stream does not work.
func (s *server) poll(c echo.Context, topic payments.Topic, read fragment) error {
	ctx := c.Request().Context()
	if err := s.Payments.Nudge(ctx, topic); err != nil {
		return err
	}
	part, _, err := read(ctx)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, part)
}
