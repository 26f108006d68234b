package e2e

// A disk that fails under the real binary: full, locked, read-only. Nothing is
// acknowledged or sent that was not kept, people are told, and when it is over
// everything goes on by itself.

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestDisk_Fails_NothingIsAcknowledgedOrSentThatIsNotKept(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*testing.T){
		"files may not grow": limitedFiles, "locked": lockedByAnother, "read-only": readOnlyFolder,
	}
	if onSmallDisk(t.TempDir(), "true").Run() == nil { // else this machine lets nobody mount a small disk
		cases["full"] = fullDisk
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// limitedFiles is a disk that takes nothing, on any machine: no file of the
// process may grow.
func limitedFiles(t *testing.T) {
	address := freeAddress(t)
	camPay, api := camPayOf(t, "http://"+address+"/webhook/campay")
	v := newVictim(t, address, killKeys(api)...)
	v.start()
	c := newClerk(v)
	c.wantWebhook("before", http.StatusOK)
	c.limit(0)
	c.cannotWrite(camPay)
	c.limit(unix.RLIM_INFINITY)
	c.goesOn(camPay)
}

func (c *clerk) limit(bytes uint64) {
	c.v.t.Helper()
	limit := unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}
	if err := unix.Prlimit(c.v.process.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		c.v.t.Fatal(err)
	}
}

// onSmallDisk makes a command run where folder is a disk of 2 MB of its own: in
// a namespace, which needs no root where the kernel lets anybody have one. Its
// data folder begins as folder.seed, if there is one.
func onSmallDisk(folder, program string, arguments ...string) *exec.Cmd {
	const script = `mount -t tmpfs -o size=2m tmpfs "$0" && if [ -d "$0.seed" ]; then cp -r "$0.seed" "$0/data"; fi && exec "$@"`
	cmd := exec.Command("sh", append([]string{"-c", script, folder, program}, arguments...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return cmd
}

func fullDisk(t *testing.T) {
	folder := t.TempDir()
	address := freeAddress(t)
	camPay, api := camPayOf(t, "http://"+address+"/webhook/campay")
	v := newVictim(t, address, killKeys(api)...)
	if err := os.Mkdir(folder+".seed", 0o700); err != nil {
		t.Fatal(err)
	}
	v.password = addOwner(t, folder+".seed")
	v.data = filepath.Join(folder, "data")
	v.command = func(arguments ...string) *exec.Cmd { return onSmallDisk(folder, binary(t, quick), arguments...) }
	v.start()
	c := newClerk(v)
	c.wantWebhook("before", http.StatusOK)
	filler := fmt.Sprintf("/proc/%d/root%s/filler", v.process.Process.Pid, folder)
	if err := os.WriteFile(filler, make([]byte, 3<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	c.cannotWrite(camPay)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	c.goesOn(camPay)
}

func lockedByAnother(t *testing.T) {
	address := freeAddress(t)
	camPay, api := camPayOf(t, "http://"+address+"/webhook/campay")
	v := newVictim(t, address, killKeys(api)...)
	v.start()
	c := newClerk(v)
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(v.data, store.FileName))+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lock, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.cannotWrite(camPay)
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	c.goesOn(camPay)
}

// readOnlyFolder has the binary start as nobody where the test is root's: root
// may write anywhere.
func readOnlyFolder(t *testing.T) {
	v := newVictim(t, freeAddress(t))
	t.Cleanup(func() {
		if err := os.Chmod(v.data, 0o755); err != nil { //nolint:gosec // so that it can be removed
			t.Error(err)
		}
	})
	for _, prepare := range []func() error{
		func() error { return os.Chmod(v.data, 0o555) }, //nolint:gosec // others have to reach it
		func() error { // with a book in it
			file := filepath.Join(v.data, store.FileName)
			return errors.Join(os.Chmod(v.data, 0o755), os.WriteFile(file, nil, 0o444), os.Chmod(v.data, 0o555)) //nolint:gosec // as above
		},
	} {
		if err := prepare(); err != nil {
			t.Fatal(err)
		}
		cmd := v.command("serve", "--listen", v.address, "--data", v.data)
		if os.Getuid() == 0 {
			const nobody = 65534
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Run(); err == nil || !strings.Contains(said.String(), "permission denied") || !strings.Contains(said.String(), v.data) {
			t.Errorf("it ended with %v and said %s", err, &said)
		}
	}
}

// clerk works with the binary while its disk fails.
type clerk struct {
	*crowd
	unsent url.Values // the form that could not be sent
}

func newClerk(v *victim) *clerk {
	v.t.Helper()
	return &clerk{crowd: newCrowd(v)}
}

// once sends a request a single time.
func (c *clerk) once(method, path string, form url.Values) (status int, page string) {
	c.v.t.Helper()
	ctx, cancel := context.WithTimeout(c.v.t.Context(), time.Minute)
	defer cancel()
	status, _, page, err := c.send(ctx, method, path, form)
	if err != nil {
		c.v.t.Fatal(err)
	}
	return status, page
}

func (c *clerk) wantWebhook(marker string, want int) {
	c.v.t.Helper()
	form, err := announcement(marker)
	if err != nil {
		c.v.t.Fatal(err)
	}
	if status, said := c.once(http.MethodPost, "/webhook/campay", form); status != want {
		c.v.t.Fatalf("the webhook was answered with %d and not %d: %s", status, want, said)
	}
}

// cannotWrite holds while nothing can be written: pages open, a webhook is not
// acknowledged, and nothing leaves that is not written down.
func (c *clerk) cannotWrite(camPay *sandbox.Sandbox) {
	t := c.v.t
	t.Helper()
	c.wantWebhook("lost", http.StatusServiceUnavailable)
	if status, page := c.once(http.MethodGet, "/transactions", nil); status != http.StatusOK {
		t.Errorf("the list answered %d: %.300s", status, page)
	}
	c.unsent = url.Values{"operation": {payments.NewOperation()}, "amount": {"2500"}, "phone": {"677123456"}, "description": {"Pain"}}
	status, page := c.once(http.MethodPost, "/checkout/phone", c.unsent)
	if status != http.StatusServiceUnavailable || !strings.Contains(page, "<h1>Le disque de la boutique ne prend rien</h1>") {
		t.Errorf("the form answered %d: %.300s", status, page)
	}
	if n := len(camPay.Ledger()); n != 0 {
		t.Errorf("%d operations were sent and not written down", n)
	}
}

// goesOn holds when it is over: the same webhook and the same form are taken.
func (c *clerk) goesOn(camPay *sandbox.Sandbox) {
	t := c.v.t
	t.Helper()
	c.wantWebhook("lost", http.StatusOK)
	if status, page := c.once(http.MethodPost, "/checkout/phone", c.unsent); status != http.StatusSeeOther {
		t.Fatalf("the form answered %d: %.300s", status, page)
	}
	if n := len(camPay.Ledger()); n != 1 {
		t.Errorf("%d operations were sent", n)
	}
}
