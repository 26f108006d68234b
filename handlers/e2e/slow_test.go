package e2e

// Clients that send a little and then nothing: the server waits for none of them
// for ever.

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestAttack_SlowHeadersAndBodies_AreCutOff(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir())
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
