package payments

// The simulation's network from CamPay to the shop: webhooks, CamPay's own and
// a stranger's.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"comptoir/campay"
	"comptoir/campay/sandbox"
)

// callback carries CamPay's webhooks to the shop.
type callback struct{ w *world }

// RoundTrip delivers one webhook. The shop takes it in on a goroutine of its
// own, which dies with the shop's process while CamPay's goes on.
func (n callback) RoundTrip(r *http.Request) (*http.Response, error) {
	w := n.w
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	fault := w.webhookMishap()
	if fault != "" {
		w.faults[string(fault)]++
	}
	switch fault {
	case webhookGone:
		return nil, errCut
	case webhookSlow:
		w.wait("on the way to the shop")
	}
	answer := w.deliver(r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), body)
	if answer == nil || fault == webhookCut {
		return nil, errCut
	}
	return answer, nil
}

func (w *world) webhookMishap() sandbox.Kind {
	if w.quiet || !w.chance(w.storm) {
		return ""
	}
	kind := pick(w, webhookGone, webhookCut, webhookSlow)
	if kind == webhookSlow && len(w.flights) >= 8 {
		return ""
	}
	return kind
}

// deliver has the shop take one webhook in; nil when it gave no answer.
func (w *world) deliver(method, target, contentType string, body []byte) *http.Response {
	if w.service == nil || w.dying {
		return nil
	}
	r := httptest.NewRequest(method, target, bytes.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	recorder := httptest.NewRecorder()
	ended := make(chan bool, 1)
	go func() {
		answered := false
		defer func() { ended <- answered }()
		err := w.service.TakeWebhook(r, "192.0.2.1")
		switch {
		case err == nil:
			if method == http.MethodGet {
				body = []byte(r.URL.RawQuery)
			}
			w.known.acknowledged = append(w.known.acknowledged, string(body))
		case errors.Is(err, ErrWebhookRefused):
			recorder.WriteHeader(http.StatusForbidden)
		default:
			w.must(err)
			recorder.WriteHeader(http.StatusServiceUnavailable)
		}
		w.boundary() // it is kept, and the answer does not get out
		answered = true
	}()
	if !<-ended {
		return nil
	}
	return recorder.Result()
}

func (w *world) sendWebhooks() bool {
	const name = "CamPay's webhooks"
	if w.aloft(name) {
		return false
	}
	w.fly(&flight{name: name}, func() { w.must(w.sandbox.Step(w.ctx)) })
	return true
}

// forge sends the shop a webhook that CamPay did not: with a captured
// signature, which proves origin and no content, with an old one, with
// another's or with none.
func (w *world) forge() bool {
	if w.service == nil {
		return false
	}
	w.faults["webhook_made_up"]++
	references := []string{w.operation()}
	for _, t := range w.book() {
		if t.Reference != "" {
			references = append(references, t.Reference)
		}
	}
	for _, e := range w.sandbox.Ledger() {
		references = append(references, e.Reference)
	}
	key, signed := testKey, w.shopTime()
	switch w.fate.IntN(4) {
	case 0:
		key = "another-key"
	case 1:
		signed = signed.Add(-3 * time.Hour)
	}
	signature, err := campay.SignNotification(key, signed)
	w.must(err)
	said := url.Values{
		"status": {pick(w, "SUCCESSFUL", "FAILED")}, "reference": {pick(w, references...)},
		"amount": {fmt.Sprint(1 + w.fate.IntN(5000))}, "currency": {"XAF"}, "signature": {signature},
	}
	if orders := w.known.orders; len(orders) > 0 && w.chance(0.5) {
		said.Set("external_reference", pick(w, orders...).id)
	}
	w.fly(&flight{name: "a stranger's webhook: " + said.Get("status") + " " + said.Get("reference")[:8]}, func() {
		w.deliver(http.MethodGet, "/webhook?"+said.Encode(), "", nil)
	})
	return true
}
