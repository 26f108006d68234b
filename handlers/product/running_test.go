package product

// A product over real HTTP, with sandboxes in the place of CamPay's demo and
// production, and the browsers of those who use it.

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"comptoir/campay/sandbox"
	"comptoir/store"
)

const password = "une phrase que je retiens"

// running is a product that serves, and the CamPays that its settings name.
type running struct {
	t       *testing.T
	product *Product
	data    string
	url     string
	log     *bytes.Buffer
	camPays map[store.Book]*sandbox.Sandbox
	keys    map[store.Book]store.CamPayKeys
	close   func() // before the test ends
}

func start(t *testing.T, edit ...func(*Config)) *running {
	t.Helper()
	r := &running{t: t, data: t.TempDir(), log: &bytes.Buffer{}, camPays: map[store.Book]*sandbox.Sandbox{}, keys: map[store.Book]store.CamPayKeys{}}
	var serving http.Handler
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { serving.ServeHTTP(w, req) }))
	r.url = site.URL
	c := Config{
		Site: Site{Local: site.URL, Public: site.URL}, Data: r.data, Callback: "POST",
		Log: slog.New(slog.NewTextHandler(&locked{to: r.log}, nil)), Sites: map[store.Book]string{},
	}
	for _, book := range []store.Book{store.Demo, store.Production} {
		c.Sites[book] = r.camPay(book) + "/api/"
	}
	for _, e := range edit {
		e(&c)
	}
	p, err := Open(t.Context(), c)
	r.must(err)
	r.product, serving = p, p
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	r.close = sync.OnceFunc(func() {
		p.StopStreams()
		stop()
		site.Close()
		r.must(<-ended)
		r.must(p.Close())
	})
	t.Cleanup(r.close)
	return r
}

type locked struct {
	mu sync.Mutex
	to io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}

// camPay starts a CamPay for a book and returns its address.
func (r *running) camPay(book store.Book) string {
	r.t.Helper()
	keys := store.CamPayKeys{Token: "the-permanent-token-of-" + string(book), Username: "app-" + string(book), Password: "the-password-of-" + string(book), WebhookKey: "the-webhook-key-of-" + string(book)}
	r.keys[book] = keys
	var handler http.Handler
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { handler.ServeHTTP(w, req) }))
	r.t.Cleanup(site.Close)
	config := SandboxConfig(keys, slog.New(slog.DiscardHandler))
	config.BaseURL, config.CallbackURL, config.CallbackMethod = site.URL, r.url+"/webhook/campay", "POST"
	s, err := sandbox.New(config)
	r.must(err)
	handler, r.camPays[book] = s.Handler(), s
	return site.URL
}

func (r *running) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// browser is a client with cookies that follows no redirects.
type browser struct {
	*running
	client *http.Client
}

func (r *running) browser() *browser {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	r.must(err)
	return &browser{r, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type answer struct {
	status   int
	location string
	body     string
}

func (b *browser) do(method, path, contentType string, body io.Reader) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, body)
	b.must(err)
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Content-Type", contentType)
	res, err := b.client.Do(req)
	b.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	b.must(err)
	return answer{res.StatusCode, res.Header.Get("Location"), string(text)}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.do(http.MethodGet, path, "", http.NoBody)
}

func (b *browser) post(path string, form url.Values) answer {
	b.t.Helper()
	return b.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// upload posts a form with a file in it.
func (b *browser) upload(path string, form url.Values, logo []byte) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name := range form {
		b.must(w.WriteField(name, form.Get(name)))
	}
	part, err := w.CreateFormFile("logo", "logo.png")
	b.must(err)
	_, err = part.Write(logo)
	b.must(err)
	b.must(w.Close())
	return b.do(http.MethodPost, path, w.FormDataContentType(), &body)
}

func (a answer) want(t *testing.T, status int, text string) {
	t.Helper()
	if a.status != status || !strings.Contains(a.body+a.location, text) {
		t.Fatalf("answered %d %s %.3000s; want %d and %q", a.status, a.location, a.body, status, text)
	}
}

func claimForm() url.Values {
	return url.Values{"shop": {"Boutique Exemple"}, "address": {"Marché central"}, "footer": {"Merci"}, "name": {"Gérance"}, "password": {password}}
}

// claimed is the owner's browser after the setup.
func (r *running) claimed() *browser {
	r.t.Helper()
	b := r.browser()
	b.post("/setup?token="+r.product.Setup(), claimForm()).want(r.t, http.StatusSeeOther, "/checkout")
	return b
}

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		img.Set(x, x%height, color.NRGBA{200, 30, 30, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
