package sandbox

// The pages' templates, style and words, and how a page is put together in the
// reader's language.

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"comptoir/campay/money"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed templates/*.html locales/*.json assets/sandbox.css
var files embed.FS

// screens are the embedded files, parsed.
type screens struct {
	pages   map[string]*template.Template
	words   *i18n.Bundle
	matcher language.Matcher
	style   []byte
	version string // of the style
}

func loadScreens() (*screens, error) {
	s := &screens{pages: map[string]*template.Template{}, words: i18n.NewBundle(language.French)}
	s.words.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, name := range []string{"fr", "en"} {
		if _, err := s.words.LoadMessageFileFS(files, "locales/"+name+".json"); err != nil {
			return nil, err
		}
	}
	s.matcher = language.NewMatcher([]language.Tag{language.French, language.English})
	names, err := files.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		s.pages[n.Name()], err = template.ParseFS(files, "templates/layout.html", path.Join("templates", n.Name()))
		if err != nil {
			return nil, err
		}
	}
	if s.style, err = files.ReadFile("assets/sandbox.css"); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(s.style)
	s.version = hex.EncodeToString(sum[:6])
	return s, nil
}

// screen is what every template gets: its methods are the templates' words.
type screen struct {
	Lang    string
	Prefix  string
	Style   string
	Refresh int    // seconds; 0: the page stays as it is
	Other   string // the same page in the other language
	Data    any

	localizer *i18n.Localizer
}

// refreshing is the data of a page that loads itself again.
type refreshing interface{ refresh() int }

// show writes a page. It is made whole before anything is sent.
func (s *Sandbox) show(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	lang := s.language(w, r)
	p := screen{
		Lang:      lang,
		Prefix:    s.prefix,
		Style:     s.prefix + "/sandbox.css?v=" + s.screens.version,
		Other:     otherLanguage(r.URL, lang),
		Data:      data,
		localizer: i18n.NewLocalizer(s.screens.words, lang),
	}
	if again, ok := data.(refreshing); ok {
		p.Refresh = again.refresh()
	}
	var out bytes.Buffer
	if err := s.screens.pages[name].ExecuteTemplate(&out, "layout", p); err != nil {
		s.cfg.Logger.Error("sandbox: page", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = out.WriteTo(w) // the reader may have gone
}

// language is what the reader chose, or what the browser prefers. A choice
// holds until the browser is closed.
func (s *Sandbox) language(w http.ResponseWriter, r *http.Request) string {
	chosen := r.URL.Query().Get("lang")
	if isLanguage(chosen) {
		// #nosec G124 -- Secure where the sandbox is served by https
		http.SetCookie(w, &http.Cookie{
			Name: s.languageCookie(), Value: chosen, Path: s.prefix + "/",
			HttpOnly: true, Secure: s.base.Scheme == "https", SameSite: http.SameSiteLaxMode,
		})
		return chosen
	}
	if cookie, err := r.Cookie(s.languageCookie()); err == nil && isLanguage(cookie.Value) {
		return cookie.Value
	}
	_, index := language.MatchStrings(s.screens.matcher, r.Header.Get("Accept-Language"))
	return []string{"fr", "en"}[index]
}

func isLanguage(chosen string) bool { return chosen == "fr" || chosen == "en" }

// languageCookie is the cookie's name. A browser sends it to each port of a host, so
// it holds a mark of the keys, as the product's cookies do of theirs.
func (s *Sandbox) languageCookie() string {
	mac := hmac.New(sha256.New, []byte(s.cfg.Token+s.cfg.Password))
	mac.Write([]byte("cookies"))
	return "sandbox_lang-" + hex.EncodeToString(mac.Sum(nil))[:6]
}

func otherLanguage(here *url.URL, lang string) string {
	query := here.Query()
	query.Set("lang", map[string]string{"fr": "en", "en": "fr"}[lang])
	return here.EscapedPath() + "?" + query.Encode()
}

// T is a message in the reader's language; pairs are its parameters, name and
// value in turn. A missing message is an error, so that a test finds it.
func (p screen) T(id string, pairs ...any) (string, error) {
	values := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return p.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: values})
}

// Money is an amount as people read it: "12 500 FCFA".
func (p screen) Money(a money.XAF) string {
	digits, decimals, _ := strings.Cut(a.String(), ".")
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	if decimals != "" {
		digits += map[string]string{"fr": ",", "en": "."}[p.Lang] + decimals
	}
	return sign + digits + "\u00a0FCFA"
}

// Number is a phone number as people read it: "6 77 12 34 56".
func (p screen) Number(phone money.Phone) string {
	n := strings.TrimPrefix(string(phone), "237")
	if len(n) != 9 {
		return string(phone)
	}
	return strings.Join([]string{n[:1], n[1:3], n[3:5], n[5:7], n[7:]}, "\u00a0")
}

// Clock is a time of day in Cameroon, which has one hour more than UTC all year.
func (p screen) Clock(at time.Time) string {
	return at.In(money.Douala).Format("02/01 15:04:05")
}

func (s *Sandbox) showStyle(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("v") == s.screens.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "sandbox.css", time.Time{}, bytes.NewReader(s.screens.style))
}
