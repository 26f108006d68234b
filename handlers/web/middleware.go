package web

// What every request passes: recover, log, limits, headers, language,
// cross-origin protection, session and role.

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

// maxBody bounds what anyone may send: the longest form is far below it.
const maxBody = "64K"

// No address of ours is longer than maxAddress, and no field of a form that strangers
// send than maxField: what is may be echoed, compared and searched for nowhere.
const (
	maxAddress = 8 << 10
	maxField   = 4 << 10
)

// contentPolicy lets a page use what this server serves and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// LanguageCookie keeps the language of someone who is not signed in.
const LanguageCookie = "lang"

// The keys of a request's values.
const (
	keyUser      = "user"
	keyRequestID = "request_id"
)

// Use has every request pass what all of them do.
func (s *Desk) Use(e *echo.Echo) {
	e.Use(
		s.identify,
		origin,
		s.logRequests(),
		middleware.RecoverWithConfig(middleware.RecoverConfig{DisablePrintStack: true, LogErrorFunc: s.logPanic}),
		s.headers,
		shortAddress,
		middleware.BodyLimitWithConfig(middleware.BodyLimitConfig{Limit: maxBody, Skipper: isUpload}),
		middleware.BodyLimitWithConfig(middleware.BodyLimitConfig{Limit: "6M", Skipper: func(c echo.Context) bool { return !isUpload(c) }}),
		middleware.GzipWithConfig(middleware.GzipConfig{Level: 5, MinLength: 512, Skipper: isNotText}),
		s.speak,
		s.sameOrigin(),
	)
}

// identify names the request, for the log and for whoever reports an error.
func (s *Desk) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set(keyRequestID, uuid.NewString()[:8])
		return next(c)
	}
}

// origin has the acts of a request carry the address that it came from, and the
// one that it came by.
func origin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := withAddress(store.WithOrigin(c.Request().Context(), c.RealIP()), c)
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

// RequestID names the request, for whoever reports an error.
func RequestID(c echo.Context) string {
	id, _ := c.Get(keyRequestID).(string)
	return id
}

// logRequests logs the route, never the address asked for: query strings hold
// signatures, slugs and names.
func (s *Desk) logRequests() echo.MiddlewareFunc {
	return middleware.RequestLoggerWithConfig(middleware.RequestLoggerConfig{
		LogStatus: true, LogLatency: true, LogMethod: true, LogRoutePath: true, LogError: true, HandleError: true,
		LogValuesFunc: func(c echo.Context, v middleware.RequestLoggerValues) error {
			level := slog.LevelDebug
			if v.Status >= http.StatusInternalServerError {
				level = slog.LevelError
			}
			attributes := []any{"id", RequestID(c), "method", v.Method, "route", v.RoutePath, "status", v.Status, "took", v.Latency.Round(time.Microsecond)}
			if v.Error != nil && level == slog.LevelError {
				attributes = append(attributes, "error", v.Error)
			}
			s.Log.Log(c.Request().Context(), level, "request", attributes...)
			return nil
		},
	})
}

func (s *Desk) logPanic(c echo.Context, err error, stack []byte) error {
	s.Log.ErrorContext(c.Request().Context(), "panic", "id", RequestID(c), "error", err, "stack", string(stack))
	return err
}

func (s *Desk) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if s.Sessions.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		if !strings.HasPrefix(c.Request().URL.Path, "/static/") {
			h.Set(echo.HeaderCacheControl, "no-store")
		}
		return next(c)
	}
}

func shortAddress(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if len(c.Request().RequestURI) > maxAddress {
			return echo.NewHTTPError(http.StatusRequestURITooLong)
		}
		return next(c)
	}
}

// shortFields refuses a stranger's form with a field that nobody fills in. The webhook
// reads its body, of whatever form, by itself.
func shortFields(c echo.Context) error {
	if c.Request().Method != http.MethodPost || strings.HasPrefix(c.Path(), "/webhook/") {
		return nil
	}
	form, err := c.FormParams()
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) || errors.Is(err, echo.ErrStatusRequestEntityTooLarge) {
		return echo.ErrStatusRequestEntityTooLarge
	}
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	for name, values := range form {
		if len(name) > maxField || slices.ContainsFunc(values, func(v string) bool { return len(v) > maxField }) {
			return echo.ErrStatusRequestEntityTooLarge
		}
	}
	return nil
}

// isUpload reports whether a form may have a file in it.
func isUpload(c echo.Context) bool {
	return c.Path() == "/setup" || c.Path() == "/settings/shop" || c.Path() == "/links/batch"
}

// isNotText skips what is compressed already, and streams.
func isNotText(c echo.Context) bool {
	path := c.Request().URL.Path
	return strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/webhook/") || strings.HasSuffix(path, "/live") || strings.HasSuffix(path, ".png") || strings.HasSuffix(path, ".pdf")
}

// errForeign is a form that another site's page, or another address of this one,
// had a browser send.
var errForeign = errors.New("the form is another site's")

// sameOrigin refuses what another site makes a browser send: by Sec-Fetch-Site,
// and by Origin in browsers that do not know it or are on plain http. A page
// without a referrer would send "null" there: ours have one, for ourselves.
func (s *Desk) sameOrigin() echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	trusted := protection.AddTrustedOrigin(s.URL) == nil
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				s.Log.WarnContext(c.Request().Context(), "cross-origin request", "id", RequestID(c), "own_origin_known", trusted)
				return fmt.Errorf("%w: %w", errForeign, err)
			}
			return next(c)
		}
	}
}

// speak chooses the language: the cookie's, else the browser's. A signed-in
// user's own choice replaces it in allow.
func (s *Desk) speak(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if strings.HasPrefix(c.Path(), "/webhook/") {
			return next(c) // CamPay reads no language
		}
		locale := s.chosenLanguage(c)
		if locale == "" {
			locale = views.MatchLocale(c.Request().Header.Get("Accept-Language"))
		}
		setLocale(c, locale)
		return next(c)
	}
}

// chosenLanguage is the language that was chosen in this browser, if any.
func (s *Desk) chosenLanguage(c echo.Context) string {
	chosen := s.Sessions.Cookie(c.Request(), LanguageCookie)
	if chosen != views.French && chosen != views.English {
		return ""
	}
	return chosen
}

func setLocale(c echo.Context, locale string) {
	c.SetRequest(c.Request().WithContext(views.WithLocale(c.Request().Context(), locale)))
}

// Allow lets those through whose role is among who, and sends a stranger to
// the sign-in.
func (s *Desk) Allow(who Audience) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := s.recognise(c); err != nil {
				return err
			}
			if who == nil {
				if err := shortFields(c); err != nil {
					return err
				}
				return next(c)
			}
			u := User(c)
			if u.ID == 0 {
				return s.askToSignIn(c)
			}
			if !slices.Contains(who, u.Role) {
				s.Log.WarnContext(c.Request().Context(), "not for this role", "id", RequestID(c), "user", u.ID, "role", u.Role, "address", c.RealIP())
				return echo.NewHTTPError(http.StatusForbidden)
			}
			hash, err := s.SessionHash(c)
			if err != nil {
				return err
			}
			r := c.Request()
			ctx := store.WithSession(r.Context(), store.Session{TokenHash: hash, UserID: u.ID})
			c.SetRequest(r.WithContext(views.WithBook(ctx, s.Book)))
			if drawn := drawnIn(c); drawn != "" && drawn != s.Book {
				return errOtherBook
			}
			return next(c)
		}
	}
}

// errOtherBook says that a form was drawn before the shop went from play money to
// real money, or back.
var errOtherBook = errors.New("the form is of another book")

// drawnIn is the book in which a form was drawn; empty where it does not say.
func drawnIn(c echo.Context) store.Book {
	if c.Request().Method != http.MethodPost {
		return ""
	}
	return store.Book(c.FormValue(views.DrawnIn))
}

// recognise keeps who asks, and speaks his language. It reads nothing for a
// request without a session.
func (s *Desk) recognise(c echo.Context) error {
	u, err := s.signedIn(c)
	if err == nil && u.ID != 0 {
		setLocale(c, u.Locale)
		if u.HasTOTP {
			c.SetRequest(c.Request().WithContext(views.WithSecondFactor(c.Request().Context())))
		}
		c.Set(keyUser, u)
	}
	return err
}

// signedIn reads who the request's session belongs to; zero for nobody.
func (s *Desk) signedIn(c echo.Context) (store.User, error) {
	session, err := s.Session(c)
	if err != nil {
		return store.User{}, err
	}
	id, ok := session.Values[sessionUser].(int64)
	if !ok {
		return store.User{}, nil
	}
	u, err := s.Store.User(c.Request().Context(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !u.Active() {
		return store.User{}, nil
	}
	return u, err
}

// Session is the request's session, read once.
func (s *Desk) Session(c echo.Context) (*sessions.Session, error) {
	return s.Sessions.Get(c.Request(), SessionName)
}

// askToSignIn sends a stranger to the sign-in, and back afterwards where he
// was only reading.
func (s *Desk) askToSignIn(c echo.Context) error {
	to := "/signin"
	if r := c.Request(); r.Method == http.MethodGet && !isFragment(c) && r.URL.Path != "/" {
		to += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	if IsHTMX(c) {
		c.Response().Header().Set("HX-Redirect", to)
		return c.NoContent(http.StatusUnauthorized)
	}
	if isFragment(c) {
		return echo.NewHTTPError(http.StatusUnauthorized)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// User is who makes the request; routes that are not public have one.
func User(c echo.Context) store.User {
	u, _ := c.Get(keyUser).(store.User)
	return u
}

// IsHTMX reports whether htmx wants a fragment and not a page.
func IsHTMX(c echo.Context) bool {
	h := c.Request().Header
	return h.Get("HX-Request") == "true" && h.Get("HX-Boosted") != "true"
}

// isFragment reports whether a script asks, not a person who would read a page.
func isFragment(c echo.Context) bool {
	path := c.Request().URL.Path
	return IsHTMX(c) || strings.HasSuffix(path, "/live") || strings.HasSuffix(path, "/status") || path == "/balance"
}

// SessionHash is what the book keeps of the session of a request.
func (s *Desk) SessionHash(c echo.Context) ([]byte, error) {
	session, err := s.Session(c)
	if err != nil {
		return nil, err
	}
	return access.HashToken(session.ID), nil
}

// Audience says who may use a route; the server checks it on each request. Public
// routes ask for no session.
type Audience []store.Role
