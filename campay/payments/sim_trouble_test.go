package payments

// What goes wrong in the simulation beside the network: CamPay, its carriers,
// the shop's clock, power and disk, and time itself.

import (
	"fmt"
	"net/http"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

func (w *world) pass(d time.Duration) {
	w.at = w.at.Add(d)
	w.tell("%v later", d)
	w.arrivals()
}

func (w *world) passTime() bool {
	w.pass(pick(w, w.between(0, 5*time.Second), w.between(0, 5*time.Second), w.between(0, time.Minute), w.between(0, 10*time.Minute)))
	return true
}

func (w *world) passHours() bool {
	w.pass(pick(w, w.between(0, 3*time.Hour), w.between(0, 3*time.Hour), w.between(0, 30*time.Hour)))
	return true
}

// letGoOn lets something that waits on the network go on.
func (w *world) letGoOn() bool {
	if len(w.flights) == 0 {
		return false
	}
	w.goOn(pick(w, w.flights...), true)
	return true
}

// stepClock sets the shop's clock, rightly or wrongly.
func (w *world) stepClock() bool {
	w.faults["clock_stepped"]++
	w.skew = pick(w, 0, 0, w.between(-time.Minute, time.Minute), w.between(-3*time.Hour, 3*time.Hour), w.between(-30*time.Hour, 30*time.Hour), w.between(-40*24*time.Hour, 40*24*time.Hour))
	w.tell("the shop's clock is off by %v", w.skew)
	return true
}

// breakCamPay makes something go wrong at the source, or with a webhook.
func (w *world) breakCamPay() bool {
	if w.storm == 0 {
		return false
	}
	f := sandbox.Fault{Kind: pick(w,
		sandbox.TrueAmount, sandbox.TrueCurrency, sandbox.FailAtSource,
		sandbox.WebhookLost, sandbox.WebhookLost, sandbox.WebhookLate, sandbox.WebhookDoubled, sandbox.WebhookReordered,
		sandbox.WebhookForged, sandbox.WebhookAmount, sandbox.WebhookStatus, sandbox.WebhookRetried,
	)}
	if f.Kind == sandbox.TrueAmount || f.Kind == sandbox.TrueCurrency {
		f.Endpoint = sandbox.EndpointCollect
	}
	f.Amount = money.Francs(1 + w.fate.Int64N(3000))
	f.Delay = w.between(0, 2*time.Hour)
	f.Currency = "EUR"
	f.Times = 1 + w.fate.IntN(2)
	w.faults[string(f.Kind)] += f.Times
	w.tell("CamPay will break: %s", f.Kind)
	w.sandbox.Inject(f)
	return true
}

func (w *world) stopCamPay() bool {
	if w.storm == 0 {
		return false
	}
	w.faults["CamPay_down"]++
	w.downUntil = w.at.Add(pick(w, w.between(0, 5*time.Minute), w.between(0, 12*time.Hour)))
	w.tell("CamPay is down until %s", w.downUntil.Format("02 15:04"))
	return true
}

// refuseKeys has CamPay answer 401 to everything for some time.
func (w *world) refuseKeys() bool {
	if w.storm == 0 {
		return false
	}
	w.faults["keys_refused"]++
	w.keysUntil = w.at.Add(pick(w, w.between(0, 5*time.Minute), w.between(0, 12*time.Hour)))
	w.tell("CamPay refuses the keys until %s", w.keysUntil.Format("02 15:04"))
	return true
}

// succeedLate is a collection that CamPay called failed, and whose money comes
// in all the same.
func (w *world) succeedLate() bool {
	if w.storm == 0 {
		return false
	}
	for _, e := range w.sandbox.Ledger() {
		if e.Endpoint == sandbox.EndpointCollect && e.Status == campay.Failed && w.at.Sub(e.Begun) < 20*time.Hour && w.chance(0.5) {
			w.faults["late_success"]++
			w.tell("%s succeeds late", e.Reference[:8])
			w.must(w.sandbox.Settle(e.Reference, campay.Successful))
			w.watch()
			return true
		}
	}
	return false
}

// useElsewhere is money that somebody moves with the same CamPay account and
// without this shop.
func (w *world) useElsewhere() bool {
	call, phone := "collect", "from"
	if !w.exact {
		call = pick(w, "collect", "withdraw", "utilities/airtime/transfer")
	}
	if call != "collect" {
		phone = "to"
	}
	answer, err := w.serve(apiCall{
		method: http.MethodPost, path: "/sandbox/api/" + call + "/",
		header: http.Header{"Authorization": {"Token " + testToken}},
		body:   fmt.Appendf(nil, `{"amount":"%d","currency":"XAF",%q:%q}`, 10+w.fate.IntN(500), phone, mtnPhone),
	})
	w.tell("elsewhere: %s: %s", call, shown(answer, err))
	return true
}

func (w *world) planKill() bool {
	if w.storm == 0 || w.service == nil || w.killIn > 0 {
		return false
	}
	w.killIn = 1 + w.fate.IntN(25)
	return true
}

func (w *world) planDiskFailure() bool {
	if w.storm > 0 {
		w.failIn = 1 + w.fate.IntN(6)
	}
	return true
}
