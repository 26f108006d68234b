package main

// Clients that send a little and then nothing: the server waits for none of them
// for ever.

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAttack_SlowHeadersAndBodies_AreCutOff(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	var all sync.WaitGroup
	for name, sent := range map[string]string{
		"headers": "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
		"body":    "POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname=",
		"webhook": "POST /webhook/campay HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nstatus=",
	} {
		all.Go(func() {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			if _, err := conn.Write([]byte(sent)); err != nil {
				t.Error(err)
				return
			}
			res, err := http.ReadResponse(bufio.NewReader(conn), nil) // waits for the server to lose patience
			if err != nil {
				return // it hung up
			}
			defer res.Body.Close()
			if res.StatusCode < 400 {
				t.Errorf("%s: answered %d", name, res.StatusCode)
			}
		})
	}
	all.Wait()
}

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
