package sandbox_test

// One event after another in a shop's life, for the property test.

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"pgregory.net/rapid"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
)

type life struct {
	box     *sandbox.Sandbox
	clock   *clock
	settled int // how often a carrier changed its mind
}

func (l *life) event(r *rapid.T) {
	phone := rapid.SampledFrom([]string{mtn, orange}).Draw(r, "phone")
	amount := fmt.Sprint(rapid.IntRange(1, 700).Draw(r, "amount"))
	external := rapid.SampledFrom([]string{"", "", extA, extB}).Draw(r, "external")
	switch rapid.IntRange(0, 7).Draw(r, "event") {
	case 0, 1:
		l.call("collect/", collectBody(amount, phone, external))
	case 2:
		l.call("withdraw/", payoutBody(amount, phone, external))
	case 3:
		l.call("utilities/airtime/transfer/", payoutBody(amount, phone, external))
	case 4:
		for _, p := range l.box.Prompts() {
			pin := rapid.SampledFrom([]string{"1234", "0000", "1111", "12"}).Draw(r, "pin")
			_ = l.box.Enter(p.Reference, pin) // a PIN of no form is an error, and no more
		}
	case 5:
		l.clock.pass(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour}).Draw(r, "time"))
	case 6:
		kind := rapid.SampledFrom([]sandbox.Kind{sandbox.TrueAmount, sandbox.FailAtSource, sandbox.CutAfter}).Draw(r, "fault")
		l.box.Inject(sandbox.Fault{Kind: kind, Endpoint: sandbox.EndpointCollect, Amount: money.Francs(3)})
	case 7:
		all := l.box.Ledger()
		if len(all) == 0 {
			return
		}
		e := rapid.SampledFrom(all).Draw(r, "entry")
		l.settled++
		status := rapid.SampledFrom([]campay.Status{campay.Successful, campay.Failed}).Draw(r, "status")
		if e.Endpoint == sandbox.EndpointAirtime {
			return
		}
		if err := l.box.Settle(e.Reference, status); err != nil {
			r.Fatal(err)
		}
	}
}

func (l *life) call(path, body string) {
	req := httptest.NewRequest("POST", "/api/"+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Token "+permanent)
	defer func() { // a cut connection, where there is none to cut
		if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // the very value
			panic(p)
		}
	}()
	l.box.Handler().ServeHTTP(httptest.NewRecorder(), req)
}

func (l *life) wallet(b *sandbox.Balances, e sandbox.Entry) *money.XAF {
	switch {
	case e.Endpoint == sandbox.EndpointAirtime:
		return &b.Airtime
	case e.Operator == money.Orange:
		return &b.Orange
	}
	return &b.MTN
}
