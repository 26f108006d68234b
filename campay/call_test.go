package campay_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay"
)

func asError(t testing.TB, err error) *campay.Error {
	t.Helper()
	var e *campay.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a *campay.Error: %v", err)
	}
	return e
}

// hang answers nothing until the client goes away.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// cut promises more than it sends.
func cut(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

const proxyPage = "<html><body>Bad gateway</body></html>"

var answers = map[string]struct {
	handle http.HandlerFunc
	effect campay.Effect
	status int
}{
	"500":                       {say(500, `{"detail":"x"}`), campay.Lost, 500},
	"502 page":                  {say(502, proxyPage), campay.Lost, 502},
	"503 empty":                 {say(503, ""), campay.Lost, 503},
	"504":                       {say(504, ""), campay.Lost, 504},
	"408":                       {say(408, ""), campay.Lost, 408},
	"499":                       {say(499, ""), campay.Lost, 499},
	"200 page":                  {say(200, proxyPage), campay.Lost, 200},
	"200 empty":                 {say(200, ""), campay.Lost, 200},
	"204":                       {say(204, ""), campay.Lost, 204},
	"200 null":                  {say(200, "null"), campay.Lost, 200},
	"200 without what it's for": {say(200, `{"message":"ok"}`), campay.Lost, 200},
	"200 with a bad reference":  {say(200, `{"reference":"../../etc","link":"https://x.example/"}`), campay.Lost, 200},
	"200 cut":                   {cut(200, `{"reference":"`), campay.Lost, 200},
	"200 cut after its end":     {cut(200, `{"reference":"`+ref+`"}`), campay.Lost, 200},
	"200 too long":              {say(200, `{"reference":"`+ref+`","x":"`+strings.Repeat("x", 16<<20)+`"}`), campay.Lost, 200},
	"dropped":                   {drop, campay.Lost, 0},
	"400":                       {say(400, `{"message":"no"}`), campay.Refused, 400},
	"400 cut":                   {cut(400, `{"mess`), campay.Refused, 400},
	"401":                       {say(401, `{"detail":"Invalid token."}`), campay.Refused, 401},
	"403":                       {say(403, `{"detail":"Not allowed."}`), campay.Refused, 403},
	"404 page":                  {say(404, proxyPage), campay.Refused, 404},
	"429":                       {say(429, ""), campay.Refused, 429},
	"301":                       {say(301, ""), campay.Refused, 301},
}

func TestMoves_EachAnswerSaysWhatBecameOfTheMoney_AndNoneIsSentTwice(t *testing.T) {
	t.Parallel()
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			for op, call := range moves {
				s := serve(t, answer.handle)
				e := asError(t, call(t.Context(), clientOf(t, s)))
				if e.Op != op || e.Effect != answer.effect || e.HTTPStatus != answer.status {
					t.Errorf("%s: %v %d, %v", e.Op, e.Effect, e.HTTPStatus, e)
				}
				if campay.IsLost(e) != (answer.effect == campay.Lost) {
					t.Errorf("%s: IsLost is %v", op, campay.IsLost(e))
				}
				if n := len(s.got("/")); n != 1 {
					t.Errorf("%s: sent %d times", op, n)
				}
			}
		})
	}
}

func TestReads_AreTriedThreeTimesWhileNoAnswerComes(t *testing.T) {
	t.Parallel()
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			for op, call := range reads {
				// The transport itself sends a GET again when its kept connection
				// closes; with a new connection each time, only the client does.
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Connection", "close")
					answer.handle(w, r)
				})
				var slept pauses
				c := client(t, campay.Config{
					BaseURL: s.URL, Sleep: slept.sleep, Rand: func() float64 { return 0.5 },
				})
				if op == "history" && name == "200 too long" {
					continue // its answers may be longer
				}
				e := asError(t, call(t.Context(), c))
				want := 3
				if answer.effect == campay.Refused {
					want = 1
				}
				if n := len(s.got("/")); n != want || len(slept.each) != want-1 {
					t.Errorf("%s: sent %d times, %d pauses; want %d: %v", op, n, len(slept.each), want, e)
				}
				if want == 3 && (slept.each[0] != 187500*time.Microsecond || slept.each[1] != 375*time.Millisecond) {
					t.Errorf("%s: pauses of %v", op, slept.each)
				}
			}
		})
	}
}

func TestRead_SucceedsOnceAnAnswerComes_AndNothingOfTheBadOneStays(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			say(200, `{"reference":"another","status":"SUCCESSFUL","amount":7,"code":"of another"}`)(w, r)
			return
		}
		say(200, `{"reference":"`+ref+`","status":"PENDING"}`)(w, r)
	})
	got, err := clientOf(t, s).Transaction(t.Context(), ref)
	if err != nil || got.Status != campay.Pending || got.Amount.Known || got.Code != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestRead_StopsTryingWhenItsCallerGoes(t *testing.T) {
	t.Parallel()
	s := serve(t, say(500, ""))
	ctx, cancel := context.WithCancel(t.Context())
	c := client(t, campay.Config{BaseURL: s.URL, Sleep: func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}})
	if _, err := c.Balance(ctx); asError(t, err).HTTPStatus != 500 {
		t.Errorf("got %v", err)
	}
	if n := len(s.got("/")); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

func TestMoves_ThatNeverReachCamPay_AreNotSent(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	silent := listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	unknown := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a request over a connection that nobody vouches for")
	}))
	unknown.Config.ErrorLog = log.New(io.Discard, "", 0)
	unknown.StartTLS()
	t.Cleanup(unknown.Close)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		base string
	}{
		"nobody listens":         {t.Context(), gone.URL},
		"no TLS comes about":     {t.Context(), "https://" + silent},
		"an unknown certificate": {t.Context(), unknown.URL},
		"the context is over":    {over, unknown.URL},
	} {
		for op, call := range moves {
			e := asError(t, call(c.ctx, client(t, campay.Config{
				BaseURL: c.base, Timeouts: campay.Timeouts{TLS: 50 * time.Millisecond},
			})))
			if e.Effect != campay.NotSent || campay.IsLost(e) || e.HTTPStatus != 0 {
				t.Errorf("%s, %s: %v", name, op, e)
			}
		}
	}
}

// listen serves raw connections, each in a goroutine that the test waits for.
func listen(t testing.TB, each func(net.Conn)) (address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			each(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String()
}

func TestMove_WhoseAnswerDoesNotCome_IsLost(t *testing.T) {
	t.Parallel()
	body := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		_, _ = io.WriteString(w, `{"reference":`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	const short = 50 * time.Millisecond
	for name, c := range map[string]struct {
		handle   http.HandlerFunc
		timeouts campay.Timeouts
	}{
		"headers": {hang, campay.Timeouts{Headers: short}},
		"body":    {body, campay.Timeouts{Body: short}},
		"call":    {hang, campay.Timeouts{Call: short}},
	} {
		s := serve(t, c.handle)
		_, err := client(t, campay.Config{BaseURL: s.URL, Timeouts: c.timeouts}).Withdraw(t.Context(), withdrawal)
		if e := asError(t, err); e.Effect != campay.Lost {
			t.Errorf("%s: %v", name, e)
		}
		if n := len(s.got("/withdraw/")); n != 1 {
			t.Errorf("%s: sent %d times", name, n)
		}
	}
}

func TestMove_WhoseAnswerDoesNotEnd_IsReadToItsBoundOnly(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, strings.Repeat(" ", 1<<16))
		}
	})
	c := client(t, campay.Config{BaseURL: s.URL, Timeouts: campay.Timeouts{Body: 24 * time.Hour, Call: 24 * time.Hour}})
	_, err := c.Withdraw(t.Context(), withdrawal)
	if e := asError(t, err); e.Effect != campay.Lost || !errors.Is(err, campay.ErrAnswer) {
		t.Errorf("got %v", e)
	}
}

func TestMove_WhoseCallerGoesAfterItWasSent_IsLost(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		hang(w, r)
	})
	_, err := clientOf(t, s).Withdraw(ctx, withdrawal)
	if e := asError(t, err); e.Effect != campay.Lost || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", e)
	}
}

// serveRaw reads requests off raw connections: it answers the first on each
// connection, keeps the connection open, and closes it on the second, read or
// unread.
func serveRaw(t testing.TB, requests *atomic.Int32) (address string) {
	return listen(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for n := range 2 {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			requests.Add(1)
			if n == 0 {
				answer := `{"reference":"` + ref + `"}`
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
			}
		}
	})
}

func TestMove_OverAKeptConnectionThatCloses_IsLostAndNeverSentTwice(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	keeping := &http.Transport{}
	t.Cleanup(keeping.CloseIdleConnections)
	c := client(t, campay.Config{BaseURL: "http://" + serveRaw(t, &requests), Transport: keeping})
	if _, err := c.Withdraw(t.Context(), withdrawal); err != nil {
		t.Fatal(err)
	}
	_, err := c.Withdraw(t.Context(), withdrawal)
	if e := asError(t, err); e.Effect != campay.Lost {
		t.Errorf("got %v", e)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("two withdrawals were sent %d times", n)
	}
}

func TestMoves_EachTakeAConnectionOfTheirOwn(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	s := &server{Server: httptest.NewUnstartedServer(say(200, `{"reference":"`+ref+`"}`))}
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := clientOf(t, s)
	for range 3 {
		if _, err := c.Withdraw(t.Context(), withdrawal); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n != 3 {
		t.Errorf("3 withdrawals took %d connections", n)
	}
}

// mute is a transport that fails without saying to httptrace how far it came.
type mute struct{ err error }

func (m mute) RoundTrip(*http.Request) (*http.Response, error) { return nil, m.err }

func TestMove_OverATransportThatReportsNothing_IsLostUnlessDiallingFailed(t *testing.T) {
	t.Parallel()
	for effect, err := range map[campay.Effect]error{
		campay.Lost:    errors.New("some failure"),
		campay.NotSent: fmt.Errorf("a: %w", &net.OpError{Op: "dial", Err: errors.New("no route")}),
	} {
		c := client(t, campay.Config{BaseURL: "http://127.0.0.1/", Transport: mute{err}})
		if _, got := c.Withdraw(t.Context(), withdrawal); asError(t, got).Effect != effect {
			t.Errorf("%v: %v", err, got)
		}
	}
}

func TestRedirects_AreNeverFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, call := range []call{moves["withdraw"], reads["balance"]} {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "/elsewhere/")
				say(status, "")(w, r)
			})
			err := call(t.Context(), clientOf(t, s))
			if e := asError(t, err); !errors.Is(err, campay.ErrRedirect) || e.Effect != campay.Refused {
				t.Errorf("%d: %v", status, err)
			}
			if n := len(s.got("/")); n != 1 {
				t.Errorf("%d: %d requests", status, n)
			}
		}
	}
}
