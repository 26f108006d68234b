package product

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"
)

func TestGiveWay_ConnectionsThatSayNothing_AreBounded_AndWhoAsksIsAnswered(t *testing.T) {
	t.Parallel()
	const most = 4
	hold, entered := make(chan struct{}), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(entered)
			<-hold
		}
	}))
	server.Config.ConnState = giveWay(most)
	server.Start()
	defer server.Close()
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	dial := func() net.Conn {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	slow := dial()
	if _, err := io.WriteString(slow, "GET /slow HTTP/1.1\r\nHost: shop\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-entered
	var silent []net.Conn
	for range 10 * most {
		silent = append(silent, dial())
	}
	res, err := http.Get(server.URL) //nolint:noctx // what a browser does
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	for i, c := range silent[:len(silent)-most] { // a read ends where the server has closed
		if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("silent connection %d is open: %v", i, err)
		}
	}
	release() // who asked before them is answered too
	line := make([]byte, len("HTTP/1.1 200"))
	if _, err := io.ReadFull(slow, line); err != nil || string(line) != "HTTP/1.1 200" {
		t.Fatal(fmt.Errorf("%q, %w", line, err))
	}
}
