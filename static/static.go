// Package static holds the files that browsers load: embedded, named by their
// content, compressed once, cached for a year.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed css/*.css js/*.js vendor/*.js icons/*.png favicon.svg
var embedded embed.FS

// prefix is where Handler must be mounted.
const prefix = "/static/"

// styles are the layers of app.css in their order: one file over the wire,
// one subject per file here.
var styles = []string{"css/tokens.css", "css/base.css", "css/components.css", "css/screens.css", "css/print.css"}

// sheets are the styles that one kind of page alone needs, each served by its
// own name beside app.css, to whose layers they belong.
var sheets = []string{"css/checkout.css", "css/daymark.css", "css/link-forms.css", "css/pay.css", "css/events.css",
	"css/receipt-page.css", "css/receipt-58.css", "css/receipt-80.css", "css/receipt-a5.css"}

// types are the content types of what we serve; a machine's own table of them
// may lack one or say something else.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

// file is one file, ready to be sent.
type file struct {
	contentType string
	etag        string
	plain       []byte
	gzipped     []byte
}

// collection is every file by the name under which it is served, and that
// name by the plain one.
type collection struct {
	served map[string]file
	names  map[string]string
}

// all reads and compresses the embedded files once, at the first use.
var all = sync.OnceValue(func() collection {
	c := collection{served: make(map[string]file), names: make(map[string]string)}
	c.add("app.css", joined(styles))
	c.add("app.js", joined([]string{"js/forms.js", "js/live.js", "js/app.js"}))
	c.add("pay.js", joined([]string{"js/forms.js", "js/pay.js"}))
	for _, name := range append(slices.Clone(sheets), "js/web-push.js", "js/checkout.js", "js/webauthn.js", "vendor/htmx.min.js", "vendor/sse.min.js", "favicon.svg",
		"icons/icon-180.png", "icons/icon-192.png", "icons/icon-512.png", "icons/icon-maskable.png") {
		c.add(path.Base(name), read(name))
	}
	return c
})

func joined(names []string) []byte {
	var b bytes.Buffer
	for _, name := range names {
		b.Write(read(name))
	}
	return b.Bytes()
}

func read(name string) []byte {
	content, err := fs.ReadFile(embedded, name)
	if err != nil {
		panic(fmt.Sprintf("static: embedded file: %v", err)) // cannot happen in a binary that passed its tests
	}
	return content
}

func (c collection) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:6])
	ext := path.Ext(name)
	served := strings.TrimSuffix(name, ext) + "." + hash + ext
	c.names[name] = served
	c.served[served] = file{
		contentType: types[ext], etag: `"` + hash + `"`, plain: content, gzipped: gzipped(content),
	}
}

func gzipped(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	_, _ = w.Write(content)                               // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// URL is the address of a file by its plain name: "app.css" becomes
// "/static/app.1f2e3d4c5b6a.css". It panics for a file that does not exist.
func URL(name string) string {
	served, ok := all().names[name]
	if !ok {
		panic("static: no file " + name)
	}
	return prefix + served
}

// shell are the files without which no page of the product can be shown.
var shell = []string{"app.css", "app.js", "htmx.min.js", "sse.min.js", "favicon.svg"}

// ServiceWorker is the script of the app's service worker. It names the files
// that it keeps; with any of them it changes, and keeps the new ones.
func ServiceWorker() []byte {
	paths := make([]string, len(shell))
	for i, name := range shell {
		paths[i] = URL(name)
	}
	named, _ := json.Marshal(paths) // strings can be written
	worker := read("js/sw.js")
	version := sha256.Sum256(append(named, worker...))
	return fmt.Appendf(nil, "var VERSION = 'shell-%x', SHELL = %s, ICON = %q\n%s", version[:6], named, URL("icon-192.png"), worker)
}

// Handler serves the files under /static/ by their fingerprinted names, and
// nothing else.
func Handler() http.Handler {
	files := all().served
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, prefix)
		f, known := files[name]
		if !ok || !known {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		f.serve(w, r)
	})
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", f.etag)
	if strings.Contains(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = f.gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = io.Copy(w, bytes.NewReader(body)) // the reader went away: nothing to tell it
}

// acceptsGzip reports whether an Accept-Encoding header takes gzip and does
// not rule it out with a weight of zero.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, parameters, _ := strings.Cut(part, ";")
		if strings.TrimSpace(coding) != "gzip" {
			continue
		}
		weight, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !ok || err != nil || q > 0
	}
	return false
}
