package sandbox

// How a call breaks on the wire.

import (
	"io"
	"net/http"
	"slices"
	"time"
)

// callFaults uses up a turn of the faults armed for a call: how long to wait
// first, and what else goes wrong.
func (s *Sandbox) callFaults(e Endpoint) (wait time.Duration, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slow, ok := s.state.take(e, Delay); ok {
		wait = slow.Delay
	}
	others := slices.DeleteFunc(callKinds(), func(k Kind) bool { return k == Delay })
	switch e {
	case EndpointCollect, EndpointLink, EndpointWithdraw, EndpointAirtime:
		others = append(others, moveKinds()...)
	case EndpointTransaction, EndpointUtility:
		others = append(others, lookupKinds()...)
	}
	f, _ = s.state.take(e, others...)
	return wait, f
}

// breakBefore answers in the call's place and reports whether it did.
func breakBefore(w http.ResponseWriter, f Fault) bool {
	switch f.Kind {
	case ErrorBefore:
		serverError(w, f)
	case HTMLBefore:
		htmlPage(w, f)
	case CutBefore:
		cut(w)
	case Unauthorized:
		writeJSON(w, http.StatusUnauthorized, map[string]string{detail: invalidToken})
	case Wordless:
		w.WriteHeader(orElse(f.Status, http.StatusBadRequest))
	case Redirected:
		w.Header().Set("Location", "/login/")
		w.WriteHeader(http.StatusFound)
	case DuplicateBefore:
		refuseWith(w, duplicate())
	case RateLimited:
		refusal := refuse("", "Rate limit per Phone number exceeded")
		refusal.HTTPStatus = orElse(f.Status, refusal.HTTPStatus)
		refuseWith(w, refusal)
	default:
		return false
	}
	return true
}

// breakAfter is breakBefore for a call that has had its effect.
func breakAfter(w http.ResponseWriter, f Fault) bool {
	switch f.Kind {
	case ErrorAfter:
		serverError(w, f)
	case HTMLAfter:
		htmlPage(w, f)
	case CutAfter:
		cut(w)
	case DuplicateAfter:
		refuseWith(w, duplicate())
	default:
		return false
	}
	return true
}

// retell puts a fault's words into an answer about one transaction.
func retell(answer any, f Fault) {
	fields, ok := answer.(map[string]any)
	switch {
	case !ok:
	case f.Kind == StatusWord:
		fields["status"] = orElse(f.Text, "EXPIRED")
	case f.Kind == AmountUntold && f.Text == "":
		delete(fields, "amount")
	case f.Kind == AmountUntold && f.Text == "null":
		fields["amount"] = nil
	case f.Kind == AmountUntold:
		fields["amount"] = f.Text
	}
}

func refuseWith(w http.ResponseWriter, r *Refusal) { writeJSON(w, r.HTTPStatus, r.body()) }

func serverError(w http.ResponseWriter, f Fault) {
	status := orElse(f.Status, http.StatusInternalServerError)
	writeJSON(w, status, map[string]string{detail: http.StatusText(status)})
}

func htmlPage(w http.ResponseWriter, f Fault) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(orElse(f.Status, http.StatusBadGateway))
	// The client may have gone; there is nobody to tell.
	_, _ = io.WriteString(w, "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n")
}

// cut closes the connection without a byte of answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		// HTTP/2 cannot be hijacked; the server cuts the stream instead.
		panic(http.ErrAbortHandler)
	}
	_ = conn.Close()
}
