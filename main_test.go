package main

// The commands' wiring. The product itself is tested in handlers/e2e.

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestVersion_IsPrinted(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"version"}, &out, io.Discard); err != nil || out.String() != "comptoir "+version+"\n" {
		t.Fatalf("%q, %v", out.String(), err)
	}
}

func TestSecret_FromEnvironmentOrFile(t *testing.T) {
	file := t.TempDir() + "/token"
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("COMPTOIR_CAMPAY_TOKEN", "from the environment")
	t.Setenv("COMPTOIR_CAMPAY_WEBHOOK_KEY_FILE", file)
	s, err := readKeys()
	if err != nil || s.Token != "from the environment" || s.WebhookKey != "from a file" {
		t.Fatalf("%+v, %v", s, err)
	}
	t.Setenv("COMPTOIR_CAMPAY_WEBHOOK_KEY_FILE", file+".missing")
	if _, err := readKeys(); err == nil {
		t.Fatal("a missing file was no error")
	}
}

func TestNetworks_AddressesAndRanges(t *testing.T) {
	all, err := networks([]string{"127.0.0.1", "10.0.0.0/8", "2001:db8::1"})
	if err != nil || len(all) != 3 || all[0].String() != "127.0.0.1/32" || all[2].String() != "2001:db8::1/128" {
		t.Errorf("%v, %v", all, err)
	}
	for _, wrong := range []string{"", "x", "10.0.0.0/99"} {
		if _, err := networks([]string{wrong}); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestNearby_IsNoAddressOfThisMachineAlone(t *testing.T) {
	for listening, want := range map[string]string{
		"127.0.0.1:8080": "", "[::1]:8080": "", "192.168.1.20:8080": "http://192.168.1.20:8080",
	} {
		addr, err := net.ResolveTCPAddr("tcp", listening)
		if err != nil {
			t.Fatal(err)
		}
		if got := nearby(addr)(); got != want {
			t.Errorf("%s: %q, want %q", listening, got, want)
		}
	}
	anywhere := nearby(&net.TCPAddr{IP: net.IPv6unspecified, Port: 8080})()
	if strings.Contains(anywhere, "localhost") || strings.Contains(anywhere, "127.0.0.1") || strings.Contains(anywhere, "[::]") {
		t.Errorf("listening everywhere: %q", anywhere)
	}
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
