package sandbox

// The webhooks: which ones there are to send, and what each says.

import (
	"slices"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
)

const (
	keptWebhooks = 1000 // the state forgets older ones that are done
	retries      = 4    // after the first sending, where WebhookRetried asks for it
	retryDelay   = time.Second
)

// Webhook is one notification to the app's callback, and how its sending went.
type Webhook struct {
	ID         int64         `json:"id"`
	Reference  string        `json:"reference"`
	Endpoint   Endpoint      `json:"endpoint"`
	Status     campay.Status `json:"status"` // as announced
	Amount     money.XAF     `json:"amount"` // as announced
	Fault      Kind          `json:"fault,omitempty"`
	Due        time.Time     `json:"due,omitzero"` // zero while held with no end
	Held       bool          `json:"held,omitempty"`
	Retries    int           `json:"retries,omitempty"` // left
	RetryAfter time.Duration `json:"retry_after,omitempty"`
	Done       bool          `json:"done,omitempty"`
	Attempts   []Attempt     `json:"attempts,omitempty"`
}

// Attempt is one sending. HTTPStatus is 0 when there was no answer.
type Attempt struct {
	At         time.Time `json:"at"`
	HTTPStatus int       `json:"http_status,omitempty"`
	Error      string    `json:"error,omitempty"`
}

// Webhooks returns the newest notifications, oldest first, lost ones included.
func (s *Sandbox) Webhooks() []Webhook {
	var all []Webhook
	s.look(func(st *state) {
		for _, w := range st.Webhooks {
			all = append(all, w.copy())
		}
	})
	return all
}

func (w *Webhook) copy() Webhook {
	c := *w
	c.Attempts = slices.Clone(w.Attempts)
	return c
}

// announce queues what the app is told of a transaction's end. CamPay's
// callback knows collect and withdraw; airtime is not announced.
func (st *state) announce(e *Entry) {
	if st.cfg.CallbackURL == "" || e.Endpoint == EndpointAirtime {
		return
	}
	w := Webhook{
		Reference: e.Reference, Endpoint: e.Endpoint, Status: e.Status, Amount: e.Amount, Due: st.now,
	}
	f, ok := st.take(e.Endpoint, webhookKinds()...)
	if !ok {
		st.queue(w)
		return
	}
	w.Fault = f.Kind
	switch f.Kind {
	case WebhookLost:
		w.Done = true
	case WebhookLate:
		w.Due = st.now.Add(f.Delay)
	case WebhookDoubled:
		st.queue(w)
	case WebhookReordered:
		w.Held, w.Due = true, time.Time{}
		if f.Delay > 0 {
			w.Due = st.now.Add(f.Delay)
		}
	case WebhookAmount:
		w.Amount = f.Amount
	case WebhookStatus:
		w.Status = orElse(f.Announced, opposite(e.Status))
	case WebhookRetried:
		w.Retries, w.RetryAfter = retries, orElse(f.Delay, retryDelay)
	}
	st.queue(w)
}

func opposite(s campay.Status) campay.Status {
	if s == campay.Successful {
		return campay.Failed
	}
	return campay.Successful
}

func (st *state) queue(w Webhook) {
	st.Serial++
	w.ID = st.Serial
	st.Webhooks = append(st.Webhooks, &w)
	if excess := len(st.Webhooks) - keptWebhooks; excess > 0 {
		st.Webhooks = slices.DeleteFunc(st.Webhooks, func(w *Webhook) bool {
			excess--
			return w.Done && excess >= 0
		})
	}
	st.touch()
}

// isDue: a held webhook waits for a later one, or for its Due if it has one.
func (w *Webhook) isDue(at time.Time) bool {
	return !w.Done && (!w.Held || !w.Due.IsZero()) && !w.Due.After(at)
}

// dueWebhook is the first to be sent now.
func (st *state) dueWebhook() (Webhook, Entry, bool) {
	for _, w := range st.Webhooks {
		if w.isDue(st.now) {
			return w.copy(), *st.byReference[w.Reference], true
		}
	}
	return Webhook{}, Entry{}, false
}

// sent records how a sending went, and lets go those held for it.
func (st *state) sent(id int64, a Attempt) {
	for _, w := range st.Webhooks {
		if w.Held && w.ID < id {
			w.Held, w.Due = false, st.now
		}
		if w.ID != id {
			continue
		}
		w.Attempts = append(w.Attempts, a)
		w.Held = false
		if delivered := a.HTTPStatus/100 == 2; delivered || w.Retries == 0 {
			w.Done = true
			continue
		}
		w.Retries--
		w.Due = st.now.Add(w.RetryAfter)
	}
	st.touch()
}

// fields are the parameters of the callback as documented, all of them text.
func (w Webhook) fields(e Entry, signature string) map[string]string {
	return map[string]string{
		"status":             string(w.Status),
		"reference":          e.Reference,
		"amount":             w.Amount.String(),
		"currency":           e.Currency,
		"operator":           string(e.Operator),
		"code":               e.Code,
		"operator_reference": e.OperatorReference,
		"signature":          signature,
		"endpoint":           string(e.Endpoint),
		"external_reference": e.ExternalReference,
		"external_user":      e.ExternalUser,
		"extra_first_name":   e.FirstName,
		"extra_last_name":    e.LastName,
		"extra_email":        e.Email,
		"phone_number":       string(e.Phone),
	}
}
