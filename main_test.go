package main

// The product as it is started, and the browser that tests drive.

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"comptoir/store"
)

// instance is a running Comptoir on its embedded sandbox.
type instance struct {
	url      string
	owner    string // the name to sign in with
	password string // the owner's
	data     string
	stop     func() // before the test ends
}

// output is what a command prints, readable while it runs.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	ready chan struct{} // closed when want was printed
	want  string
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(b)
	if o.want != "" && strings.Contains(o.text.String(), o.want) {
		o.want = ""
		close(o.ready)
	}
	return len(b), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

var (
	printedURL      = regexp.MustCompile(`open at (\S+)`)
	printedPassword = regexp.MustCompile(`password(?: of .*)?: (\S+)`)
	printedSetup    = regexp.MustCompile(`http://\S+/setup\?token=\S+`)
)

// ownerName is the owner's of these tests.
const ownerName = "owner"

// addOwner makes a data folder somebody's, as the setup does, and returns the
// password; none when it is his already.
func addOwner(t *testing.T, data string) (password string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(data, store.FileName)); err == nil {
		return ""
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"user", "add", ownerName, "--role", "owner", "--data", data}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	return printedPassword.FindStringSubmatch(out.String())[1]
}

// serve starts the product of an owner on a free port and stops it with the test.
func serve(t *testing.T, data string, flags ...string) instance {
	t.Helper()
	password := addOwner(t, data)
	p, _ := launch(t, data, flags...)
	p.owner, p.password = ownerName, password
	return p
}

// serveUnclaimed starts a product that is nobody's, and returns the address of
// its setup.
func serveUnclaimed(t *testing.T, flags ...string) (p instance, setup string) {
	t.Helper()
	p, printed := launch(t, t.TempDir(), flags...)
	return p, printedSetup.FindString(printed)
}

// launch starts the product, and returns what it printed.
func launch(t *testing.T, data string, flags ...string) (p instance, printed string) {
	t.Helper()
	// The test's own context is over before its clean-ups run.
	ctx, stop := context.WithCancel(context.Background())
	out := &output{ready: make(chan struct{}), want: "/sandbox/phone\n"}
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", data}, flags...), out, io.Discard)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	select {
	case <-out.ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("serve ended: %v\n%s", err, out)
	}
	return instance{url: printedURL.FindStringSubmatch(out.String())[1], data: data, stop: stop}, out.String()
}

// fault has the sandbox do something wrong, by its own form of JSON.
func (p instance) fault(t *testing.T, json string) {
	t.Helper()
	res := p.post(t, "/sandbox/faults", "application/json", json)
	if res.StatusCode >= 300 {
		t.Fatalf("fault %s: %s", json, res.Status)
	}
}

func (p instance) post(t *testing.T, path, contentType, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res
}

// pay asks to pay on CamPay's page at this address, as its form does.
func (p instance) pay(t *testing.T, address string) {
	t.Helper()
	path := strings.TrimPrefix(address, p.url)
	res := p.post(t, path, "application/x-www-form-urlencoded", url.Values{"phone": {"677123456"}}.Encode())
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Request.URL.Path, path) {
		t.Fatalf("pay on %s: %s at %s", address, res.Status, res.Request.URL)
	}
}

var promptOnPhone = regexp.MustCompile(`class="prompt" data-reference="([^"]+)" data-phone="237([^"]+)"`)

// prompts are the references of those that wait on phones, by number.
func (p instance) prompts(t *testing.T) map[string]string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/sandbox/phone", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, prompt := range promptOnPhone.FindAllSubmatch(page, -1) {
		all[string(prompt[2])] = string(prompt[1])
	}
	return all
}

// enter answers the payer's only prompt with a PIN, as the phone's form does.
func (p instance) enter(t *testing.T, pin string) {
	t.Helper()
	all := p.prompts(t)
	if len(all) != 1 {
		t.Fatalf("the payers have %d prompts", len(all))
	}
	for phone := range all {
		p.enterOn(t, phone, pin)
	}
}

// enterOn is enter where several phones have a prompt.
func (p instance) enterOn(t *testing.T, phone, pin string) {
	t.Helper()
	if res := p.post(t, "/sandbox/phone", "application/x-www-form-urlencoded", url.Values{
		"reference": {p.prompts(t)[phone]}, "pin": {pin}, "answer": {"confirm"},
	}.Encode()); res.StatusCode != http.StatusOK {
		t.Fatalf("enter the PIN: %s", res.Status)
	}
}

// signIn is a client with the owner's session.
func (p instance) signIn(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	res, err := client.PostForm(p.url+"/signin", url.Values{"name": {p.owner}, "password": {p.password}}) //nolint:noctx // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Request.URL.Path != "/" {
		t.Fatalf("signed in, and at %s", res.Request.URL)
	}
	return client
}

func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	os.Exit(code)
}

func TestVersion_IsPrinted(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"version"}, &out, io.Discard); err != nil || out.String() != "comptoir "+version+"\n" {
		t.Fatalf("%q, %v", out.String(), err)
	}
}

func TestServe_SecondStart_KeepsTheOwnerAndHisPassword(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	var first instance
	t.Run("first", func(t *testing.T) { first = serve(t, data) })
	second := serve(t, data)
	if second.password != "" {
		t.Fatal("a password was printed again")
	}
	second.password = first.password
	second.signIn(t)
}

func TestUserPassword_OpensTheDoorAgain_AndEndsOldSessions(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	old := p.signIn(t)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"user", "password", "owner", "--data", p.data}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	p.password = regexp.MustCompile(`: (\S+)\n`).FindStringSubmatch(out.String())[1]
	p.signIn(t)
	res, err := old.Get(p.url + "/") //nolint:noctx // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Request.URL.Path != "/signin" {
		t.Fatalf("the old session still opens %s", res.Request.URL)
	}
	if err := run(t.Context(), []string{"user", "password", "nobody", "--data", p.data}, io.Discard, io.Discard); err == nil {
		t.Fatal("nobody got a password")
	}
}

func TestUserReset_LetsTheLockedOutIn(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	s, err := store.Open(t.Context(), p.data, store.Options{Book: "sandbox"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := t.Context()
	if err := s.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.CreateUser(ctx, store.User{Name: "Gérance", Role: store.RoleOwner, Locale: "fr"})
		if err != nil {
			return err
		}
		if err := tx.SetTOTP(ctx, u.ID, "JBSWY3DPEHPK3PXP"); err != nil {
			return err
		}
		return tx.SetDisabled(ctx, u.ID, time.Now())
	}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(ctx, []string{"user", "reset", "gérance", "--data", p.data}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	p.owner, p.password = "Gérance", printedPassword.FindStringSubmatch(out.String())[1]
	p.signIn(t)
	entries, err := s.Audit(ctx, store.AuditFilter{Kind: "person"})
	if err != nil || len(entries) == 0 || entries[0].Act != "person.reset_by_command" {
		t.Errorf("%+v, %v", entries, err)
	}
}

func TestUserAdd_LetsASecondOwnerIn(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	var out bytes.Buffer
	add := []string{"user", "add", "Associée", "--role", "owner", "--data", p.data}
	if err := run(t.Context(), add, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	p.owner, p.password = "associée", regexp.MustCompile(`password: (\S+)\n`).FindStringSubmatch(out.String())[1]
	p.signIn(t)
	accented := strings.Repeat("é", 51) // letters are counted, not bytes
	if err := run(t.Context(), []string{"user", "add", accented, "--role", "cashier", "--data", p.data}, io.Discard, io.Discard); err != nil {
		t.Error(err)
	}
	for name, arguments := range map[string][]string{
		"too long": {"user", "add", strings.Repeat("é", 61), "--role", "owner", "--data", p.data},
		"taken":    add, "no name": {"user", "add", " ", "--role", "owner", "--data", p.data},
		"no such role": {"user", "add", "Caisse", "--role", "boss", "--data", p.data},
	} {
		if err := run(t.Context(), arguments, io.Discard, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
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
