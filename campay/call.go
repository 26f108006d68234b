package campay

// One call: its tries, its token, its bytes on the wire, and what is known of
// its effect when it fails.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

const (
	maxAnswer  = 1 << 20
	maxHistory = 16 << 20

	readTries  = 3
	firstPause = 250 * time.Millisecond
)

// endpoint is where a call goes and how it may be treated.
type endpoint struct {
	op     string
	method string
	path   string // under the base URL, escaped
	limit  int64  // of the answer, in bytes
	read   bool   // asks only, moves nothing: may be tried again
}

// reading turns the bytes of an answer into what the call gives; its error says
// why they are of no use.
type reading func(raw []byte) error

// into reads an answer's wire form into out, once check finds it of use. Each
// try reads afresh, so that nothing of an unusable answer stays.
func into[A any](out *A, check func(*A) error) reading {
	return func(raw []byte) error {
		var fresh A
		if err := exactly(raw, &fresh); err != nil {
			return err
		}
		if err := check(&fresh); err != nil {
			return err
		}
		*out = fresh
		return nil
	}
}

var errBodyTime = errors.New("the answer's body took too long")

// call sends in (nil: no body) and reads out; the bytes of the answer come back
// for the record. A call that moves money is never sent again once a byte of it
// may have been read; only a 401, which says that nothing was done, makes it go
// out a second time with a new token.
func (c *Client) call(ctx context.Context, e endpoint, in any, out reading) (json.RawMessage, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = marshal(in); err != nil {
			return nil, &Error{Op: e.op, Effect: NotSent, Err: err}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Call)
	defer cancel()
	if !e.read {
		return c.authorized(ctx, e, body, out)
	}
	var raw json.RawMessage
	err := c.retry(ctx, e.op, func() (err error) {
		raw, err = c.authorized(ctx, e, body, out)
		return err
	})
	return raw, err
}

func marshal(in any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(in); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// retry repeats what changes nothing at CamPay, while no answer comes. A
// refusal is an answer.
func (c *Client) retry(ctx context.Context, op string, try func() error) error {
	pause := firstPause
	for n := 1; ; n++ {
		err := try()
		var e *Error
		if err == nil || n == readTries || !errors.As(err, &e) || e.Effect == Refused || errors.Is(err, ErrToken) {
			return err
		}
		c.log.DebugContext(ctx, "campay: trying again", slog.String("call", op), slog.Int("tries", n))
		wait := pause/2 + time.Duration(c.rand()*float64(pause/2))
		if ctx.Err() != nil || c.sleep(ctx, wait) != nil {
			return err
		}
		pause *= 2
	}
}

// authorized makes one try with a token, and a second one with a new token
// when CamPay rejects the first.
func (c *Client) authorized(ctx context.Context, e endpoint, body []byte, out reading) (json.RawMessage, error) {
	raw, err := c.withToken(ctx, e, body, out)
	c.noteKeys(err)
	return raw, err
}

// noteKeys remembers whether the last answer was that the keys are not taken.
func (c *Client) noteKeys(err error) {
	var failure *Error
	switch {
	case err == nil:
		c.keysRefused.Store(false)
	case !errors.As(err, &failure) || failure.HTTPStatus == 0:
		// nobody answered: nothing is known
	case failure.HTTPStatus == http.StatusUnauthorized || errors.Is(err, ErrToken) && failure.Effect != Lost && failure.HTTPStatus/100 == 4:
		c.keysRefused.Store(true)
	case failure.HTTPStatus < 500:
		c.keysRefused.Store(false)
	}
}

// KeysRefused reports whether CamPay's last answer was that it does not take the keys
// (401): it is there, and nothing of ours is carried out.
func (c *Client) KeysRefused() bool { return c.keysRefused.Load() }

func (c *Client) withToken(ctx context.Context, e endpoint, body []byte, out reading) (json.RawMessage, error) {
	token, err := c.auth.token(ctx, "")
	if err != nil {
		return nil, tokenError(e.op, err)
	}
	raw, err := c.try(ctx, e, token, body, out)
	var refused *Error
	if c.auth.permanent != "" || !errors.As(err, &refused) || refused.HTTPStatus != http.StatusUnauthorized {
		return raw, err
	}
	if token, err = c.auth.token(ctx, token); err != nil {
		refused.Err = fmt.Errorf("%w: %w", ErrToken, err)
		return nil, refused
	}
	return c.try(ctx, e, token, body, out)
}

// try sends the call once and reads its answer. An empty token sends none.
func (c *Client) try(ctx context.Context, e endpoint, token string, body []byte, out reading) (json.RawMessage, error) {
	begun := c.now()
	raw, failed := c.exchange(ctx, e, token, body, out)
	took := slog.Duration("took", c.now().Sub(begun))
	if failed == nil {
		c.log.DebugContext(ctx, "campay: answered", slog.String("call", e.op), took)
		return raw, nil
	}
	failed.Op = e.op
	c.log.DebugContext(ctx, "campay: failed", slog.String("call", e.op), took,
		slog.Int("status", failed.HTTPStatus), slog.String("effect", failed.Effect.String()))
	return nil, failed
}

func (c *Client) exchange(ctx context.Context, e endpoint, token string, body []byte, out reading) ([]byte, *Error) {
	if err := ctx.Err(); err != nil {
		return nil, &Error{Effect: NotSent, Err: err}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var sent sending
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, sent.trace()),
		e.method, c.base+e.path, bytes.NewReader(body))
	if err != nil {
		return nil, &Error{Effect: NotSent, Err: err}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "comptoir")
	if token != "" {
		req.Header.Set("Authorization", "Token "+token)
	}
	// The bare transport, and no http.Client over it, which would follow
	// redirects: a POST would lose its body on the way.
	resp, err := c.wire(e).RoundTrip(req)
	if err != nil {
		return nil, &Error{Effect: sent.effect(err), Err: fmt.Errorf("%s %s: %w", e.method, e.path, err)}
	}
	defer func() { _ = resp.Body.Close() }()
	limit := time.AfterFunc(c.timeouts.Body, func() { cancel(errBodyTime) })
	defer limit.Stop()
	raw, err := bounded(resp.Body, e.limit)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = fmt.Errorf("read the answer: %w", cause)
	}
	if failed := judge(resp, raw, err, out); failed != nil {
		c.auth.scrub(failed, e, token)
		return nil, failed
	}
	return raw, nil
}

// wire is the connections a call goes over.
func (c *Client) wire(e endpoint) http.RoundTripper {
	if e.read {
		return c.reads
	}
	return c.moves
}

// bounded reads at most limit bytes, without the byte order mark that some programs
// write first; what was read comes back with an error too.
func bounded(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return b, fmt.Errorf("read the answer: %w", err)
	}
	if int64(len(b)) > limit {
		return b[:limit], fmt.Errorf("%w: more than %d bytes", ErrAnswer, limit)
	}
	return bytes.TrimPrefix(b, []byte("\ufeff")), nil
}

// sending follows whether a byte of a request may have left. From the moment it
// has a connection it may have: the writing goes on beside us, and cannot be
// called back.
type sending struct {
	asked     atomic.Bool // for a connection
	connected atomic.Bool
}

func (s *sending) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		// Asking once more means that the transport found its kept connection
		// closed before a byte was written to it.
		GetConn: func(string) { s.connected.Store(false); s.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { s.connected.Store(true) },
	}
}

// effect is what a failure without an answer means. A transport that reports
// nothing proves nothing, save by an error of dialling.
func (s *sending) effect(err error) Effect {
	if s.connected.Load() {
		return Lost
	}
	var dial *net.OpError
	if s.asked.Load() || errors.As(err, &dial) && dial.Op == "dial" {
		return NotSent
	}
	return Lost
}
