package sandbox

// What happens by itself: prompts time out, payouts are settled, webhooks go
// out, one after the other.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"comptoir/campay"
)

const (
	webhookLimit = 10 * time.Second // for one sending
	// idle bounds the sleep between looks where nothing is due.
	idle = time.Minute
)

// Run does what is due as it becomes due, until ctx ends. It starts no
// goroutine that outlives it.
func (s *Sandbox) Run(ctx context.Context) error {
	for {
		wait := time.Duration(0)
		if err := s.Step(ctx); err != nil && ctx.Err() == nil {
			// The state could not be saved. What was sent is sent again later.
			s.cfg.Logger.Error("sandbox: step", "error", err)
			wait = time.Second
		}
		timer := time.NewTimer(max(wait, s.untilDue()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Step does all that is due now: for tests that own the clock. A webhook whose
// sending is cut short by ctx stays due.
func (s *Sandbox) Step(ctx context.Context) error {
	s.stepping.Lock()
	defer s.stepping.Unlock()
	for ctx.Err() == nil {
		var (
			w   Webhook
			e   Entry
			due bool
		)
		err := s.change(func(st *state) error {
			w, e, due = st.dueWebhook()
			return nil
		})
		if err != nil || !due {
			return err
		}
		attempt := s.deliver(ctx, w, e)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err = s.change(func(st *state) error {
			st.sent(w.ID, attempt)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// untilDue is how long Run may sleep if nobody wakes it.
func (s *Sandbox) untilDue() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait, now := idle, s.now()
	for _, e := range s.state.pending {
		wait = min(wait, e.Due.Sub(now))
	}
	for _, w := range s.state.Webhooks {
		if !w.Done && !w.Due.IsZero() {
			wait = min(wait, w.Due.Sub(now))
		}
	}
	return max(wait, time.Millisecond)
}

// deliver sends one webhook. It holds no lock.
func (s *Sandbox) deliver(ctx context.Context, w Webhook, e Entry) Attempt {
	at := s.now()
	status, err := s.post(ctx, w, e)
	a := Attempt{At: at, HTTPStatus: status}
	if err != nil {
		a.Error = withoutAddress(err).Error()
	}
	s.cfg.Logger.Info("sandbox: webhook sent",
		"reference", w.Reference, "status", w.Status, "http_status", status, "error", a.Error)
	return a
}

func (s *Sandbox) post(ctx context.Context, w Webhook, e Entry) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, webhookLimit)
	defer cancel()
	req, err := s.notification(ctx, w, e)
	if err != nil {
		return 0, err
	}
	resp, err := s.cfg.HTTPClient.Do(req)
	if err != nil {
		return 0, err
	}
	// The answer's content means nothing; reading a little keeps the connection.
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, errors.Join(err, resp.Body.Close())
}

// notification is the request that CamPay would make.
func (s *Sandbox) notification(ctx context.Context, w Webhook, e Entry) (*http.Request, error) {
	key := s.cfg.WebhookKey
	if w.Fault == WebhookForged {
		key = "not-" + key
	}
	fields := w.fields(e, s.signature(key))
	if s.cfg.CallbackMethod == http.MethodGet {
		target := *s.callback
		query := target.Query()
		for name, value := range fields {
			query.Set(name, value)
		}
		target.RawQuery = query.Encode()
		return http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.callback.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

// signature is what notifications and answers about a transaction are signed
// with: it says nothing of the transaction. Empty: there is no key.
func (s *Sandbox) signature(key string) string {
	signature, err := campay.SignNotification(key, s.now())
	if err != nil {
		return ""
	}
	return signature
}

// withoutAddress takes the URL out of an error: by GET it carries the signature.
func withoutAddress(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}

func webhookClient() *http.Client {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		transport = &http.Transport{}
	}
	transport = transport.Clone()
	transport.Proxy = nil
	transport.ResponseHeaderTimeout = webhookLimit
	return &http.Client{
		Transport: transport,
		Timeout:   webhookLimit,
		// A redirect is an answer like any other: what was signed goes nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
