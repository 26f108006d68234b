package campay_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay"
)

// tokenServer gives out token-1, token-2, … and takes the newest alone.
type tokenServer struct {
	*server
	given atomic.Int32
}

func serveTokens(t testing.TB, expiresIn string) *tokenServer {
	ts := &tokenServer{}
	ts.server = serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/token/"):
			say(200, fmt.Sprintf(`{"token":"token-%d","expires_in":%s}`, ts.given.Add(1), expiresIn))(w, r)
		case r.Header.Get("Authorization") != fmt.Sprintf("Token token-%d", ts.given.Load()):
			say(401, `{"detail":"Invalid token."}`)(w, r)
		case r.Method == http.MethodGet:
			say(200, `{"total_balance":1,"mtn_balance":1,"orange_balance":0}`)(w, r)
		default:
			say(200, `{"reference":"`+ref+`"}`)(w, r)
		}
	})
	return ts
}

// watch is a clock that the test turns.
type watch struct{ seconds atomic.Int64 }

func (w *watch) now() time.Time          { return noon.Add(time.Duration(w.seconds.Load()) * time.Second) }
func (w *watch) forward(d time.Duration) { w.seconds.Add(int64(d / time.Second)) }

func temporary(t testing.TB, s *server, w *watch) *campay.Client {
	t.Helper()
	return client(t, campay.Config{BaseURL: s.URL + "/api", Username: "app-user", Password: "app-password", Now: w.now})
}

func TestTemporaryToken_IsFetchedOnceAndRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	for expiresIn, safe := range map[string]time.Duration{
		"3600": 59 * time.Minute, `"3600"`: 59 * time.Minute, "3600.0": 59 * time.Minute, "20": 18 * time.Second,
		"null": 270 * time.Second, "-5": 270 * time.Second, "1e99": 270 * time.Second,
		"999999999999": 24*time.Hour - time.Minute,
	} {
		var w watch
		s := serveTokens(t, expiresIn)
		c := temporary(t, s.server, &w)
		for _, step := range []struct {
			later time.Duration
			want  int32
		}{{0, 1}, {safe - time.Second, 1}, {time.Second, 2}} {
			w.forward(step.later)
			if _, err := c.Balance(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := s.given.Load(); n != step.want {
				t.Errorf("expires_in %s, at %v: %d tokens; want %d", expiresIn, w.now().Sub(noon), n, step.want)
			}
		}
	}
}

func TestTemporaryToken_IsAskedForWithTheAppsPair(t *testing.T) {
	t.Parallel()
	s := serveTokens(t, "3600")
	if err := temporary(t, s.server, new(watch)).Authenticate(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := only(t, s.server)
	if got.Method != "POST" || got.Path != "/api/token/" || got.Token != "" ||
		got.Body["username"] != "app-user" || got.Body["password"] != "app-password" || len(got.Body) != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestRejectedToken_IsRenewedOnce_AndTheCallSentAgain(t *testing.T) {
	t.Parallel()
	for op, call := range moves {
		if op == "get_payment_link" {
			continue // its answer is of another shape
		}
		s := serveTokens(t, "3600")
		c := temporary(t, s.server, new(watch))
		if err := call(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		s.given.Add(1) // what the client holds is good no longer
		if err := call(t.Context(), c); err != nil {
			t.Errorf("%s: %v", op, err)
		}
		if n, tokens := len(s.got("/")), len(s.got("/token/")); n != 5 || tokens != 2 {
			t.Errorf("%s: %d requests, %d of them for tokens", op, n, tokens)
		}
	}
}

func TestCallWhoseEveryTokenIsRejected_IsRefusedAfterOneRenewal(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token/") {
			say(200, `{"token":"useless","expires_in":3600}`)(w, r)
			return
		}
		say(401, `{"detail":"Invalid token."}`)(w, r)
	})
	_, err := temporary(t, s, new(watch)).Withdraw(t.Context(), withdrawal)
	if e := asError(t, err); e.Effect != campay.Refused || e.HTTPStatus != 401 || e.Message != "Invalid token." {
		t.Errorf("got %v", err)
	}
	if n := len(s.got("/withdraw/")); n != 2 {
		t.Errorf("sent %d times", n)
	}
}

func TestRejectedCallWithoutANewToken_IsRefused(t *testing.T) {
	t.Parallel()
	var tokens atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasSuffix(r.URL.Path, "/token/"):
			say(401, `{"detail":"Invalid token."}`)(w, r)
		case tokens.Add(1) == 1:
			say(200, `{"token":"useless","expires_in":3600}`)(w, r)
		default:
			say(503, "")(w, r)
		}
	})
	_, err := temporary(t, s, new(watch)).Withdraw(t.Context(), withdrawal)
	if e := asError(t, err); e.Effect != campay.Refused || e.HTTPStatus != 401 || !errors.Is(err, campay.ErrToken) {
		t.Errorf("got %v", err)
	}
	if n := len(s.got("/withdraw/")); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

func TestCallWithoutAToken_IsNotSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		tries  int
		says   string
	}{
		"bad password":   {say(400, `{"non_field_errors":["Unable to log in."]}`), 1, "Unable to log in."},
		"server error":   {say(500, ""), 3, ""},
		"page":           {say(200, proxyPage), 3, ""},
		"no token in it": {say(200, `{"token":""}`), 3, ""},
		"a strange one":  {say(200, `{"token":"a\r\nb"}`), 3, ""},
		"cut":            {cut(200, `{"token":`), 3, ""},
	} {
		for op, call := range callsOf(t, c.handle, c.tries) {
			err := call()
			e := asError(t, err)
			if e.Effect != campay.NotSent || e.Op != op || e.Message != c.says || !errors.Is(err, campay.ErrToken) {
				t.Errorf("%s, %s: %v", name, op, err)
			}
		}
	}
}

func TestTokenAnswer_ThatCannotBeUsed_IsNotKept(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"token":"temporary-token"`, `{"token":"temporary-token\r\n"}`, `{"tokens":"temporary-token","message":"temporary-token"}`,
	} {
		err := temporary(t, serve(t, say(200, body)), new(watch)).Authenticate(t.Context())
		e := asError(t, err)
		if shown := fmt.Sprint(e, string(e.Raw), e.Message); strings.Contains(shown, "temporary-token") {
			t.Errorf("%s: the token shows in %s", body, shown)
		}
	}
	err := temporary(t, serve(t, say(503, `{"detail":"Back at noon."}`)), new(watch)).Authenticate(t.Context())
	if e := asError(t, err); e.Message != "Back at noon." {
		t.Errorf("got %v", err)
	}
}

// callsOf are all the calls, each on a client and a server of its own that must
// see tries requests for a token and nothing else.
func callsOf(t *testing.T, handle http.HandlerFunc, tries int) map[string]func() error {
	t.Helper()
	calls := map[string]func() error{}
	for _, set := range []map[string]call{moves, reads} {
		for op, call := range set {
			calls[op] = func() error {
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Connection", "close")
					handle(w, r)
				})
				err := call(t.Context(), temporary(t, s, new(watch)))
				if all, tokens := len(s.got("")), len(s.got("/token/")); all != tokens || tokens != tries {
					t.Errorf("%s: %d requests, %d of them for tokens; want %d", op, all, tokens, tries)
				}
				return err
			}
		}
	}
	return calls
}

func TestManyCallsAtOnce_ShareOneRenewal(t *testing.T) {
	t.Parallel()
	s := serveTokens(t, "3600")
	c := temporary(t, s.server, new(watch))
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() {
			if _, err := c.Withdraw(t.Context(), withdrawal); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if n := s.given.Load(); n != 1 {
		t.Errorf("%d tokens", n)
	}
}

func TestAuthenticate_FetchesATokenEvenWhereOneIsHeld(t *testing.T) {
	t.Parallel()
	s := serveTokens(t, "3600")
	c := temporary(t, s.server, new(watch))
	for want := int32(1); want <= 2; want++ {
		if err := c.Authenticate(t.Context()); err != nil || s.given.Load() != want {
			t.Errorf("%d tokens, %v", s.given.Load(), err)
		}
	}
	refusing := temporary(t, serve(t, say(400, `{"non_field_errors":["Unable to log in."]}`)), new(watch))
	if e := asError(t, refusing.Authenticate(t.Context())); e.Effect != campay.Refused || e.Message != "Unable to log in." {
		t.Errorf("got %v", e)
	}
}

func TestAuthenticate_WithAPermanentToken_AsksForTheBalance(t *testing.T) {
	t.Parallel()
	s := serve(t, say(200, `{"total_balance":0,"mtn_balance":0,"orange_balance":0}`))
	if err := clientOf(t, s).Authenticate(t.Context()); err != nil {
		t.Error(err)
	}
	expect(t, s, "GET", "/api/balance/", nil)
	bad := serve(t, say(401, `{"detail":"Invalid token."}`))
	if e := asError(t, clientOf(t, bad).Authenticate(t.Context())); e.HTTPStatus != 401 || e.Effect != campay.Refused {
		t.Errorf("got %v", e)
	}
	if n := len(bad.got("")); n != 1 {
		t.Errorf("sent %d times", n)
	}
}
