package sandbox

// Every path of the sandbox, and what guards the pages that people see.

import (
	"net/http"
	"strings"
)

// Handler serves the API, the pages and the faults. It expects whole paths,
// with the base URL's path before them.
func (s *Sandbox) Handler() http.Handler {
	mux := http.NewServeMux()
	s.routeAPI(mux)
	people := http.NewServeMux()
	s.routePeople(people)
	// A page of another site must not pay, enter a PIN or inject a fault. The
	// API needs no such guard: it wants a token in a header.
	guard := http.NewCrossOriginProtection()
	mux.Handle("/", pageHeaders(guard.Handler(short(people))))
	return mux
}

// mostSent is the longest address, or form, that any page makes use of.
const mostSent = 4 << 10

// short refuses what is longer before a page can show it again.
func short(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.RequestURI) > mostSent {
			http.Error(w, http.StatusText(http.StatusRequestURITooLong), http.StatusRequestURITooLong)
			return
		}
		if r.ContentLength > mostSent {
			http.Error(w, http.StatusText(http.StatusRequestEntityTooLarge), http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, mostSent)
		if err := r.ParseForm(); err != nil {
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Sandbox) routePeople(mux *http.ServeMux) {
	mux.HandleFunc("GET "+s.prefix+"/{$}", s.showIndex)
	mux.HandleFunc("GET "+s.prefix+"/pay/{id}", s.showPay)
	mux.HandleFunc("POST "+s.prefix+"/pay/{id}", s.takePay)
	mux.HandleFunc("GET "+s.prefix+"/phone", s.showPhone)
	mux.HandleFunc("POST "+s.prefix+"/phone", s.takePhone)
	mux.HandleFunc("POST "+s.prefix+"/faults", s.takeFault)
	mux.HandleFunc("DELETE "+s.prefix+"/faults", s.deleteFaults)
	mux.HandleFunc("POST "+s.prefix+"/faults/clear", s.takeClearFaults)
	mux.HandleFunc("GET "+s.prefix+"/sandbox.css", s.showStyle)
	if s.prefix != "" {
		mux.Handle("GET "+s.prefix, http.RedirectHandler(s.prefix+"/", http.StatusSeeOther))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.show(w, r, http.StatusNotFound, "gone.html", nil)
	})
}

// policy allows the sandbox's own style sheet and forms, and nothing else. A
// browser holds a form to form-action in all the redirects that follow it, so
// the payment page adds where it sends its payer.
func policy(afterForms ...string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"style-src 'self'",
		"img-src data:",
		strings.Join(append([]string{"form-action 'self'"}, afterForms...), " "),
		"base-uri 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

func pageHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy())
		h.Set("X-Content-Type-Options", "nosniff")
		// Not no-referrer: with it browsers hide the origin of the page's own forms.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
