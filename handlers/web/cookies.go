package web

// Cookies. A browser sends a host's cookies to each of its ports, so their names
// hold a mark of the data folder: two shops on one machine sign nobody out of
// the other.

import (
	"encoding/hex"
	"net/http"
	"time"

	"comptoir/store"
)

// CookieLife is how long a browser keeps what it should know again.
const CookieLife = 365 * 24 * time.Hour

// CookieMark is what tells a data folder's cookies from another's.
func CookieMark(keys store.Keyring) string {
	return hex.EncodeToString(keys.MAC("cookies").Sum(nil))[:6]
}

// hostOnly is a cookie's name, which on https no other host can set.
func (s *Sessions) hostOnly(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

// CookieName is the name under which a browser keeps a cookie of ours.
func (s *Sessions) CookieName(name string) string { return s.hostOnly(name + "-" + s.Mark) }

// Cookie is what a browser kept under a name, "" for nothing; before the names
// had a mark it kept it without one.
func (s *Sessions) Cookie(r *http.Request, name string) string {
	for _, name := range []string{s.CookieName(name), s.hostOnly(name)} {
		if cookie, err := r.Cookie(name); err == nil {
			return cookie.Value
		}
	}
	return ""
}

// Remember has a browser keep a cookie.
func (s *Sessions) Remember(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure on https; a shop's own network may have none
		Name: s.CookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
	})
}
