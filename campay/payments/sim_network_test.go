package payments

// The simulation's network from the shop to CamPay: calls go straight to the
// sandbox's handler, and anything may happen to them on the way.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"comptoir/campay/sandbox"
)

func httpClient(t http.RoundTripper) *http.Client { return &http.Client{Transport: t} }

// apiCall is one request of the shop's.
type apiCall struct {
	method, path string
	header       http.Header
	body         []byte
}

func (c apiCall) endpoint() sandbox.Endpoint {
	name := strings.Trim(strings.TrimPrefix(c.path, "/sandbox/api/"), "/")
	for _, e := range sandbox.Endpoints() {
		if name == string(e) || strings.HasPrefix(name, string(e)+"/") {
			return e
		}
	}
	return ""
}

func (c apiCall) external() string {
	var said struct {
		ExternalReference string `json:"external_reference"`
	}
	_ = json.Unmarshal(c.body, &said) // what is no such call says nothing
	return said.ExternalReference
}

// How a call goes wrong on the way; the rest is the sandbox's to do.
const (
	unreachable sandbox.Kind = "unreachable"        // it never leaves
	swallowed   sandbox.Kind = "request_lost"       // nobody answers
	slowBefore  sandbox.Kind = "delay_before"       // it waits on its way
	slowAfter   sandbox.Kind = "delay_after"        // its answer does
	halfAnswer  sandbox.Kind = "answer_cut"         // half of the answer comes
	lateArrival sandbox.Kind = "arrives_late"       // after its client gave up
	webhookCut  sandbox.Kind = "webhook_unanswered" // it was taken in, and CamPay is not told
	webhookGone sandbox.Kind = "webhook_unreached"
	webhookSlow sandbox.Kind = "webhook_slow"
)

var (
	errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	errCut     = errors.New("connection reset by peer")
)

// wire carries the shop's calls.
type wire struct{ w *world }

// RoundTrip carries one call there and back.
func (n wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w := n.w
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c := apiCall{method: r.Method, path: r.URL.RequestURI(), header: r.Header.Clone(), body: body}
	w.boundary()
	w.leaves(c)
	mishap := w.mishap(c.endpoint())
	fault := mishap.Kind
	if fault != "" {
		w.faults[string(fault)]++
	}
	switch fault {
	case unreachable:
		return nil, w.lost(c, fault, errRefused)
	case swallowed:
		return nil, w.lost(c, fault, context.DeadlineExceeded)
	case slowBefore:
		w.current.call = &c
		w.wait("on the way to " + c.path)
		w.current.call = nil
		if w.gaveUp() {
			if w.chance(0.5) {
				w.arriveLate(c)
			}
			return nil, w.lost(c, fault, context.DeadlineExceeded)
		}
	case "", slowAfter, halfAnswer:
	default:
		w.sandbox.Inject(mishap)
	}
	answer, err := w.serve(c)
	w.answered(c, answer)
	w.boundary()
	w.tell("  %s %s %s: %s", c.method, c.path, fault, shown(answer, err))
	switch {
	case err != nil:
		return nil, err
	case fault == halfAnswer:
		half, _ := io.ReadAll(answer.Body)
		answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(half[:len(half)/2]), brokenReader{}))
	case fault == slowAfter:
		w.wait("for the answer of " + c.path)
		if w.gaveUp() {
			return nil, w.lost(c, fault, context.DeadlineExceeded)
		}
	}
	return answer, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (w *world) lost(c apiCall, fault sandbox.Kind, err error) error {
	w.tell("  %s %s %s: %v", c.method, c.path, fault, err)
	return err
}

// gaveUp reports whether the flight has waited longer than a call may take.
func (w *world) gaveUp() bool { return w.at.Sub(w.current.since) >= callLimit }

// mishap is what goes wrong with a call; of no kind for nothing.
func (w *world) mishap(e sandbox.Endpoint) sandbox.Fault {
	f := sandbox.Fault{Endpoint: e}
	switch {
	case w.quiet:
	case w.at.Before(w.downUntil):
		f.Kind = pick(w, unreachable, unreachable, swallowed, sandbox.HTMLBefore, sandbox.ErrorBefore)
		f.Status = http.StatusServiceUnavailable
	case w.at.Before(w.keysUntil):
		f.Kind = sandbox.Unauthorized
	case w.chance(w.storm):
		w.goWrong(&f)
	}
	return f
}

// goWrong draws what goes wrong with one call.
func (w *world) goWrong(f *sandbox.Fault) {
	kinds := []sandbox.Kind{
		unreachable, swallowed, halfAnswer, slowBefore, slowBefore, slowAfter, slowAfter,
		sandbox.ErrorBefore, sandbox.ErrorAfter, sandbox.CutBefore, sandbox.CutAfter,
		sandbox.HTMLBefore, sandbox.HTMLAfter, sandbox.Unauthorized, sandbox.Wordless, sandbox.Redirected,
	}
	switch f.Endpoint {
	case sandbox.EndpointCollect, sandbox.EndpointLink, sandbox.EndpointWithdraw, sandbox.EndpointAirtime:
		kinds = append(kinds, sandbox.DuplicateBefore, sandbox.DuplicateAfter, sandbox.DuplicateAfter, sandbox.RateLimited)
	case sandbox.EndpointTransaction, sandbox.EndpointUtility:
		if w.chance(0.4) {
			kinds = []sandbox.Kind{sandbox.AmountUntold, sandbox.StatusWord}
		}
	}
	f.Kind = pick(w, kinds...)
	switch f.Endpoint { // what must not go wrong when two are under way
	case sandbox.EndpointBalance, sandbox.EndpointWithdraw, sandbox.EndpointAirtime:
		f.Kind = pick(w, f.Kind, slowBefore, slowAfter)
	}
	switch f.Kind {
	case slowBefore, slowAfter:
		if len(w.flights) >= 8 {
			f.Kind = ""
		}
	case sandbox.ErrorBefore, sandbox.HTMLBefore:
		f.Status = pick(w, 500, 502, 503, 504, 408, 429, 403, 404)
	case sandbox.ErrorAfter, sandbox.HTMLAfter:
		f.Status = pick(w, 500, 502, 503, 504, 408)
	case sandbox.Wordless, sandbox.RateLimited:
		f.Status = pick(w, 400, 403, 404, 429)
	case sandbox.AmountUntold:
		f.Text = pick(w, "", "None", "null", "0.00")
	case sandbox.StatusWord:
		f.Text = pick(w, "EXPIRED", "CANCELLED", "REVERSED", "success")
	}
}

// serve is CamPay's part of a call. It may cut the connection.
func (w *world) serve(c apiCall) (answer *http.Response, err error) {
	defer func() {
		if cut := recover(); cut != nil {
			if cut != http.ErrAbortHandler { //nolint:errorlint // the very value that is panicked with
				panic(cut)
			}
			err = errCut
		}
	}()
	r := httptest.NewRequest(c.method, simAddress+c.path, bytes.NewReader(c.body))
	r.Header = c.header.Clone()
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	if w.nameless && c.endpoint() == sandbox.EndpointTransaction {
		withhold(recorder, "external_reference")
	}
	return recorder.Result(), nil
}

// withhold takes a field out of an answer.
func withhold(answer *httptest.ResponseRecorder, name string) {
	var fields map[string]any
	if json.Unmarshal(answer.Body.Bytes(), &fields) != nil {
		return
	}
	delete(fields, name)
	answer.Body.Reset()
	_ = json.NewEncoder(answer.Body).Encode(fields) // it was JSON, and a buffer takes all
}

func shown(answer *http.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	return answer.Status
}

// lateCall arrives at CamPay when nobody waits for its answer any more.
type lateCall struct {
	call apiCall
	at   time.Time
}

func (w *world) arriveLate(c apiCall) {
	w.faults[string(lateArrival)]++
	w.late = append(w.late, lateCall{c, w.at.Add(w.between(0, 5*time.Minute))})
}

// arrivals lets late calls reach CamPay.
func (w *world) arrivals() {
	w.late = slices.DeleteFunc(w.late, func(l lateCall) bool {
		if l.at.After(w.at) {
			return false
		}
		answer, err := w.serve(l.call)
		w.tell("arrived late: %s %s: %s", l.call.method, l.call.path, shown(answer, err))
		return true
	})
}
