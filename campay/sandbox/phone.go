package sandbox

// The payer's phone: a page that shows the push prompts and takes a PIN or a
// refusal.

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"comptoir/campay/money"
)

const pastPrompts = 20

// handset is the phone page. Without a number it shows every payer's prompts.
type handset struct {
	Number  string // as asked for
	Unknown bool   // Number is not a phone number
	Waiting []Prompt
	Past    []Entry // newest first
	Problem string  // a message's name; empty: none
	About   string  // the reference of the prompt with the problem
}

// refresh looks for new prompts, but leaves time to type a PIN.
func (h handset) refresh() int {
	if len(h.Waiting) > 0 {
		return 30
	}
	return 2
}

func (s *Sandbox) showPhone(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "phone.html", s.handset(r.URL.Query().Get("number")))
}

func (s *Sandbox) handset(number string) handset {
	h := handset{Number: number}
	phone, err := money.ParsePhone(number)
	h.Unknown = number != "" && err != nil
	if h.Unknown {
		return h
	}
	for _, p := range s.Prompts() {
		if phone == "" || p.Phone == phone {
			h.Waiting = append(h.Waiting, p)
		}
	}
	s.look(func(st *state) {
		h.Past = st.newest(pastPrompts, func(e *Entry) bool {
			return e.Endpoint == EndpointCollect && e.Status.Final() && (phone == "" || e.Phone == phone)
		})
	})
	return h
}

// newest returns up to limit entries that fit, newest first.
func (st *state) newest(limit int, fits func(*Entry) bool) []Entry {
	var found []Entry
	for _, e := range slices.Backward(st.Entries) {
		if len(found) == limit {
			break
		}
		if fits(e) {
			found = append(found, *e)
		}
	}
	return found
}

func (s *Sandbox) takePhone(w http.ResponseWriter, r *http.Request) {
	reference, number := r.PostFormValue("reference"), r.PostFormValue("number")
	var err error
	switch r.PostFormValue("answer") {
	case "confirm":
		err = s.Enter(reference, r.PostFormValue("pin"))
	case "refuse":
		err = s.Refuse(reference)
	default:
		err = ErrUnknown
	}
	if err == nil {
		target := s.prefix + "/phone"
		if number != "" {
			target += "?number=" + url.QueryEscape(number)
		}
		http.Redirect(w, r, target, http.StatusSeeOther)
		return
	}
	h := s.handset(number)
	h.Problem, h.About = "phone.problem.gone", reference
	if errors.Is(err, ErrPIN) {
		h.Problem = "phone.problem.pin"
	}
	s.show(w, r, http.StatusUnprocessableEntity, "phone.html", h)
}
