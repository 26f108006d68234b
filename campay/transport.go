package campay

// The connections to CamPay, and their time limits.

import (
	"context"
	"net"
	"net/http"
	"time"
)

// keepingTransport keeps connections for the calls that ask. It may send a
// request again by itself when a kept connection turns out to be closed.
func keepingTransport(t Timeouts) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: t.Connect}).DialContext,
		TLSHandshakeTimeout:    t.TLS,
		ResponseHeaderTimeout:  t.Headers,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        30 * time.Second,
		Protocols:              protocols,
	}
}

// freshTransport takes a new HTTP/1.1 connection for each call that moves
// money. On a new one the transport never sends a request again, and no payment
// is left in doubt because CamPay closed a kept connection at that moment.
func freshTransport(t Timeouts) *http.Transport {
	fresh := keepingTransport(t)
	fresh.DisableKeepAlives = true
	return fresh
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
