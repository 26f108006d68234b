// Package e2e tests the binary that merchants run, as a process: in a browser, by
// its commands, killed, on a failing disk. The actions are what the visitor of a
// page does (visitor_test.go) and what a running shop is told (shop_test.go); the
// stories are the tests.
package e2e

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// storiesAtOnce is how many stories are told side by side: most of the time they wait,
// for a page, a poll, a slow network.
const storiesAtOnce = 5

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(max(storiesAtOnce, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}
	code := m.Run()
	closeBrowser()
	if folder, err := builds(); err == nil {
		_ = os.RemoveAll(folder)
	}
	os.Exit(code)
}

// builds is a folder for this run's binaries, which anybody may run.
var builds = sync.OnceValues(func() (folder string, err error) {
	if folder, err = os.MkdirTemp("", "comptoir-e2e-"); err != nil {
		return "", err
	}
	return folder, os.Chmod(folder, 0o755) //nolint:gosec // nothing of anybody's is in it
})

// watched is the product with the race detector, where it watches the tests; what
// else its build is told comes by GOFLAGS. Each is built when it is first asked for.
var watched = sync.OnceValues(func() (path string, err error) {
	if !raced {
		return quick()
	}
	return build("watched.exe", os.Environ(), "-race")
})

// quick is the product without the race detector, which starts in no time: it is
// what is killed, what runs commands, and what is looked at where one thing happens
// after another.
var quick = sync.OnceValues(func() (path string, err error) {
	return build("comptoir.exe", append(os.Environ(), "GOFLAGS="))
})

func build(name string, env []string, flags ...string) (path string, err error) {
	folder, err := builds()
	if err != nil {
		return "", err
	}
	path = filepath.Join(folder, name)
	cmd := exec.Command("go", append([]string{"build", "-o", path}, append(flags, "comptoir")...)...)
	cmd.Env = env
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, said)
	}
	return path, nil
}

// binary is the path of one of them.
func binary(t *testing.T, built func() (string, error)) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// command runs a command of the binary to its end.
func command(t *testing.T, arguments ...string) (printed string, err error) {
	t.Helper()
	var out, said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), binary(t, quick), arguments...)
	cmd.Stdout, cmd.Stderr = &out, &said
	if err = cmd.Run(); err != nil {
		err = errors.Join(err, errors.New(said.String()))
	}
	return out.String(), err
}

// noRaces holds that the race detector found none in a process.
func noRaces(t *testing.T, said string) {
	t.Helper()
	if at := strings.Index(said, "WARNING: DATA RACE"); at >= 0 {
		t.Errorf("a race in the binary:\n%s", said[at:])
	}
}

// output is what a process prints, readable while it runs.
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

// start runs a command of one of the binaries until it has printed want, and ends it with
// the test, or by stop before: told to end, it has to end well.
func start(t *testing.T, built func() (string, error), want string, arguments ...string) (printed string, stop func()) {
	t.Helper()
	out, said := &output{ready: make(chan struct{}), want: want}, &output{}
	cmd := exec.Command(binary(t, built), arguments...)
	cmd.Stdout, cmd.Stderr = out, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop = sync.OnceFunc(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Error(err)
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("%s: %v\n%s", arguments[0], err, tail(said.String()))
			}
		case <-time.After(patience):
			t.Errorf("%s does not end", arguments[0])
			_ = cmd.Process.Kill()
		}
		noRaces(t, said.String())
		if t.Failed() {
			t.Logf("%s said:\n%s", arguments[0], tail(said.String()))
		}
	})
	t.Cleanup(stop)
	select {
	case <-out.ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("%s ended: %v\n%s\n%s", arguments[0], err, out, said)
	}
	return out.String(), stop
}

// tail is the end of what a process said, as much as one wants to read.
func tail(said string) string {
	const most = 4000
	return said[max(0, len(said)-most):]
}
