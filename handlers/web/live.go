package web

// Live pages: an open page gets its fragment anew, as a server-sent event,
// each time the book changes under it, until its session ends. Polling stands
// behind it in the page.

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

// Live pages are looked at, and bounded, by these.
const (
	LiveBeat    = 20 * time.Second // keeps proxies from closing a quiet stream, and shows what ends with time
	liveWrite   = 10 * time.Second // how long a slow phone may take to read one event
	liveAtOnce  = 500              // streams of all; the rest poll
	LiveEach    = 40               // streams of one person, so that nobody takes those of the others
	LiveTabs    = 3                // streams of one browser: on plain http it has six connections for all it does
	LiveLongest = time.Hour        // then the browser connects again, with its session checked anew
)

// live are the open streams, in the order in which they opened.
type live struct {
	mu   sync.Mutex
	open []*stream
}

// stream is one of them: of a person, in a browser's session.
type stream struct {
	session store.Session
	rest    chan struct{} // closed when newer ones of the same browser take its place
}

// enter opens one more stream, nil for one too many; it leaves later. A browser
// has few: the one that opened first makes room, its page asks from now on.
func (l *live) enter(session store.Session) *stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	person, browser := 0, []*stream(nil)
	for _, other := range l.open {
		if other.session.UserID == session.UserID {
			person++
		}
		if bytes.Equal(other.session.TokenHash, session.TokenHash) {
			browser = append(browser, other)
		}
	}
	if len(browser) >= LiveTabs {
		close(browser[0].rest)
		l.remove(browser[0])
		person--
	}
	if len(l.open) >= liveAtOnce || person >= LiveEach {
		return nil
	}
	opened := &stream{session, make(chan struct{})}
	l.open = append(l.open, opened)
	return opened
}

func (l *live) leave(s *stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(s)
}

func (l *live) remove(s *stream) {
	l.open = slices.DeleteFunc(l.open, func(other *stream) bool { return other == s })
}

// OpenStreams is how many there are.
func (s *Desk) OpenStreams() int {
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	return len(s.live.open)
}

// Fragment is the live part of a page, read anew; settled says that nothing
// more is expected to change.
type Fragment func(context.Context) (part templ.Component, settled bool, err error)

// LivePart is a part of a page and the event that carries it.
type LivePart struct {
	Event string
	Read  Fragment
}

// Stream sends each part of a page now and whenever it is another one, which is
// looked at after each change of the topics and now and then, since some end with
// time alone. It goes on until all are settled, the page goes away or the session
// of who looks ends: then the browser connects again, and is asked to sign in.
func (s *Desk) Stream(c echo.Context, parts []LivePart, topics ...payments.Topic) error {
	hash, err := s.SessionHash(c)
	if err != nil {
		return err
	}
	session := store.Session{TokenHash: hash, UserID: User(c).ID}
	place := s.live.enter(session)
	if place == nil {
		return echo.NewHTTPError(http.StatusServiceUnavailable)
	}
	defer s.live.leave(place)
	ended, forget := s.Store.WatchSession(session)
	defer forget()
	ctx, cancel := context.WithTimeout(c.Request().Context(), LiveLongest)
	defer cancel()
	changed, stop := s.Payments.Watch(ctx, topics...)
	defer stop()

	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	beat := time.NewTicker(cmp.Or(s.Beat, LiveBeat))
	defer beat.Stop()
	news := func() bool { // true when there may be some, false when the stream ends
		select {
		case <-changed:
			return true
		case <-ended:
			return false
		case <-place.rest:
			_ = push(c, []byte("event: "+views.LiveRest+"\ndata:\n\n")) // it ends all the same
			return false
		case <-ctx.Done():
			return false
		case <-s.Closing:
			return false
		case <-beat.C: // also for the session, which a command in another process may have ended
			return push(c, []byte(": beat\n\n")) == nil
		}
	}
	for last := make([][]byte, len(parts)); ; {
		now, settled, err := events(ctx, parts)
		if err != nil || !s.isOpen(ctx, session) {
			return nil //nolint:nilerr // the stream has begun: the page polls, and learns it there
		}
		var unsaid []byte
		for i := range parts {
			if !bytes.Equal(now[i], last[i]) {
				unsaid = append(unsaid, now[i]...)
			}
		}
		if settled {
			unsaid = append(unsaid, "event: "+views.LiveEnd+"\ndata:\n\n"...)
		}
		if len(unsaid) > 0 {
			if err := push(c, unsaid); err != nil {
				return nil //nolint:nilerr // the page went away
			}
		}
		last = now
		if settled || !news() {
			return nil
		}
	}
}

// isOpen reports whether a session still signs its person in: the book is asked,
// since nothing may be shown after it says no.
func (s *Desk) isOpen(ctx context.Context, session store.Session) bool {
	kept, err := s.Store.Session(ctx, session.TokenHash)
	return err == nil && kept.UserID == session.UserID
}

// events reads each part and renders it as a server-sent event; settled says that
// all of them are.
func events(ctx context.Context, parts []LivePart) (all [][]byte, settled bool, err error) {
	settled = true
	for _, p := range parts {
		part, isSettled, err := p.Read(ctx)
		if err != nil {
			return nil, false, err
		}
		var html, event bytes.Buffer
		if err := part.Render(ctx, &html); err != nil {
			return nil, false, fmt.Errorf("render a live fragment: %w", err)
		}
		event.WriteString("event: " + p.Event + "\n")
		for line := range bytes.Lines(html.Bytes()) {
			event.WriteString("data: ")
			event.Write(bytes.TrimRight(line, "\r\n"))
			event.WriteByte('\n')
		}
		event.WriteByte('\n')
		all, settled = append(all, event.Bytes()), settled && isSettled
	}
	return all, settled, nil
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

// Poll answers with a fragment once, for a page whose stream does not work.
func (s *Desk) Poll(c echo.Context, topic payments.Topic, read Fragment) error {
	ctx := c.Request().Context()
	s.Payments.Nudge(ctx, topic)
	part, _, err := read(ctx)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, part)
}
