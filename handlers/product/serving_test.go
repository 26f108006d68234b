package product

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// oneClient is a listener to which one client comes.
type oneClient chan net.Conn

func (l oneClient) Accept() (net.Conn, error) {
	if conn, is := <-l; is {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (l oneClient) Close() error { return nil }

func (l oneClient) Addr() net.Addr { return &net.UnixAddr{} }

// What serves the product, and the sandbox alone, by a clock of the test's own.
func TestPatient_WhoStalls_IsCutOff(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]string{
		"nothing": "",
		"headers": "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
		"body":    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nname=",
		"reading": "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := patient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(w, r.Body)
					_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
				}), slog.New(slog.DiscardHandler))
				client := make(oneClient, 1)
				here, there := net.Pipe()
				client <- there
				close(client)
				begun := time.Now()
				go func() { _ = server.Serve(client) }()
				if _, err := io.WriteString(here, sent); err != nil {
					t.Fatal(err)
				}
				if name == "reading" {
					time.Sleep(2 * server.WriteTimeout) // of the test's clock
				}
				_, _ = io.Copy(io.Discard, here) // until the server has lost its patience
				if took := time.Since(begun); took > 3*server.WriteTimeout {
					t.Errorf("cut off after %v", took)
				}
				_, _ = here.Close(), server.Close()
			})
		})
	}
}
