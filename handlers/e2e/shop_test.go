package e2e

// The running shop, on its embedded sandbox, and what can be done to it without a
// browser.

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"comptoir/store"
)

// shop is a running Comptoir on its embedded sandbox.
type shop struct {
	url      string
	owner    string // the name to sign in with
	password string // the owner's
	data     string
	stop     func() // before the test ends
}

var (
	printedURL      = regexp.MustCompile(`open at (\S+)`)
	printedPassword = regexp.MustCompile(`password(?: of .*)?: (\S+)`)
	printedSetup    = regexp.MustCompile(`http://\S+/setup\?token=\S+`)
)

// ownerName is the owner's of these tests.
const ownerName = "owner"

// claimed is a data folder that the setup's command made somebody's. It is made once,
// and each story begins with a copy.
var claimed = sync.OnceValues(func() (c struct{ folder, password string }, err error) {
	binary, err := quick()
	if err != nil {
		return c, err
	}
	c.folder = filepath.Join(filepath.Dir(binary), "claimed")
	if err := os.Mkdir(c.folder, 0o700); err != nil {
		return c, err
	}
	printed, err := exec.Command(binary, "user", "add", ownerName, "--role", "owner", "--data", c.folder).CombinedOutput()
	if err != nil {
		return c, fmt.Errorf("add the owner: %w\n%s", err, printed)
	}
	c.password = printedPassword.FindStringSubmatch(string(printed))[1]
	return c, nil
})

// addOwner makes a data folder somebody's, and returns the password; none when it
// is his already.
func addOwner(t *testing.T, data string) (password string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(data, store.FileName)); err == nil {
		return ""
	}
	c, err := claimed()
	if err != nil {
		t.Fatal(err)
	}
	if err := copyFolder(data, c.folder); err != nil {
		t.Fatal(err)
	}
	return c.password
}

// copyFolder copies a folder's files, for their owner alone, as the product keeps them.
func copyFolder(to, from string) error {
	files, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(from, file.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, file.Name()), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// serve starts the product of an owner on a free port, watched by the race
// detector, and stops it with the test.
func serve(t *testing.T, data string, flags ...string) shop {
	t.Helper()
	return serveBy(t, watched, data, flags...)
}

// show is serve for who looks at screens: nothing happens there at once that the
// race detector could watch, and drawn without it they are there sooner.
func show(t *testing.T, data string, flags ...string) shop {
	t.Helper()
	return serveBy(t, quick, data, flags...)
}

func serveBy(t *testing.T, built func() (string, error), data string, flags ...string) shop {
	t.Helper()
	password := addOwner(t, data)
	p, _ := launch(t, built, data, flags...)
	p.owner, p.password = ownerName, password
	return p
}

// serveUnclaimed starts a product that is nobody's, and returns the address of
// its setup.
func serveUnclaimed(t *testing.T, flags ...string) (p shop, setup string) {
	t.Helper()
	p, printed := launch(t, quick, t.TempDir(), flags...)
	return p, printedSetup.FindString(printed)
}

// launch starts the product, and returns what it printed.
func launch(t *testing.T, built func() (string, error), data string, flags ...string) (p shop, printed string) {
	t.Helper()
	printed, stop := start(t, built, "/sandbox/phone\n", append([]string{"serve", "--listen", "127.0.0.1:0", "--data", data}, flags...)...)
	return shop{url: printedURL.FindStringSubmatch(printed)[1], data: data, stop: stop}, printed
}

// fault has the sandbox do something wrong, by its own form of JSON.
func (p shop) fault(t *testing.T, json string) {
	t.Helper()
	res := p.post(t, "/sandbox/faults", "application/json", json)
	if res.StatusCode >= 300 {
		t.Fatalf("fault %s: %s", json, res.Status)
	}
}

func (p shop) post(t *testing.T, path, contentType, body string) *http.Response {
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
func (p shop) pay(t *testing.T, address string) {
	t.Helper()
	path := strings.TrimPrefix(address, p.url)
	res := p.post(t, path, "application/x-www-form-urlencoded", url.Values{"phone": {"677123456"}}.Encode())
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Request.URL.Path, path) {
		t.Fatalf("pay on %s: %s at %s", address, res.Status, res.Request.URL)
	}
}

var promptOnPhone = regexp.MustCompile(`class="prompt" data-reference="([^"]+)" data-phone="237([^"]+)"`)

// prompts are the references of those that wait on phones, by number.
func (p shop) prompts(t *testing.T) map[string]string {
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
func (p shop) enter(t *testing.T, pin string) {
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
func (p shop) enterOn(t *testing.T, phone, pin string) {
	t.Helper()
	if res := p.post(t, "/sandbox/phone", "application/x-www-form-urlencoded", url.Values{
		"reference": {p.prompts(t)[phone]}, "pin": {pin}, "answer": {"confirm"},
	}.Encode()); res.StatusCode != http.StatusOK {
		t.Fatalf("enter the PIN: %s", res.Status)
	}
}

// signIn is a client with the owner's session.
func (p shop) signIn(t *testing.T) *http.Client {
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
