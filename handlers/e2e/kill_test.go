package e2e

// kill -9: the real binary is killed at random moments while people work with
// it, and started again on the same folder. What it acknowledged is there, and
// nothing is there twice.

import (
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/handlers/product"
	"comptoir/store"
)

// victim is the binary, started again after each kill.
type victim struct {
	t        *testing.T
	address  string
	data     string
	env      []string
	command  func(arguments ...string) *exec.Cmd // that runs the binary
	password string
	process  *exec.Cmd
	kills    int
}

// openFolder is a folder of the test's that other users reach too.
func openFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Chmod(filepath.Dir(folder), 0o755); err != nil { //nolint:gosec // nothing of anybody's is in it
		t.Fatal(err)
	}
	return folder
}

func newVictim(t *testing.T, address string, env ...string) *victim {
	t.Helper()
	v := &victim{t: t, address: address, data: openFolder(t), env: append(os.Environ(), env...)}
	v.command = func(arguments ...string) *exec.Cmd { return exec.Command(binary(t, quick), arguments...) }
	t.Cleanup(v.kill)
	return v
}

// freeAddress is one that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs the binary until it answers.
func (v *victim) start() {
	v.t.Helper()
	if v.password == "" {
		v.password = addOwner(v.t, v.data)
	}
	printed, said := &output{}, &output{}
	v.process = v.command("serve", "--listen", v.address, "--data", v.data)
	v.process.Env, v.process.Stdout, v.process.Stderr = v.env, printed, said
	if err := v.process.Start(); err != nil {
		v.t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		res, err := http.Get(v.url() + "/healthz") //nolint:noctx // a test's own server
		if err == nil {
			_ = res.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			v.t.Fatalf("it does not start: %v\n%s\n%s", err, printed, said)
		}
	}
}

func (v *victim) url() string { return "http://" + v.address }

func (v *victim) kill() {
	if v.process == nil {
		return
	}
	if err := v.process.Process.Kill(); err != nil {
		v.t.Error(err)
	}
	_ = v.process.Wait() // it was killed
	v.process = nil
	v.kills++
}

// terrorise kills and starts it again so many times.
func (v *victim) terrorise(kills int) {
	v.t.Helper()
	for range kills {
		time.Sleep(time.Duration(rand.Int64N(int64(300 * time.Millisecond))))
		v.kill()
		v.start()
	}
}

func TestKill9_WhatWasAcknowledgedIsThere_AndNothingTwice(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T){
		"CamPay lives on": killedWhileCamPayLives, "its sandbox dies with it": killedWithItsSandbox,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// killedWhileCamPayLives has a CamPay that does not die with the shop, as the
// real one.
func killedWhileCamPayLives(t *testing.T) {
	address := freeAddress(t)
	camPay, api := camPayOf(t, "http://"+address+"/webhook/campay")
	v := newVictim(t, address, killKeys(api)...)
	v.start()
	c := newCrowd(v)
	c.work(c.till, c.till, c.linkMaker, c.treasurer, c.announcer, func(ctx context.Context) { payers(ctx, camPay) })
	v.terrorise(100)
	c.leave()
	c.askAboutAll()
	v.kill()
	c.check(camPay.Ledger(), camPay.Webhooks())
}

// killedWithItsSandbox runs on the sandbox inside the binary.
func killedWithItsSandbox(t *testing.T) {
	v := newVictim(t, freeAddress(t))
	v.start()
	c := newCrowd(v)
	c.work(c.till, c.linkMaker, c.treasurer, c.phone)
	v.terrorise(20)
	c.leave()
	c.askAboutAll()
	v.kill()
	var kept struct {
		Balances sandbox.Balances  `json:"balances"`
		Entries  []sandbox.Entry   `json:"entries"`
		Webhooks []sandbox.Webhook `json:"webhooks"`
	}
	content, err := os.ReadFile(filepath.Join(v.data, "sandbox.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &kept); err != nil {
		t.Fatal(err)
	}
	c.check(kept.Entries, kept.Webhooks)
	want := product.SandboxConfig(store.CamPayKeys{}, slog.Default()).Opening
	for _, e := range kept.Entries {
		if e.Operator == money.Orange {
			want.Orange += e.Effect()
		} else {
			want.MTN += e.Effect()
		}
	}
	if kept.Balances != want {
		t.Errorf("the sandbox holds %+v, its ledger gives %+v", kept.Balances, want)
	}
}

const (
	killToken = "a-permanent-token"
	killKey   = "a-webhook-key"
)

// killKeys are the binary's keys to camPayOf.
func killKeys(api string) []string {
	return []string{
		"COMPTOIR_CAMPAY_URL=" + api + "/sandbox/api/", "COMPTOIR_CAMPAY_TOKEN=" + killToken, "COMPTOIR_CAMPAY_WEBHOOK_KEY=" + killKey,
	}
}

// camPayOf is a CamPay in the test's own process.
func camPayOf(t *testing.T, callback string) (*sandbox.Sandbox, string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	config := product.SandboxConfig(store.CamPayKeys{Token: killToken, WebhookKey: killKey}, slog.New(slog.DiscardHandler))
	config.BaseURL, config.CallbackURL = base+"/sandbox", callback
	config.Opening = sandbox.Balances{MTN: money.Francs(10_000_000), Orange: money.Francs(10_000_000)}
	s, err := sandbox.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: s.Handler(), ReadHeaderTimeout: time.Minute}}
	server.Start()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		server.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s, base
}

// check looks at what the last life left in its folder.
func (c *crowd) check(ledger []sandbox.Entry, sent []sandbox.Webhook) {
	t := c.v.t
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(c.v.data, store.FileName)))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for pragma, want := range map[string]string{"integrity_check": "ok", "foreign_key_check": ""} {
		if got := strings.Join(column(t, db, "PRAGMA "+pragma), " "); got != want {
			t.Errorf("%s: %s", pragma, got)
		}
	}
	for _, external := range repeated(column(t, db, "SELECT external_reference FROM transactions WHERE external_reference <> ''")) {
		t.Errorf("operation %s is in the book twice", external)
	}
	var effects []string
	statuses := map[string]campay.Status{}
	for _, e := range ledger {
		effects = append(effects, e.ExternalReference)
		statuses[e.Reference] = e.Status
	}
	for _, external := range repeated(effects) {
		t.Errorf("operation %s has two effects", external)
	}
	kept := column(t, db, "SELECT external_reference FROM transactions")
	for _, operation := range c.done {
		if !slices.Contains(kept, operation) {
			t.Errorf("operation %s was acknowledged and is lost", operation)
		}
	}
	for _, both := range column(t, db, "SELECT reference || ' ' || UPPER(status) FROM transactions WHERE status IN ('successful', 'failed') AND reference <> ''") {
		if reference, status, _ := strings.Cut(both, " "); string(statuses[reference]) != status {
			t.Errorf("%s is %s in the book, and %s at CamPay", reference, status, statuses[reference])
		}
	}
	c.checkWebhooks(db, sent)
	t.Logf("%d kills survived; %d operations acknowledged, %d effects at CamPay, %d webhooks acknowledged of our own",
		c.v.kills, len(c.done), len(ledger), len(c.announced))
}

// checkWebhooks holds that what was answered with 200 is kept, and once.
func (c *crowd) checkWebhooks(db *sql.DB, sent []sandbox.Webhook) {
	t := c.v.t
	t.Helper()
	ours := column(t, db, "SELECT external_reference FROM deliveries WHERE reference = '"+announcedReference+"'")
	for _, marker := range repeated(ours) {
		t.Errorf("webhook %s is kept twice", marker)
	}
	for _, marker := range c.announced {
		if !slices.Contains(ours, marker) {
			t.Errorf("webhook %s was acknowledged and is lost", marker)
		}
	}
	kept := column(t, db, "SELECT reference FROM deliveries WHERE verdict = 'accepted'")
	for _, w := range sent {
		for _, attempt := range w.Attempts {
			if attempt.HTTPStatus == http.StatusOK && !slices.Contains(kept, w.Reference) {
				t.Errorf("CamPay's webhook of %s was acknowledged and is lost", w.Reference)
			}
		}
	}
}

func column(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// repeated are the values that come more than once.
func repeated(values []string) []string {
	counts := map[string]int{}
	var twice []string
	for _, v := range values {
		if counts[v]++; counts[v] == 2 {
			twice = append(twice, v)
		}
	}
	return twice
}
