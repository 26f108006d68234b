package web

// Long files to slow clients, by a clock of the test's own.

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// answerTime is the whole time that the server gives any other answer.
const answerTime = 90 * time.Second

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

// asksForFile has a client ask for a file of some 2 MB, which take reads; it returns
// what came of writing it, and how long that took.
func asksForFile(t *testing.T, take func(net.Conn)) (took time.Duration, err error) {
	t.Helper()
	begun, written := time.Now(), make(chan error, 1)
	e := echo.New()
	e.Use(middleware.GzipWithConfig(middleware.GzipConfig{Level: 5, MinLength: 512}))
	e.GET("/file.csv", func(c echo.Context) error {
		lines := linesTo(c, func() bool { return true })
		var err error
		for range 5000 {
			if err = lines.Line([]string{"677123456", strings.Repeat("pain ", 80)}); err != nil {
				break
			}
		}
		lines.out.Flush()
		err = errors.Join(err, lines.out.Error())
		written <- err
		return err
	})
	server, client := &http.Server{Handler: e, WriteTimeout: answerTime}, make(oneClient, 1)
	here, there := net.Pipe()
	client <- there
	close(client)
	go func() { _ = server.Serve(client) }()
	if _, err := io.WriteString(here, "GET /file.csv HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	take(here)
	err = <-written
	took = time.Since(begun)
	_, _ = here.Close(), server.Close()
	return took, err
}

func TestCSV_ToASlowPhone_IsSentToItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := 0
		took, err := asksForFile(t, func(phone net.Conn) {
			res, err := http.ReadResponse(bufio.NewReader(phone), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			for piece := make([]byte, 4<<10); ; {
				n, err := res.Body.Read(piece)
				got += n
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil {
					t.Fatalf("after %d bytes: %v", got, err)
				}
				time.Sleep(500 * time.Millisecond) // of the test's clock: 8 kB a second
			}
		})
		if err != nil || got < 2_000_000 || took < 2*answerTime {
			t.Errorf("%d bytes in %v: %v", got, took, err)
		}
	})
}

func TestCSV_ToWhoStopsReading_IsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took, err := asksForFile(t, func(phone net.Conn) {
			if _, err := io.ReadFull(phone, make([]byte, 20_000)); err != nil {
				t.Fatal(err)
			}
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) || took > csvPatience {
			t.Errorf("given up after %v: %v", took, err)
		}
	})
}
