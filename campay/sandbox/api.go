package sandbox

// The API's table of contents, and what every call has in common: faults, the
// size of bodies, the token, and the forms of answers.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxBody bounds every request's body, and what is read of a callback's answer.
const maxBody = 64 << 10

// call is one request to the API. It returns what is answered with 200.
type call func(r *http.Request, body []byte) (any, error)

func (s *Sandbox) routeAPI(mux *http.ServeMux) {
	s.route(mux, http.MethodPost, EndpointToken, "", s.token)
	s.route(mux, http.MethodPost, EndpointCollect, "", s.authorized(s.collect))
	s.route(mux, http.MethodPost, EndpointLink, "", s.authorized(s.makeLink))
	s.route(mux, http.MethodGet, EndpointTransaction, "/{reference}", s.authorized(s.transaction))
	s.route(mux, http.MethodPost, EndpointWithdraw, "", s.authorized(s.withdraw))
	s.route(mux, http.MethodGet, EndpointBalance, "", s.authorized(s.balance))
	s.route(mux, http.MethodPost, EndpointHistory, "", s.authorized(s.history))
	s.route(mux, http.MethodPost, EndpointAirtime, "", s.authorized(s.airtime))
	s.route(mux, http.MethodGet, EndpointUtility, "/{reference}", s.authorized(s.utility))
	s.route(mux, http.MethodGet, EndpointHolder, "", s.authorized(s.holder))
	mux.HandleFunc(s.prefix+"/api/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, map[string]string{"detail": "Not found."})
	})
}

// route serves a path with its slash at the end. Without it Django redirects,
// and a POST loses its body on the way; some clients ask for a transaction
// without it and are answered.
func (s *Sandbox) route(mux *http.ServeMux, method string, e Endpoint, parameter string, do call) {
	path := s.prefix + "/api/" + string(e) + parameter
	answer := s.serve(method, e, do)
	mux.Handle(path+"/{$}", answer)
	mux.HandleFunc("OPTIONS "+path+"/{$}", func(w http.ResponseWriter, _ *http.Request) { describe(w, method, e) })
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		if e == EndpointTransaction && r.Method == http.MethodGet {
			answer.ServeHTTP(w, r)
			return
		}
		target := *r.URL
		target.Path += "/"
		// #nosec G710 -- the path is one of ours: it was routed here
		http.Redirect(w, r, target.RequestURI(), http.StatusMovedPermanently)
	})
}

// afterDelay is how long a delayed answer may take to leave.
const afterDelay = time.Minute

// serve reads the whole request before anything else, so that a client that
// leaves during a delay is noticed, and nothing is done for it.
func (s *Sandbox) serve(method string, e Endpoint, do call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, readErr := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		wait, f := s.callFaults(e)
		if err := s.cfg.Sleep(r.Context(), wait); err != nil {
			return
		}
		if wait > 0 { // the server's time for an answer begins when that is over
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(afterDelay))
		}
		if breakBefore(w, f) {
			return
		}
		var answer any
		err := acceptable(r, method, readErr)
		if err == nil {
			answer, err = do(r, body)
		}
		if breakAfter(w, f) {
			return
		}
		if err == nil {
			retell(answer, f)
			writeJSON(w, http.StatusOK, answer)
			return
		}
		refuseWith(w, s.refusalOf(r, err))
	})
}

// describe answers OPTIONS, whoever asks.
func describe(w http.ResponseWriter, method string, e Endpoint) {
	w.Header().Set("Allow", method+", OPTIONS")
	writeJSON(w, http.StatusOK, map[string]any{
		"name": e, "description": "", "renders": []string{"application/json"},
		"parses": []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data"},
	})
}

func acceptable(r *http.Request, method string, readErr error) error {
	switch {
	case r.Method != method:
		return &Refusal{
			HTTPStatus: http.StatusMethodNotAllowed,
			Message:    fmt.Sprintf("Method %q not allowed.", r.Method), field: detail,
		}
	case readErr != nil:
		return &Refusal{
			HTTPStatus: http.StatusRequestEntityTooLarge,
			Message:    "The body is too large or was cut.", field: detail,
		}
	}
	return nil
}

// refusalOf is what the app is told of an error: of one that is no refusal,
// nothing more than that there was one.
func (s *Sandbox) refusalOf(r *http.Request, err error) *Refusal {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	s.cfg.Logger.Error("sandbox: call", "path", r.URL.Path, "error", err)
	return &Refusal{HTTPStatus: http.StatusInternalServerError, Message: "Server error.", field: detail}
}

// The keys under which answers say what is wrong: CamPay's own, and those of
// the framework it is built on.
const (
	message        = "message"
	detail         = "detail"
	nonFieldErrors = "non_field_errors"
)

// Refusal is CamPay's "no" to a call, or to a payer on a payment page.
type Refusal struct {
	HTTPStatus int
	Code       string // ER101…; many have none
	Message    string
	field      string
}

func (r *Refusal) Error() string {
	if r.Code == "" {
		return r.Message
	}
	return r.Code + ": " + r.Message
}

func refuse(code, text string) *Refusal {
	return &Refusal{HTTPStatus: http.StatusBadRequest, Code: code, Message: text, field: message}
}

func (r *Refusal) body() any {
	if r.field == nonFieldErrors {
		return map[string][]string{r.field: {r.Message}}
	}
	answer := map[string]string{r.field: r.Message}
	if r.Code != "" {
		answer["error_code"] = r.Code
	}
	return answer
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The client may have gone; there is nobody to tell.
	_ = json.NewEncoder(w).Encode(answer)
}
