package handlers

// What strangers may send, to every route that answers without a session: it is
// refused where it is too long, or left alone, and neither kept nor logged nor sent
// back at that size.

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"comptoir/handlers/pay"
	"comptoir/handlers/web"
	"comptoir/store"
)

// readFields are the names of all fields that the handlers read, whichever reads them.
func readFields(t *testing.T) []string {
	t.Helper()
	read := regexp.MustCompile(`(?:FormValue|QueryParam|Has|Typed|TypedInAddress)\((?:c, )?"([a-z_]+)"`)
	files, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		source, err := os.ReadFile(file) //nolint:gosec // of this package
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range read.FindAllStringSubmatch(string(source), -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// walk is a shop as strangers find it, behind the limits of its server.
type walk struct {
	*shop
	site  *httptest.Server
	paths *strings.Replacer // the parameters of paths, by what is there
}

// unset is a product whose setup is open.
type unset struct{}

func (unset) SetupToken() string { return "SETUP" }

func (unset) Fixed() bool { return false }

func (unset) CheckKeys(context.Context, store.Book, store.CamPayKeys) error {
	return web.ErrKeysRefused
}

func (unset) Reopen(context.Context) error { return nil }

func openWalk(t *testing.T, claimed bool) *walk {
	s := openShop(t)
	w := &walk{shop: s}
	s.server.desk.Wiring = unset{}
	s.isNamed()
	if claimed {
		owner, customer := s.signedIn(store.RoleOwner), s.browser()
		l := s.linked(0)
		paid := customer.onItsWay(customer.paysLink(l, "amount", "500"))
		s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
		s.work()
		w.paths = strings.NewReplacer(
			":slug", l.Slug, ":operation", paid[strings.LastIndex(paid, "/")+1:],
			":token", strings.TrimPrefix(owner.invites("Awa", store.RoleCashier), "/join/"),
		)
	} else {
		w.paths = strings.NewReplacer(":slug", "x", ":operation", "x", ":token", "x")
	}
	w.site = httptest.NewUnstartedServer(s.server.handler())
	w.site.Config.MaxHeaderBytes = 64 << 10 // as main.go has it
	w.site.Start()
	t.Cleanup(w.site.Close)
	return w
}

const (
	junkLength = 60_000 // below what a body or an address may have
	mostTold   = 4_000  // of one text, kept, logged or answered
)

// sends has a stranger send a request, an hour after the last one, and holds that it
// is answered by a refusal, or by what does not show it.
func (w *walk) sends(what, method, path, kind, body string, edit ...func(*http.Request)) {
	w.t.Helper()
	w.clock.pass(time.Hour) // what too many requests in a row get is another rule
	ctx, stop := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, method, w.site.URL+path, strings.NewReader(body))
	w.must(err)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for _, e := range edit {
		e(req)
	}
	res, err := w.site.Client().Transport.RoundTrip(req)
	if err != nil {
		if len(body) < 64<<10 {
			w.t.Errorf("%s: %.300v", what, err)
		}
		return // cut off while it sent what is too long
	}
	defer res.Body.Close()
	var head strings.Builder
	w.must(res.Header.Write(&head))
	got, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil && ctx.Err() == nil {
		w.t.Errorf("%s: %v", what, err)
	}
	if res.StatusCode >= http.StatusInternalServerError {
		w.t.Errorf("%s answered %d: %.200s", what, res.StatusCode, got)
	}
	if len(body) > 64<<10 && res.StatusCode < http.StatusBadRequest && !strings.HasPrefix(path, "/setup") {
		w.t.Errorf("%s answered %d", what, res.StatusCode)
	}
	if long := strings.Repeat("x", mostTold); strings.Contains(string(got), long) || head.Len() > mostTold {
		w.t.Errorf("%s is told what it sent: %d bytes and a head of %d", what, len(got), head.Len())
	}
}

// wantSmall holds that nothing was kept, or logged, of the size that was sent.
func (w *walk) wantSmall() {
	w.t.Helper()
	w.must(w.service.KeepRefused(w.t.Context()))
	for line := range strings.Lines(w.log.String()) {
		if len(line) > mostTold {
			w.t.Errorf("logged: %.200s… (%d)", line, len(line))
			break
		}
	}
	book, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, store.FileName)+"?mode=ro")
	w.must(err)
	defer book.Close()
	rows, err := book.QueryContext(w.t.Context(), `
		SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`)
	w.must(err)
	defer rows.Close()
	var columns [][2]string
	for rows.Next() {
		var c [2]string
		w.must(rows.Scan(&c[0], &c[1]))
		columns = append(columns, c)
	}
	w.must(rows.Err())
	for _, c := range columns {
		var longest sql.NullInt64
		w.must(book.QueryRowContext(w.t.Context(), fmt.Sprintf("SELECT MAX(LENGTH(%q)) FROM %q", c[1], c[0])).Scan(&longest))
		if longest.Int64 > mostTold {
			w.t.Errorf("%s.%s keeps %d bytes", c[0], c[1], longest.Int64)
		}
	}
}

const formKind = "application/x-www-form-urlencoded"

// usual is what a form has beside the field that is looked at: never what is taken.
func usual() url.Values {
	return url.Values{"name": {"owner"}, "password": {"wrong"}, "phone": {"6"}, "amount": {"500"}, "new_password": {"short"}, "token": {"SETUP"}}
}

var (
	badTexts = map[string]string{
		"60 kB": strings.Repeat("x", junkLength), "no text": "a\x00\xff\xfe\xed\xa0\x80\r\nSet-Cookie: a=b",
	}
	strangeHeaders = []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Type", "Forwarded", "HX-Boosted", "HX-Current-URL",
		"HX-Request", "HX-Target", "If-None-Match", "If-Range", "Last-Event-ID", "Origin", "Range", "Referer", "Sec-Fetch-Site",
		"User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Http-Method-Override", "X-Request-Id",
	}
)

func TestStrangers_EveryField_IsBounded(t *testing.T) {
	t.Parallel()
	fields := readFields(t)
	if len(fields) < 30 || !slices.Contains(fields, "operation") {
		t.Fatalf("the fields are no longer found: %v", fields)
	}
	for _, claimed := range []bool{true, false} {
		w := openWalk(t, claimed)
		for _, r := range w.server.routes() {
			if r.audience != nil || r.path == "/styleguide" || !claimed && r.path != "/setup" {
				continue
			}
			w.fieldsOf(r, fields)
			w.headersOf(r)
			w.bodiesOf(r)
		}
		for _, r := range sandboxPages {
			if claimed {
				w.fieldsOf(r, sandboxFields)
				w.headersOf(r)
				w.bodiesOf(r)
			}
		}
		w.wantSmall()
	}
}

// sandboxPages are the embedded sandbox's, which is there while no keys are.
var (
	sandboxPages = []route{
		{"GET", "/sandbox/", nil, nil}, {"GET", "/sandbox/phone", nil, nil}, {"POST", "/sandbox/phone", nil, nil}, {"GET", "/sandbox/pay/:slug", nil, nil},
		{"POST", "/sandbox/pay/:slug", nil, nil}, {"POST", "/sandbox/faults", nil, nil}, {"POST", "/sandbox/faults/clear", nil, nil},
	}
	sandboxFields = []string{"number", "reference", "answer", "pin", "phone", "amount", "try", "lang", "kind", "endpoint", "times", "delay"}
)

// fieldsOf walks every field, each on its own, and the parameters of the path.
func (w *walk) fieldsOf(r route, fields []string) {
	path := w.paths.Replace(r.path)
	for name, text := range badTexts {
		all := usual()
		for _, field := range fields {
			form, what := usual(), fmt.Sprint(r.method, " ", r.path, ", ", field, ": ", name)
			form.Set(field, text)
			all.Set(field, text[:min(len(text), 500)])
			if r.method == http.MethodGet {
				w.sends(what, r.method, path+"?"+url.Values{field: {text}}.Encode(), "", "")
			} else {
				w.sends(what, r.method, path, formKind, form.Encode())
			}
		}
		w.sends(r.path+", all: "+name, r.method, path, formKind, all.Encode())
		for _, parameter := range regexp.MustCompile(`:[a-z]+`).FindAllString(r.path, -1) {
			at := w.paths.Replace(strings.Replace(r.path, parameter, url.PathEscape(text), 1))
			w.sends(r.path+", "+parameter+": "+name, r.method, at, formKind, usual().Encode())
		}
	}
}

func (w *walk) headersOf(r route) {
	path := w.paths.Replace(r.path)
	body := ""
	if r.method != http.MethodGet {
		body = usual().Encode()
	}
	for name, text := range badTexts {
		text = strings.NewReplacer("\x00", "", "\r\n", "").Replace(text) // which no client can send
		for _, h := range strangeHeaders {
			w.sends(fmt.Sprint(r.method, " ", r.path, ", ", h, ": ", name), r.method, path, formKind, body, header(h, text))
		}
		for _, cookie := range []string{web.SessionName, web.LanguageCookie, web.KnownCookie, pay.PayingCookie, web.TillCookie} {
			w.sends(r.path+", cookie "+cookie+": "+name, r.method, path, formKind, body, header("Cookie", w.server.desk.Sessions.CookieName(cookie)+"="+text))
		}
	}
}

// bodiesOf walks bodies that are no form of ours.
func (w *walk) bodiesOf(r route) {
	path := w.paths.Replace(r.path)
	many := func(one func(i int) string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(one(i))
		}
		return b.String()
	}
	for what, b := range map[string][2]string{
		"1 MB in a field":     {formKind, "name=" + strings.Repeat("x", 1<<20)},
		"1 MB in parts":       {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n" + strings.Repeat("x", 1<<20) + "\r\n--x--\r\n"},
		"doubled keys":        {formKind, many(func(i int) string { return fmt.Sprint("name=", i, "&phone=", i, "&locale=en&") }, 500)},
		"arrays":              {formKind, "name[]=a&name[]=b&phone[0]=6&password[a][b]=c"},
		"thousands of fields": {formKind, many(func(i int) string { return fmt.Sprint("f", i, "=&") }, 7000)},
		"thousands of parts":  {"multipart/form-data; boundary=x", many(func(int) string { return "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n" }, 1000) + "--x--\r\n"},
		"a part without end":  {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"" + strings.Repeat("x", junkLength)},
		"broken escapes":      {formKind, "name=%zz&phone=%&password=;"},
		"nested JSON":         {"application/json", strings.Repeat("[", 30_000)},
		"JSON of another":     {"application/json", `{"name":["a"],"phone":{"a":1},"id":"` + strings.Repeat("x", junkLength) + `"}`},
	} {
		if r.method == http.MethodGet && len(b[1]) > 64<<10 {
			continue
		}
		w.sends(r.method+" "+r.path+", "+what, r.method, path, b[0], b[1])
		if r.method == http.MethodGet && b[0] == formKind {
			w.sends(r.path+", asked with "+what, r.method, path+"?"+b[1], "", "")
		}
	}
}
