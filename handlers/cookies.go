package handlers

// Cookies. A browser sends a host's cookies to each of its ports, so their names
// hold a mark of the data folder: two shops on one machine sign nobody out of
// the other.

import (
	"encoding/hex"
	"net/http"
	"time"

	"comptoir/store"
)

// cookieLife is how long a browser keeps what it should know again.
const cookieLife = 365 * 24 * time.Hour

// cookieMark is what tells a data folder's cookies from another's.
func cookieMark(keys store.Keyring) string {
	return hex.EncodeToString(keys.MAC("cookies").Sum(nil))[:6]
}

// hostOnly is a cookie's name, which on https no other host can set.
func (s *sessionStore) hostOnly(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

func (s *sessionStore) cookieName(name string) string { return s.hostOnly(name + "-" + s.mark) }

// cookie is what a browser kept under a name, "" for nothing; before the names
// had a mark it kept it without one.
func (s *sessionStore) cookie(r *http.Request, name string) string {
	for _, name := range []string{s.cookieName(name), s.hostOnly(name)} {
		if cookie, err := r.Cookie(name); err == nil {
			return cookie.Value
		}
	}
	return ""
}

// remember has a browser keep a cookie.
func (s *sessionStore) remember(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure on https; a shop's own network may have none
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}
