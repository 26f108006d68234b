package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func get(t *testing.T, method, address string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path = address
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func names() []string { return slices.Sorted(maps.Keys(all().names)) }

func TestURL_NamesAFileByItsContent(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^/static/[\w.-]+\.[0-9a-f]{12}\.\w+$`)
	for _, name := range names() {
		if address := URL(name); !form.MatchString(address) {
			t.Errorf("%s is at %s", name, address)
		}
	}
	c := collection{served: make(map[string]file), names: make(map[string]string)}
	c.add("a.css", []byte("a"))
	first := c.names["a.css"]
	c.add("a.css", []byte("b"))
	if c.names["a.css"] == first {
		t.Error("another content has the same name")
	}
}

func TestURL_OfAFileThatDoesNotExistPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	URL("no.css")
}

func TestHandler_ServesForAYearWithTheRightType(t *testing.T) {
	t.Parallel()
	for name, contentType := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "htmx.min.js": "text/javascript; charset=utf-8",
		"sse.min.js": "text/javascript; charset=utf-8", "favicon.svg": "image/svg+xml", "icon-192.png": "image/png",
	} {
		w := get(t, http.MethodGet, URL(name), nil)
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", name, w.Code, w.Body.Len())
		}
		for header, want := range map[string]string{
			"Content-Type": contentType, "Cache-Control": "public, max-age=31536000, immutable",
			"X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding", "Content-Encoding": "",
		} {
			if got := w.Header().Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
	}
}

func TestHandler_GzipHoldsTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, name := range names() {
		plain := get(t, http.MethodGet, URL(name), nil)
		packed := get(t, http.MethodGet, URL(name), map[string]string{"Accept-Encoding": "br, gzip;q=0.8, deflate"})
		if packed.Header().Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s is not compressed", name)
		}
		r, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		if unpacked, err := io.ReadAll(r); err != nil || !bytes.Equal(unpacked, plain.Body.Bytes()) {
			t.Errorf("%s differs when compressed: %v", name, err)
		}
	}
}

func TestHandler_CompressesForThoseAloneWhoTakeIt(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"": false, "br": false, "gzip;q=0": false, "gzip; q=0.0": false, "x-gzip": false, "identity, gzip;q=0": false,
		"gzip": true, "deflate, gzip;q=1.0": true, "gzip;q=junk": true,
	} {
		if got := acceptsGzip(header); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

func TestHandler_AnswersWhatIsKnownAlreadyWithoutABody(t *testing.T) {
	t.Parallel()
	tag := get(t, http.MethodGet, URL("app.css"), nil).Header().Get("ETag")
	w := get(t, http.MethodGet, URL("app.css"), map[string]string{"If-None-Match": tag})
	if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("status %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := get(t, http.MethodHead, URL("app.css"), nil); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: status %d, %d bytes", w.Code, w.Body.Len())
	}
}

func TestHandler_ServesNothingElse(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"/static/", "/static", "/", "/static/app.css", "/static/css/app.css", "/static/css/tokens.css", "/static/vendor/vendor.json",
		"/static/static.go", "/static/../go.mod", "/static/..%2fgo.mod", "/static/app.000000000000.css", URL("app.css") + "/", strings.ToUpper(URL("app.css")),
	} {
		if w := get(t, http.MethodGet, address, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		if w := get(t, method, URL("app.css"), nil); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d", method, w.Code)
		}
	}
}

func TestServiceWorker_KeepsFilesThatAreServedAndNothingElse(t *testing.T) {
	t.Parallel()
	worker := string(ServiceWorker())
	named := regexp.MustCompile(`SHELL = (\[.*?\])`).FindStringSubmatch(worker)
	if named == nil {
		t.Fatal("it names no files")
	}
	var paths []string
	if err := json.Unmarshal([]byte(named[1]), &paths); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if w := get(t, http.MethodGet, path, nil); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if n := strings.Count(worker, "cache.put"); n != 0 || len(paths) < 4 {
		t.Errorf("%d files, and it keeps what it meets: %d", len(paths), n)
	}
}

func TestVendoredFiles_AreThoseThatWereChecked(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("vendor/vendor.json")
	if err != nil {
		t.Fatal(err)
	}
	var vendored []struct{ Name, Version, Integrity, File, SHA256 string }
	if err := json.Unmarshal(content, &vendored); err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, v := range vendored {
		listed[v.File] = true
		sum := sha256.Sum256(read("vendor/" + v.File))
		if hex.EncodeToString(sum[:]) != v.SHA256 {
			t.Errorf("%s is not %s %s as it came from npm", v.File, v.Name, v.Version)
		}
		if !strings.HasPrefix(v.Integrity, "sha512-") {
			t.Errorf("%s has no checksum of npm", v.Name)
		}
	}
	files, _ := filepath.Glob("vendor/*.js")
	for _, f := range files {
		if !listed[filepath.Base(f)] {
			t.Errorf("%s is in no list", f)
		}
	}
}
