package handlers

// A live page whose reader does not read: it is dropped, and holds up nobody.

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"comptoir/handlers/web"
	"comptoir/store"
)

// narrow has connections with little room on the way, and little patience with who
// does not read: what takes seconds elsewhere is over at once.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return hurried{conn}, conn.(*net.TCPConn).SetWriteBuffer(4 << 10) //nolint:forcetypeassert // of a TCP listener
}

type hurried struct{ net.Conn }

func (c hurried) SetWriteDeadline(at time.Time) error {
	if !at.IsZero() {
		at = time.Now().Add(time.Until(at) / 100)
	}
	return c.Conn.SetWriteDeadline(at)
}

// opensAndReadsNothing asks for a live page as this browser, and looks away.
func (b *browser) opensAndReadsNothing(address, path string) {
	b.s.t.Helper()
	conn, err := net.Dial("tcp", address) //nolint:noctx // closed with the test
	b.s.must(err)
	b.s.t.Cleanup(func() { _ = conn.Close() })
	b.s.must(conn.(*net.TCPConn).SetReadBuffer(2 << 10)) //nolint:forcetypeassert // it was dialled as one
	at, err := url.Parse(b.s.url + path)
	b.s.must(err)
	asked := http.Request{Method: http.MethodGet, URL: at, Host: at.Host, Header: http.Header{}}
	for _, cookie := range b.client.Jar.Cookies(at) {
		asked.AddCookie(cookie)
	}
	b.s.must(asked.Write(conn))
}

func (s *shop) streams() int { return s.server.desk.OpenStreams() }

func TestLive_ReaderThatDoesNotRead_IsDropped_AndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed with the test
	s.must(err)
	site := &http.Server{Handler: s.server.handler(), ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- site.Serve(narrow{listener}) }()
	t.Cleanup(func() {
		_ = site.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	slow, quick := s.signedIn(store.RoleCashier), s.signedIn(store.RoleOwner)
	slow.opensAndReadsNothing(listener.Addr().String(), "/checkout/strip/live")
	for begun := time.Now(); s.streams() == 0; {
		if time.Since(begun) > web.LiveBeat {
			t.Fatal("the stream does not open")
		}
	}
	others, _ := quick.watchFor(web.LiveLongest, "/checkout/strip")
	amount := 500
	for begun := time.Now(); s.streams() > 1; amount++ { // until the way to him is full
		if time.Since(begun) > web.LiveBeat {
			t.Fatalf("who reads nothing keeps his stream after %d sales", amount-500)
		}
		slow.request(strconv.Itoa(amount), "677123456")
	}
	t.Logf("dropped after %d sales", amount-500)
	quick.request("700", "677123456")
	for event := ""; !strings.Contains(event, "700"); {
		event = others.event()
	}
}
