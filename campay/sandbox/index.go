package sandbox

// The first page: what the sandbox is, what it holds, what happened, and the
// form to make things go wrong.

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
)

// shownRows bounds each list of the page.
const shownRows = 50

// overview is the first page.
type overview struct {
	App       string
	API       string
	Callback  string // empty: none
	Keys      []key
	Balances  Balances
	Entries   []Entry   // newest first
	Webhooks  []Webhook // newest first
	Faults    []Fault
	Problem   string // what was wrong with a fault; empty: nothing
	Endpoints []Endpoint
	Groups    []kindGroup
}

// key is one of the app's keys by its name: what it is stays hidden.
type key struct {
	Name string
	Set  bool
}

type kindGroup struct {
	Name  string
	Kinds []Kind
}

func (s *Sandbox) overview() overview {
	o := overview{
		App: s.cfg.appName(),
		API: s.base.String() + "/api/",
		Keys: []key{
			{"token", s.cfg.Token != ""},
			{"username", s.cfg.Username != "" && s.cfg.Password != ""},
			{"webhook", s.cfg.WebhookKey != ""},
		},
		Faults:    s.Faults(),
		Endpoints: Endpoints(),
		Groups: []kindGroup{
			{"calls", callKinds()}, {"moves", moveKinds()}, {"lookups", lookupKinds()}, {"source", sourceKinds()}, {"webhooks", webhookKinds()},
		},
	}
	if s.callback != nil {
		o.Callback = s.cfg.CallbackMethod + " " + s.callback.Redacted()
	}
	s.look(func(st *state) {
		o.Balances = st.Balances
		o.Entries = st.newest(shownRows, func(*Entry) bool { return true })
		o.Webhooks = nil
		for _, w := range slices.Backward(st.Webhooks) {
			if len(o.Webhooks) == shownRows {
				break
			}
			o.Webhooks = append(o.Webhooks, w.copy())
		}
	})
	return o
}

func (s *Sandbox) showIndex(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "index.html", s.overview())
}

// askedFault is a fault as the form and JSON give it: all of it text.
type askedFault struct {
	Kind      plain `json:"kind"`
	Endpoint  plain `json:"endpoint"`
	Times     plain `json:"times"`
	Delay     plain `json:"delay"` // "2s", "500ms"
	Status    plain `json:"status"`
	Amount    plain `json:"amount"`
	Currency  plain `json:"currency"`
	Announced plain `json:"announced"`
	Text      plain `json:"text"`
}

func (s *Sandbox) takeFault(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	asJSON := kind == "application/json"
	f, err := readFault(r, asJSON)
	switch {
	case err != nil && asJSON:
		writeJSON(w, http.StatusBadRequest, map[string]string{message: err.Error()})
	case err != nil:
		o := s.overview()
		o.Problem = err.Error()
		s.show(w, r, http.StatusUnprocessableEntity, "index.html", o)
	case asJSON:
		s.Inject(f)
		w.WriteHeader(http.StatusNoContent)
	default:
		s.Inject(f)
		http.Redirect(w, r, s.prefix+"/#faults", http.StatusSeeOther)
	}
}

func (s *Sandbox) takeClearFaults(w http.ResponseWriter, r *http.Request) {
	s.ClearFaults()
	http.Redirect(w, r, s.prefix+"/#faults", http.StatusSeeOther)
}

func (s *Sandbox) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	s.ClearFaults()
	w.WriteHeader(http.StatusNoContent)
}

func readFault(r *http.Request, asJSON bool) (Fault, error) {
	if asJSON {
		var asked askedFault
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			return Fault{}, fmt.Errorf("fault: %w", err)
		}
		return asked.fault()
	}
	form := func(name string) plain { return plain(r.PostFormValue(name)) }
	return askedFault{
		Kind: form("kind"), Endpoint: form("endpoint"), Times: form("times"), Delay: form("delay"),
		Status: form("status"), Amount: form("amount"), Currency: form("currency"), Announced: form("announced"),
		Text: form("text"),
	}.fault()
}

func (a askedFault) fault() (Fault, error) {
	f := Fault{
		Kind: Kind(a.Kind), Endpoint: Endpoint(a.Endpoint),
		Currency: string(a.Currency), Announced: campay.Status(a.Announced), Text: string(a.Text),
	}
	if !slices.Contains(Kinds(), f.Kind) {
		return Fault{}, errors.New("kind: there is no such fault")
	}
	if f.Endpoint != "" && !slices.Contains(Endpoints(), f.Endpoint) {
		return Fault{}, errors.New("endpoint: there is no such call")
	}
	if f.Announced != "" && !f.Announced.Final() {
		return Fault{}, errors.New("announced: SUCCESSFUL or FAILED")
	}
	var err error
	if f.Times, err = strconv.Atoi(string(orElse(a.Times, "1"))); err != nil {
		return Fault{}, errors.New("times: not a number")
	}
	if f.Status, err = strconv.Atoi(string(orElse(a.Status, "0"))); err != nil || !answerable(f.Status) {
		return Fault{}, errors.New("status: not an HTTP status from 200 to 599")
	}
	if f.Delay, err = time.ParseDuration(string(orElse(a.Delay, "0s"))); err != nil || f.Delay < 0 {
		return Fault{}, errors.New(`delay: not a duration such as "2s"`)
	}
	if f.Amount, err = money.ParseXAF(string(orElse(a.Amount, "0"))); err != nil || f.Amount < 0 {
		return Fault{}, errors.New("amount: not an amount")
	}
	if (f.Kind == TrueAmount || f.Kind == WebhookAmount) && f.Amount == 0 {
		return Fault{}, errors.New("amount: this fault needs one")
	}
	return f, nil
}

func answerable(status int) bool { return status == 0 || status >= 200 && status <= 599 }
