package campay

// Who we are to CamPay: a permanent token, or a temporary one that is fetched
// with the app's username and password and renewed before it ends.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of a temporary token's life. It is renewed a tenth of its life before
// its end, but not more than a minute.
const (
	renewalMargin    = time.Minute
	unknownTokenLife = 5 * time.Minute // when CamPay does not say
	longestTokenLife = 24 * time.Hour
)

var errClosed = errors.New("the client is closed")

// Authenticate proves the credentials: with a permanent token by asking for the
// balance, otherwise by fetching a token, even where one is at hand.
func (c *Client) Authenticate(ctx context.Context) error {
	if c.auth.permanent != "" {
		_, err := c.Balance(ctx)
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Call)
	defer cancel()
	_, err := c.auth.token(ctx, c.auth.held())
	return err
}

// auth gives out the token. One renewal is under way at a time; it belongs to no
// caller, so that it does not end when the one who began it goes away.
type auth struct {
	permanent, username, password string

	now   func() time.Time
	limit time.Duration // of one renewal
	fetch func(context.Context) (string, time.Duration, error)

	renewals sync.WaitGroup

	mu      sync.Mutex
	current string
	renewAt time.Time
	renewal *renewal // nil when none is under way
	closed  bool
}

// renewal is one fetch of a token; token and err are set when done is closed.
type renewal struct {
	done   chan struct{}
	cancel context.CancelFunc
	token  string
	err    error
}

// token gives a token that is good by our clock and is not the one that CamPay
// has just rejected. It waits for a renewal no longer than ctx.
func (a *auth) token(ctx context.Context, rejected string) (string, error) {
	if a.permanent != "" {
		return a.permanent, nil
	}
	a.mu.Lock()
	if a.current != "" && a.current != rejected && a.now().Before(a.renewAt) {
		defer a.mu.Unlock()
		return a.current, nil
	}
	if a.closed {
		defer a.mu.Unlock()
		return "", &Error{Op: opToken, Effect: NotSent, Err: errClosed}
	}
	r := a.renewal
	if r == nil {
		r = a.renew(ctx)
	}
	a.mu.Unlock()
	select {
	case <-r.done:
		return r.token, r.err
	case <-ctx.Done():
		return "", &Error{Op: opToken, Effect: NotSent, Err: ctx.Err()}
	}
}

// renew begins a renewal; a.mu is held.
func (a *auth) renew(ctx context.Context) *renewal {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.limit)
	r := &renewal{done: make(chan struct{}), cancel: cancel}
	a.renewal = r
	a.renewals.Go(func() {
		defer cancel()
		asked := a.now()
		token, life, err := a.fetch(ctx)
		a.mu.Lock()
		defer a.mu.Unlock()
		if err == nil {
			a.current, a.renewAt = token, asked.Add(life-min(renewalMargin, life/10))
		}
		r.token, r.err = token, err
		a.renewal = nil
		close(r.done)
	})
	return r
}

// held is the token at hand, good or not.
func (a *auth) held() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.current
}

func (a *auth) close() {
	a.mu.Lock()
	a.closed = true
	if a.renewal != nil {
		a.renewal.cancel()
	}
	a.mu.Unlock()
	a.renewals.Wait()
}

// fetchToken is POST /token/.
func (c *Client) fetchToken(ctx context.Context) (string, time.Duration, error) {
	body, err := marshal(struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}{c.auth.username, c.auth.password})
	if err != nil {
		return "", 0, &Error{Op: opToken, Effect: NotSent, Err: err}
	}
	var answer tokenAnswer
	e := ask(opToken, http.MethodPost, "token/", maxAnswer)
	err = c.retry(ctx, opToken, func() error {
		_, err := c.try(ctx, e, "", body, into(&answer, (*tokenAnswer).check))
		return err
	})
	if err != nil {
		return "", 0, err
	}
	return string(answer.Token), answer.life(), nil
}

type tokenAnswer struct {
	Token     text `json:"token"`
	ExpiresIn text `json:"expires_in"` // seconds
}

func (t *tokenAnswer) check() error {
	if t.Token == "" {
		return errors.New("no token in it")
	}
	if strings.ContainsFunc(string(t.Token), notTokenRune) {
		return errors.New("the token holds characters that no token has")
	}
	return nil
}

func (t *tokenAnswer) life() time.Duration {
	whole, _, _ := strings.Cut(string(t.ExpiresIn), ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds <= 0 {
		return unknownTokenLife
	}
	return time.Duration(min(seconds, int64(longestTokenLife/time.Second))) * time.Second
}

// tokenError is the error of a call that never went out for want of a token.
// What CamPay said about the token is what it said about the call.
func tokenError(op string, err error) *Error {
	out := &Error{Op: op, Effect: NotSent, Err: ErrToken}
	var e *Error
	if errors.As(err, &e) {
		out.HTTPStatus, out.Code, out.Message = e.HTTPStatus, e.Code, e.Message
		err = e.Err
	}
	if err != nil {
		out.Err = fmt.Errorf("%w: %w", ErrToken, err)
	}
	return out
}
